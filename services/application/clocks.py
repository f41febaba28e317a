"""The statutory clocks of a petition: started by acts, met by acts, and told in the ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

from services.application.ports import Recording, Work, World
from services.domain import deadline as rules
from services.domain import own_limit
from services.domain.deadline import Deadline, DeadlineState
from services.domain.own_limit import HANDLING
from services.domain.petition import Petition
from services.domain.recommendation import RULE as RECOMMENDATION
from services.domain.statute import NoSuchRule

RUNNING = (DeadlineState.RUNNING.value, DeadlineState.OVERDUE.value)
# They run from the acceptance or the order to decide anew, whoever has the case since (信访工作条例 34).
OF_THE_CASE = (HANDLING, "DR")
OBJECT = "D4"


async def start(
    world: World,
    work: Recording,
    petition: Petition,
    rule: str,
    *,
    on: date,
    owner_id: UUID | None = None,
    subject_id: UUID | None = None,
    due_on: date | None = None,
) -> Deadline | None:
    """Start the clock of ``rule`` on its basis event's day; None where it does not bind the petition.

    ``due_on`` is given for the periods whose date an act sets (信访工作条例 22: a report's date).
    """
    period = world.law.pack(petition.office_region).period(rule, on=on)
    if not period.applies_to(petition.path or ""):  # without a path it is no redress: 条例 29, 30
        return None
    clock = rules.start(
        period,
        id=world.codes.new_id(),
        petition_id=petition.id,
        subject_id=subject_id,
        owner_id=owner_id,
        on=on,
        calendar=world.law.calendar,
        due_on=due_on,
    )
    await work.deadlines.add(clock)
    return clock


async def start_where_stated(
    world: World, work: Work, petition: Petition, rule: str, *, on: date, owner_id: UUID, subject_id: UUID
) -> Deadline | None:
    """As :func:`start`, for a rule that only some packs have; None where the pack does not state it."""
    try:
        return await start(world, work, petition, rule, on=on, owner_id=owner_id, subject_id=subject_id)
    except NoSuchRule:
        return None


async def handle(
    world: World, work: Work, petition: Petition, *, owner_id: UUID, subject_id: UUID
) -> Deadline | None:
    """The period of handling of a case that is accepted today: 60 days from the acceptance (34).

    Of a case that was accepted before, in other hands, it goes on: the petitioner waits from the first
    acceptance. None where it does not bind the petition.
    """
    going_on = await hand_over(work, petition, owner_id=owner_id, subject_id=subject_id)
    if not going_on:
        today = world.clock.today()
        return await start(
            world, work, petition, HANDLING, on=today, owner_id=owner_id, subject_id=subject_id
        )
    [clock] = going_on
    period = world.law.pack(petition.office_region).period(clock.rule, on=clock.starts_on)
    if period.applies_to(petition.path or ""):
        return clock
    await cease(work, petition, clock.rule)
    return None


async def hand_over(
    work: Work, petition: Petition, *, owner_id: UUID | None, subject_id: UUID | None = None
) -> list[Deadline]:
    """The clocks of an accepted case change hands with it as they run: none begins anew for that."""
    clocks = await running(work, petition, *OF_THE_CASE)
    for clock in clocks:
        clock.owner_id, clock.subject_id = owner_id, subject_id or clock.subject_id
    await work.deadlines.save(*clocks)
    return clocks


async def running(
    work: Recording, petition: Petition, *only: str, subject_id: UUID | None = None
) -> list[Deadline]:
    """The clocks that run on a petition, of the given rules or all; of one dispatch, if it is named."""
    wanted: dict[str, object] = {"rule": only} if only else {}
    if subject_id is not None:
        wanted["subject_id"] = subject_id
    found = await work.deadlines.find(petition_id=petition.id, state=RUNNING, **wanted)
    return [clock for clock in found if clock.state.value in RUNNING]  # not those this transaction closed


async def first_due(work: Work, petition_ids: tuple[UUID, ...]) -> dict[UUID, date]:
    """By petition, the day on which the first of its running clocks ends: of what must be done by then."""
    return _first(await _duties(work, petition_ids), lambda clock: clock.petition_id)


async def first_due_of_subjects(work: Work, petition_ids: tuple[UUID, ...]) -> dict[UUID, date]:
    """As :func:`first_due`, by dispatch or review."""
    return _first(await _duties(work, petition_ids), lambda clock: clock.subject_id)


async def _duties(work: Work, petition_ids: tuple[UUID, ...]) -> list[Deadline]:
    """No rights that lapse, no limits that callers set themselves, no answers to recommendations."""
    if not petition_ids:
        return []
    found = await work.deadlines.find(petition_id=petition_ids, state=RUNNING)
    return [clock for clock in found if clock.rule not in (*own_limit.RULES, OBJECT, RECOMMENDATION)]


def _first(found: list[Deadline], of: Callable[[Deadline], UUID | None]) -> dict[UUID, date]:
    first: dict[UUID, date] = {}
    for clock in sorted(found, key=lambda each: each.due_on, reverse=True):
        if (key := of(clock)) is not None:
            first[key] = clock.due_on
    return first


async def meet(
    work: Work, petition: Petition, *only: str, on: date, subject_id: UUID | None = None
) -> list[Deadline]:
    """What the running clocks of these rules asked for was done on this day.

    What meets the period of handling meets the limits that callers set beside it.
    """
    if HANDLING in only:
        only += own_limit.RULES
    clocks = await running(work, petition, *only, subject_id=subject_id)
    for clock in clocks:
        rules.meet(clock, on)
    await work.deadlines.save(*clocks)
    return clocks


async def cease(work: Work, petition: Petition, *only: str, subject_id: UUID | None = None) -> None:
    """The running clocks of these rules have lost their ground; when none is named, all of the petition's.

    The answer to a recommendation of the office is owed whatever becomes of the petition (信访工作条例 40).
    """
    found = await running(work, petition, *only, subject_id=subject_id)
    clocks = [clock for clock in found if only or clock.rule != RECOMMENDATION]
    for clock in clocks:
        rules.cease(clock)
    await work.deadlines.save(*clocks)


async def extend(
    world: World, work: Work, petition: Petition, clock: Deadline, *, days: int, actor: str
) -> None:
    """Lengthen a clock by the law of the day it began, and tell the ledger from when to when it moved.

    Raises the refusals of :func:`services.domain.deadline.extend`.
    """
    period = world.law.pack(petition.office_region).period(clock.rule, on=clock.starts_on)
    before = clock.due_on
    rules.extend(clock, period, days=days, calendar=world.law.calendar, on=world.clock.today())
    await work.deadlines.save(clock)
    moved = {"rule": clock.rule, "from": before.isoformat(), "to": clock.due_on.isoformat()}
    work.record(petition, "deadline_moved", actor=actor, data={**moved, "days": days, "cause": "extension"})


def told(*clocks: Deadline | None) -> list[dict[str, object]]:
    """Clocks as the ledger tells them."""
    return [
        {
            "rule": clock.rule,
            "starts_on": clock.starts_on.isoformat(),
            "due_on": clock.due_on.isoformat(),
            "provisional": clock.provisional,
            "calendar": clock.calendar_version,
        }
        for clock in clocks
        if clock is not None
    ]
