"""Registering while another process holds a lock: who waits for what, how long, and what it is told."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

from services.adapters.store.intake import MOST_UNDER_WAY
from services.bootstrap import Deployment
from tests.api.callers import Stranger

WITHIN_SECONDS = 10.0
EXTRA = 40
KEY = """INSERT INTO idempotency_keys (id, client_id, key, body_hash, status, answer, created_at)
  VALUES (gen_random_uuid(), 'portal', 'twin', '', 201, '', now())"""


@asynccontextmanager
async def locked(world: Deployment, on_postgresql: str) -> AsyncIterator[None]:
    """Another process is amid a transaction. SQLite knows one lock only."""
    engine = create_async_engine(world.settings.database, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        if world.database.is_sqlite:
            await connection.execute(text("BEGIN IMMEDIATE"))
        else:
            await connection.execute(text("BEGIN"))
            await connection.execute(text(on_postgresql))
        yield
        await connection.execute(text("ROLLBACK"))
    await engine.dispose()


async def send(portal: Stranger, online: dict[str, Any], key: str) -> httpx.Response:
    return await portal.post("/v1/petitions", json=online, headers={"Idempotency-Key": key})


async def test_fresh_keys_are_told_of_a_locked_table_as_of_an_outage(
    world: Deployment, portal: Stranger, online: dict[str, Any]
) -> None:
    stranger = online | {"petitioners": [{"name": "李四"}]}
    for key in ("first", "second"):  # now there are free numbers: it is the petition itself that waits
        assert (await send(portal, stranger, key)).status_code == 201
    async with locked(world, "LOCK TABLE petitions"):
        began = time.monotonic()
        first = asyncio.create_task(send(portal, stranger, "fresh 0"))
        await asyncio.sleep(0.1)
        later = await asyncio.gather(*(send(portal, stranger, f"fresh {n}") for n in range(1, 6)))
        told = [await first, *later]
        took = time.monotonic() - began
    assert {(each.status_code, each.json()["code"]) for each in told} == {(503, "store_busy")}
    assert all(int(each.headers["retry-after"]) > 0 for each in told)
    assert took < WITHIN_SECONDS
    assert (await send(portal, stranger, "fresh 0")).status_code == 201


async def test_one_key_sent_twice_while_locked_is_registered_once(
    world: Deployment, portal: Stranger, online: dict[str, Any]
) -> None:
    async with locked(world, "LOCK TABLE petitions"):
        twice = [asyncio.create_task(send(portal, online, "one")) for _ in range(2)]
        await asyncio.sleep(1)
    first, second = await asyncio.gather(*twice)
    assert (first.status_code, first.content) == (201, second.content)
    replayed = [each.headers.get("idempotency-replayed") for each in (first, second)]
    assert sorted(replayed, key=str) == [None, "true"]


@pytest.mark.parametrize("city_url", ["postgresql"], indirect=True)
async def test_a_key_under_way_in_another_process_is_told_as_such(
    world: Deployment, portal: Stranger, online: dict[str, Any]
) -> None:
    stranger = online | {"petitioners": [{"name": "李四"}]}
    async with locked(world, KEY):
        began = time.monotonic()
        keys = ("alone", "twin", "beside", "another")
        told = await asyncio.gather(*(send(portal, stranger, key) for key in keys))
        took = time.monotonic() - began
    assert [each.status_code for each in told] == [201, 409, 201, 201]
    assert told[1].json()["code"] == "request_in_progress"
    assert int(told[1].headers["retry-after"]) > 0
    assert took < WITHIN_SECONDS
    assert (await send(portal, stranger, "twin")).status_code == 201


async def test_waiting_for_a_number_counts_as_under_way(
    world: Deployment, portal: Stranger, online: dict[str, Any]
) -> None:
    stranger = online | {"petitioners": [{"name": "李四"}]}
    assert (await send(portal, stranger, "before")).status_code == 201
    answered: list[httpx.Response] = []
    beyond = asyncio.Event()

    async def call(number: int) -> None:
        answered.append(await send(portal, stranger, f"crowd {number}"))
        if len(answered) == EXTRA:
            beyond.set()

    async with asyncio.TaskGroup() as crowd, locked(world, "SELECT 1 FROM number_blocks FOR UPDATE"):
        for number in range(MOST_UNDER_WAY + EXTRA):
            crowd.create_task(call(number))
        await beyond.wait()
    refused = answered[:EXTRA]
    assert {(each.status_code, each.json()["code"]) for each in refused} == {(503, "intake_full")}
    assert Counter(each.status_code for each in answered[EXTRA:]) == {201: MOST_UNDER_WAY}
