"""The simple procedure: its own periods beside the statutory ones (practice, 国信发〔2016〕8号)."""

from __future__ import annotations

import pytest

from tests.city import City, Held, Json, clocks, writ

SIMPLE = {"procedure": "simple"}
WAGES = "赫山区某工地老板拖欠农民工工资三个月,共二十人。"


async def simple(city: City) -> tuple[Json, Held]:
    """A petition that is handled simply, with what its petitioner holds: number and query code."""
    registered = await city.register()
    await city.route()
    organ = await city.organ("南县自然资源局")
    dispatch = await organ.newest_dispatch()
    accepted = await organ.done(f"/v1/dispatches/{dispatch['id']}/acceptance", SIMPLE)
    return {name: registered[name] for name in ("number", "query_code")}, (accepted, organ)


async def test_simple_procedure_runs_beside_the_sixty_days(city: City) -> None:
    dispatch, organ = await city.dispatched()
    accepted = await organ.done(f"/v1/dispatches/{dispatch['id']}/acceptance", SIMPLE)
    assert accepted["procedure"] == "simple"
    assert clocks(accepted, "running") == {"D5": "2027-01-19", "D13.3": "2026-12-04"}
    assert clocks(accepted, "met")["D13.2"] == "2026-11-25"
    opinion = await organ.done(f"/v1/dispatches/{dispatch['id']}/opinion", writ())
    met = clocks(await city.petition(opinion["petition_id"]), "met")
    assert {"D5", "D13.3"} <= met.keys()


async def test_petitioner_may_ask_for_the_ordinary_way(city: City) -> None:
    dispatch, organ = await city.dispatched()
    await organ.done(f"/v1/dispatches/{dispatch['id']}/acceptance", SIMPLE)
    await city.advance(3)
    await (await city.portal()).done(f"/v1/petitions/{dispatch['petition_id']}/ordinary-procedure")
    petition = await city.petition(dispatch["petition_id"])
    assert clocks(petition, "running") == {"D5": "2027-01-19"}
    assert clocks(petition, "ceased")["D13.3"] == "2026-12-04"
    assert (await organ.get(f"/v1/dispatches/{dispatch['id']}")).json()["procedure"] == "ordinary"
    assert (await organ.inbox())[-1]["type"] == "petition.turned_ordinary"


async def test_petitioner_asks_for_the_ordinary_way_by_number_and_code(city: City) -> None:
    proof, (accepted, _) = await simple(city)
    before = (await city.http.post("/v1/public/progress", json=proof)).json()
    assert before["may_request_ordinary"] is True
    wrong = await city.http.post("/v1/public/ordinary-procedure", json={**proof, "query_code": "0" * 16})
    assert wrong.status_code == 404
    for _ in range(2):  # sent again, it answers the same
        answer = await city.http.post("/v1/public/ordinary-procedure", json=proof)
        assert answer.status_code == 200, answer.text
        assert answer.json()["may_request_ordinary"] is False
        assert answer.json()["steps"][-1]["what"] == "转为普通程序办理"
    assert clocks(await city.petition(accepted["petition_id"]), "running") == {"D5": "2027-01-19"}


async def test_what_is_handled_ordinarily_is_not_turned(city: City) -> None:
    accepted, _ = await city.accepted()
    portal = await city.portal()
    answer = await portal.post(f"/v1/petitions/{accepted['petition_id']}/ordinary-procedure")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_simple")


@pytest.mark.parametrize(
    ("more", "accept", "why"),
    [
        (
            {"channel": "visit", "visit": {"visited_at": "2026-11-20T01:30:00Z", "people_count": 3}},
            {},
            "联名",
        ),
        ({}, {"path": "arbitration"}, "其他法定程序"),
    ],
)
async def test_what_simple_handling_is_not_for_is_refused(
    city: City, more: Json, accept: Json, why: str
) -> None:
    dispatch, organ = await city.dispatched(**more)
    path = f"/v1/dispatches/{dispatch['id']}/acceptance"
    answer = await organ.post(path, {**SIMPLE, **accept})
    assert (answer.status_code, answer.json()["code"]) == (409, "simple_not_fitting")
    assert why in answer.json()["detail"]
    await organ.done(path, accept)


async def test_what_is_assigned_is_not_handled_simply(city: City) -> None:
    dispatch, organ = await city.triaged(report_due="2026-12-31", purpose="redress")
    answer = await organ.post(f"/v1/dispatches/{dispatch['id']}/acceptance", SIMPLE)
    assert (answer.status_code, answer.json()["code"]) == (409, "simple_not_fitting")
    assert "交办" in answer.json()["detail"]


async def test_what_several_organs_handle_is_not_handled_simply(city: City) -> None:
    dispatch, organ = await city.dispatched(WAGES, to="赫山区人力资源和社会保障局")
    answer = await organ.post(f"/v1/dispatches/{dispatch['id']}/acceptance", SIMPLE)
    assert (answer.status_code, answer.json()["code"]) == (409, "simple_not_fitting")
    assert "两个以上单位" in answer.json()["detail"]


async def test_office_marks_a_case_as_fit_and_the_organ_decides(city: City) -> None:
    dispatch, organ = await city.triaged(procedure="simple")
    assert dispatch["procedure"] == "simple"
    assert clocks(dispatch, "running")["D13.2"] == "2026-11-25"
    assert clocks(await city.petition(dispatch["petition_id"]), "met")["D13.1"] == "2026-11-23"
    accepted = await organ.done(f"/v1/dispatches/{dispatch['id']}/acceptance", {})
    assert accepted["procedure"] == "ordinary"
    assert clocks(accepted, "running") == {"D5": "2027-01-19"}
    assert clocks(accepted, "met")["D13.2"] == "2026-11-25"


async def test_each_level_passes_a_simple_case_on_in_one_day(city: City) -> None:
    dispatch, government = await city.triaged(to="南县人民政府", procedure="simple")
    below = await city.organ("南县自然资源局")
    await city.advance(3)  # over the weekend: Monday is the first working day
    onward = await government.done(f"/v1/dispatches/{dispatch['id']}/referral", {"organ_id": below.organ_id})
    assert onward["procedure"] == "simple"
    assert clocks(onward, "running")["D13.2"] == "2026-11-26"
    petition = await city.petition(dispatch["petition_id"])
    passed = [each for each in petition["deadlines"] if each["rule"] == "D13.1"]
    assert [(each["due_on"], each["state"]) for each in passed] == [("2026-11-23", "met")] * 2


async def test_assigned_case_is_not_marked_as_simple(city: City) -> None:
    registered = await city.register("请领导帮帮我们,谢谢。")
    await city.route()
    organ, office = await city.organ("南县自然资源局"), await city.office()
    body = {"organ_id": organ.organ_id, "reason": "经电话核实。", "report_due": "2026-12-31", **SIMPLE}
    answer = await office.post(f"/v1/triage/{registered['id']}/decision", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "simple_not_fitting")
