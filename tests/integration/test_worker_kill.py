"""A worker that is killed outright, in the middle of its work, loses nothing and does nothing twice."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from services.adapters.keys import load_or_create
from services.application import audit
from services.bootstrap import Deployment
from services.settings import Settings
from tests.integration.petitions import build_city, register

PETITIONS = 160
MOMENTS = ("after_claim:kill", "in_mid_batch:kill:30", "after_worker_commit:kill")
PATIENCE = 60.0
COMMAND = (sys.executable, "-m", "services.cli.main")


@pytest.fixture
async def world(
    database_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[Deployment]:
    """On PostgreSQL with Redis, on SQLite without."""
    redis_url = None if database_url.startswith("sqlite") else request.getfixturevalue("redis_url")
    settings = Settings(data=tmp_path, database_url=database_url, redis_url=redis_url)
    deployed = Deployment(settings, load_or_create(tmp_path / "keys.json"))
    yield deployed
    await deployed.close()


@asynccontextmanager
async def worker(world: Deployment, *, dies: str = "") -> AsyncIterator[asyncio.subprocess.Process]:
    """``dies``: where it kills itself, see :mod:`services.application.fault_points`."""
    settings = world.settings
    environment = os.environ | {
        "XINFANG_DATA": str(settings.data),
        "XINFANG_DATABASE_URL": settings.database,
        "XINFANG_LEASE_SECONDS": "1",
        "XINFANG_SWEEP_SECONDS": "0.1",
    }
    if dies:
        environment |= {"XINFANG_FAULT": dies, "XINFANG_FAULT_LOG": str(settings.data / "fired")}
    if settings.redis_url:
        environment["XINFANG_REDIS_URL"] = settings.redis_url
    log = (settings.data / "worker.log").open("ab")
    process = await asyncio.create_subprocess_exec(*COMMAND, "worker", env=environment, stderr=log)
    log.close()
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def jobs(world: Deployment, condition: str = "true") -> int:
    async with world.database.reading() as connection:
        found = await connection.execute(text(f"SELECT count(*) FROM outbox WHERE {condition}"))
        return int(found.scalar_one())


async def until(happened: Callable[[], Awaitable[bool]]) -> None:
    patience = time.monotonic() + PATIENCE
    while not await happened():
        assert time.monotonic() < patience
        await asyncio.sleep(0.005)


async def until_some_are_claimed(world: Deployment) -> None:
    async def claimed() -> bool:
        return await claims(world) > 0

    await until(claimed)


async def until_fewer(world: Deployment, before: int) -> None:
    async def fewer() -> bool:
        return await jobs(world) < before

    await until(fewer)


async def claims(world: Deployment) -> int:
    """How often jobs that are still there were claimed."""
    [[found]] = await facts(world, "SELECT coalesce(sum(attempt), 0) FROM outbox")
    return int(found)


async def facts(world: Deployment, query: str) -> list[tuple[Any, ...]]:
    async with world.database.reading() as connection:
        return [tuple(row) for row in await connection.execute(text(query))]


async def test_killed_in_mid_batch_nothing_is_lost_and_nothing_doubled(world: Deployment) -> None:
    await build_city(world)
    await register(world, PETITIONS)
    for moment in MOMENTS:
        async with worker(world, dies=moment) as process, asyncio.timeout(PATIENCE):
            assert await process.wait() == -signal.SIGKILL
    fired = (world.settings.data / "fired").read_text().splitlines()
    assert [line.split()[0] for line in fired] == [moment.split(":")[0] for moment in MOMENTS]
    left = await jobs(world)
    async with worker(world) as process:
        await until_fewer(world, 1)
        process.terminate()
        assert await process.wait() == 0
    assert 0 < left < PETITIONS
    states = await facts(world, "SELECT state, count(*) FROM petitions GROUP BY state")
    assert states == [("dispatched", PETITIONS)]
    routed = await facts(world, "SELECT petition_id, kind, count(*) FROM events GROUP BY petition_id, kind")
    assert Counter((kind, times) for _, kind, times in routed) == {
        ("registered", 1): PETITIONS,
        ("routed", 1): PETITIONS,
        ("dispatched", 1): PETITIONS,
    }
    each_told_once = "SELECT type, count(*), max(seq) FROM inbox_entries GROUP BY type ORDER BY type"
    assert await facts(world, each_told_once) == [
        ("dispatch.created", PETITIONS, PETITIONS),
        ("petition.copied", PETITIONS, PETITIONS),
    ]
    assert [found.number async for found in audit.walk(world) if found.breaks] == []


async def test_asked_to_end_a_worker_burns_no_try(world: Deployment) -> None:
    await register(world, PETITIONS)
    async with worker(world) as process:
        await until_some_are_claimed(world)
        asked = time.monotonic()
        process.terminate()
        assert await process.wait() == 0
        assert time.monotonic() - asked < 20
    assert await jobs(world, "tries > 0") == 0
