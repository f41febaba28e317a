"""Petitions brought to an organ directly (信访工作条例 23.1, 23.2): D2, its own matter or another's."""

from __future__ import annotations

import pytest

from tests.city import LAND, LAND_BUREAU, Caller, City, Json, clocks

FORESTRY = "南县林业局"
VAGUE = "请领导帮帮我们,谢谢。"
A5 = {"ground": "A5", "explanation": "涉案地块为林地,补偿由林业部门负责。", "directed_to": FORESTRY}


async def brought(city: City, content: str = LAND, *, to: str = LAND_BUREAU, **more: object) -> Json:
    """A letter that came to the organ itself, registered by it and routed."""
    organ = await city.organ(to)
    letter = {"received_on": city.today.isoformat()}
    registered = await city.register(content, by=organ, channel="letter", letter=letter, **more)
    await city.route()
    return registered


async def progress(city: City, registered: Json) -> Json:
    body = {"number": registered["number"], "query_code": registered["query_code"]}
    return dict((await city.http.post("/v1/public/progress", json=body)).json())


async def types(organ: Caller) -> list[str]:
    return [each["type"] for each in await organ.inbox()]


async def test_an_organ_keeps_what_is_its_own_matter_and_tells_by_d2(city: City) -> None:
    registered = await brought(city)
    assert clocks(registered, "running") == {"D2": "2026-12-07"}  # 15 days; no office has a clock (D1)
    bureau = await city.organ(LAND_BUREAU)
    dispatch = await bureau.newest_dispatch()
    folder = (await bureau.get(f"/v1/dispatches/{dispatch['id']}")).json()
    assert clocks(folder["petition"], "running") == {"D2": "2026-12-07"}  # no D3, D4: nobody sent it
    assert (await bureau.get(f"/v1/petitions/{registered['id']}/papers")).json()["items"] == []
    accepted = await bureau.done(f"/v1/dispatches/{dispatch['id']}/acceptance", {})
    assert clocks(accepted, "met") == {"D2": "2026-12-07"}
    assert clocks(accepted, "running").keys() == {"D5"}
    steps = [(each["what"], each["organ"]) for each in (await progress(city, registered))["steps"]]
    assert steps == [
        ("登记", LAND_BUREAU),
        ("确定责任单位", None),
        ("由收到信访事项的机关、单位办理", LAND_BUREAU),
        ("受理", LAND_BUREAU),
    ]


async def test_what_is_another_organs_goes_there_and_the_petitioner_is_told(city: City) -> None:
    registered = await brought(city, to=FORESTRY)
    bureau, forestry = await city.organ(LAND_BUREAU), await city.organ(FORESTRY)
    dispatch = await bureau.newest_dispatch()
    assert dispatch["sender"]["name"] == "南县信访局"
    folder = (await bureau.get(f"/v1/dispatches/{dispatch['id']}")).json()
    assert clocks(folder["petition"], "running").keys() == {"D3", "D4"}  # referred to it as any other
    assert clocks(folder["petition"], "met") == {"D2": "2026-12-07"}
    [notice] = (await progress(city, registered))["notices"]
    assert (notice["kind"], notice["directed_to"]) == ("referral", LAND_BUREAU)
    assert notice["text"].startswith(f"您向{FORESTRY}提出")
    seen = (await forestry.get(f"/v1/petitions/{registered['id']}")).json()  # as its source
    assert (seen["holder"]["name"], seen["content"]) == (LAND_BUREAU, LAND)
    [listed] = (await forestry.get("/v1/petitions")).json()["items"]
    assert listed["id"] == registered["id"]
    assert await types(forestry) == []
    assert (await forestry.get(f"/v1/dispatches/{dispatch['id']}")).status_code == 404


async def test_on_the_triage_desk_d2_runs_on_and_warns_the_organ(city: City) -> None:
    registered = await brought(city, VAGUE, to=FORESTRY)
    forestry, office = await city.organ(FORESTRY), await city.office("南县信访局")
    await city.advance(20)
    assert set(await types(forestry)) == {"deadline.warning", "deadline.missed"}
    seen = (await forestry.get(f"/v1/petitions/{registered['id']}")).json()
    assert (seen["state"], clocks(seen)) == ("triage", {"D2": "2026-12-07"})
    bureau = await city.organ(LAND_BUREAU)
    choice = {"organ_id": bureau.organ_id, "reason": "经电话核实,系征地补偿问题。"}
    await office.done(f"/v1/triage/{registered['id']}/decision", choice)
    seen = (await forestry.get(f"/v1/petitions/{registered['id']}")).json()
    assert clocks(seen, "met_late") == {"D2": "2026-12-07"}
    assert (await progress(city, registered))["notices"][0]["directed_to"] == LAND_BUREAU


