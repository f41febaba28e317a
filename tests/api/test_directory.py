"""The directory and the law, read over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.city import LAND_BUREAU, City


async def listed(city: City, what: str, **query: Any) -> list[dict[str, Any]]:
    office = await city.office()
    answer = await office.get(f"/v1/directory/{what}", limit=200, **query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_regions_without_a_filter_are_the_provinces(city: City) -> None:
    found = await listed(city, "regions")
    assert {each["level"] for each in found} == {"province"}
    assert len(found) > 30


async def test_regions_of_a_parent_are_its_children(city: City) -> None:
    found = await listed(city, "regions", parent="430900000000")
    assert "南县" in [each["name"] for each in found]
    assert {each["parent"] for each in found} == {"430900000000"}
    assert found == await listed(city, "regions", parent="4309")


async def test_regions_within_a_region_are_all_beneath(city: City) -> None:
    found = await listed(city, "regions", region="430921", name="茅草街")
    assert [each["full_name"] for each in found] == ["湖南省益阳市南县茅草街镇"]


async def test_unknown_region_is_invalid(city: City) -> None:
    office = await city.office()
    for what in ("regions", "organs"):
        answer = await office.get(f"/v1/directory/{what}", region="999999")
        assert answer.status_code == 422


async def test_organs_are_found_by_place_function_and_name(city: City) -> None:
    [organ] = await listed(city, "organs", region="430921000000", function="natural_resources")
    assert organ["name"] == LAND_BUREAU
    assert len(organ["reviewer_ids"]) == 2
    assert organ in await listed(city, "organs", name="南县自然")
    assert organ in await listed(city, "organs", parent="430921000000-government")
    assert await listed(city, "organs", parent="nobody") == []


async def test_pages_meet_every_organ_once(city: City) -> None:
    office = await city.office()
    found: list[str] = []
    query: dict[str, str] = {}
    while True:
        page = (await office.get("/v1/directory/organs", limit=200, **query)).json()
        found += [each["code"] for each in page["items"]]
        if not page["has_more"]:
            break
        query = {"after": page["next"]}
    assert found == sorted(organ.code for organ in (await city.world.directory()).organs)


async def test_powers_name_their_basis(city: City) -> None:
    found = await listed(city, "powers", parent="0301")
    assert found
    assert all(each["category_code"].startswith("0301") and each["basis"] for each in found)
    assert {each["function"] for each in await listed(city, "powers", function="education")} == {"education"}


async def test_categories_know_their_path(city: City) -> None:
    found = await listed(city, "categories", parent="03")
    assert found[0]["parent_code"] is None
    assert all(each["path_name"].endswith(each["name"]) for each in found)


async def test_cursor_holds_for_its_own_filters_only(city: City) -> None:
    office = await city.office()
    following = (await office.get("/v1/directory/categories", limit=5)).json()["next"]
    answer = await office.get("/v1/directory/categories", limit=5, parent="03", after=following)
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor_invalid")


@pytest.mark.parametrize("names", ["regions", "categories"])
async def test_a_portal_reads_what_its_form_offers(city: City, names: str) -> None:
    read = await (await city.portal()).get(f"/v1/directory/{names}", limit=2)
    assert read.status_code == 200
    assert len(read.json()["items"]) == 2


async def test_directory_needs_its_scope(city: City) -> None:
    assert (await (await city.portal()).get("/v1/directory/organs")).status_code == 403


async def test_statutes_give_every_period_its_words(city: City) -> None:
    body = (await (await city.portal()).get("/v1/statutes")).json()
    [pack] = body["items"]
    periods = {each["rule"]: each for each in pack["periods"]}
    assert (periods["D5"]["length"], periods["D5"]["extension"]["max_days"]) == (60, 30)
    assert periods["D4"]["unit"] == "working_day"
    assert all(each["citation"]["quote"] or each["citation"]["reason"] for each in pack["periods"])
    assert {each["id"] for each in pack["grounds"]} >= {"A1", "A6"}
    assert body["calendar"]
