"""A denunciation never reaches those it names, nor anyone beneath, by any way (信访工作条例 30, 46)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.city import COUNTY, LAND_BUREAU, Caller, City, clocks

BRIBES = "举报南县自然资源局局长张某收受贿赂,违规审批,贪污征地款。"
AGAINST_COUNTY = "举报南县人民政府县长受贿贪污,包庇下属。"
REASON = "被反映人的干部管理权限不在我委,建议由上级纪检监察机关办理。"


async def sees_nothing(accused: Caller, registered: dict[str, Any], dispatch_id: str | None) -> None:
    """Every way in: inbox, lists, the petition itself and everything that hangs on it."""
    petition = f"/v1/petitions/{registered['id']}"
    for path in (petition, f"{petition}/events", f"{petition}/routing"):
        assert (await accused.get(path)).status_code == 404, path
    for page in ("inbox", "dispatches", "reviews"):
        answer = await accused.get(f"/v1/organs/{accused.organ_id}/{page}")
        assert answer.json()["items"] == [], page
    listing = await accused.get("/v1/petitions", number=registered["number"])
    assert listing.json()["items"] == []
    if dispatch_id is not None:
        assert (await accused.get(f"/v1/dispatches/{dispatch_id}")).status_code == 404
        assert (await accused.post(f"/v1/dispatches/{dispatch_id}/receipt")).status_code == 404


async def test_denunciation_goes_to_discipline_and_never_to_the_accused(city: City) -> None:
    registered = await city.register(BRIBES)
    await city.route()
    discipline, accused = await city.organ("中共南县纪律检查委员会"), await city.organ(LAND_BUREAU)
    dispatch = await discipline.newest_dispatch()
    folder = (await discipline.get(f"/v1/dispatches/{dispatch['id']}")).json()
    assert folder["petition"]["content"] == BRIBES
    assert folder["petition"]["purpose"] == "denunciation"
    assert folder["petition"]["petitioners"][0]["name"] is None  # not even the surname
    assert "D3" not in clocks(folder["petition"])  # discipline organs tell the petitioner by their own rules
    await sees_nothing(accused, registered, dispatch["id"])

    # Nor in the course of handling: warnings, a supplement, the answer and its service.
    await discipline.done(f"/v1/dispatches/{dispatch['id']}/acceptance", {})
    portal = await city.portal()
    added = {"content": "补充:张某另在县城有三套房产。"}
    assert (await portal.post(f"/v1/petitions/{registered['id']}/supplements", added)).is_success
    await city.route()
    await city.advance(90)
    await sees_nothing(accused, registered, dispatch["id"])


async def test_no_hand_can_send_it_to_the_accused(city: City) -> None:
    await city.register(BRIBES)
    await city.route()
    discipline, accused = await city.organ("中共南县纪律检查委员会"), await city.organ(LAND_BUREAU)
    office = await city.office()
    dispatch = await discipline.newest_dispatch()
    path = f"/v1/dispatches/{dispatch['id']}"

    # By an objection that suggests the accused, upheld in its favour.
    body = {"reason": REASON, "suggested_organ_id": accused.organ_id}
    objection = await discipline.done(f"{path}/objection", body)
    ruling = {"upheld": True, "organ_id": accused.organ_id, "reason": "由该局自查。"}
    answer = await office.post(f"/v1/objections/{objection['id']}/decision", ruling)
    assert (answer.status_code, answer.json()["code"]) == (409, "organ_shielded")

    # By the triage desk, after the objection sent it back there.
    ruling = {"upheld": True, "reason": "退回重新分流。"}
    await office.done(f"/v1/objections/{objection['id']}/decision", ruling)
    choice = {"organ_id": accused.organ_id, "reason": "由该局自查。"}
    answer = await office.post(f"/v1/triage/{dispatch['petition_id']}/decision", choice)
    assert (answer.status_code, answer.json()["code"]) == (409, "organ_shielded")
    assert await accused.inbox() == []

    # By a referral from above, when its superior has it: that superior is not accused, its bureau is.
    government = await city.organ("益阳市人民政府")
    choice = {"organ_id": government.organ_id, "reason": "由市政府督办。"}
    sent = await office.done(f"/v1/triage/{dispatch['petition_id']}/decision", choice)
    onward = {"organ_id": accused.organ_id}
    answer = await government.post(f"/v1/dispatches/{sent['id']}/referral", onward)
    assert (answer.status_code, answer.json()["code"]) == (409, "organ_shielded")
    assert await accused.inbox() == []


@pytest.mark.parametrize("beneath", ["南县信访局", "南县自然资源局", "南县茅草街镇人民政府"])
async def test_what_accuses_a_county_is_unseen_by_all_beneath_it(city: City, beneath: str) -> None:
    county = await city.caller((await city.portal()).client.role, region=COUNTY)
    registered = await city.register(AGAINST_COUNTY, by=county)
    await city.route()
    above = await city.organ("中共益阳市纪律检查委员会")
    dispatch = await above.newest_dispatch()
    assert dispatch["petition_id"] == registered["id"]
    assert dispatch["sender"]["name"] == "益阳市信访局"  # the county's own office is beneath the accused
    await city.advance(30)
    caller = await (city.office(beneath) if beneath.endswith("信访局") else city.organ(beneath))
    await sees_nothing(caller, registered, dispatch["id"])


async def test_a_supplement_that_names_the_holder_takes_it_out_of_its_hands(city: City) -> None:
    registered = await city.register("南县茅草街镇征地补偿款没有发放,请保密。", confidential=True)
    await city.route()
    holder = await city.organ(LAND_BUREAU)
    dispatch = await holder.newest_dispatch()
    portal = await city.portal()
    added = {"content": "就是南县自然资源局的人截留了款项。"}
    assert (await portal.post(f"/v1/petitions/{registered['id']}/supplements", added)).is_success
    await city.route()
    assert (await holder.get(f"/v1/dispatches/{dispatch['id']}")).status_code == 404
    assert (await holder.get(f"/v1/petitions/{registered['id']}")).status_code == 404
    assert (await holder.get(f"/v1/organs/{holder.organ_id}/dispatches")).json()["items"] == []
    [item] = (await (await city.office()).get("/v1/triage")).json()["items"]
    assert item["petition"]["id"] == registered["id"]
    assert [each["type"] for each in await holder.inbox()] == ["dispatch.created", "dispatch.withdrawn"]
