"""Asked to end under load, an API says so first, finishes what it has begun, and is gone in time."""

from __future__ import annotations

import asyncio
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from services.adapters.keys import load_or_create
from services.adapters.store.tables.petition import petitions
from services.bootstrap import Deployment
from services.settings import Settings
from tests.integration import processes
from tests.integration.petitions import build_city
from tests.integration.processes import ONLINE, Running

CALLERS = 6
BEFORE = 30
GONE_WITHIN = 20.0


@pytest.fixture
async def world(
    database_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[Deployment]:
    redis_url = None if database_url.startswith("sqlite") else request.getfixturevalue("redis_url")
    settings = Settings(data=tmp_path, database_url=database_url, redis_url=redis_url)
    deployed = Deployment(settings, load_or_create(tmp_path / "keys.json"))
    yield deployed
    await deployed.close()


@dataclass
class Load:
    """Callers behind a balancer: they send while it holds the process for ready."""

    ready: bool = True
    after_notice: int = 0
    asked: float = float("inf")
    warm: asyncio.Event = field(default_factory=asyncio.Event)
    numbers: list[str] = field(default_factory=list)
    other: Counter[str] = field(default_factory=Counter)

    async def call(self, client: httpx.AsyncClient, keys: count[int]) -> None:
        while self.ready:
            try:
                headers = {"Idempotency-Key": str(next(keys))}
                answer = await client.post("/v1/petitions", json=ONLINE, headers=headers)
            except httpx.TransportError as error:
                self.other[type(error).__name__] += 1
                return
            if answer.status_code == 201:
                self.numbers.append(answer.json()["number"])
                if len(self.numbers) >= BEFORE:
                    self.warm.set()
                self.after_notice += time.monotonic() > self.asked
            else:
                self.other[str(answer.status_code)] += 1

    async def probe(self, server: Running) -> httpx.Response:
        """Look every tenth of a second, as a quick balancer does. Returns the refusal."""
        async with httpx.AsyncClient(base_url=server.url) as client:
            while True:
                answer = await client.get("/readyz")
                if answer.status_code != 200:
                    self.ready = False
                    return answer
                await asyncio.sleep(0.1)


async def test_no_request_fails_and_the_balancer_hears_first(world: Deployment) -> None:
    await build_city(world)
    await processes.add_portal(world)
    load, keys = Load(), count()
    async with processes.api(world, XINFANG_LEAVE_SECONDS="2") as server, processes.portal(server) as client:
        calling = [asyncio.create_task(load.call(client, keys)) for _ in range(CALLERS)]
        probing = asyncio.create_task(load.probe(server))
        await load.warm.wait()
        load.asked = time.monotonic()
        server.process.terminate()
        refusal = await probing
        await asyncio.gather(*calling)
        assert await server.process.wait() == 0
        took = time.monotonic() - load.asked
    assert refusal.status_code == 503
    assert set(refusal.json()["failing"]) == {"process"}
    assert refusal.headers["connection"] == "close"
    assert load.other == Counter()
    assert load.after_notice > 0
    assert took < GONE_WITHIN
    async with world.database.reading() as connection:
        kept = set(await connection.scalars(select(petitions.c.number)))
    assert kept == set(load.numbers)


async def test_a_second_signal_does_not_wait(world: Deployment) -> None:
    async with processes.api(world, XINFANG_LEAVE_SECONDS="60") as server:
        server.process.terminate()
        await asyncio.sleep(0.2)
        asked = time.monotonic()
        server.process.terminate()
        assert await server.process.wait() == 0
        assert time.monotonic() - asked < GONE_WITHIN


async def test_at_a_terminal_nobody_is_kept_waiting(world: Deployment) -> None:
    async with processes.api(world, XINFANG_LEAVE_SECONDS="60") as server:
        asked = time.monotonic()
        server.process.send_signal(signal.SIGINT)
        assert await server.process.wait() == 0
        assert time.monotonic() - asked < GONE_WITHIN
