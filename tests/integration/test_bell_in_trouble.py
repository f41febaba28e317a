"""A Redis that is full, or that remembers what is long done, costs a sweep's delay and nothing else."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis.asyncio
from prometheus_client import REGISTRY
from redis.exceptions import OutOfMemoryError

from bench.faults.servers import Redis
from services.bootstrap import Deployment
from tests.conftest import service
from tests.integration.conftest import Deploy
from tests.integration.petitions import build_city, count, register
from tests.integration.test_bell import ear_is_open, until_done, working

PETITIONS = 12
ENOUGH = 400


@pytest.fixture
def own_redis() -> Iterator[Redis]:
    """One of the test's own: what is done to it would hurt the tests beside this one."""
    service("XINFANG_TEST_REDIS_URL")  # where the tests have one, the program is there to start another
    folder = Path(tempfile.mkdtemp(prefix="xinfang-"))
    folder.chmod(0o711)  # it runs as another user, in a folder of its own
    server = Redis(folder)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture
async def full(own_redis: Redis) -> str:
    """Its address, when it takes no more and throws nothing away."""
    async with redis.asyncio.Redis.from_url(own_redis.url()) as client:
        await client.config_set("maxmemory-policy", "noeviction")
        await client.config_set("maxmemory", "1mb")
        with pytest.raises(OutOfMemoryError):
            await fill(client)
    return own_redis.url()


async def fill(client: redis.asyncio.Redis) -> None:
    for number in range(ENOUGH):
        await client.set(f"ballast {number}", b"x" * 10_000)


def lost_rings() -> float:
    return REGISTRY.get_sample_value("xinfang_bell_lost_total") or 0


async def steps_of(world: Deployment) -> dict[str, int]:
    async with world.read() as work:
        kinds = [event.kind for event in await work.events.find()]
    return {kind: kinds.count(kind) for kind in set(kinds)}


async def heard(client: redis.asyncio.Redis) -> None:
    for _ in range(500):
        if not await client.zcard("arq:queue"):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("nobody heard")


async def test_a_full_redis_takes_no_ring_and_the_sweep_finds_the_work(deploy: Deploy, full: str) -> None:
    world, before = deploy(redis_url=full, sweep_seconds=0.1), lost_rings()
    async with working(world):
        await register(world, PETITIONS)
        await until_done(world)
    await world.bell.close()
    assert lost_rings() > before


async def test_what_an_old_redis_rings_again_is_not_done_again(deploy: Deploy, redis_url: str) -> None:
    world = deploy(redis_url=redis_url, sweep_seconds=0.1)
    await build_city(world)
    await register(world, PETITIONS)
    await world.bell.close()
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        remembered = {key: await client.dump(key) for key in await client.keys()}
        assert b"arq:queue" in remembered
        async with working(world):
            await until_done(world)
            done = await steps_of(world)
            await ear_is_open(redis_url)
            for key, value in remembered.items():
                await client.restore(key, 0, value, replace=True)
            await heard(client)
            await asyncio.sleep(0.5)  # and looked into the outbox
    assert done == {"registered": PETITIONS, "routed": PETITIONS, "dispatched": PETITIONS}
    assert await steps_of(world) == done
    assert await count(world, "inbox_entries") == 2 * PETITIONS  # who handles it, and the office beside
