"""Time passing: each point of each clock is acted on once, in order, however long nobody looked."""

from __future__ import annotations

import logging
from datetime import datetime

from services.application import finality
from services.application.acts import is_shielded
from services.application.lists import DueClock
from services.application.ports import Work, World
from services.domain import deadline as rules
from services.domain.deadline import Deadline, Point
from services.domain.inbox import EntryType
from services.domain.petition import Petition, State

SYSTEM = "system:clock"
log = logging.getLogger(__name__)
# The state in which a petitioner's period can lapse; a period the petitioner used no longer runs.
WINDOW_OF = {"D7": State.ANSWERED, "D9": State.REVIEW_ANSWERED}


async def catch_up(world: World, *, limit: int = 200) -> int:
    """Act on everything that is due now, each clock in a transaction of its own. Returns how many were.

    Read ``limit`` at a time, on from the last, so that those which fail, however many, hold up no other.
    The failures are raised together, when the rest is done.
    """
    now, after, acted = world.clock.now(), None, 0
    failures: list[Exception] = []
    while due := await world.lists.due(now, limit, after=after):
        for clock in due:
            try:
                await _act(world, clock)
            except Exception as failure:
                failure.add_note(f"deadline {clock.deadline_id} of petition {clock.petition_id}")
                failures.append(failure)
            else:
                acted += 1
        after = due[-1]
    if failures:
        raise ExceptionGroup("deadlines that could not be acted on", failures)
    return acted


async def _act(world: World, due: DueClock) -> None:
    async with world.begin() as work:
        petition = await work.lock(due.petition_id)
        clock = await work.deadlines.get(due.deadline_id)  # read under the lock: another may have acted
        period = world.law.pack(petition.office_region).period(clock.rule, on=clock.starts_on)
        now, calendar = world.clock.now(), world.law.calendar
        while not _held(work, petition, clock, now=now):
            point = rules.pass_point(clock, period, now=now, calendar=calendar)
            if point is None:
                break
            await _tell(work, petition, clock, point)
            if point is Point.LAPSED and petition.state is WINDOW_OF.get(clock.rule):
                await finality.lapse(world, work, petition, clock)
        await work.deadlines.save(clock)


def _held(work: Work, petition: Petition, clock: Deadline, *, now: datetime) -> bool:
    """No right lapses on a day that is not certain: it waits for the calendar of that year (民法典 203).

    Told in the ledger once, and in the log each morning until the calendar is loaded.
    """
    first = clock.next_at == clock.due_at
    if not rules.put_off_lapse(clock, now=now):
        return False
    if first:
        facts = {"rule": clock.rule, "due_on": clock.due_on.isoformat(), "calendar": clock.calendar_version}
        work.record(petition, "lapse_held", actor=SYSTEM, data={"deadline_id": str(clock.id), **facts})
    log.warning("no lapse on a provisional day (%s, due %s): load the calendar", clock.rule, clock.due_on)
    return True


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
