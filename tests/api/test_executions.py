"""Carrying out what an opinion supports; an agreement carried out is final (信访工作条例 32, 33)."""

from __future__ import annotations

import pytest

from tests.city import Caller, City, Json, clocks, writ

DONE = {"carried_out_on": "2026-11-20", "report": "补偿款已全部发放到户。"}


async def served(city: City, outcome: str = "supported") -> tuple[Json, Caller]:
    dispatch, organ = await city.accepted()
    opinion = await organ.done(f"/v1/dispatches/{dispatch['id']}/opinion", writ(outcome))
    return await city.served(opinion, organ), organ


async def to_carry_out(organ: Caller, state: str = "open") -> list[Json]:
    answer = await organ.get(f"/v1/organs/{organ.organ_id}/executions", state=state)
    return list(answer.json()["items"])


@pytest.mark.parametrize("outcome", ["supported", "partly_supported"])
async def test_support_that_was_served_is_followed_until_carried_out(city: City, outcome: str) -> None:
    opinion, organ = await served(city, outcome)
    [waiting] = await to_carry_out(organ)
    assert (waiting["opinion_id"], waiting["opened_on"]) == (opinion["id"], "2026-11-20")

    await city.advance(3)
    reported = await organ.done(waiting["links"]["report"], {**DONE, "carried_out_on": "2026-11-22"})
    assert (reported["state"], reported["reported_on"]) == ("carried_out", "2026-11-23")
    assert reported["petition"]["state"] == "answered"
    assert await to_carry_out(organ) == []
    petition = await city.petition(opinion["petition_id"])
    assert [each["report"] for each in petition["executions"]] == [DONE["report"]]
    again = await organ.post(waiting["links"]["report"], {**DONE, "report": "再报一次。"})
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_carry_out")


@pytest.mark.parametrize("outcome", ["explained", "not_supported"])
async def test_without_support_nothing_is_to_be_carried_out(city: City, outcome: str) -> None:
    opinion, organ = await served(city, outcome)
    assert await to_carry_out(organ) == []
    answer = await organ.post(f"/v1/opinions/{opinion['id']}/execution", DONE)
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_carry_out")


async def test_opinion_not_served_is_not_carried_out(city: City) -> None:
    dispatch, organ = await city.accepted()
    opinion = await organ.done(f"/v1/dispatches/{dispatch['id']}/opinion", writ("supported"))
    answer = await organ.post(f"/v1/opinions/{opinion['id']}/execution", DONE)
    assert answer.json()["code"] == "nothing_to_carry_out"


@pytest.mark.parametrize("day", ["2026-11-19", "2026-11-21"])
async def test_day_lies_between_service_and_today(city: City, day: str) -> None:
    opinion, organ = await served(city)
    answer = await organ.post(f"/v1/opinions/{opinion['id']}/execution", {**DONE, "carried_out_on": day})
    assert (answer.status_code, answer.json()["code"]) == (422, "carried_out_on_day")


async def test_only_the_organ_that_handled_it_reports(city: City) -> None:
    opinion, _ = await served(city)
    for caller in (await city.organ("沅江市自然资源局"), await city.office()):
        assert (await caller.post(f"/v1/opinions/{opinion['id']}/execution", DONE)).status_code == 404


async def test_what_review_changes_is_carried_out_by_the_handling_organ(city: City) -> None:
    opinion, organ = await served(city)
    review, above = await city.under_review(opinion)
    decided = await above.done(
        f"/v1/reviews/{review['id']}/decision", writ("changed", decision="补发五万元。")
    )
    await city.served(decided["opinion"], above)
    [ceased], [waiting] = await to_carry_out(organ, "ceased"), await to_carry_out(organ)
    assert (ceased["opinion_id"], waiting["opinion_id"]) == (opinion["id"], decided["opinion"]["id"])
    [told] = [each for each in await organ.inbox() if each["type"] == "execution.opened"]
    assert told["data"]["links"]["opinion"] == waiting["links"]["opinion"]
    assert (await organ.done(waiting["links"]["report"], DONE))["state"] == "carried_out"


async def test_agreement_carried_out_is_final(city: City) -> None:
    opinion, organ = await served(city, "settled")
    await city.advance(4)
    done = {**DONE, "carried_out_on": "2026-11-23"}
    reported = await organ.done(f"/v1/opinions/{opinion['id']}/execution", done)
    assert reported["petition"]["state"] == "final"
    petition = await city.petition(opinion["petition_id"])
    assert (petition["final_on"], petition["final_ground"]) == ("2026-11-23", "agreement_carried_out")
    assert clocks(petition, "ceased").keys() >= {"D7"}
    assert not clocks(petition, "running", "overdue")
    events = (await organ.get(f"/v1/petitions/{opinion['petition_id']}/events")).json()["items"]
    carried, fulfilled, final = events[-3:]
    assert (carried["kind"], fulfilled["kind"]) == ("carried_out", "agreement_fulfilled")
    assert final["data"]["article"] == "浙江省信访条例第二十五条第一款第一项"
    await city.advance(60)
    assert (await city.petition(opinion["petition_id"]))["final_ground"] == "agreement_carried_out"


async def test_agreement_carried_out_during_review_is_final_once_declined(city: City) -> None:
    opinion, organ = await served(city, "settled")
    review, above = await city.under_review(opinion)
    report = {"carried_out_on": "2026-11-20", "report": "协议款项已付清。"}
    await organ.done(f"/v1/opinions/{opinion['id']}/execution", report)
    assert (await city.petition(opinion["petition_id"]))["state"] == "under_review"
    why = {"ground": "not_an_opinion", "explanation": "协议不是处理意见。"}
    await above.done(f"/v1/reviews/{review['id']}/refusal", why)
    petition = await city.petition(opinion["petition_id"])
    assert (petition["state"], petition["final_ground"]) == ("final", "agreement_carried_out")
    assert clocks(petition, "running", "overdue") == {}


async def test_agreement_carried_out_during_review_is_final_once_upheld(city: City) -> None:
    opinion, organ = await served(city, "settled")
    review, above = await city.under_review(opinion)
    reported = await organ.done(f"/v1/opinions/{opinion['id']}/execution", DONE)
    assert reported["petition"]["state"] == "under_review"
    decided = await above.done(f"/v1/reviews/{review['id']}/decision", writ("upheld"))
    upheld = await city.served(decided["opinion"], above)
    assert upheld["petition"]["state"] == "final"
    assert (await city.petition(opinion["petition_id"]))["final_ground"] == "agreement_carried_out"


async def test_petitioner_sees_whether_it_was_carried_out(city: City) -> None:
    registered = await city.register()
    await city.route()
    organ = await city.organ("南县自然资源局")
    dispatch = f"/v1/dispatches/{(await organ.newest_dispatch())['id']}"
    await organ.done(f"{dispatch}/acceptance", {})
    opinion = await city.served(await organ.done(f"{dispatch}/opinion", writ("supported")), organ)
    await organ.done(f"/v1/opinions/{opinion['id']}/execution", DONE)
    proof = {name: registered[name] for name in ("number", "query_code")}
    progress = (await city.http.post("/v1/public/progress", json=proof)).json()
    assert [(each["organ"], each["state"]) for each in progress["executions"]] == [
        ("南县自然资源局", "carried_out")
    ]
    assert [step["what"] for step in progress["steps"]][-2:] == ["督促执行", "报告执行完毕"]
