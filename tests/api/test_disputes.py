"""Two organs hand a petition back: their common superior decides, and that binds (信访工作条例 24)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.city import LAND_BUREAU, Caller, City, clocks

FORESTRY, GOVERNMENT, TAX = "南县林业局", "南县人民政府", "国家税务总局南县税务局"
REASON = "该地块不在我局职责范围之内,依照职责清单应当由其他部门主管。"


async def returned(city: City, dispatch: dict[str, Any], organ: Caller, *, to: str | None) -> dict[str, Any]:
    """The organ objects, and the sender finds it right."""
    objection = await organ.done(f"/v1/dispatches/{dispatch['id']}/objection", {"reason": REASON})
    organ_id = (await city.organ(to)).organ_id if to else None
    ruling = {"upheld": True, "reason": "经核实属实。", "organ_id": organ_id}
    return await (await city.office()).done(f"/v1/objections/{objection['id']}/decision", ruling)


async def disputed(city: City, *, other: str = FORESTRY) -> tuple[dict[str, Any], str]:
    """Handed back by the land bureau and by another organ. The entry of who decides, and the petition."""
    dispatch, organ = await city.dispatched()
    await returned(city, dispatch, organ, to=other)
    second = await city.organ(other)
    decided = await returned(city, await second.newest_dispatch(), second, to=None)
    assert decided["petition"]["state"] == "disputed"
    decider = await city.organ_by_id((await city.petition(dispatch["petition_id"]))["holder"]["organ_id"])
    [entry] = [each for each in await decider.inbox() if each["type"] == "dispute.raised"]
    return entry, dispatch["petition_id"]


async def test_petition_returned_twice_is_ruled_and_accepted(city: City) -> None:
    registered = await city.register()
    await city.route()
    organ = await city.organ(LAND_BUREAU)
    dispatch = await organ.newest_dispatch()
    await returned(city, dispatch, organ, to=FORESTRY)
    forestry = await city.organ(FORESTRY)
    await returned(city, await forestry.newest_dispatch(), forestry, to=None)
    government = await city.organ(GOVERNMENT)
    [entry] = [each for each in await government.inbox() if each["type"] == "dispute.raised"]
    found = (await government.get(entry["data"]["links"]["dispute"])).json()
    assert {each["organ"]["name"] for each in found["reasons"]} == {LAND_BUREAU, FORESTRY}
    assert (found["forum"], found["ground"], found["raised_by"]) == ("superior", "returned_twice", None)
    assert (await government.get(entry["data"]["links"]["petition"])).status_code == 200

    told = await city.http.post(
        "/v1/public/progress", json={k: registered[k] for k in ("number", "query_code")}
    )
    assert told.json()["organ"] == GOVERNMENT
    last = told.json()["steps"][-1]
    assert (last["what"], last["organ"]) == ("受理有争议,报请决定受理机关", GOVERNMENT)

    ruling = {"organ_id": organ.organ_id, "reason": "该地块已转为建设用地。"}
    decided = await government.done(f"/v1/disputes/{found['id']}/decision", ruling)
    assert (decided["state"], decided["assigned_organ"]["name"]) == ("ruled", LAND_BUREAU)
    bound = await organ.newest_dispatch()
    assert (bound["binding"], bound["sender"]["name"]) == (True, GOVERNMENT)
    again = await organ.post(f"/v1/dispatches/{bound['id']}/objection", {"reason": REASON})
    assert (again.status_code, again.json()["code"]) == (409, "dispatch_binding")
    accepted = await organ.done(f"/v1/dispatches/{bound['id']}/acceptance", {})
    assert set(clocks(accepted, "running")) == {"D5"}
    office = await city.office()
    assert [each["type"] for each in await office.inbox()][-1] == "dispute.decided"
    routing = (await office.get(f"/v1/petitions/{registered['id']}/routing")).json()
    assert (routing["lead"]["name"], routing["reasons"][0]["rule"]) == (LAND_BUREAU, "R8")
    petition = await city.petition(registered["id"])
    assert petition["first_handler"]["name"] == LAND_BUREAU


async def test_without_a_common_superior_the_conference_decides(city: City) -> None:
    entry, petition_id = await disputed(city, other=TAX)
    office = await city.office("南县信访局")
    page = (await office.get("/v1/joint-conferences", state="open")).json()
    assert [each["id"] for each in page["items"]] == [entry["data"]["dispute_id"]]
    path = f"/v1/disputes/{entry['data']['dispute_id']}/decision"
    ruling = {"organ_id": (await city.organ(TAX)).organ_id, "reason": "经联席会议研究,由税务部门受理。"}
    without = await office.post(path, ruling)
    assert (without.status_code, without.json()["errors"][0]["pointer"]) == (422, "/sat_on")
    await office.done(path, {**ruling, "sat_on": city.today.isoformat()})
    assert (await city.petition(petition_id))["holder"]["name"] == TAX


async def test_office_raises_a_dispute_by_hand(city: City) -> None:
    dispatch, organ = await city.dispatched()
    office, forestry = await city.office(), await city.organ(FORESTRY)
    path = f"/v1/petitions/{dispatch['petition_id']}/disputes"
    body = {"reason": "两个单位都称应当由自己受理。", "party_ids": [forestry.organ_id]}
    refused = await organ.post(path, body)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_competent")
    raised = await office.done(path, body)
    assert (raised["organ"]["name"], raised["ground"]) == (GOVERNMENT, "contested")
    assert (await organ.get(f"/v1/dispatches/{dispatch['id']}")).status_code == 404
    assert (await organ.get(f"/v1/disputes/{raised['id']}")).status_code == 200
    stranger = await city.organ("沅江市自然资源局")
    assert (await stranger.get(f"/v1/disputes/{raised['id']}")).status_code == 404


async def test_new_facts_transfer_an_accepted_case(city: City) -> None:
    dispatch, organ = await city.accepted()
    forestry, office = await city.organ(FORESTRY), await city.office()
    path = f"/v1/petitions/{dispatch['petition_id']}/transfer"
    body = {"organ_id": forestry.organ_id, "reason": "现场核实,该地块为集体林地。"}
    assert (await organ.post(path, body)).status_code == 403
    onward = await office.done(path, body)
    assert (onward["organ"]["name"], onward["petition"]["state"]) == (FORESTRY, "dispatched")
    assert set(clocks(onward, "running")) == {"D3", "D4", "D5"}  # the 60 days go on with it
    petition = await city.petition(dispatch["petition_id"])
    assert (petition["holder"]["name"], petition["first_handler"]["name"]) == (FORESTRY, LAND_BUREAU)
    assert (await organ.inbox())[-1]["type"] == "dispatch.withdrawn"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE petitions SET holder_id = NULL",
        "UPDATE petitions SET state = 'withdrawn'",
        "UPDATE dispatches SET open = true",
    ],
)
async def test_database_refuses_a_petition_in_no_hand_or_in_two(city: City, statement: str) -> None:
    entry, _ = await disputed(city)
    government = await city.organ(GOVERNMENT)
    ruling = {"organ_id": (await city.organ(LAND_BUREAU)).organ_id, "reason": "由其受理。"}
    await government.done(f"/v1/disputes/{entry['data']['dispute_id']}/decision", ruling)
    with pytest.raises(DBAPIError):
        async with city.world.database.writing() as connection:
            await connection.execute(text(statement))
