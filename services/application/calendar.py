"""A year's holiday notice is loaded: every clock counted by an older calendar is counted again (C5)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.application.acts import is_shielded
from services.application.lists import RunningClock
from services.application.ports import Work, World
from services.domain import deadline as rules
from services.domain.calendar import WorkCalendar
from services.domain.deadline import Deadline
from services.domain.holiday_notice import HolidayNotice, LoadedNotice, in_force, news
from services.domain.inbox import EntryType
from services.domain.petition import Petition

SYSTEM = "system:calendar"


@dataclass(frozen=True, slots=True)
class Move:
    """A last day that moves with the calendar; ``number`` is the petition's."""

    number: str
    rule: str
    title: str
    before: date
    after: date


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What loading would do: the notices that are new, how many running clocks they touch, what moves."""

    new: list[HolidayNotice]
    touched: int
    moves: list[Move]


@dataclass(frozen=True, slots=True)
class Year:
    """A year of the calendar in force. ``loads`` are its notices as the city loaded them, the newest last."""

    year: int
    version: str
    provisional: bool
    days_off: list[date]
    makeup: list[date]
    loads: list[LoadedNotice]


async def calendar_in_force(world: World) -> WorkCalendar:
    async with world.read() as work:
        return await _present(world, work)


async def read_year(world: World, year: int) -> Year:
    async with world.read() as work:
        loaded = await work.holiday_notices.find()
    calendar = world.law.calendar_with(in_force(loaded))
    return Year(
        year=year,
        version=calendar.version,
        provisional=year not in calendar.published,
        days_off=sorted(day for day in calendar.holidays if day.year == year),
        makeup=sorted(day for day in calendar.makeup if day.year == year),
        loads=[each for each in loaded if each.year == year],
    )


async def foresee(world: World, notices: Iterable[HolidayNotice], *, begun: bool = False) -> Foreseen:
    """Which running clocks would move if these notices were loaded; nothing is written.

    Raises :class:`~services.domain.holiday_notice.YearBegun`.
    """
    async with world.read() as work:
        stands = in_force(await work.holiday_notices.find())
    new = news(stands, notices, today=world.clock.today(), begun=begun)
    replaced = {notice.year for notice in new}
    following = frozenset(each for each in stands if each.year not in replaced) | frozenset(new)
    old, later = world.law.calendar_with(stands), world.law.calendar_with(following)
    touched, moves = 0, list[Move]()
    async for running in _ending_from(world, _first_change(old, later)):
        touched += 1
        move = _foreseen(world, running, later)
        moves += [move] if move else []
    return Foreseen(new, touched, sorted(moves, key=lambda move: (move.before, move.number, move.rule)))


def _first_change(old: WorkCalendar, later: WorkCalendar) -> date | None:
    """No period that ends before this day is touched; None when the two calendars say the same."""
    days = (old.holidays ^ later.holidays) | (old.makeup ^ later.makeup)
    days |= {date(year, 1, 1) for year in old.published ^ later.published}
    return min(days, default=None)


async def _ending_from(world: World, day: date | None) -> AsyncIterator[RunningClock]:
    if day is None:
        return
    after: UUID | None = None
    while page := await world.lists.running_clocks(day, after=after, limit=1000):
        for running in page:
            yield running
        after = page[-1].deadline.id


def _foreseen(world: World, running: RunningClock, calendar: WorkCalendar) -> Move | None:
    clock = replace(running.deadline)
    period = world.law.pack(running.office_region).period(clock.rule, on=clock.starts_on)
    if not rules.recompute(clock, period, calendar=calendar):
        return None
    return Move(running.number, clock.rule, clock.title, running.deadline.due_on, clock.due_on)


async def load(
    world: World, notices: Iterable[HolidayNotice], *, by: str, source: str, begun: bool = False
) -> list[LoadedNotice]:
    """Put notices into force, all or none; returns those that were new. The clocks are :func:`recount`'s.

    Raises :class:`~services.domain.holiday_notice.YearBegun`.
    """
    async with world.begin() as work:
        earlier = await work.holiday_notices.find()
        new = news(in_force(earlier), notices, today=world.clock.today(), begun=begun)
        last = max((each.id for each in earlier), default=0)
        loaded = [
            LoadedNotice(
                id=number,
                year=notice.year,
                holidays=tuple(sorted(notice.holidays)),
                makeup=tuple(sorted(notice.makeup)),
                sha256=notice.sha256,
                loaded_at=world.clock.now(),
                loaded_by=by,
                source=source,
            )
            for number, notice in enumerate(new, start=last + 1)
        ]
        await work.holiday_notices.add(*loaded)
        return loaded


async def rehearse(world: World, until: date, *, source: str) -> None:
    """Let a demo's notices appear before their years begin, as in earnest, of the statutory days off alone.

    Without them every day of a later year stays provisional, and no right lapses on such a day.
    """
    calendar = await calendar_in_force(world)
    coming = range(world.clock.today().year + 1, until.year + 1)
    wanted = [
        HolidayNotice(year, frozenset(day for day in calendar.holidays if day.year == year), frozenset())
        for year in coming
        if year not in calendar.published
    ]
    await load(world, wanted, by=SYSTEM, source=source)
    while await recount(world):
        pass


async def recount(world: World, *, limit: int = 200) -> int:
    """Count up to ``limit`` clocks of other calendar versions again. Returns how many there were.

    Not the provisional ones alone: a notice also moves days of the December before its year. Every date that
    moved is an event on its petition, and an entry in the inbox of the organ whose clock it is.
    """
    calendar = await calendar_in_force(world)
    behind = await world.lists.clocks_behind(calendar.version, limit)
    for deadline_id, petition_id in behind:
        await _recount(world, deadline_id, petition_id)
    return len(behind)


async def _present(world: World, work: Work) -> WorkCalendar:
    """The calendar as the database has it in this transaction: what the process counts by may be older."""
    return world.law.calendar_with(in_force(await work.holiday_notices.find()))


async def _recount(world: World, deadline_id: UUID, petition_id: UUID) -> None:
    async with world.begin() as work:
        petition = await work.lock(petition_id)
        clock = await work.deadlines.get(deadline_id)
        calendar = await _present(world, work)  # after the clock: never older than what it was counted by
        before = clock.due_on
        period = world.law.pack(petition.office_region).period(clock.rule, on=clock.starts_on)
        moved = rules.recompute(clock, period, calendar=calendar)
        clock.calendar_version = calendar.version
        await work.deadlines.save(clock)
        if moved:
            await _tell(work, petition, clock, before)


async def _tell(work: Work, petition: Petition, clock: Deadline, before: date) -> None:
    data: dict[str, object] = {
        "rule": clock.rule,
        "from": before.isoformat(),
        "to": clock.due_on.isoformat(),
        "cause": "calendar",
        "calendar": clock.calendar_version,
    }
    work.record(petition, "deadline_moved", actor=SYSTEM, data=data)
    if clock.owner_id is not None and not await is_shielded(work, petition, clock.owner_id):
        entry = {"deadline_id": str(clock.id), "article": clock.article, **data}
        work.post(clock.owner_id, EntryType.DEADLINE_MOVED, petition, entry)
