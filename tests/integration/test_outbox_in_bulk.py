"""The outbox on a bad day: thousands of jobs at once, jobs of days ago, workers whose clocks are wrong."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import insert, select
from uuid_utils.compat import uuid7

from services.adapters.store.columns import database_now
from services.adapters.store.tables.outbox import outbox
from services.adapters.store.tables.worker import ticks
from services.application.outbox import Drain
from services.application.ports import World
from services.bootstrap import Deployment
from services.domain.outbox import Job, JobState
from tests.integration.conftest import Deploy
from tests.integration.petitions import count, register

RACED, BACKLOG, TICKS = 5_000, 10_000, 200
TWO_DAYS = 2 * 24 * 3600
AT_ONCE = 1_000  # rows to a statement
SHIFTS = [timedelta(), timedelta(hours=1), timedelta(hours=-1), timedelta(days=1), timedelta(days=-1)]


async def queue_up(world: Deployment, jobs: int, *, seconds_ago: int = 0) -> None:
    """Jobs of one petition: to the queue they are as good as others."""
    [petition_id] = await register(world, 1)
    values = {"topic": "route", "petition_id": petition_id, "state": JobState.PENDING.value}
    rows = [values | {"id": uuid7(), "attempt": 0, "tries": 0} for _ in range(jobs - 1)]
    moment = {"run_at": database_now(-seconds_ago), "created_at": database_now(-seconds_ago)}
    async with world.database.writing() as connection:
        for start in range(0, len(rows), AT_ONCE):
            chunk = rows[start : start + AT_ONCE]
            await connection.execute(insert(outbox).values([row | moment for row in chunk]))


class Handler:
    """Finishes every job, and remembers which it was given."""

    def __init__(self) -> None:
        self.done: Counter[object] = Counter()

    async def __call__(self, world: World, jobs: Sequence[Job]) -> None:
        async with world.begin() as work:
            await work.finish(*jobs)
        self.done.update(job.id for job in jobs)


async def test_five_thousand_jobs_are_claimed_once_each_however_many_claim(deploy: Deploy) -> None:
    worlds = [deploy() for _ in range(4)]
    await queue_up(worlds[0], RACED)

    async def claim_all(world: Deployment, limit: int) -> list[Job]:
        jobs: list[Job] = []
        while claimed := await world.queue.claim(["route"], worker=str(limit), limit=limit, retried=False):
            jobs += claimed
        return jobs

    limits = (13, 29, 43, 50)
    taken = await asyncio.gather(*(claim_all(*each) for each in zip(worlds, limits, strict=True)))
    ids = [job.id for jobs in taken for job in jobs]
    assert len(ids) == len(set(ids)) == RACED
    assert {job.attempt for jobs in taken for job in jobs} == {1}


async def test_a_backlog_of_days_is_worked_off_to_the_last_job(deploy: Deploy) -> None:
    one, other = deploy(), deploy()
    await queue_up(one, BACKLOG, seconds_ago=TWO_DAYS)
    handler = Handler()

    async def drain(world: Deployment, name: str) -> None:
        worker = Drain(world, {"route": handler}, worker=name)
        while await worker.once():
            pass

    await asyncio.gather(drain(one, "one"), drain(other, "other"))
    assert await count(one, "outbox") == 0
    assert len(handler.done) == handler.done.total() == BACKLOG


async def test_a_worker_whose_clock_is_wrong_neither_takes_a_lease_nor_loses_its_own(deploy: Deploy) -> None:
    worlds = [deploy() for _ in SHIFTS]
    for world, shift in zip(worlds, SHIFTS, strict=True):
        world.clock.shift = shift
    await queue_up(worlds[0], 40)
    held: list[tuple[Deployment, list[Job]]] = []
    for world in worlds:
        held.append((world, await world.queue.claim(["route"], worker="one", limit=8, retried=False)))
    for world in worlds:
        for retried in (False, True):
            assert await world.queue.claim(["route"], worker="two", limit=40, retried=retried) == []
    for world, jobs in held:
        assert len(jobs) == 8
        assert await world.queue.heartbeat(jobs) == 8
        async with world.begin() as work:
            await work.finish(*jobs)
    assert await count(worlds[0], "outbox") == 0


async def test_each_of_two_hundred_ticks_is_run_once_though_clocks_differ(deploy: Deploy) -> None:
    worlds = [deploy() for _ in range(3)]
    for world, shift in zip(worlds, SHIFTS[:3], strict=True):
        world.clock.shift = shift

    async def take_all(world: Deployment) -> list[str]:
        names = [f"tick {number}" for number in range(TICKS)]
        return [name for name in names if await world.schedule.take(name, 24 * 3600 * 365)]

    taken = [name for names in await asyncio.gather(*map(take_all, worlds)) for name in names]
    assert len(taken) == len(set(taken)) == TICKS
    async with worlds[0].database.reading() as connection:
        assert len(set(await connection.scalars(select(ticks.c.name)))) == TICKS
