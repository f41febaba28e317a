"""The loop of a worker: what is done side by side, and what never is."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from routing_worker.loop import LANES, WorkLoop
from services.application.outbox import Drain
from services.application.ports import StoreUnavailable, World
from services.bootstrap import Deployment
from services.domain.outbox import Job
from tests.integration.conftest import Deploy
from tests.integration.petitions import end_leases, register

BATCH, BACKLOG = 10, 95
PATIENCE_SECONDS, NEVER = 20.0, 3600.0


class Handler:
    """Takes its time, and notes with each group of jobs which others were at work when it came."""

    def __init__(self, awaited: int) -> None:
        self.awaited = awaited
        self.begun, self.done = asyncio.Event(), asyncio.Event()
        self.at_work: list[Sequence[Job]] = []
        self.met: list[list[Sequence[Job]]] = []

    async def __call__(self, world: World, jobs: Sequence[Job]) -> None:
        self.begun.set()
        self.at_work.append(jobs)
        self.met.append(list(self.at_work))
        try:
            await asyncio.sleep(0.02)
            async with world.begin() as work:
                await work.finish(*jobs)
            self.awaited -= len(jobs)
        finally:
            self.at_work.remove(jobs)
        if not self.awaited:
            self.done.set()

    @property
    def sizes(self) -> list[int]:
        return [len(groups[-1]) for groups in self.met]


@asynccontextmanager
async def working(world: Deployment, handler: Handler) -> AsyncIterator[WorkLoop]:
    drain = Drain(world, {"route": handler}, worker="one", batch=BATCH)
    loop = WorkLoop(world, drain=drain, schedule=())
    loop.start()
    try:
        yield loop
    finally:
        await loop.stop(within=PATIENCE_SECONDS)


async def test_a_backlog_is_worked_off_in_two_lanes_where_writers_need_not_take_turns(
    world: Deployment,
) -> None:
    await register(world, BACKLOG)
    handler = Handler(BACKLOG)
    async with working(world, handler):
        async with asyncio.timeout(PATIENCE_SECONDS):
            await handler.done.wait()
    assert sorted(handler.sizes, reverse=True) == [BATCH] * 9 + [5]
    assert max(map(len, handler.met)) == (1 if world.database.is_sqlite else LANES)


async def test_what_was_tried_before_is_alone_at_work_amid_a_backlog(world: Deployment) -> None:
    await register(world, BACKLOG)
    await world.queue.claim(["route"], worker="dead", limit=3, retried=False)
    await end_leases(world)
    handler = Handler(BACKLOG)
    async with working(world, handler):
        async with asyncio.timeout(PATIENCE_SECONDS):
            await handler.done.wait()
    [again] = [groups for groups in handler.met if groups[-1][0].tries > 1]
    assert [len(group) for group in again] == [3]
    assert not [groups for groups in handler.met if len(groups) > 1 and groups[0][0].tries > 1]
    assert sum(handler.sizes) == BACKLOG


async def test_a_lane_that_fails_takes_the_other_with_it_no_more_than_a_worker_another(
    postgresql_url: str, deploy: Deploy
) -> None:
    world = deploy(database_url=postgresql_url)
    await register(world, BACKLOG)
    handler, claim, claims = Handler(BACKLOG), world.queue.claim, itertools.count()

    async def away_once(*given: Any, **told: Any) -> list[Job]:
        if next(claims) == 2:  # the first is alone, the next two are the lanes'
            await asyncio.sleep(0.01)  # the other has jobs in hand by now
            raise StoreUnavailable()
        return await claim(*given, **told)

    world.queue.claim = away_once  # type: ignore[method-assign]  # for this test alone
    async with working(world, handler), asyncio.timeout(PATIENCE_SECONDS):
        await handler.done.wait()
    assert sum(handler.sizes) == BACKLOG, "none was begun twice"


async def test_told_to_stop_amid_a_backlog_it_leaves_the_rest_to_others(world: Deployment) -> None:
    await register(world, BACKLOG)
    handler = Handler(BACKLOG)
    async with working(world, handler):
        await handler.begun.wait()
    waiting = await world.queue.waiting()
    assert waiting == {"pending": BACKLOG - sum(handler.sizes)}


async def test_a_lone_job_is_done_when_the_bell_rings(deploy: Deploy) -> None:
    handler, world = Handler(1), deploy(sweep_seconds=NEVER)
    async with working(world, handler) as loop:
        await asyncio.sleep(0.1)
        await register(world, 1)
        loop.wake()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await handler.done.wait()
    assert handler.sizes == [1]
