"""When a year's holidays are published: every clock counted by an older calendar is counted again (C5)."""

from __future__ import annotations

from uuid import UUID

from services.application.ports import World
from services.domain import deadline as rules

SYSTEM = "system:calendar"


async def recount(world: World, *, limit: int = 200) -> int:
    """Count up to ``limit`` clocks of other calendar versions again. Returns how many there were.

    Not the provisional ones alone: a notice also moves days of the December before its year. Every date that
    moved is an event on its petition.
    """
    behind = await world.lists.clocks_behind(world.law.calendar.version, limit)
    for deadline_id, petition_id in behind:
        await _recount(world, deadline_id, petition_id)
    return len(behind)


async def _recount(world: World, deadline_id: UUID, petition_id: UUID) -> None:
    async with world.begin() as work:
        petition = await work.lock(petition_id)
        clock = await work.deadlines.get(deadline_id)
        before, calendar = clock.due_on, world.law.calendar
        period = world.law.pack(petition.office_region).period(clock.rule, on=clock.starts_on)
        moved = rules.recompute(clock, period, calendar=calendar)
        clock.calendar_version = calendar.version
        await work.deadlines.save(clock)
        if moved:
            data = {"rule": clock.rule, "from": before.isoformat(), "to": clock.due_on.isoformat()}
            told = {**data, "cause": "calendar", "calendar": calendar.version}
            work.record(petition, "deadline_moved", actor=SYSTEM, data=told)
