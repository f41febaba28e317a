"""The loop of a worker: drain the outbox when the bell rings or the sweep is due, and keep the schedule.

It needs the database alone. Redis may come and go; whoever hears a bell calls :meth:`WorkLoop.wake`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

import structlog

from routing_worker import heartbeat
from routing_worker.schedule import SCHEDULE, Scheduled
from routing_worker.watch import watch
from services.application.outbox import Drain
from services.bootstrap import Deployment

LANES = 2
"""Under a backlog one batch is decided while the other is written; each is a transaction of its own."""
BACKLOG_SECONDS = 1.0
SCHEDULE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 5.0
FINISH_WITHIN_SECONDS = 15.0
log = structlog.get_logger()


class WorkLoop:
    """Runs until :meth:`stop`. Work that this very process commits wakes it without anyone's help."""

    def __init__(
        self,
        world: Deployment,
        *,
        drain: Drain | None = None,
        schedule: Sequence[Scheduled] = SCHEDULE,
    ) -> None:
        self.name = heartbeat.new_name()
        self._world = world
        self._bell = world.local_bell or asyncio.Event()
        lease = world.queue.lease_seconds
        self._drain = drain or Drain(world, worker=self.name, lease_seconds=lease, watch=watch(world))
        self._schedule = schedule
        self._lanes = 1 if world.database.is_sqlite else LANES  # SQLite's writers take turns
        self._look_again_at = 0.0
        self._next_run = dict.fromkeys((each.name for each in schedule), 0.0)
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def wake(self) -> None:
        self._bell.set()

    def start(self) -> None:
        self._world.wake_on_work(self.wake)
        self._tasks = [
            asyncio.create_task(
                self._repeat(self._drain_all, self._world.settings.sweep_seconds, self._bell)
            ),
            asyncio.create_task(self._repeat(self._keep_schedule, SCHEDULE_SECONDS, self._stopping)),
            asyncio.create_task(self._repeat(self._beat, heartbeat.BEAT_SECONDS, self._stopping)),
        ]

    async def stop(self, *, within: float = FINISH_WITHIN_SECONDS) -> None:
        """Claim no more, finish what is in hand; what is not finished ``within`` seconds is given back."""
        self._stopping.set()
        self.wake()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=within)
            for task in late:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        try:
            await self._world.schedule.leave(self.name)
        except Exception:
            log.exception("leave_failed")  # the database is away; the row grows old by itself

    async def _repeat(
        self, work: Callable[[], Awaitable[None]], seconds: float, signal: asyncio.Event
    ) -> None:
        """Work, then wait for the signal or the time; after a failure (the database is away) longer."""
        failures = 0
        while not self._stopping.is_set():
            try:
                await work()
                failures = 0
            except Exception:
                failures += 1
                log.exception("round_failed", work=work.__name__)
            pause = min(seconds * 2**failures, max(LONGEST_PAUSE_SECONDS, seconds)) if failures else seconds
            await _wait(signal, pause)

    async def _drain_all(self) -> None:
        self._bell.clear()
        more = True
        while more and not self._stopping.is_set():
            more = await self._fresh()
            more = await self._tried_before() or more

    async def _fresh(self) -> bool:
        """Fresh jobs; of a backlog, as many as are done in a second. Whether there may be more."""
        if not await self._is_full_batch():
            return False
        until = time.monotonic() + BACKLOG_SECONDS
        lanes = (self._lane(until) for _ in range(self._lanes))
        # One that fails takes no other along: what that one has nearly done would be done again.
        for ended in await asyncio.gather(*lanes, return_exceptions=True):
            if ended is not None:
                raise ended
        return True

    async def _lane(self, until: float) -> None:
        while not self._stopping.is_set() and time.monotonic() < until and await self._is_full_batch():
            pass

    async def _is_full_batch(self) -> bool:
        return await self._drain.fresh() == self._drain.batch

    async def _tried_before(self) -> bool:
        """What is due once more, of which the clock tells and no bell: looked for once a sweep, and worked on
        for half as long as a backlog. Whether there may be more. Nothing else is at work meanwhile: one that
        kills its worker takes no other along.
        """
        if time.monotonic() < self._look_again_at:
            return False
        until = time.monotonic() + BACKLOG_SECONDS / 2
        while not self._stopping.is_set() and time.monotonic() < until:
            if not await self._drain.again():
                self._look_again_at = time.monotonic() + self._world.settings.sweep_seconds
                return False
        return True

    async def _beat(self) -> None:
        await heartbeat.beat(self._world, self.name)

    async def _keep_schedule(self) -> None:
        for each in self._schedule:
            if time.monotonic() < self._next_run[each.name]:
                continue
            self._next_run[each.name] = time.monotonic() + each.every
            if await self._world.schedule.take(each.name, each.every):
                await each.run(self._world)


async def _wait(signal: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await signal.wait()
    except TimeoutError:
        return  # no bell rang: it is time to sweep