async def test_the_desk_may_leave_it_with_the_organ_that_received_it(city: City) -> None:
    registered = await brought(city, VAGUE)
    bureau = await city.organ(LAND_BUREAU)
    choice = {"organ_id": bureau.organ_id, "reason": "经电话核实,系征地补偿问题。"}
    sent = await (await city.office()).done(f"/v1/triage/{registered['id']}/decision", choice)
    assert clocks(sent, "running") == {"D2": "2026-12-07"}
    assert (await progress(city, registered))["notices"] == []


async def test_to_the_nameless_no_notice_is_owed(city: City) -> None:
    registered = await brought(city, anonymous=True, petitioners=[])
    assert registered["deadlines"] == []
    bureau = await city.organ(LAND_BUREAU)
    folder = (await bureau.get(f"/v1/dispatches/{(await bureau.newest_dispatch())['id']}")).json()
    assert folder["petition"]["deadlines"] == []


async def test_the_organ_names_another_on_a5_only_for_what_was_brought_to_it(city: City) -> None:
    registered = await brought(city)
    bureau = await city.organ(LAND_BUREAU)
    dispatch = await bureau.newest_dispatch()
    refused = await bureau.done(f"/v1/dispatches/{dispatch['id']}/refusal", A5)
    assert refused["state"] == "declined"
    told = await progress(city, registered)
    assert clocks(told, "met") == {"D2": "2026-12-07"}
    assert [each["directed_to"] for each in told["notices"]] == [FORESTRY]
    referred, _ = await city.dispatched()
    answer = await bureau.post(f"/v1/dispatches/{referred['id']}/refusal", A5)
    assert (answer.status_code, answer.json()["code"]) == (409, "outside_powers_is_objection")


async def test_an_objection_sends_it_on_and_tells_the_petitioner(city: City) -> None:
    registered = await brought(city)
    bureau, forestry = await city.organ(LAND_BUREAU), await city.organ(FORESTRY)
    dispatch = await bureau.newest_dispatch()
    await city.advance(10)  # nobody referred it: no five working days to object in
    reason = {"reason": "涉案地块为集体林地,不属于我局职权。", "suggested_organ_id": forestry.organ_id}
    objection = await bureau.done(f"/v1/dispatches/{dispatch['id']}/objection", reason)
    ruling = {"upheld": True, "organ_id": forestry.organ_id, "reason": "经核实,该地块为林地。"}
    await (await city.office("南县信访局")).done(f"/v1/objections/{objection['id']}/decision", ruling)
    told = await progress(city, registered)
    assert clocks(told, "met") == {"D2": "2026-12-07"}
    assert clocks(told, "running").keys() == {"D3", "D4"}
    assert told["notices"][-1]["directed_to"] == FORESTRY


async def test_an_organ_adds_only_to_what_was_brought_to_it(city: City) -> None:
    registered = await brought(city, to=FORESTRY)
    bureau, forestry = await city.organ(LAND_BUREAU), await city.organ(FORESTRY)
    more = {"content": "补充:征地协议编号为2025-017。"}
    path = f"/v1/petitions/{registered['id']}/supplements"
    refused = await bureau.post(path, more)  # it has it in hand, but nobody told it anything
    assert (refused.status_code, refused.json()["code"]) == (403, "not_competent")
    assert (await forestry.post(path, more)).status_code == 201
    assert await types(bureau) == ["dispatch.created", "petition.supplemented"]


