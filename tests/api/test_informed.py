"""Who is told of a petition besides those who handle it: of what is urgent (25), by copy (北京 34)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.city import LAND, Caller, City

LEAP = LAND + "几十人要在工地跳楼,还要进京上访,人命关天。"
BRIBES = "实名举报南县人民政府县长受贿贪污,几十人要在工地跳楼。"
ACCUSED = [{"kind": "organ", "name": "南县人民政府"}]


async def told(caller: Caller, kind: str) -> list[dict[str, Any]]:
    return [each for each in await caller.inbox() if each["type"] == kind]


@pytest.mark.parametrize("content", [LEAP, "南县茅草街镇有几十人要跳楼,人命关天。"])
async def test_urgent_petition_is_told_to_those_who_must_act(city: City, content: str) -> None:
    """Of the office it came to and of the county: the petition office, the government; the office above."""
    registered = await city.register(content)
    await city.route()
    path = f"/v1/petitions/{registered['id']}"
    for caller in (
        await city.office(),
        await city.organ("益阳市人民政府"),
        await city.office("南县信访局"),
        await city.organ("南县人民政府"),
        await city.office("湖南省信访局"),
    ):
        [entry] = await told(caller, "petition.urgent")
        assert set(entry["data"]) == {"petition_id", "etag", "number", "urgent", "links"}
        found = await caller.get(entry["data"]["links"]["petition"])
        assert (found.status_code, found.json()["urgent"]) == (200, True)
    for name in ("沅江市信访局", "赫山区信访局"):
        assert await (await city.office(name)).inbox() == []
        assert (await (await city.office(name)).get(path)).status_code == 404
    events = (await (await city.office()).get(f"{path}/events")).json()["items"]
    [event] = [each for each in events if each["kind"] == "alerted"]
    assert len(event["data"]["organ_ids"]) == 5


async def test_what_is_registered_as_urgent_is_urgent_in_the_decision(city: City) -> None:
    dispatch, organ = await city.dispatched(urgent=True)
    [entry] = await told(organ, "dispatch.created")
    assert entry["data"]["urgent"] is True
    decision = (await (await city.office()).get(f"/v1/petitions/{dispatch['petition_id']}/routing")).json()
    [reason] = [each for each in decision["reasons"] if each["rule"] == "R10"]
    assert (decision["urgent"], reason["article"]) == (True, "信访工作条例第二十五条第一款")
    assert "登记时写明" in reason["text"]


async def test_what_is_not_urgent_alerts_nobody(city: City) -> None:
    _, organ = await city.dispatched()
    [entry] = await told(organ, "dispatch.created")
    assert entry["data"]["urgent"] is False
    for caller in (await city.office(), await city.organ("南县人民政府"), await city.office("南县信访局")):
        assert await told(caller, "petition.urgent") == []


async def test_urgent_denunciation_reaches_nobody_who_may_not_know(city: City) -> None:
    """The accused government and its petition office hear nothing, nor does a government not concerned."""
    registered = await city.register(BRIBES)
    await city.route()
    path = f"/v1/petitions/{registered['id']}"
    assert len(await told(await city.office(), "petition.urgent")) == 1
    shut_out = [await city.organ("南县人民政府"), await city.office("南县信访局")]
    for caller in (*shut_out, await city.organ("益阳市人民政府")):
        assert await caller.inbox() == []
        assert (await caller.get(path)).status_code == 404


async def test_accused_office_gets_no_alert_and_the_one_above_does(city: City) -> None:
    county = await city.caller(role=(await city.portal()).client.role, region="430921000000")
    await city.register("请领导过问此事。", by=county, confidential=True, urgent=True, respondents=ACCUSED)
    await city.route()
    assert await (await city.office("南县信访局")).inbox() == []
    assert len(await told(await city.office(), "petition.urgent")) == 1


async def test_alert_ends_when_it_turns_out_to_be_a_denunciation(city: City) -> None:
    registered = await city.register("南县茅草街镇有几十人要跳楼,人命关天。")
    await city.route()
    government, path = await city.organ("南县人民政府"), f"/v1/petitions/{registered['id']}"
    assert (await government.get(path)).status_code == 200
    discipline = await city.organ("中共南县纪律检查委员会")
    choice = {"organ_id": discipline.organ_id, "reason": "移送纪检。", "purpose": "denunciation"}
    await (await city.office()).done(f"/v1/triage/{registered['id']}/decision", choice)
    assert (await government.get(path)).status_code == 404


async def test_petition_office_of_the_county_gets_a_copy(city: City) -> None:
    dispatch, organ = await city.dispatched()
    county, path = await city.office("南县信访局"), f"/v1/petitions/{dispatch['petition_id']}"
    [entry] = await told(county, "petition.copied")
    assert entry["data"]["organ_id"] == organ.organ_id
    assert (await county.get(entry["data"]["links"]["petition"])).status_code == 200
    [letter] = [
        each for each in (await county.get(f"{path}/papers")).json()["items"] if each["kind"] == "referral"
    ]
    assert (await county.get(letter["links"]["self"])).json()["content"]["copies_to"] == ["南县信访局"]
    assert await told(await city.office("沅江市信访局"), "petition.copied") == []


async def test_copy_gives_no_right_to_act(city: City) -> None:
    dispatch, _ = await city.dispatched()
    county, forestry = await city.office("南县信访局"), await city.organ("南县林业局")
    path = f"/v1/petitions/{dispatch['petition_id']}"
    moved = {"organ_id": forestry.organ_id, "reason": "由林业局办理更为合适。"}
    assert (await county.post(f"{path}/transfer", moved)).status_code == 404
    assert (await county.post(f"{path}/supplements", {"content": "补充材料。"})).status_code == 404
    assert (await county.post(f"{path}/unmask", {"reason": "了解情况。"})).status_code == 404


async def test_copy_ends_with_the_case_in_the_county(city: City) -> None:
    dispatch, organ = await city.dispatched()
    reason = "该地块在沅江市境内,不属于我局职权范围。"
    objection = await organ.done(f"/v1/dispatches/{dispatch['id']}/objection", {"reason": reason})
    other = await city.organ("沅江市自然资源局")
    ruling = {"upheld": True, "organ_id": other.organ_id, "reason": "经核实属实。"}
    await (await city.office()).done(f"/v1/objections/{objection['id']}/decision", ruling)
    path = f"/v1/petitions/{dispatch['petition_id']}"
    assert (await (await city.office("南县信访局")).get(path)).status_code == 404
    assert (await (await city.office("沅江市信访局")).get(path)).status_code == 200


@pytest.mark.parametrize("more", [{"confidential": True}, {"purpose": "denunciation"}])
async def test_what_is_closed_is_copied_to_nobody(city: City, more: dict[str, Any]) -> None:
    registered = await city.register(**more)
    await city.route()
    county = await city.office("南县信访局")
    assert await county.inbox() == []
    assert (await county.get(f"/v1/petitions/{registered['id']}")).status_code == 404


async def test_what_may_accuse_the_government_is_told_to_it_by_a_person_alone(city: City) -> None:
    """Urgent, but held: whoever reads it first may be whom it accuses (30)."""
    said = "南县人民政府贪污征地补偿款,截留不发,几十人要在工地跳楼,人命关天。"
    registered = await city.register(said)
    await city.route()
    government, office = await city.organ("南县人民政府"), await city.office()
    path = f"/v1/petitions/{registered['id']}"
    assert await government.inbox() == []
    assert (await government.get(path)).status_code == 404
    assert "petition.urgent" in [each["type"] for each in await office.inbox()]

    bureau = await city.organ("南县自然资源局")
    body = {"organ_id": bureau.organ_id, "reason": "经核实,系征地补偿发放迟延。"}
    await office.done(f"/v1/triage/{registered['id']}/decision", body)
    assert [each["type"] for each in await government.inbox()] == ["petition.urgent"]
    assert (await government.get(path)).status_code == 200
    assert [each["type"] for each in await office.inbox()].count("petition.urgent") == 1


async def test_a_preview_of_what_is_held_is_an_answer(city: City) -> None:
    said = "南县人民政府贪污征地补偿款,截留不发,几十人要在工地跳楼,人命关天。"
    answer = await (await city.portal()).post("/v1/routing/preview", {"content": said})
    assert answer.status_code == 200, answer.text
    assert answer.json()["needs_triage"]
