"""Working off the outbox: jobs are claimed in batches under a lease; a bad one fails alone, none is lost."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext

from services.application import rescreen, routing
from services.application.causes import caused_by
from services.application.fault_points import fault
from services.application.ports import LeaseLost, World
from services.domain.outbox import LEASE_SECONDS, Job, Topic
from services.domain.refusal import Refusal

BATCH = 100
ABANDONED_AT_ONCE = 50
BEATS_A_LEASE = 4
PATIENCE_SECONDS = 120.0
Handler = Callable[[World, Sequence[Job]], Awaitable[None]]
Watch = Callable[[str, Sequence[Job]], AbstractContextManager[None]]
"""Around each transaction of a worker: what it did, how long that took, what it raised."""
# Each does its jobs and takes them off the outbox in one transaction: all of them, or nothing.
HANDLERS: Mapping[str, Handler] = {Topic.ROUTE: routing.route, Topic.RESCREEN: rescreen.rescreen}

log = logging.getLogger(__name__)


def unwatched(_topic: str, _jobs: Sequence[Job]) -> AbstractContextManager[None]:
    return nullcontext()


class Drain:
    """Works off what is due, a batch at a time, for whoever has reason to look: a bell, or a sweep.

    Topics without a handler stay queued: a newer worker will know them.
    """

    def __init__(
        self,
        world: World,
        handlers: Mapping[str, Handler] = HANDLERS,
        *,
        worker: str,
        batch: int = BATCH,
        lease_seconds: float = LEASE_SECONDS,
        patience_seconds: float = PATIENCE_SECONDS,
        watch: Watch = unwatched,
    ) -> None:
        self._world = world
        self._handlers = handlers
        self._worker = worker
        self.batch = batch
        self._beat_seconds = lease_seconds / BEATS_A_LEASE
        self._patience_seconds = patience_seconds
        self._watch = watch

    async def once(self) -> int:
        """A batch of fresh jobs, then what was tried before. Returns how many were claimed."""
        return await self.fresh() + await self.again()

    async def fresh(self) -> int:
        """Fresh jobs, at most ``batch``: if there were fewer, whoever brings more rings for them."""
        jobs = await self._claim(self.batch, retried=False)
        await self._work(jobs)
        return len(jobs)

    async def again(self) -> int:
        """What was tried before and is due: the clock says when, no bell rings for it.

        See :meth:`services.application.ports.Queue.claim` for how many come at once.
        """
        jobs = await self._claim(ABANDONED_AT_ONCE, retried=True)
        await self._work(jobs)
        return len(jobs)

    async def _claim(self, limit: int, *, retried: bool) -> list[Job]:
        topics = [str(topic) for topic in self._handlers]
        return await self._world.queue.claim(topics, worker=self._worker, limit=limit, retried=retried)

    async def _work(self, jobs: list[Job]) -> None:
        """Work off claimed jobs while their leases are kept; when cancelled, give back what is undone."""
        if not jobs:
            return
        by_topic: dict[str, list[Job]] = defaultdict(list)
        for job in jobs:
            by_topic[job.topic].append(job)
        beating = asyncio.create_task(self._beat(jobs))
        try:
            fault("after_claim")
            for topic, group in by_topic.items():
                await self._handle(topic, group)
        except asyncio.CancelledError:
            await asyncio.shield(self._world.queue.release(*jobs))  # of those done or failed, nothing is held
            raise
        finally:
            beating.cancel()
            await asyncio.wait([beating])

    async def _handle(self, topic: str, jobs: list[Job]) -> None:
        """A group in one transaction; when that fails, each job alone, so that only the bad one fails."""
        try:
            with caused_by(jobs), self._watch(topic, jobs):
                async with asyncio.timeout(self._patience_seconds):
                    await self._handlers[topic](self._world, jobs)
                    fault("after_worker_commit")
        except Exception as error:
            if len(jobs) > 1:
                for job in jobs:
                    await self._handle(topic, [job])
                return
            with caused_by(jobs):
                await self._failed(jobs[0], error)

    async def _failed(self, job: Job, error: Exception) -> None:
        if isinstance(error, LeaseLost):
            log.warning("lease lost: %s", error)  # another worker has it now; what we did was rolled back
            return
        told = reason(error)
        log.error("job %s (%s) failed on try %d: %s", job.id, job.topic, job.tries, told)
        await self._world.queue.fail(job, told)

    async def _beat(self, jobs: Sequence[Job]) -> None:
        while True:
            await asyncio.sleep(self._beat_seconds)
            try:
                await self._world.queue.heartbeat(jobs)
            except Exception as error:
                # The database is away: the fence sees to it that a lost lease does no harm.
                log.warning("heartbeat failed: %s", reason(error))


def reason(error: BaseException) -> str:
    """What failed and where. A foreign error's own text is left out: it may quote what people wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.name}:{frame.lineno}" for frame in frames[-3:]]
    text = f": {error}" if isinstance(error, Refusal | OSError) else ""
    return f"{type(error).__name__}{text} [{' > '.join(places)}]"
