"""A deadline on one petition: how it starts, warns, is met, extended, moved, and runs out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.adapters.statutes import load_pack
from services.adapters.workdays import read_notices, work_calendar
from services.domain import deadline as rules
from services.domain.calendar import WorkCalendar, end_instant, start_instant
from services.domain.deadline import (
    Deadline,
    DeadlineState,
    DueDateBeforeStart,
    ExtensionNotAllowed,
    ExtensionTooLate,
    ExtensionTooLong,
    Point,
)
from services.domain.refusal import InvalidField
from services.domain.statute import Extension, Period

CALENDAR = work_calendar()
PACK = load_pack("national-2022")
ID, PETITION, ORGAN = (UUID(int=n) for n in (1, 2, 3))
ACCEPTED = date(2026, 3, 2)  # 60 days end on Friday 1 May → the holiday → Wednesday 6 May


def law(rule: str, on: date = ACCEPTED) -> Period:
    return PACK.period(rule, on=on)


def running(
    rule: str = "D5",
    on: date = ACCEPTED,
    *,
    due_on: date | None = None,
    calendar: WorkCalendar = CALENDAR,
) -> Deadline:
    return rules.start(
        law(rule, on),
        id=ID,
        petition_id=PETITION,
        subject_id=None,
        owner_id=ORGAN,
        on=on,
        calendar=calendar,
        due_on=due_on,
    )


def points(deadline: Deadline, *, calendar: WorkCalendar = CALENDAR) -> Iterator[tuple[Point, datetime]]:
    """Let each point come exactly when it is due."""
    period = law(deadline.rule, deadline.starts_on)
    while (at := deadline.next_at) is not None:
        early = rules.pass_point(deadline, period, now=at - timedelta(microseconds=1), calendar=calendar)
        assert early is None
        point = rules.pass_point(deadline, period, now=at, calendar=calendar)
        assert point is not None
        yield point, at


def morning(day: str) -> datetime:
    return start_instant(date.fromisoformat(day))


def notices_of_2027(tmp_path: Path, *, holidays: str, makeup: str = "") -> WorkCalendar:
    path = tmp_path / "notices.toml"
    path.write_text(f"[2027]\nholidays = [{holidays}]\nmakeup = [{makeup}]\n", encoding="utf-8")
    return work_calendar(read_notices(path))


def test_start_counts_from_the_day_after_and_keeps_its_source() -> None:
    deadline = running()

    assert (deadline.raw_last_day, deadline.due_on) == (date(2026, 5, 1), date(2026, 5, 6))
    assert deadline.due_at == datetime(2026, 5, 6, 16, 0, tzinfo=UTC)
    assert (deadline.rule, deadline.article, deadline.basis) == ("D5", "信访工作条例第三十四条", "accepted")
    assert (deadline.state, deadline.provisional) == (DeadlineState.RUNNING, False)
    assert deadline.calendar_version == CALENDAR.version


@pytest.mark.parametrize(
    ("rule", "on", "expected"),
    [
        # 65 calendar days to 6 May: 21 are left on 16 April; 29 and 30 April and 6 May are worked
        ("D5", "2026-03-02", [("yellow", "2026-04-16"), ("red", "2026-04-29"), ("overdue", "2026-05-07")]),
        # 15 days to Thursday 19 March
        ("D1", "2026-03-04", [("yellow", "2026-03-15"), ("red", "2026-03-17"), ("overdue", "2026-03-20")]),
        # to Tuesday 17 March: Friday the 13th is red already, so yellow says nothing; 5 working days likewise
        ("D1", "2026-03-02", [("red", "2026-03-13"), ("overdue", "2026-03-18")]),
        # a right to object, of no use to most: nobody is overdue
        ("D4", "2026-03-02", [("red", "2026-03-05"), ("lapsed", "2026-03-10")]),
        ("D13.1", "2026-03-02", [("overdue", "2026-03-04")]),
        # the petitioner's right: nobody is overdue
        ("D7", "2026-03-02", [("yellow", "2026-03-23"), ("red", "2026-03-30"), ("lapsed", "2026-04-02")]),
    ],
)
def test_points_come_in_order_and_once(rule: str, on: str, expected: list[tuple[str, str]]) -> None:
    deadline = running(rule, date.fromisoformat(on))

    assert list(points(deadline)) == [(point, morning(day)) for point, day in expected]


def test_points_missed_in_a_downtime_come_one_by_one() -> None:
    deadline = running()
    late = end_instant(date(2026, 6, 1))
    passed = [rules.pass_point(deadline, law("D5"), now=late, calendar=CALENDAR) for _ in range(4)]

    assert passed == [Point.YELLOW, Point.RED, Point.OVERDUE, None]
    assert deadline.state is DeadlineState.OVERDUE
    assert (deadline.next_at, deadline.next_point) == (None, None)


def test_right_of_the_petitioner_lapses() -> None:
    deadline = running("D7")
    list(points(deadline))

    assert deadline.state is DeadlineState.LAPSED


@pytest.mark.parametrize(("day", "state"), [("2026-05-06", "met"), ("2026-05-07", "met_late")])
def test_deadline_is_met_in_time_up_to_its_last_day(day: str, state: str) -> None:
    deadline = running()

    assert rules.meet(deadline, date.fromisoformat(day))
    assert (deadline.state, deadline.met_on, deadline.next_at) == (state, date.fromisoformat(day), None)
    assert rules.pass_point(deadline, law("D5"), now=end_instant(date(2027, 1, 1)), calendar=CALENDAR) is None


def test_overdue_deadline_is_met_late() -> None:
    deadline = running()
    list(points(deadline))

    assert rules.meet(deadline, date(2026, 5, 20))
    assert deadline.state is DeadlineState.MET_LATE


def test_closed_deadline_keeps_its_first_end() -> None:
    met, ceased = running(), running()
    rules.meet(met, date(2026, 4, 1))
    rules.cease(ceased)

    assert not rules.meet(met, date(2026, 6, 1))
    assert not rules.cease(met)
    assert not rules.meet(ceased, date(2026, 4, 1))
    assert (met.state, met.met_on) == (DeadlineState.MET, date(2026, 4, 1))
    assert (ceased.state, ceased.met_on, ceased.next_point) == (DeadlineState.CEASED, None, None)


def test_extension_lengthens_the_period_from_its_start() -> None:
    deadline = running()
    rules.extend(deadline, law("D5"), days=30, calendar=CALENDAR, on=date(2026, 5, 6))

    assert (deadline.length, deadline.raw_last_day, deadline.due_on) == (
        90,
        date(2026, 5, 31),
        date(2026, 6, 1),
    )
    assert deadline.due_at == end_instant(date(2026, 6, 1))


def test_extensions_add_up_to_the_limit() -> None:
    deadline = running()
    rules.extend(deadline, law("D5"), days=20, calendar=CALENDAR, on=date(2026, 4, 1))
    with pytest.raises(ExtensionTooLong) as refused:
        rules.extend(deadline, law("D5"), days=11, calendar=CALENDAR, on=date(2026, 4, 2))
    rules.extend(deadline, law("D5"), days=10, calendar=CALENDAR, on=date(2026, 4, 2))

    assert refused.value.facts == {
        "days": 11,
        "extended": 20,
        "left": 10,
        "article": "信访工作条例第三十四条",
    }
    assert deadline.length == 90


def test_limit_on_the_whole_period_binds_too() -> None:
    period = law("D5")
    in_all = Extension("D6", max_days=None, max_total_days=90, approver="负责人", citation=period.citation)
    short = replace(period, extension=in_all)
    deadline = running()
    deadline.length = 80

    with pytest.raises(ExtensionTooLong, match="还可延长10日"):
        rules.extend(deadline, short, days=11, calendar=CALENDAR, on=ACCEPTED)
    rules.extend(deadline, short, days=10, calendar=CALENDAR, on=ACCEPTED)
    assert deadline.length == 90


def test_extended_period_warns_anew() -> None:
    deadline = running()
    period = law("D5")
    assert rules.pass_point(deadline, period, now=morning("2026-04-16"), calendar=CALENDAR) is Point.YELLOW
    rules.extend(deadline, period, days=30, calendar=CALENDAR, on=date(2026, 4, 20))

    assert [point for point, _ in points(deadline)] == [Point.YELLOW, Point.RED, Point.OVERDUE]


def test_warning_whose_morning_is_past_stays_unsaid_after_an_extension() -> None:
    deadline = running()
    rules.extend(deadline, law("D5"), days=1, calendar=CALENDAR, on=date(2026, 5, 6))

    assert deadline.next_point == Point.OVERDUE


@pytest.mark.parametrize("day", ["2026-05-07", "2026-08-01"])
def test_extension_after_the_last_day_is_refused(day: str) -> None:
    with pytest.raises(ExtensionTooLate, match="2026-05-06"):
        rules.extend(running(), law("D5"), days=1, calendar=CALENDAR, on=date.fromisoformat(day))


def test_extension_of_an_ended_deadline_is_refused() -> None:
    deadline = running()
    rules.meet(deadline, date(2026, 4, 1))

    with pytest.raises(ExtensionTooLate):
        rules.extend(deadline, law("D5"), days=1, calendar=CALENDAR, on=date(2026, 4, 2))


@pytest.mark.parametrize("rule", ["D1", "D8", "D10"])
def test_period_without_extension_in_the_law_is_not_extended(rule: str) -> None:
    with pytest.raises(ExtensionNotAllowed, match="没有延期的规定"):
        rules.extend(running(rule), law(rule), days=1, calendar=CALENDAR, on=ACCEPTED)


def test_extension_of_no_days_is_refused() -> None:
    with pytest.raises(InvalidField, match="延期至少一日"):
        rules.extend(running(), law("D5"), days=0, calendar=CALENDAR, on=ACCEPTED)


def test_hearing_moves_the_end_by_its_days() -> None:
    deadline = running("D10")  # 30 days from 2 March: Wednesday 1 April
    rules.exclude_days(deadline, law("D10"), days=3, calendar=CALENDAR)

    assert deadline.excluded_days == 3
    assert (deadline.raw_last_day, deadline.due_on) == (date(2026, 4, 4), date(2026, 4, 7))  # Qingming
    rules.exclude_days(deadline, law("D10"), days=1, calendar=CALENDAR)
    assert (deadline.excluded_days, deadline.raw_last_day) == (4, date(2026, 4, 5))


def test_hearing_revives_an_overdue_deadline() -> None:
    deadline = running("D10")
    list(points(deadline))
    rules.exclude_days(deadline, law("D10"), days=10, calendar=CALENDAR)

    assert deadline.state is DeadlineState.RUNNING
    assert list(points(deadline)) == [(Point.OVERDUE, end_instant(date(2026, 4, 13)))]


@pytest.mark.parametrize(("rule", "days"), [("D8", 3), ("D10", 0)])
def test_days_are_excluded_only_where_the_law_says(rule: str, days: int) -> None:
    with pytest.raises(ValueError, match="exclude"):
        rules.exclude_days(running(rule), law(rule), days=days, calendar=CALENDAR)


def test_date_set_by_an_act_stands_as_set() -> None:
    sunday = date(2026, 5, 3)
    deadline = running("D11", due_on=sunday)

    assert (deadline.due_on, deadline.raw_last_day, deadline.length) == (sunday, sunday, None)
    assert not running("D11", due_on=date(2027, 2, 6)).provisional
    assert not rules.recompute(deadline, law("D11"), calendar=CALENDAR)
    assert [point for point, _ in points(deadline)] == [Point.YELLOW, Point.RED, Point.OVERDUE]
    with pytest.raises(ExtensionNotAllowed):
        rules.extend(running("D11", due_on=sunday), law("D11"), days=1, calendar=CALENDAR, on=ACCEPTED)


def test_date_set_before_the_start_is_refused() -> None:
    with pytest.raises(DueDateBeforeStart, match="2026-03-01早于起算之日2026-03-02"):
        running("D11", due_on=date(2026, 3, 1))


def test_set_date_and_length_exclude_each_other() -> None:
    with pytest.raises(ValueError, match="D11"):
        running("D11")
    with pytest.raises(ValueError, match="D5"):
        running("D5", due_on=date(2026, 5, 6))


def test_notice_moves_a_provisional_deadline(tmp_path: Path) -> None:
    deadline = running("D5", date(2026, 11, 22))
    assert (deadline.due_on, deadline.provisional) == (date(2027, 1, 21), True)
    announced = notices_of_2027(tmp_path, holidays="2027-01-01, 2027-01-21, 2027-01-22", makeup="2027-01-23")

    assert rules.recompute(deadline, law("D5"), calendar=announced)
    assert (deadline.due_on, deadline.provisional) == (date(2027, 1, 23), False)
    assert deadline.calendar_version == announced.version
    assert deadline.due_at == end_instant(date(2027, 1, 23))
    assert not rules.recompute(deadline, law("D5"), calendar=announced)


def test_notice_that_moves_nothing_makes_the_date_firm(tmp_path: Path) -> None:
    deadline = running("D5", date(2026, 11, 22))
    announced = notices_of_2027(tmp_path, holidays="2027-01-01")

    assert not rules.recompute(deadline, law("D5"), calendar=announced)
    assert (deadline.due_on, deadline.provisional) == (date(2027, 1, 21), False)


def test_point_that_was_passed_is_not_repeated_after_a_move(tmp_path: Path) -> None:
    deadline = running("D5", date(2026, 11, 22))
    period = law("D5")
    assert deadline.next_at is not None
    assert rules.pass_point(deadline, period, now=deadline.next_at, calendar=CALENDAR) is Point.YELLOW
    announced = notices_of_2027(tmp_path, holidays="2027-01-01, 2027-01-21")
    rules.recompute(deadline, period, calendar=announced)

    assert [point for point, _ in points(deadline, calendar=announced)] == [Point.RED, Point.OVERDUE]


def test_ended_deadline_is_not_judged_anew(tmp_path: Path) -> None:
    overdue, met = running("D5", date(2026, 11, 22)), running("D5", date(2026, 11, 22))
    list(points(overdue))
    rules.meet(met, date(2026, 12, 1))
    announced = notices_of_2027(tmp_path, holidays="2027-01-21")

    assert not rules.recompute(overdue, law("D5"), calendar=announced)
    assert not rules.recompute(met, law("D5"), calendar=announced)
    assert {overdue.due_on, met.due_on} == {date(2027, 1, 21)}


@given(
    rule=st.sampled_from([period.rule for period in PACK.periods if period.length]),
    on=st.dates(min_value=date(2022, 5, 1), max_value=date(2032, 12, 31)),
)
def test_every_period_warns_in_order_and_ends_at_its_due_instant(rule: str, on: date) -> None:
    deadline = running(rule, on)
    reached = list(points(deadline))
    instants = [at for _, at in reached]

    assert instants == sorted(set(instants))
    assert instants[0] > start_instant(on)
    assert instants[-1] == deadline.due_at == end_instant(deadline.due_on)
    order = list(Point)
    assert [order.index(point) for point, _ in reached] == sorted(
        {order.index(point) for point, _ in reached}
    )
