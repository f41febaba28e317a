"""The clocks of review and re-review: acceptance, extension, hearings, and rights that lapse (D7 to D10)."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.application import calendar, hearing, review, timers
from services.application.dispatch import Extension
from services.application.review import Declination
from services.domain.deadline import (
    DeadlineState,
    ExtensionNotAllowed,
    ExtensionTooLate,
    ExtensionTooLong,
    ran_out,
)
from services.domain.opinion import Outcome
from services.domain.paper_opinion import HearingDay
from services.domain.petition import Petition, State
from services.domain.refusal import InvalidField
from services.domain.review import HearingDates, Review, ReviewAlreadyAccepted, ReviewTooLate
from tests.fakes import FakeLaw, FakeWorld
from tests.unit.lives import (
    answered,
    asked,
    clock_of,
    organ_call,
    read,
    review_now,
    served,
    told,
    under_review,
    world_under,
    writ,
)

Life = Callable[[FakeWorld], Awaitable[Review]]
NATIONAL, BEIJING, SHANDONG = "national-2022", "beijing-2006", "shandong-2015"
MORE = Extension(20, "复查委员会主任", "需要重新勘测")
EVE = datetime(2026, 12, 10, 2, tzinfo=UTC)  # 30 days from here end on a Saturday of 2027


async def re_review(world: FakeWorld) -> Review:
    first = await under_review(world)
    _, issued = await review.decide(world, first.id, writ(Outcome.UPHELD), call=organ_call(first.organ_id))
    return await asked(world, (await served(world, issued)).id)


# ── D8+, D10+ ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("life", "rule"), [(under_review, "D8"), (re_review, "D10")])
async def test_d8_plus_and_d10_plus_extend_where_beijing_does(life: Life, rule: str) -> None:
    world = world_under(BEIJING)
    held = await life(world)
    before = clock_of(world, rule).due_on
    case = await review.extend(world, held.id, MORE, call=organ_call(held.organ_id))
    after = clock_of(world, rule)
    assert after.due_on >= before + timedelta(days=20)
    assert case.petition.state in (State.UNDER_REVIEW, State.UNDER_RE_REVIEW)
    [moved] = told(world, "deadline_moved")
    assert (moved["rule"], moved["cause"], moved["from"]) == (rule, "extension", before.isoformat())
    [act] = told(world, "review_extended")
    assert act["article"] == "北京市信访条例第五十条第四款"  # of the pack, not of the table of steps
    [notice] = [each for each in world.store.rows["notices"].values() if each.kind == "extension"]
    assert MORE.reason in notice.text
    assert MORE.approved_by in notice.text


async def test_d8_plus_is_30_days_in_all() -> None:
    world = world_under(BEIJING)
    held = await under_review(world)
    call = organ_call(held.organ_id)
    await review.extend(world, held.id, MORE, call=call)
    with pytest.raises(ExtensionTooLong, match="还可延长10日"):
        await review.extend(world, held.id, replace(MORE, days=11), call=call)
    await review.extend(world, held.id, replace(MORE, days=10), call=call)


async def test_d8_plus_is_granted_before_the_period_ends() -> None:
    world = world_under(BEIJING)
    held = await under_review(world)
    world.clock.pass_days(60)
    with pytest.raises(ExtensionTooLate):
        await review.extend(world, held.id, MORE, call=organ_call(held.organ_id))


@pytest.mark.parametrize("pack", [NATIONAL, SHANDONG])
async def test_the_national_law_extends_no_review(pack: str) -> None:
    world = world_under(pack)
    held = await under_review(world)
    with pytest.raises(ExtensionNotAllowed) as refused:
        await review.extend(world, held.id, MORE, call=organ_call(held.organ_id))
    assert "条例第" in refused.value.message()
    assert told(world, "review_extended") == []


# ── D8.1, D10.1 ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("life", "rule"), [(under_review, "D8.1"), (re_review, "D10.1")])
async def test_d8_1_and_d10_1_give_three_working_days_to_accept(life: Life, rule: str) -> None:
    world = world_under(SHANDONG)  # 2026-03-02, a Monday
    held = await life(world)
    clock = clock_of(world, rule)
    assert (clock.due_on, clock.owner_id) == (date(2026, 3, 5), held.organ_id)
    await review.accept(world, held.id, call=organ_call(held.organ_id))
    assert clock_of(world, rule).state is DeadlineState.MET


async def test_d8_1_is_met_by_declining_too() -> None:
    world = world_under(SHANDONG)
    held = await under_review(world)
    why = Declination("not_an_opinion", "不是处理意见。")
    await review.decline(world, held.id, why, call=organ_call(held.organ_id))
    assert clock_of(world, "D8.1").state is DeadlineState.MET
    assert clock_of(world, "D8").state is DeadlineState.CEASED


async def test_the_national_pack_has_no_time_to_accept() -> None:
    world = world_under(NATIONAL)
    await under_review(world)
    assert not [each for each in world.store.rows["deadlines"].values() if each.rule == "D8.1"]


async def test_what_was_accepted_is_not_declined() -> None:
    world = world_under(NATIONAL)
    held = await under_review(world)
    call = organ_call(held.organ_id)
    await review.accept(world, held.id, call=call)
    with pytest.raises(ReviewAlreadyAccepted):
        await review.decline(world, held.id, Declination("late", "逾期。"), call=call)


# ── Hearings (C6) ────────────────────────────────────────────────────────────────────────────────

NOTICE = HearingDay("上午9时", "听证室", "彭志和", ())


async def test_c6_an_announced_hearing_moves_no_clock_until_it_was_held() -> None:
    world = world_under(NATIONAL)
    held = await re_review(world)
    call, before = organ_call(held.organ_id), clock_of(world, "D10").due_on
    day = world.clock.today() + timedelta(days=5)
    await hearing.convene(world, held.id, day, day + timedelta(days=1), notice=NOTICE, call=call)
    assert clock_of(world, "D10").due_on == before
    world.clock.pass_days(6)
    await hearing.hold(world, held.id, day, day + timedelta(days=1), call=call)
    assert clock_of(world, "D10").excluded_days == 2
    assert (await review_now(world, held.id)).hearing_to == day + timedelta(days=1)


async def test_c6_a_hearing_on_the_day_of_the_request_moves_nothing() -> None:
    """The day of the request is not of the period (民法典 201), so there is none of it to leave out."""
    world = world_under(NATIONAL)
    held = await re_review(world)
    before = clock_of(world, "D10").due_on
    today = world.clock.today()
    await hearing.hold(world, held.id, today, today, call=organ_call(held.organ_id))
    assert clock_of(world, "D10").due_on == before


async def test_a_hearing_is_recorded_when_it_was_held() -> None:
    world = world_under(NATIONAL)
    held = await re_review(world)
    call, today = organ_call(held.organ_id), world.clock.today()
    with pytest.raises(HearingDates):
        await hearing.hold(world, held.id, today, today + timedelta(days=400), call=call)
    with pytest.raises(HearingDates):
        await hearing.convene(world, held.id, today, today - timedelta(days=1), notice=NOTICE, call=call)
    world.clock.pass_days(1)
    with pytest.raises(InvalidField, match="不再通知"):
        await hearing.convene(world, held.id, today, today, notice=NOTICE, call=call)


# ── Rights that lapse (D7, D9) ───────────────────────────────────────────────────────────────────


def publish(world: FakeWorld, *days_off: date) -> None:
    old = world.law.calendar
    holidays = old.holidays | set(days_off)
    new = replace(old, version="2027 published", published=old.published | {2027}, holidays=holidays)
    world.law = FakeLaw(world.law.pack(""), new)


async def held_window(world: FakeWorld) -> Petition:
    """Answered on 2026-12-10, and nobody asked for review until February: 2027 is not published."""
    petition = await answered(world)
    assert (clock_of(world, "D7").due_on, clock_of(world, "D7").provisional) == (date(2027, 1, 11), True)
    for _ in range(3):
        world.clock.pass_days(20)
        await timers.catch_up(world)
    return await read(world, petition.id)


async def test_no_right_lapses_on_a_provisional_day(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    world = world_under(NATIONAL, EVE)
    petition = await held_window(world)
    assert (petition.state, petition.final_on) == (State.ANSWERED, None)
    assert not ran_out(clock_of(world, "D7"), now=world.clock.now())
    [event] = told(world, "lapse_held")
    assert (event["rule"], event["due_on"]) == ("D7", "2027-01-11")
    assert "provisional" in caplog.text


async def test_a_held_lapse_is_looked_at_once_a_day() -> None:
    world = world_under(NATIONAL, EVE)
    await held_window(world)
    assert await timers.catch_up(world) == 0
    world.clock.pass_days(1)
    assert await timers.catch_up(world) == 1


async def test_once_the_calendar_is_published_it_lapses_on_the_right_day() -> None:
    world = world_under(NATIONAL, EVE)
    petition = await held_window(world)
    publish(world, date(2027, 1, 11))
    while await calendar.recount(world):
        pass
    await timers.catch_up(world)
    petition = await read(world, petition.id)
    assert (petition.state, petition.final_on) == (State.FINAL, date(2027, 1, 12))
    assert petition.final_ground == "time_lapsed"


async def test_review_can_be_asked_for_while_the_last_day_is_not_certain() -> None:
    world = world_under(NATIONAL, EVE)
    petition = await held_window(world)
    assert (await asked(world, petition.id)).late_cause is None


async def test_a_late_request_is_told_the_length_of_the_pack() -> None:
    world = world_under(NATIONAL)
    petition = await answered(world)
    world.clock.pass_days(40)
    with pytest.raises(ReviewTooLate, match="自收到书面答复之日起30日内"):
        await asked(world, petition.id)


# ── Clocks that fail ─────────────────────────────────────────────────────────────────────────────


async def test_failing_clocks_starve_no_other() -> None:
    world = world_under(NATIONAL)
    doomed = [await answered(world) for _ in range(3)]
    for petition in doomed:  # clocks of petitions that cannot be read any more, due before all others
        del world.store.rows["petitions"][petition.id]
    world.clock.pass_days(1)
    petition = await answered(world)
    world.clock.pass_days(60)
    with pytest.raises(ExceptionGroup) as failed:
        await timers.catch_up(world, limit=2)
    assert len(failed.value.exceptions) >= len(doomed)
    assert (await read(world, petition.id)).state is State.FINAL
    with pytest.raises(ExceptionGroup):
        await timers.catch_up(world, limit=2)
