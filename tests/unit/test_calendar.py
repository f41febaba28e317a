"""Counting time: the vectors a clerk can check, the years without a notice, and the city's own notices."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.adapters.workdays import KNOWN, NoticeUnreadable, read_notices, statutory_days, work_calendar
from services.domain.calendar import (
    CalendarMissing,
    Unit,
    WorkCalendar,
    end_instant,
    end_of_period,
    local_date,
    start_instant,
)

CALENDAR = work_calendar()
NATURAL, WORKING = Unit.NATURAL, Unit.WORKING

triggers = st.dates(min_value=date(2004, 1, 1), max_value=date(2035, 12, 31))
lengths = st.integers(min_value=1, max_value=120)


@pytest.mark.parametrize(
    ("trigger", "length", "unit", "raw_last_day", "due_on", "why"),
    [
        ("2026-01-05", 60, NATURAL, "2026-03-06", "2026-03-06", "ends on a Friday"),
        (
            "2025-12-20",
            60,
            NATURAL,
            "2026-02-18",
            "2026-02-24",
            "in Spring Festival → first day worked after",
        ),
        ("2025-12-30", 60, NATURAL, "2026-02-28", "2026-02-28", "a Saturday that is worked"),
        ("2026-09-16", 15, NATURAL, "2026-10-01", "2026-10-08", "National Day → first day worked after"),
        ("2026-04-24", 15, NATURAL, "2026-05-09", "2026-05-09", "a Saturday that is worked"),
        ("2026-05-20", 30, NATURAL, "2026-06-19", "2026-06-22", "Dragon Boat Friday → Monday"),
        (
            "2026-02-13",
            5,
            WORKING,
            "2026-02-27",
            "2026-02-27",
            "Spring Festival and a worked Saturday between",
        ),
        ("2026-09-29", 5, WORKING, "2026-10-12", "2026-10-12", "National Day and a worked Saturday between"),
        ("2026-02-14", 5, WORKING, "2026-02-28", "2026-02-28", "ends on a worked Saturday"),
        ("2026-03-06", 1, WORKING, "2026-03-09", "2026-03-09", "Friday → Monday"),
        ("2026-03-05", 2, NATURAL, "2026-03-07", "2026-03-09", "a plain Saturday → Monday"),
    ],
)
def test_period_ends_as_a_clerk_counts_it(
    trigger: str, length: int, unit: Unit, raw_last_day: str, due_on: str, why: str
) -> None:
    due = end_of_period(CALENDAR, date.fromisoformat(trigger), length, unit)

    assert (due.raw_last_day.isoformat(), due.due_on.isoformat()) == (raw_last_day, due_on), why
    assert not due.provisional


@pytest.mark.parametrize(
    ("trigger", "length", "unit", "due_on", "provisional"),
    [
        ("2026-11-22", 60, NATURAL, "2027-01-21", True),
        ("2026-11-22", 30, NATURAL, "2026-12-22", False),
        ("2026-12-28", 3, NATURAL, "2026-12-31", False),
        ("2026-12-28", 4, NATURAL, "2027-01-04", True),  # New Year's Day is dated by statute
        ("2026-12-28", 3, WORKING, "2026-12-31", False),
        ("2026-12-28", 4, WORKING, "2027-01-04", True),
        (
            "2026-12-07",
            60,
            NATURAL,
            "2027-02-09",
            True,
        ),  # 5 February is the lunar New Year's Eve, 8 its last day off
        ("2027-06-01", 8, NATURAL, "2027-06-10", True),  # Dragon Boat
        ("2027-09-14", 1, WORKING, "2027-09-16", True),  # Mid-Autumn
    ],
)
def test_year_without_a_notice_counts_by_statute_and_says_so(
    trigger: str, length: int, unit: Unit, due_on: str, provisional: bool
) -> None:
    due = end_of_period(CALENDAR, date.fromisoformat(trigger), length, unit)

    assert (due.due_on.isoformat(), due.provisional) == (due_on, provisional)


def test_rolling_into_a_year_without_a_notice_is_provisional() -> None:
    calendar = WorkCalendar(
        version="test",
        published=frozenset({2021}),
        holidays=frozenset({date(2021, 12, 31), date(2022, 1, 1)}),
        makeup=frozenset(),
    )
    due = end_of_period(calendar, date(2021, 12, 1), 30, NATURAL)

    assert (due.raw_last_day, due.due_on, due.provisional) == (date(2021, 12, 31), date(2022, 1, 3), True)


def test_period_that_does_not_roll_depends_on_no_calendar() -> None:
    due = end_of_period(CALENDAR, date(2026, 11, 22), 59, NATURAL, roll_forward=False)
    rolled = end_of_period(CALENDAR, date(2026, 9, 16), 15, NATURAL, roll_forward=False)

    assert (due.due_on, due.provisional) == (date(2027, 1, 20), False)
    assert rolled.due_on == date(2026, 10, 1)


def test_excluded_days_are_left_out_before_rolling() -> None:
    due = end_of_period(CALENDAR, date(2026, 5, 20), 27, NATURAL, excluded_days=3)

    assert (due.raw_last_day, due.due_on) == (date(2026, 6, 19), date(2026, 6, 22))


@pytest.mark.parametrize("year", KNOWN)
def test_the_table_of_statutory_days_is_the_librarys(year: int) -> None:
    library = holidays.country_holidays("CN", years=year, observed=False, language="zh_CN")
    by_notice = {day for day, name in library.items() if name.startswith(("休息日", "春节延长"))}

    assert statutory_days({year}) == set(library) - by_notice


def test_years_before_the_first_notice_are_statutory_and_provisional() -> None:
    due = end_of_period(CALENDAR, date(2003, 4, 25), 1, NATURAL)

    assert due.provisional
    assert due.due_on == date(2003, 4, 28), "26 April 2003 was worked, but no notice is known here"


def test_day_beyond_the_calendar_is_a_fault() -> None:
    with pytest.raises(CalendarMissing, match="2100"):
        end_of_period(CALENDAR, date(2099, 12, 31), 1, NATURAL)
    with pytest.raises(CalendarMissing, match="1999"):
        CALENDAR.is_workday(date(1999, 12, 31))


@pytest.mark.parametrize(("length", "excluded"), [(0, 0), (-1, 0), (5, -1)])
def test_period_of_no_days_is_a_fault(length: int, excluded: int) -> None:
    with pytest.raises(ValueError, match="at least one day"):
        end_of_period(CALENDAR, date(2026, 1, 5), length, NATURAL, excluded_days=excluded)


def test_last_day_ends_at_midnight_in_shanghai() -> None:
    end = end_instant(date(2026, 3, 6))

    assert end == datetime(2026, 3, 6, 16, 0, tzinfo=UTC)
    assert local_date(end - timedelta(microseconds=1)) == date(2026, 3, 6)
    assert local_date(end) == date(2026, 3, 7)
    assert start_instant(date(2026, 3, 6)) == datetime(2026, 3, 5, 16, 0, tzinfo=UTC)
    assert local_date(datetime(2026, 12, 31, 16, 0, tzinfo=UTC)) == date(2027, 1, 1)


def test_moment_without_a_zone_has_no_date() -> None:
    with pytest.raises(ValueError, match="time zone"):
        local_date(datetime(2026, 3, 6, 12, 0))  # noqa: DTZ001  (the naive moment is the point)


@given(trigger=triggers, length=lengths)
def test_natural_period_never_ends_early_and_ends_on_a_workday(trigger: date, length: int) -> None:
    due = end_of_period(CALENDAR, trigger, length, NATURAL)

    assert due.due_on >= due.raw_last_day == trigger + timedelta(days=length)
    assert CALENDAR.is_workday(due.due_on)
    assert not any(
        CALENDAR.is_workday(due.raw_last_day + timedelta(days=n))
        for n in range((due.due_on - due.raw_last_day).days)
    )


@given(trigger=triggers, length=lengths)
def test_working_period_counts_exactly_its_workdays(trigger: date, length: int) -> None:
    due = end_of_period(CALENDAR, trigger, length, WORKING)
    walked = [trigger + timedelta(days=n) for n in range(1, (due.due_on - trigger).days + 1)]

    assert sum(map(CALENDAR.is_workday, walked)) == length
    assert CALENDAR.is_workday(due.due_on)
    assert due.provisional is any(map(CALENDAR.is_provisional, walked))


@given(trigger=triggers, length=lengths, unit=st.sampled_from(Unit), later=st.integers(0, 40))
def test_later_trigger_never_ends_earlier(trigger: date, length: int, unit: Unit, later: int) -> None:
    first = end_of_period(CALENDAR, trigger, length, unit)
    second = end_of_period(CALENDAR, trigger + timedelta(days=later), length, unit)

    assert second.due_on >= first.due_on


def test_version_names_the_source_and_changes_with_the_content(tmp_path: Path) -> None:
    path = tmp_path / "notices.toml"
    path.write_text("[2027]\nholidays = [2027-01-01]\nmakeup = []\n", encoding="utf-8")
    one = work_calendar(read_notices(path))
    path.write_text("[2027]\nholidays = [2027-01-01]\nmakeup = [2027-01-09]\n", encoding="utf-8")
    other = work_calendar(read_notices(path))

    assert CALENDAR.version.startswith("chinesecalendar ")
    assert "published to 2026" in CALENDAR.version
    assert "published to 2027" in one.version
    assert len({CALENDAR.version, one.version, other.version}) == 3
    assert work_calendar().version == CALENDAR.version


def test_own_notice_publishes_its_year_and_reaches_into_december(tmp_path: Path) -> None:
    path = tmp_path / "notices.toml"
    path.write_text(
        "[2027]\nholidays = [2026-12-31, 2027-01-01, 2027-02-09]\nmakeup = [2026-12-27]\n", encoding="utf-8"
    )
    calendar = work_calendar(read_notices(path))

    assert end_of_period(calendar, date(2026, 11, 22), 60, NATURAL).provisional is False
    assert calendar.is_workday(date(2026, 12, 27))
    assert not calendar.is_workday(date(2026, 12, 31))
    assert not calendar.is_workday(date(2027, 2, 9))
    assert calendar.is_workday(date(2027, 2, 8)), "the notice alone decides once it is known"
    assert not calendar.is_workday(date(2026, 10, 1)), "the other years stay"


def test_own_notice_wins_over_the_library(tmp_path: Path) -> None:
    path = tmp_path / "notices.toml"
    path.write_text("[2026]\nholidays = [2026-01-01]\nmakeup = []\n", encoding="utf-8")
    calendar = work_calendar(read_notices(path))

    assert calendar.is_workday(date(2026, 1, 2))
    assert not calendar.is_workday(date(2026, 2, 28))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[2027\n", r"notices.toml: 不是 TOML 文件.*line 1"),
        ("", "没有任何年份"),
        ("[next]\nholidays = []\nmakeup = []\n", "第1行.*年份"),
        ("[1999]\nholidays = [1999-01-01]\nmakeup = []\n", "第1行.*年份"),
        ("2027 = 1\n", "第1行.*恰有"),
        ("[2027]\nholidays = [2027-01-01]\n", "第1行.*恰有"),
        ("[2027]\nholidays = []\nmakeup = []\n", "第1行.*没有放假日期"),
        ("[2027]\nholidays = 2027-01-01\nmakeup = []\n", "第1行.*列表"),
        ('[2027]\nholidays = ["2027-01-01"]\nmakeup = []\n', "第2行.*不是该年"),
        ("[2027]\nholidays = [2027-01-01T00:00:00Z]\nmakeup = []\n", "不是该年"),
        ("# 元旦\n[2027]\nholidays = [\n  2027-01-01,\n  2026-11-30,\n]\nmakeup = []\n", "第5行.*不是该年"),
        ("[2027]\nholidays = [2027-01-02]\nmakeup = [2027-01-02]\n", "第3行.*既放假又上班"),
        ("[2027]\nholidays = [2027-01-01]\nmakeup = [2027-01-04]\n", "第3行.*不是周末"),
        (
            "[2027]\nholidays = [2027-01-01]\nmakeup = []\n[2028]\nholidays = [2028-01-01]\n"
            "makeup = [2028-01-03]  # 2027-01-03\n",
            r"第6行: \[2028\].*2028-01-03 不是周末.*no weekend",
        ),
    ],
)
def test_impossible_notice_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "notices.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(NoticeUnreadable, match=fault):
        read_notices(path)