@pytest.mark.parametrize("beginning", ["举报南县自然资源局局长受贿贪污。", "举报贵局局长张某受贿贪污。"])
async def test_a_denunciation_leaves_the_organ_to_which_it_was_brought(city: City, beginning: str) -> None:
    bureau = await city.organ(LAND_BUREAU)
    letter = {"received_on": city.today.isoformat()}
    content = f"{beginning}南县茅草街镇征地补偿款被其截留。"
    registered = await city.register(content, by=bureau, channel="letter", letter=letter)
    assert (await bureau.get(f"/v1/petitions/{registered['id']}")).status_code == 200  # what it sent, no more
    await city.route()
    for part in ("", "/events", "/routing", "/papers"):
        assert (await bureau.get(f"/v1/petitions/{registered['id']}{part}")).status_code == 404
    assert (await bureau.get("/v1/petitions")).json()["items"] == []
    assert (await bureau.get("/v1/petitions/export")).text == ""
    discipline, office = await city.organ("中共南县纪律检查委员会"), await city.office("南县信访局")
    waiting = (await office.get("/v1/triage")).json()["items"]
    for item in waiting:  # 贵局 is no name: a person finds whom it means
        choice = {"organ_id": discipline.organ_id, "reason": "被反映人系南县自然资源局局长。"}
        await office.done(f"/v1/triage/{item['petition']['id']}/decision", choice)
    dispatch = await discipline.newest_dispatch()
    assert dispatch["petition_id"] == registered["id"]
    # The code that the accused was given opens nothing, to nobody: it could follow its own case by it.
    body = {"number": registered["number"], "query_code": registered["query_code"]}
    assert (await city.http.post("/v1/public/progress", json=body)).status_code == 404
    seen = (await discipline.get(f"/v1/petitions/{registered['id']}")).json()
    assert clocks(seen, "met").keys() == {"D2"}  # told in writing, by the office
    await city.advance(60)
    assert await types(bureau) == []
    events = (await discipline.get(f"/v1/petitions/{registered['id']}/events")).json()["items"]
    assert "query_code_ended" in [each["kind"] for each in events]


async def test_what_a_person_finds_to_be_a_denunciation_leaves_its_receiver_too(city: City) -> None:
    registered = await brought(city, VAGUE)
    bureau, discipline = await city.organ(LAND_BUREAU), await city.organ("中共南县纪律检查委员会")
    assert (await bureau.get(f"/v1/petitions/{registered['id']}")).status_code == 200
    choice = {"organ_id": discipline.organ_id, "purpose": "denunciation", "reason": "所称领导系该局局长。"}
    await (await city.office("南县信访局")).done(f"/v1/triage/{registered['id']}/decision", choice)
    assert (await bureau.get(f"/v1/petitions/{registered['id']}")).status_code == 404
    assert "number" not in await progress(city, registered)  # the query code is void


async def test_a_supplement_that_accuses_the_receiving_organ_ends_its_sight(city: City) -> None:
    registered = await brought(city, to=FORESTRY, confidential=True)
    forestry = await city.organ(FORESTRY)
    assert (await forestry.get(f"/v1/petitions/{registered['id']}")).status_code == 200
    added = {"content": "就是南县林业局的人截留了款项。"}
    office = await city.office("南县信访局")
    assert (await office.post(f"/v1/petitions/{registered['id']}/supplements", added)).status_code == 201
    seen = (await forestry.get(f"/v1/petitions/{registered['id']}")).json()
    assert seen["supplements"] == []  # not even before it is screened
    await city.route()
    assert (await forestry.get(f"/v1/petitions/{registered['id']}")).status_code == 404
    body = {"number": registered["number"], "query_code": registered["query_code"]}
    assert (await city.http.post("/v1/public/progress", json=body)).status_code == 404


async def test_discipline_keeps_a_denunciation_that_was_brought_to_it(city: City) -> None:
    content = "举报南县自然资源局局长受贿贪污。"
    registered = await brought(city, content, to="中共南县纪律检查委员会")
    discipline = await city.organ("中共南县纪律检查委员会")
    seen = (await discipline.get(f"/v1/petitions/{registered['id']}")).json()
    assert seen["purpose"] == "denunciation"
    assert clocks(seen, "running") == {}  # it tells by rules of its own (23.4)
    assert (await progress(city, registered))["number"] == registered["number"]


async def test_a_petition_office_under_any_role_refers_within_d1(city: City) -> None:
    registered = await brought(city, to="南县信访局")
    assert registered["deadlines"][0]["rule"] == "D1"
