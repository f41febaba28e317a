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


async def handed_back(city: City) -> tuple[dict[str, Any], Caller]:
    objection, organ = await objected(city)
    ruling = {"upheld": True, "reason": "经核实,不属于该局职权。"}
    await (await city.office()).done(f"/v1/objections/{objection['id']}/decision", ruling)
    return objection, organ


async def test_desk_sees_why_it_came_back_and_not_what_was_refuted(city: City) -> None:
    dispatch, organ = await city.dispatched()
    forestry, office = await city.organ("南县林业局"), await city.office()
    await city.advance(3)
    body = {"reason": REASON, "suggested_organ_id": forestry.organ_id}
    objection = await organ.done(f"/v1/dispatches/{dispatch['id']}/objection", body)
    ruling = {"upheld": True, "reason": "经核实,不属于该局职权。"}
    await office.done(f"/v1/objections/{objection['id']}/decision", ruling)
    [item] = (await office.get("/v1/triage")).json()["items"]
    assert item["objection"]["reason"] == REASON
    assert item["objection"]["suggested_organ"]["name"] == "南县林业局"
    assert item["objection"]["decision_reason"] == ruling["reason"]
    assert item["waiting_since"].startswith("2026-11-23")
    decision = item["decision"]
    assert (decision["lead"], decision["needs_triage"]) == (None, True)
    offered = [each["name"] for each in decision["suggestions"]]
    assert offered[0] == "南县林业局"
    assert "南县自然资源局" not in offered
    [reason] = decision["reasons"]
    assert (reason["rule"], reason["article"]) == ("objection", "信访工作条例第二十三条第三款")
    routing = (await office.get(f"/v1/petitions/{dispatch['petition_id']}/routing")).json()
    assert routing["lead"] is None
    assert (await office.get(item["objection"]["links"]["self"])).status_code == 200


async def test_organ_that_was_right_gets_it_again_on_new_facts_alone(city: City) -> None:
    objection, organ = await handed_back(city)
    office, path = await city.office(), f"/v1/triage/{objection['petition_id']}/decision"
    choice = {"organ_id": organ.organ_id, "reason": "还是由该局办理。"}
    answer = await office.post(path, choice)
    assert (answer.status_code, answer.json()["code"]) == (409, "organ_was_right")
    assert "new_facts" in answer.json()["detail"]
    assert (await city.petition(objection["petition_id"]))["state"] == "triage"
    sent = await office.done(path, {**choice, "new_facts": "勘测表明该地块已转为建设用地。"})
    assert sent["organ"]["name"] == "南县自然资源局"
    decision = (await office.get(f"/v1/petitions/{objection['petition_id']}/routing")).json()
    assert "勘测表明" in decision["reasons"][0]["text"]


async def test_organ_does_not_suggest_itself(city: City) -> None:
    dispatch, organ = await city.dispatched()
    body = {"reason": REASON, "suggested_organ_id": organ.organ_id}
    answer = await organ.post(f"/v1/dispatches/{dispatch['id']}/objection", body)
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/suggested_organ_id"]


async def test_objection_is_withdrawn_before_it_is_decided(city: City) -> None:
    """The organ accepts after all; or, within its five days, says what it meant to say."""
    objection, organ = await objected(city)
    office, path = await city.office(), f"/v1/objections/{objection['id']}"
    assert (await office.post(f"{path}/withdrawal")).status_code == 404
    withdrawn = await organ.done(f"{path}/withdrawal")
    assert (withdrawn["state"], withdrawn["petition"]["state"]) == ("withdrawn", "dispatched")
    assert [each["type"] for each in await office.inbox()] == ["objection.raised", "objection.withdrawn"]
    late = await office.post(f"{path}/decision", {"upheld": False, "reason": "不成立。"})
    assert (late.status_code, late.json()["code"]) == (409, "objection_decided")
    dispatch = f"/v1/dispatches/{objection['dispatch_id']}"
    again = await organ.done(f"{dispatch}/objection", {"reason": REASON})
    assert (again["id"] != objection["id"], again["state"]) == (True, "open")
    await organ.done(f"/v1/objections/{again['id']}/withdrawal")
    accepted = await organ.done(f"{dispatch}/acceptance", {})
    assert clocks(accepted, "running").keys() == {"D5"}


async def test_same_words_may_be_said_again_after_a_withdrawal(city: City) -> None:
    dispatch, organ = await city.dispatched()
    path, body = f"/v1/dispatches/{dispatch['id']}/objection", {"reason": REASON}
    first = await organ.done(path, body)
    await organ.done(f"/v1/objections/{first['id']}/withdrawal")
    second = await organ.done(path, body)
    assert (second["id"] != first["id"], second["petition"]["state"]) == (True, "objected")


async def test_open_objection_is_linked_where_the_case_is_read(city: City) -> None:
    objection, organ = await objected(city)
    link = f"/v1/objections/{objection['id']}"
    petition, dispatch = objection["petition_id"], objection["dispatch_id"]
    for caller in (organ, await city.office()):
        for path in (f"/v1/petitions/{petition}", f"/v1/dispatches/{dispatch}"):
            assert (await caller.get(path)).json()["links"]["objection"] == link
    assert (await organ.newest_dispatch())["links"]["objection"] == link
    county = await city.office("南县信访局")  # has a copy, and nothing to do with the objection
    assert "objection" not in (await county.get(f"/v1/petitions/{petition}")).json()["links"]
    await organ.done(f"{link}/withdrawal")
    assert "objection" not in (await organ.newest_dispatch())["links"]
