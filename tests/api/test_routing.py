"""The preview: the same decision as routing makes, and nothing stored."""

from __future__ import annotations

from typing import Any

import pytest

from tests.city import LAND, LAND_BUREAU, City

BODY = {"channel": "online", "content": LAND, "place": {"address": "南县茅草街镇八百弓村"}}
BRIBES = "举报南县自然资源局局长张某收受贿赂,违规审批,贪污征地款。"


async def test_preview_answers_as_routing_decides(city: City) -> None:
    portal = await city.portal()
    preview = (await portal.post("/v1/routing/preview", BODY)).json()
    assert preview["lead"]["name"] == LAND_BUREAU
    registered = await city.register(LAND, place=BODY["place"])
    await city.route()
    stored = (await portal.get(f"/v1/petitions/{registered['id']}/routing")).json()
    assert {name: stored[name] for name in preview} == preview
    assert stored["decided_by"] == "system:router"


async def test_preview_stores_nothing(city: City) -> None:
    portal = await city.portal()
    await portal.post("/v1/routing/preview", BODY)
    assert (await portal.get("/v1/petitions")).json()["items"] == []
    assert await city.world.queue.waiting() == {}


async def test_preview_for_another_office(city: City) -> None:
    portal = await city.portal()
    body = {"content": "学校乱收费,请查处。", "office_region": "430981"}
    preview = (await portal.post("/v1/routing/preview", body)).json()
    assert preview["region"]["code"].startswith("430981")


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"content": None}, "/content"),
        ({"office_region": "999999"}, "/office_region"),
        ({"category_code": "9999"}, "/category_code"),
        ({"place": {"region_code": "999999"}}, "/place/region_code"),
        ({"surprise": 1}, "/surprise"),
    ],
)
async def test_wrong_preview_is_invalid(city: City, wrong: dict[str, Any], pointer: str) -> None:
    answer = await (await city.portal()).post("/v1/routing/preview", {**BODY, **wrong})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_reasons_that_name_the_accused_are_for_the_office(city: City) -> None:
    body = {"content": BRIBES}
    outside = (await (await city.portal()).post("/v1/routing/preview", body)).json()
    office = (await (await city.office()).post("/v1/routing/preview", body)).json()
    assert outside["lead"]["name"] == office["lead"]["name"] == "中共南县纪律检查委员会"
    assert not [each for each in outside["reasons"] if LAND_BUREAU in each["text"]]
    assert [each for each in office["reasons"] if LAND_BUREAU in each["text"]]


async def test_preview_needs_its_scope(city: City) -> None:
    admin = await city.admin()
    assert (await admin.post("/v1/routing/preview", BODY)).status_code == 403


@pytest.mark.parametrize(
    "content",
    [
        "征",
        "。",
        "征地补偿款没有发放。" * 2_000,
        "南縣茅草街鎮徵地補償款沒有發放,請縣自然資源局處理。",
        "The compensation for our land has not been paid.",
        "征地补偿款😀没有发放🏠𠮷👨‍👩‍👧",
        "\u0301\u200b\ufeff征地",
    ],
    ids=["one character", "a stop", "20,000", "traditional", "English", "emoji", "marks"],
)
async def test_a_preview_of_any_text_is_an_answer(city: City, content: str) -> None:
    answer = await (await city.portal()).post(
        "/v1/routing/preview", {"channel": "online", "content": content}
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["needs_triage"] or answer.json()["lead"]


async def test_a_preview_of_100_000_characters_is_refused_in_words(city: City) -> None:
    body = {"channel": "online", "content": "征地补偿款没有发放。" * 10_000}
    answer = await (await city.portal()).post("/v1/routing/preview", body)
    assert answer.status_code == 422
    assert [each["code"] for each in answer.json()["errors"]] == ["too_long"]
