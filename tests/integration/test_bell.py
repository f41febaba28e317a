from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import redis.asyncio
from prometheus_client import REGISTRY

from routing_worker import worker
from routing_worker.embedded import embedded
from services.bootstrap import Deployment
from tests.integration.conftest import Deploy
from tests.integration.petitions import count, register

NEVER = 3600.0
PATIENCE = 20.0


@asynccontextmanager
async def working(world: Deployment) -> AsyncIterator[None]:
    stopping = asyncio.Event()
    process = asyncio.create_task(worker.run(world, stopping))
    try:
        yield
    finally:
        stopping.set()
        await process


async def until_done(world: Deployment) -> None:
    """Until the outbox is empty."""
    started = time.monotonic()
    while await count(world, "outbox"):
        assert time.monotonic() - started < PATIENCE
        await asyncio.sleep(0.02)


def nobody_listens() -> str:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return f"redis://127.0.0.1:{held.getsockname()[1]}/0"


async def ear_is_open(url: str) -> None:
    async with redis.asyncio.Redis.from_url(url) as client:
        for _ in range(500):
            if await client.exists("arq:queue:health-check"):
                return
            await asyncio.sleep(0.02)
    raise AssertionError("no worker listens")


async def test_the_bell_wakes_a_worker_of_another_process(deploy: Deploy, redis_url: str) -> None:
    api, other = deploy(redis_url=redis_url), deploy(redis_url=redis_url, sweep_seconds=NEVER)
    async with working(other):
        await ear_is_open(redis_url)
        await register(api, 5)
        await until_done(api)  # long before a sweep


async def test_in_one_process_no_redis_is_needed(deploy: Deploy) -> None:
    world = deploy(sweep_seconds=NEVER)
    async with embedded(world):
        await asyncio.sleep(0.1)
        await register(world, 5)
        await until_done(world)


async def test_with_redis_away_nothing_is_refused_and_the_sweep_finds_the_work(deploy: Deploy) -> None:
    world = deploy(redis_url=nobody_listens(), sweep_seconds=0.1)
    lost = REGISTRY.get_sample_value("xinfang_bell_lost_total") or 0
    async with working(world):
        await register(world, 5)
        await until_done(world)
    await asyncio.sleep(0)
    assert (REGISTRY.get_sample_value("xinfang_bell_lost_total") or 0) > lost


async def test_a_flushed_redis_loses_nothing(deploy: Deploy, redis_url: str) -> None:
    world = deploy(redis_url=redis_url, sweep_seconds=0.2)
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        await register(world, 5)
        await client.flushdb()
        async with working(world):
            await until_done(world)
            await client.flushdb()


async def test_rings_do_not_pile_up_while_no_worker_listens(deploy: Deploy, redis_url: str) -> None:
    world = deploy(redis_url=redis_url)
    for _ in range(20):
        await world.bell.ring(["route"])
        await asyncio.sleep(0.01)
    await world.bell.close()
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        assert await client.zcard("arq:queue") == 1
