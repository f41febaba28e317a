"""The inbox as a department's program walks it."""

from __future__ import annotations

import asyncio
import hashlib
import time
from typing import Any

import pytest

from tests.city import City


async def walked(organ: Any, **query: Any) -> list[dict[str, Any]]:
    """Every entry from the start, page by page."""
    found: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        page = (await organ.get(f"/v1/organs/{organ.organ_id}/inbox", **query, **after)).json()
        found += page["items"]
        after = {"after": page["next"]}
        if not page["has_more"]:
            return found


async def test_entry_is_a_thin_cloud_event(city: City) -> None:
    dispatch, organ = await city.dispatched()
    [event] = await organ.inbox()
    assert event["specversion"] == "1.0"
    assert event["source"] == f"/v1/organs/{organ.organ_id}"
    assert event["type"] == "dispatch.created"
    assert event["subject"] == dispatch["petition_id"]
    assert event["sequence"] == "000000000001"
    assert event["time"].endswith("Z")
    assert event["data"]["dispatch_id"] == dispatch["id"]
    petition = await organ.get(event["data"]["links"]["petition"])
    assert event["data"]["etag"] == petition.headers["ETag"]
    assert event["data"]["number"] == petition.json()["number"]
    assert (await organ.get(event["data"]["links"]["dispatch"])).status_code == 200


async def test_entries_tell_nothing_of_content_or_people(city: City) -> None:
    accepted, organ = await city.accepted()
    await city.advance(70)
    portal = await city.portal()
    added = {"content": "补充:账号是六二二八。"}
    assert (await portal.post(f"/v1/petitions/{accepted['petition_id']}/supplements", added)).is_success
    answer = await organ.get(f"/v1/organs/{organ.organ_id}/inbox")
    assert {each["type"] for each in answer.json()["items"]} == {
        "dispatch.created", "deadline.warning", "deadline.missed", "petition.supplemented",
    }  # fmt: skip
    for secret in ("张三", "13900000001", "茅草街", "补偿", "账号", "征地"):
        assert secret not in answer.text


async def test_walking_meets_every_entry_once_in_order(city: City) -> None:
    for _ in range(5):
        await city.dispatched()
    organ = await city.organ("南县自然资源局")
    found = await walked(organ, limit=2)
    assert [int(each["sequence"]) for each in found] == [1, 2, 3, 4, 5]
    assert found == await organ.inbox()


async def test_cursor_at_the_end_goes_on_from_there(city: City) -> None:
    _, organ = await city.dispatched()
    path = f"/v1/organs/{organ.organ_id}/inbox"
    end = (await organ.get(path)).json()["next"]
    empty = (await organ.get(path, after=end)).json()
    assert (empty["items"], empty["next"], empty["has_more"]) == ([], end, False)
    await city.dispatched()
    following = (await organ.get(path, after=end)).json()
    assert [int(each["sequence"]) for each in following["items"]] == [2]


async def test_long_poll_returns_as_soon_as_something_comes(city: City) -> None:
    organ = await city.organ("南县自然资源局")
    await city.register()
    began = time.monotonic()
    waiting = asyncio.create_task(organ.inbox(wait=20))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    await city.route()
    assert len(await waiting) == 1
    assert time.monotonic() - began < 15


async def test_long_poll_ends_empty_when_nothing_comes(city: City) -> None:
    organ = await city.organ("南县自然资源局")
    assert await organ.inbox(wait=0.3) == []


@pytest.mark.parametrize("query", [{"wait": 31}, {"wait": -1}, {"limit": 0}, {"limit": 201}])
async def test_out_of_range_is_invalid(city: City, query: dict[str, Any]) -> None:
    organ = await city.organ("南县自然资源局")
    answer = await organ.get(f"/v1/organs/{organ.organ_id}/inbox", **query)
    assert answer.status_code == 422


async def test_cursor_of_another_organ_is_refused(city: City) -> None:
    _, organ = await city.dispatched()
    stranger = await city.organ("沅江市自然资源局")
    theirs = (await organ.get(f"/v1/organs/{organ.organ_id}/inbox")).json()["next"]
    answer = await stranger.get(f"/v1/organs/{stranger.organ_id}/inbox", after=theirs)
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor_invalid")


@pytest.mark.parametrize("after", ["0", "1", "MQ==", "AAAA", "'; drop table inbox_entries; --", "二"])
async def test_made_up_cursor_is_refused(city: City, after: str) -> None:
    organ = await city.organ("南县自然资源局")
    answer = await organ.get(f"/v1/organs/{organ.organ_id}/inbox", after=after)
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor_invalid")


async def test_inbox_of_another_organ_does_not_exist(city: City) -> None:
    _, organ = await city.dispatched()
    stranger = await city.organ("沅江市自然资源局")
    for path in ("inbox", "dispatches", "reviews"):
        assert (await stranger.get(f"/v1/organs/{organ.organ_id}/{path}")).status_code == 404
    digest = await stranger.get(f"/v1/organs/{organ.organ_id}/inbox/digest", date="2026-11-20")
    assert digest.status_code == 404


async def test_digest_proves_the_day_complete(city: City) -> None:
    for _ in range(3):
        await city.dispatched()
    await city.advance(1)
    await city.dispatched()
    organ = await city.organ("南县自然资源局")
    first_day = (await organ.inbox())[:3]
    digest = (await organ.get(f"/v1/organs/{organ.organ_id}/inbox/digest", date="2026-11-20")).json()
    lines = "".join(f"{int(each['sequence'])}:{each['id']}\n" for each in first_day)
    assert digest["sha256"] == hashlib.sha256(lines.encode()).hexdigest()
    assert (digest["count"], digest["first"], digest["last"]) == (3, 1, 3)
    empty = (await organ.get(f"/v1/organs/{organ.organ_id}/inbox/digest", date="2026-11-01")).json()
    assert (empty["count"], empty["first"], empty["last"]) == (0, None, None)
