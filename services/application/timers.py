"""Time passing: each point of each clock is acted on once, in order, however long nobody looked."""

from __future__ import annotations

from uuid import UUID

from services.application import finality
from services.application.ports import Work, World
from services.domain import deadline as rules
from services.domain.deadline import Deadline, Point
from services.domain.inbox import EntryType
from services.domain.petition import Petition, State

SYSTEM = "system:clock"
# The state in which a petitioner's period can lapse; a period the petitioner used no longer runs.
WINDOW_OF = {"D7": State.ANSWERED, "D9": State.REVIEW_ANSWERED}


async def run_due(world: World, *, limit: int = 200) -> int:
    """Act on what has become due, at most ``limit`` clocks, each in a transaction of its own."""
    due = await world.lists.due(world.clock.now(), limit)
    for deadline_id, petition_id in due:
        await _act(world, deadline_id, petition_id)
    return len(due)


async def _act(world: World, deadline_id: UUID, petition_id: UUID) -> None:
    async with world.begin() as work:
        petition = await work.lock(petition_id)
        clock = await work.deadlines.get(deadline_id)  # read under the lock: another worker may have acted
        period = world.law.pack(petition.office_region).period(clock.rule, on=clock.starts_on)
        now, calendar = world.clock.now(), world.law.calendar
        while (point := rules.pass_point(clock, period, now=now, calendar=calendar)) is not None:
            await _tell(work, petition, clock, point)
            if point is Point.LAPSED and petition.state is WINDOW_OF[clock.rule]:
                await finality.lapse(world, work, petition, clock)
        await work.deadlines.save(clock)


async def _tell(work: Work, petition: Petition, clock: Deadline, point: Point) -> None:
    """A warning is a ledger event, and an inbox entry of the organ whose clock it is."""
    facts: dict[str, object] = {
        "deadline_id": str(clock.id),
        "rule": clock.rule,
        "point": point.value,
        "due_on": clock.due_on.isoformat(),
        "article": clock.article,
    }
    missed = point is Point.OVERDUE
    work.record(petition, f"deadline_{'missed' if missed else point.value}", actor=SYSTEM, data=facts)
    if clock.owner_id is not None:
        kind = EntryType.DEADLINE_MISSED if missed else EntryType.DEADLINE_WARNING
        work.post(clock.owner_id, kind, petition, facts)
