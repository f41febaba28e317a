"""An organ contests its competence; the sender decides (信访工作条例 23, 24)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.city import Caller, City, clocks

REASON = "该地块属于集体林地,林权纠纷由林业主管部门管理,不属于我局职权范围。"


async def objected(city: City) -> tuple[dict[str, Any], Caller]:
    dispatch, organ = await city.dispatched()
    forestry = await city.organ("南县林业局")
    body = {"reason": REASON, "suggested_organ_id": forestry.organ_id}
    return await organ.done(f"/v1/dispatches/{dispatch['id']}/objection", body), organ


async def test_objection_reaches_the_sender(city: City) -> None:
    objection, organ = await objected(city)
    assert objection["state"] == "open"
    assert objection["petition"]["state"] == "objected"
    assert objection["suggested_organ"]["name"] == "南县林业局"
    office = await city.office()
    [event] = [each for each in await office.inbox() if each["type"] == "objection.raised"]
    found = await office.get(event["data"]["links"]["objection"])
    assert found.json()["reason"] == REASON
    assert (await organ.get(f"/v1/objections/{objection['id']}")).status_code == 200


@pytest.mark.parametrize("name", ["沅江市自然资源局", "南县林业局"])
async def test_objection_is_nobody_elses_business(city: City, name: str) -> None:
    objection, _ = await objected(city)
    stranger = await city.organ(name)
    path = f"/v1/objections/{objection['id']}"
    assert (await stranger.get(path)).status_code == 404
    assert (await stranger.post(f"{path}/decision", {"upheld": False, "reason": "不。"})).status_code == 404


async def test_objector_does_not_decide_its_own_objection(city: City) -> None:
    objection, organ = await objected(city)
    answer = await organ.post(
        f"/v1/objections/{objection['id']}/decision", {"upheld": True, "reason": "同意。"}
    )
    assert answer.status_code == 404


async def test_objection_on_the_fifth_working_day_is_in_time(city: City) -> None:
    dispatch, organ = await city.dispatched()  # Friday the 20th: the fifth working day is the 27th
    await city.advance(7)
    await organ.done(f"/v1/dispatches/{dispatch['id']}/objection", {"reason": REASON})


async def test_objection_after_five_working_days_is_refused(city: City) -> None:
    dispatch, organ = await city.dispatched()
    await city.advance(8)
    answer = await organ.post(f"/v1/dispatches/{dispatch['id']}/objection", {"reason": REASON})
    assert (answer.status_code, answer.json()["code"]) == (409, "objection_too_late")
    assert "2026-11-27" in answer.json()["detail"]


@pytest.mark.parametrize("reason", ["不归我们管。", "  不 归 我 们  ", ""])
async def test_objection_gives_detailed_reasons(city: City, reason: str) -> None:
    dispatch, organ = await city.dispatched()
    answer = await organ.post(f"/v1/dispatches/{dispatch['id']}/objection", {"reason": reason})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/reason"


async def test_upheld_objection_goes_to_the_other_organ(city: City) -> None:
    objection, organ = await objected(city)
    forestry, office = await city.organ("南县林业局"), await city.office()
    ruling = {"upheld": True, "organ_id": forestry.organ_id, "reason": "经核实属实。"}
    decided = await office.done(f"/v1/objections/{objection['id']}/decision", ruling)
    assert (decided["state"], decided["assigned_organ"]["name"]) == ("upheld", "南县林业局")
    dispatch = await forestry.newest_dispatch()
    assert dispatch["petition_id"] == objection["petition_id"]
    folder = (await forestry.get(f"/v1/dispatches/{dispatch['id']}")).json()
    assert clocks(folder["petition"], "running") == {"D3": "2026-12-07", "D4": "2026-11-27"}
    assert [each["type"] for each in await organ.inbox()] == ["dispatch.created", "objection.decided"]


async def test_who_gave_a_case_back_sees_it_no_more(city: City) -> None:
    objection, organ = await objected(city)
    body = {"reason": REASON, "suggested_organ_id": (await city.organ("南县林业局")).organ_id}
    ruling = {"upheld": True, "reason": "退回重新分流。"}
    decided = await (await city.office()).done(f"/v1/objections/{objection['id']}/decision", ruling)
    assert decided["petition"]["state"] == "triage"
    path = f"/v1/dispatches/{objection['dispatch_id']}"
    assert (await organ.get(path)).status_code == 404
    assert (await organ.get(f"/v1/petitions/{objection['petition_id']}")).status_code == 404
    assert (await organ.get(f"/v1/organs/{organ.organ_id}/dispatches")).json()["items"] == []
    assert (await organ.post(f"{path}/acceptance", {})).status_code == 404
    repeated = await organ.post(f"{path}/objection", body)
    assert (repeated.status_code, repeated.json()["id"]) == (201, objection["id"])
    waiting = (await (await city.office()).get("/v1/triage")).json()["items"]
    assert [each["petition"]["id"] for each in waiting] == [objection["petition_id"]]


async def test_rejected_objection_binds(city: City) -> None:
    objection, organ = await objected(city)
    ruling = {"upheld": False, "reason": "该地块已转为建设用地。"}
    decided = await (await city.office()).done(f"/v1/objections/{objection['id']}/decision", ruling)
    assert (decided["state"], decided["petition"]["state"]) == ("rejected", "dispatched")
    path = f"/v1/dispatches/{objection['dispatch_id']}"
    assert (await organ.get(path)).json()["binding"] is True
    again = await organ.post(f"{path}/objection", {"reason": REASON + "我局坚持原意见。"})
    assert (again.status_code, again.json()["code"]) == (409, "dispatch_binding")
    await organ.done(f"{path}/acceptance", {})


async def test_objection_is_decided_once(city: City) -> None:
    objection, _ = await objected(city)
    office = await city.office()
    path = f"/v1/objections/{objection['id']}/decision"
    await office.done(path, {"upheld": False, "reason": "不成立。"})
    other = await office.post(path, {"upheld": True, "reason": "改主意了。"})
    assert (other.status_code, other.json()["code"]) == (409, "objection_decided")


async def test_upheld_objection_does_not_go_back_to_the_same_organ(city: City) -> None:
    objection, organ = await objected(city)
    ruling = {"upheld": True, "organ_id": organ.organ_id, "reason": "还是你们办。"}
    answer = await (await city.office()).post(f"/v1/objections/{objection['id']}/decision", ruling)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/organ_id"
    assert (await city.petition(objection["petition_id"]))["state"] == "objected"


async def test_department_that_referred_redirects_within_its_line_only(city: City) -> None:
    dispatch, government = await city.triaged(to="南县人民政府")
    below = await city.organ("南县自然资源局")
    onward = await government.done(f"/v1/dispatches/{dispatch['id']}/referral", {"organ_id": below.organ_id})
    objection = await below.done(f"/v1/dispatches/{onward['id']}/objection", {"reason": REASON})
    path = f"/v1/objections/{objection['id']}/decision"
    stranger = await city.organ("沅江市自然资源局")
    wrong = {"upheld": True, "organ_id": stranger.organ_id, "reason": "转外县。"}
    answer = await government.post(path, wrong)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_subordinate")
    forestry = await city.organ("南县林业局")
    await government.done(path, {"upheld": True, "organ_id": forestry.organ_id, "reason": "由林业局办理。"})
    assert (await forestry.newest_dispatch())["sender"]["name"] == "南县人民政府"
