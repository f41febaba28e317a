"""What is done at set times. Every tick is a row in the database: of several workers one runs it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from services.application import calendar, succession, timers
from services.bootstrap import Deployment


@dataclass(frozen=True, slots=True)
class Scheduled:
    """``run`` is called once in ``every`` seconds of the database's clock, by whichever worker comes."""

    name: str
    every: int
    run: Callable[[Deployment], Awaitable[object]]


async def pass_deadlines(world: Deployment) -> None:
    """Act on the statutory clocks whose point has come, to the last, however long nobody looked."""
    await timers.catch_up(world)


async def recount(world: Deployment) -> None:
    """Count clocks again that were counted before a holiday notice was loaded."""
    while await calendar.recount(world):
        pass


async def follow_successors(world: Deployment) -> None:
    """Cases and reviews of organs that exist no more go to their successors."""
    await succession.follow_successors(world)


async def bury_abandoned(world: Deployment) -> None:
    await world.queue.bury_abandoned()


async def purge(world: Deployment) -> None:
    await world.schedule.purge()


SCHEDULE = (
    Scheduled("pass_deadlines", 5, pass_deadlines),
    Scheduled("bury_abandoned", 15, bury_abandoned),
    Scheduled("recount", 60, recount),
    Scheduled("follow_successors", 600, follow_successors),
    Scheduled("purge", 3600, purge),
)
