"""Answers given on the spot (浙江 20, 23): settled at once, and in writing for whoever asks."""

from __future__ import annotations

import pytest

from tests.city import City, Json, clocks, writ

ASKED = "请问耕地地力保护补贴今年什么时候发放?南县茅草街镇八百弓村征地的农户还能领吗?"
ADVICE = "建议在南县茅草街镇八百弓村的征地补偿公示中写明计算办法。"


def said(**more: object) -> Json:
    answer = "补贴按季发放,下一次为12月10日,可持身份证到镇便民服务中心查询。"
    return {"answer": answer, "told_to": "张三", "form": "oral", "agreed": True, **more}


async def settled(city: City) -> tuple[Json, Json]:
    """What the petitioner holds, and the dispatch that was answered on the spot."""
    registered = await city.register()
    await city.route()
    organ = await city.organ("南县自然资源局")
    dispatch = await organ.newest_dispatch()
    done = await organ.done(f"/v1/dispatches/{dispatch['id']}/on-the-spot-answer", said())
    return {name: registered[name] for name in ("number", "query_code")}, done


async def test_answer_on_the_spot_settles_it_and_ends_nothing_for_good(city: City) -> None:
    proof, done = await settled(city)
    assert (done["petition"]["state"], done["state"]) == ("concluded", "answered")
    assert clocks(done, "running", "overdue") == {}
    assert {"D3", "D5"} <= clocks(done, "met").keys()
    assert "D4" in clocks(done, "ceased")
    shown = (await city.http.post("/v1/public/progress", json=proof)).json()
    assert [each["kind"] for each in shown["notices"]] == ["on_the_spot_answer"]
    assert shown["notices"][0]["text"].startswith("当场口头答复张三:补贴按季发放")
    assert (shown["may_request_written"], shown["may_request"], shown["final_on"]) == (True, None, None)
    await city.advance(120)
    assert (await city.petition(done["petition_id"]))["state"] == "concluded"


async def test_who_asks_for_it_in_writing_gets_it_and_its_review(city: City) -> None:
    proof, done = await settled(city)
    organ = await city.organ("南县自然资源局")
    await city.advance(10)
    for _ in range(2):  # sent again, it answers the same
        asked = await city.http.post("/v1/public/written-answer", json=proof)
        assert asked.status_code == 200, asked.text
    assert (asked.json()["state"], asked.json()["may_request_written"]) == ("accepted", False)
    assert (await organ.inbox())[-1]["type"] == "answer.requested"
    petition = await city.petition(done["petition_id"])
    assert clocks(petition, "running") == {"D5": "2027-01-19"}  # sixty days from the answer on the spot
    opinion = await organ.done(f"/v1/dispatches/{done['id']}/opinion", writ())
    await city.served(opinion, organ)
    after = (await city.http.post("/v1/public/progress", json=proof)).json()
    assert (after["state"], after["may_request"]) == ("answered", "review")
    portal = await city.portal()
    again = await portal.post(f"/v1/petitions/{done['petition_id']}/written-answer")
    assert (again.status_code, again.json()["code"]) == (409, "written_answer_given")


async def test_sixty_days_that_are_over_begin_when_it_is_asked_for(city: City) -> None:
    _, done = await settled(city)
    await city.advance(90)
    window = await city.portal()
    asked = await window.done(f"/v1/petitions/{done['petition_id']}/written-answer")
    assert asked["state"] == "accepted"
    running = clocks(await city.petition(done["petition_id"]), "running")
    assert running.keys() == {"D5"}
    assert running["D5"] > "2027-04-15"


async def test_suggestion_is_answered_on_the_spot_without_sixty_days(city: City) -> None:
    dispatch, organ = await city.dispatched(ADVICE, purpose="suggestion")
    body = said(outcome="suggestion_adopted", carried_out=True, form="written")
    done = await organ.done(f"/v1/dispatches/{dispatch['id']}/on-the-spot-answer", body)
    assert done["petition"]["state"] == "concluded"
    assert "D5" not in clocks(done)
    await (await city.portal()).done(f"/v1/petitions/{dispatch['petition_id']}/written-answer")
    assert clocks(await city.petition(dispatch["petition_id"]), "running") == {}
    opinion = await organ.done(f"/v1/dispatches/{dispatch['id']}/opinion", writ("suggestion_adopted"))
    await city.served(opinion, organ)
    assert (await city.petition(dispatch["petition_id"]))["state"] == "concluded"


@pytest.mark.parametrize(
    ("more", "body", "why"),
    [
        ({}, {"agreed": False}, "不同意"),
        ({}, {"outcome": "supported"}, "督促执行"),
        ({}, {"outcome": "settled"}, "书面文书"),
        ({}, {"outcome": "led_to_other_procedure"}, "书面文书"),
    ],
)
async def test_what_is_not_settled_on_the_spot_is_refused(
    city: City, more: Json, body: Json, why: str
) -> None:
    dispatch, organ = await city.dispatched(**more)
    answer = await organ.post(f"/v1/dispatches/{dispatch['id']}/on-the-spot-answer", said(**body))
    assert (answer.status_code, answer.json()["code"]) == (409, "spot_not_fitting")
    assert why in answer.json()["detail"]
    assert (await organ.newest_dispatch())["state"] == "sent"


async def test_outcome_of_another_purpose_is_refused_on_the_spot_too(city: City) -> None:
    dispatch, organ = await city.dispatched()
    body = said(outcome="suggestion_not_adopted")
    answer = await organ.post(f"/v1/dispatches/{dispatch['id']}/on-the-spot-answer", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "outcome_not_fitting")


async def test_assigned_case_is_not_answered_on_the_spot(city: City) -> None:
    dispatch, organ = await city.triaged(report_due="2026-12-31")
    answer = await organ.post(f"/v1/dispatches/{dispatch['id']}/on-the-spot-answer", said())
    assert (answer.status_code, answer.json()["code"]) == (409, "spot_not_fitting")


async def test_accepted_case_is_answered_in_writing(city: City) -> None:
    accepted, organ = await city.accepted()
    answer = await organ.post(f"/v1/dispatches/{accepted['id']}/on-the-spot-answer", said())
    assert (answer.status_code, answer.json()["code"]) == (409, "step_not_allowed")
