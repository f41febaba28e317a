"""Time passing: each point of each clock is acted on once, in order, however long nobody looked."""

from __future__ import annotations

from uuid import UUID

from services.application import finality
from services.application.acts import is_shielded
from services.application.ports import Work, World
from services.domain import deadline as rules
from services.domain.deadline import Deadline, Point
from services.domain.inbox import EntryType
from services.domain.petition import Petition, State

SYSTEM = "system:clock"
# The state in which a petitioner's period can lapse; a period the petitioner used no longer runs.
WINDOW_OF = {"D7": State.ANSWERED, "D9": State.REVIEW_ANSWERED}


async def run_due(world: World, *, limit: int = 200) -> int:
    """Act on what has become due, at most ``limit`` clocks, each in a transaction of its own.

    One that fails holds up no other: the failures are raised together, when the rest is done.
    """
    due = await world.lists.due(world.clock.now(), limit)
    failures: list[Exception] = []
    for deadline_id, petition_id in due:
        try:
            await _act(world, deadline_id, petition_id)
        except Exception as failure:
            failure.add_note(f"deadline {deadline_id} of petition {petition_id}")
            failures.append(failure)
    if failures:
        raise ExceptionGroup("deadlines that could not be acted on", failures)
    return len(due)


async def catch_up(world: World, *, limit: int = 200) -> int:
    """Act on everything that is due now, as after a downtime or when the demo's clock was moved."""
    total = 0
    while (acted := await run_due(world, limit=limit)) > 0:
        total += acted
    return total


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
    # Even a warning would tell an accused organ that there is a petition (信访工作条例 30).
    if clock.owner_id is not None and not await is_shielded(work, petition, clock.owner_id):
        kind = EntryType.DEADLINE_MISSED if missed else EntryType.DEADLINE_WARNING
        work.post(clock.owner_id, kind, petition, facts)
