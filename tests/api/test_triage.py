"""The triage desk: a person places what no rule could (信访工作条例 22, 30)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.city import COUNTY, LAND_BUREAU, City, clocks

VAGUE = "请领导帮帮我们,谢谢。"


async def waiting(city: City, content: str = VAGUE, **more: Any) -> dict[str, Any]:
    registered = await city.register(content, **more)
    await city.route()
    return registered


async def test_desk_shows_the_doubt_and_the_suggestions(city: City) -> None:
    content = "建议市里在桃花仑路增设公交站点,方便群众出行。"
    registered = await waiting(city, content, title="建议增设公交")
    office = await city.office()
    [item] = (await office.get("/v1/triage")).json()["items"]
    assert item["petition"]["id"] == registered["id"]
    assert item["petition"]["holder"]["name"] == "益阳市信访局"
    assert item["decision"]["needs_triage"] is True
    assert 1 <= len(item["decision"]["suggestions"]) <= 3
    assert all(each["article"] for each in item["decision"]["reasons"])


async def test_person_sends_it_to_an_organ(city: City) -> None:
    dispatch, organ = await city.triaged()
    assert (dispatch["mode"], dispatch["sender"]["name"]) == ("refer", "益阳市信访局")
    assert dispatch["petition"]["state"] == "dispatched"
    assert (await organ.newest_dispatch())["id"] == dispatch["id"]
    office = await city.office()
    assert (await office.get("/v1/triage")).json()["items"] == []
    routing = (await office.get(f"/v1/petitions/{dispatch['petition_id']}/routing")).json()
    assert routing["lead"]["name"] == LAND_BUREAU
    assert routing["decided_by"].startswith("client:")
    assert "经电话核实" in routing["reasons"][0]["text"]


async def test_category_is_no_surer_for_being_sent_elsewhere(city: City) -> None:
    """Whoever sends noise from an internet bar to 文旅 has not said that it is a matter of noise."""
    office = await city.office()
    for chosen in (None, "0715"):
        registered = await waiting(city, "南县南洲镇网吧深夜噪音扰民", title="反映问题", category_code=None)
        path = f"/v1/petitions/{registered['id']}/routing"
        guess = (await office.get(path)).json()
        organ = await city.organ("南县文化旅游广电体育局")
        body = {"organ_id": organ.organ_id, "reason": "网吧由文旅部门管理。", "category_code": chosen}
        await office.done(f"/v1/triage/{registered['id']}/decision", body)
        decided = (await office.get(path)).json()
        assert decided["category"]["code"] == (chosen or guess["category"]["code"])
        assert guess["category"]["confidence"] < 0.6
        assert decided["category"]["confidence"] == (1.0 if chosen else guess["category"]["confidence"])
        assert guess["confidence"] == round(guess["confidence"], 3)


async def test_date_to_report_makes_it_an_assignment(city: City) -> None:
    dispatch, _ = await city.triaged(report_due="2026-12-31")
    assert dispatch["mode"] == "assign"
    assert clocks(dispatch, "running")["D11"] == "2026-12-31"


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"organ_id": "0193499e-2c4b-7d6f-9e3b-5b0f3a1c2d4e"}, "/organ_id"),
        ({"report_due": "2026-11-20"}, "/report_due"),
        ({"category_code": "9999"}, "/category_code"),
        ({"reason": " "}, "/reason"),
        ({"purpose": "anger"}, "/purpose"),
        ({"binding": True}, "/binding"),
    ],
)
async def test_wrong_decision_is_invalid(city: City, wrong: dict[str, Any], pointer: str) -> None:
    registered = await waiting(city)
    organ = await city.organ(LAND_BUREAU)
    body = {"organ_id": organ.organ_id, "reason": "经核实。", **wrong}
    answer = await (await city.office()).post(f"/v1/triage/{registered['id']}/decision", body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_corrected_purpose_takes_its_clocks_along(city: City) -> None:
    dispatch, organ = await city.triaged(purpose="suggestion")
    accepted = await organ.done(f"/v1/dispatches/{dispatch['id']}/acceptance", {})
    assert accepted["petition"]["path"] is None
    assert "D5" not in clocks(accepted)


async def test_purpose_corrected_to_denunciation_shields_the_accused(city: City) -> None:
    content = "南县自然资源局的人收钱,请管管。"
    registered = await waiting(city, content, category_code=None)
    office, bureau = await city.office(), await city.organ(LAND_BUREAU)
    if (await office.get("/v1/triage")).json()["items"] == []:
        pytest.fail("the story begins on the desk")
    path = f"/v1/triage/{registered['id']}/decision"
    wrong = {"organ_id": bureau.organ_id, "reason": "由该局自查。", "purpose": "denunciation"}
    answer = await office.post(path, wrong)
    assert (answer.status_code, answer.json()["code"]) == (409, "organ_shielded")
    discipline = await city.organ("中共南县纪律检查委员会")
    right = {**wrong, "organ_id": discipline.organ_id, "reason": "移送纪检。"}
    await office.done(path, right)
    assert (await bureau.get(f"/v1/petitions/{registered['id']}")).status_code == 404
    assert await bureau.inbox() == []


async def test_office_refuses_with_its_reason(city: City) -> None:
    registered = await waiting(city)
    office = await city.office()
    path = f"/v1/triage/{registered['id']}/refusal"
    body = {"ground": "A4", "explanation": "该事项已由法院受理。", "directed_to": "南县人民法院"}
    refused = await office.done(path, body)
    assert (refused["state"], refused["holder"]) == ("declined", None)
    assert not clocks(await city.petition(registered["id"]), "running", "overdue")
    nowhere = {"ground": "A5", "explanation": "不属于本系统职权。"}
    other = await waiting(city)
    answer = await office.post(f"/v1/triage/{other['id']}/refusal", nowhere)
    assert answer.json()["errors"][0]["pointer"] == "/directed_to"


async def test_desk_belongs_to_its_region(city: City) -> None:
    registered = await waiting(city)
    county = await city.office("南县信访局")
    assert (await county.get("/v1/triage")).json()["items"] == []
    organ = await city.organ(LAND_BUREAU)
    body = {"organ_id": organ.organ_id, "reason": "经核实。"}
    assert (await county.post(f"/v1/triage/{registered['id']}/decision", body)).status_code == 404
    assert (await organ.get("/v1/triage")).status_code == 403


async def test_what_is_routed_is_not_decided_at_the_desk(city: City) -> None:
    dispatch, organ = await city.dispatched()
    body = {"organ_id": organ.organ_id, "reason": "再分一次。"}
    answer = await (await city.office()).post(f"/v1/triage/{dispatch['petition_id']}/decision", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "step_not_allowed")


async def test_desk_of_an_accused_county_is_the_citys(city: City) -> None:
    county = await city.caller(role=(await city.portal()).client.role, region=COUNTY)
    content = "请领导过问此事。"
    accused = [{"kind": "organ", "name": "南县人民政府"}]
    registered = await city.register(content, by=county, confidential=True, respondents=accused)
    await city.route()
    own, above = await city.office("南县信访局"), await city.office()
    assert (await own.get("/v1/triage")).json()["items"] == []
    assert (await own.get(f"/v1/petitions/{registered['id']}")).status_code == 404
    [item] = (await above.get("/v1/triage")).json()["items"]
    assert item["petition"]["id"] == registered["id"]
    await city.advance(60)
    assert await own.inbox() == []
    assert {each["type"] for each in await above.inbox()} == {"deadline.warning", "deadline.missed"}


async def test_desk_has_the_oldest_first_with_its_due_date(city: City) -> None:
    first = await waiting(city)
    await city.advance(2)
    second, third = await waiting(city), await waiting(city)
    office = await city.office()
    page = (await office.get("/v1/triage", limit=2)).json()
    rest = (await office.get("/v1/triage", limit=2, after=page["next"])).json()
    items = [*page["items"], *rest["items"]]
    assert [each["petition"]["id"] for each in items] == [each["id"] for each in (first, second, third)]
    assert [each["due_on"] for each in items] == ["2026-12-07", "2026-12-07", "2026-12-07"]
    assert rest["has_more"] is False
