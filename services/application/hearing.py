"""The hearing (听证, 信访工作条例 31, 36): announced before it is held, recorded when it was."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from services.application import clocks, paper, recusal_check, review
from services.application.acts import Case, case, take
from services.application.ports import Work, World
from services.domain import deadline as rules
from services.domain.access import Call
from services.domain.deadline import Deadline
from services.domain.paper_opinion import HearingDay
from services.domain.petition import Petition
from services.domain.refusal import InvalidField
from services.domain.review import DECIDE_RULE, HearingDates, Review
from services.domain.steps import Act


async def convene(
    world: World, review_id: UUID, start: date, end: date, *, notice: HearingDay, call: Call
) -> Case[Review]:
    """Announce a hearing to come, with its 听证通知书. No clock moves for what has not been held."""
    async with world.begin(call) as work:
        heard, petition, repeated = await review.own(world, work, review_id, call, act=Act.CONVENE_HEARING)
        if repeated:
            return await case(work, petition, heard)
        today = world.clock.today()
        if start < today:
            raise InvalidField(
                code="hearing_over",
                zh="听证已经开始的,不再通知。",
                en="A hearing that has begun is not announced any more.",
                pointer="/notice",
            )
        if end < start:
            raise HearingDates(start=start, end=end)
        await recusal_check.ensure_takes_part(
            world, work, petition, heard.organ_id, named=notice.by_the_organ
        )
        await _note(work, petition, heard, start, end, act=Act.CONVENE_HEARING, actor=call.actor)
        await paper.convened(world, work, petition, heard, notice)
        return await case(work, petition, heard)


async def hold(world: World, review_id: UUID, start: date, end: date, *, call: Call) -> Case[Review]:
    """Record a hearing on the days on which it was held; in re-review they are not counted (36).

    One that goes on is recorded again, with its new end: each day is left out of the count once.
    """
    async with world.begin(call) as work:
        heard, petition, repeated = await review.own(world, work, review_id, call, act=Act.HOLD_HEARING)
        if repeated:
            return await case(work, petition, heard)
        if not heard.requested_on <= start <= end <= world.clock.today():
            raise HearingDates(start=start, end=end)
        days = _days(start, end) - await _heard(work, petition, heard)
        await _note(work, petition, heard, start, end, act=Act.HOLD_HEARING, actor=call.actor)
        rule = DECIDE_RULE[heard.tier]
        for clock in await clocks.running(work, petition, rule, subject_id=heard.id):
            more = sum(day > clock.starts_on for day in days)  # the day of the request is not of the period
            if more and start <= clock.due_on:  # a period that ended before the hearing ended for good
                await _leave_out(world, work, petition, clock, days=more, actor=call.actor)
        return await case(work, petition, heard)


async def _note(
    work: Work, petition: Petition, heard: Review, start: date, end: date, *, act: Act, actor: str
) -> None:
    data = {**review.named(heard), "from": start.isoformat(), "to": end.isoformat()}
    take(work, petition, act, actor=actor, data=data)
    heard.hearing_from, heard.hearing_to = start, end
    await work.reviews.save(heard)


async def _heard(work: Work, petition: Petition, heard: Review) -> set[date]:
    """The days of the hearings told so far: a day is left out of the count once, however often it is told."""
    told = await work.events.find(petition_id=petition.id, kind=Act.HOLD_HEARING.value)
    spans = [each.data for each in told if each.data["review_id"] == str(heard.id)]
    ends = [(date.fromisoformat(str(span["from"])), date.fromisoformat(str(span["to"]))) for span in spans]
    return {day for start, end in ends for day in _days(start, end)}


def _days(start: date, end: date) -> set[date]:
    return {date.fromordinal(day) for day in range(start.toordinal(), end.toordinal() + 1)}


async def _leave_out(
    world: World, work: Work, petition: Petition, clock: Deadline, *, days: int, actor: str
) -> None:
    """Leave days of a hearing out of the count, where the rule of the clock does (信访工作条例 36)."""
    period = world.law.pack(petition.office_region).period(clock.rule, on=clock.starts_on)
    if not period.excludes_hearing:
        return
    before = clock.due_on
    rules.exclude_days(clock, period, days=days, calendar=world.law.calendar)
    await work.deadlines.save(clock)
    moved = {"rule": clock.rule, "from": before.isoformat(), "to": clock.due_on.isoformat()}
    work.record(petition, "deadline_moved", actor=actor, data={**moved, "cause": "hearing"})
