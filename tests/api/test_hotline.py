from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from services.bootstrap import Deployment
from tests.api.callers import Login, Stranger

HERE = "/v1/hotline/work-orders/HL20261120-000123"
ORDER: dict[str, Any] = {
    "hotline": {"called_at": "2026-11-20T01:30:00Z", "operator": "1024"},
    "content": "来电人反映小区路灯损坏一个月无人维修。",
    "place": {"address": "益阳市赫山区桃花仑街道"},
    "petitioners": [{"name": "李四", "phone": "13900000002"}],
}


@pytest.fixture
async def hotline(login: Login) -> Stranger:
    return await login("hotline")


async def test_work_order_is_registered_once(hotline: Stranger) -> None:
    first = await hotline.put(HERE, json=ORDER)
    again = await hotline.put(HERE, json=ORDER)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["query_code"] == first.json()["query_code"]  # the first answer may have been lost
    assert again.json()["id"] == first.json()["id"]
    assert (again.json()["changed"], again.json()["version"]) == (False, 1)
    assert first.json()["received_on"] == "2026-11-20"


async def test_changed_work_order_becomes_a_supplement(hotline: Stranger, world: Deployment) -> None:
    await hotline.put(HERE, json=ORDER)
    changed = ORDER | {"content": "来电人补充:3栋、5栋的路灯也坏了。"}
    for expected in (True, False):
        answer = await hotline.put(HERE, json=changed)
        assert (answer.status_code, answer.json()["changed"]) == (200, expected)
        assert "query_code" not in answer.json()
    async with world.read() as work:
        assert len(await work.supplements.find()) == 1


async def test_work_order_sent_at_the_same_time_is_one_petition(hotline: Stranger, world: Deployment) -> None:
    answers = await asyncio.gather(*(hotline.put(HERE, json=ORDER) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 201]
    async with world.read() as work:
        assert len(await work.petitions.find()) == 1


async def test_work_order_is_read_back_by_its_number(hotline: Stranger) -> None:
    registered = (await hotline.put(HERE, json=ORDER)).json()
    found = (await hotline.get(HERE)).json()
    assert (found["id"], found["external_ref"]) == (registered["id"], "HL20261120-000123")
    assert found["form"]["work_order_no"] == "HL20261120-000123"
    assert (await hotline.get("/v1/hotline/work-orders/none")).status_code == 404


async def test_another_number_in_the_body_is_refused(hotline: Stranger) -> None:
    answer = await hotline.put(HERE, json=ORDER | {"external_ref": "HL-2"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/external_ref")


async def test_callback_is_recorded_once(hotline: Stranger, world: Deployment) -> None:
    await hotline.put(HERE, json=ORDER)
    call = {"called_at": "2026-11-21T02:00:00Z", "reached": True, "satisfaction": "satisfied"}
    first = await hotline.post(f"{HERE}/callbacks", json=call)
    again = await hotline.post(f"{HERE}/callbacks", json=call)
    assert (first.status_code, again.json()) == (201, first.json())
    future = await hotline.post(f"{HERE}/callbacks", json=call | {"called_at": "2126-11-21T02:00:00Z"})
    assert (future.status_code, future.json()["errors"][0]["pointer"]) == (422, "/called_at")


async def test_work_orders_are_for_hotlines_only(portal: Stranger) -> None:
    assert (await portal.put(HERE, json=ORDER)).status_code == 403


async def test_an_order_is_one_petition_whichever_way_it_is_sent(
    hotline: Stranger, world: Deployment
) -> None:
    number = HERE.rpartition("/")[2]
    sent = {**ORDER, "channel": "hotline", "hotline": {**ORDER["hotline"], "work_order_no": number}}
    first = await hotline.post("/v1/petitions", json=sent, headers={"Idempotency-Key": "order-1"})
    assert first.status_code == 201
    again = await hotline.put(HERE, json=ORDER)
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    other = await hotline.post("/v1/petitions", json=sent, headers={"Idempotency-Key": "order-2"})
    assert (other.status_code, other.json()["petition_id"]) == (409, first.json()["id"])
    line = json.dumps(sent) + "\n"
    imported = await hotline.post(
        "/v1/petitions/import", content=line, headers={"Content-Type": "application/x-ndjson"}
    )
    assert imported.json()["already"] is True
    async with world.read() as work:
        assert len(await work.petitions.find()) == 1


async def test_an_order_has_no_second_number(hotline: Stranger, portal: Stranger) -> None:
    block = {**ORDER["hotline"], "work_order_no": "HL-1"}
    sent = {**ORDER, "channel": "hotline", "hotline": block, "external_ref": "HL-2"}
    refused = await hotline.post("/v1/petitions", json=sent, headers={"Idempotency-Key": "two"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/external_ref")
    # A source that is no hotline only notes the hotline's number; its own reference is the key.
    assert (await portal.post("/v1/petitions", json=sent, headers={"Idempotency-Key": "two"})).is_success
