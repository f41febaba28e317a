"""Counting time: natural days, working days, and the day on which a period ends.

民法典第二百零一条、第二百零三条;全国年节及纪念日放假办法。The calendar is data, made by an adapter;
nothing here knows today's date.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum

ONE_DAY = timedelta(days=1)
SATURDAY = 5

# The whole country keeps one time and has had no summer time since 1991, before any period here can run;
# a fixed offset needs no time zone database, which is a file.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


class Unit(StrEnum):
    NATURAL = "natural_day"
    WORKING = "working_day"


class CalendarMissing(LookupError):
    """The calendar says nothing about this year: neither a notice nor the statutory holidays."""


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are worked.

    ``version`` names the source and ends in a hash of the content, so that two calendars with one version are
    the same. ``published`` are the years with an official State Council notice. ``holidays`` are days off by
    notice or, in the other years, by statute; ``makeup`` are 调休 working days on weekends. ``known`` are the
    years for which these sets are complete; a day outside is a fault, never "a working day".
    """

    version: str
    published: frozenset[int]
    holidays: frozenset[date]
    makeup: frozenset[date]
    known: range = range(2000, 2100)

    def is_workday(self, day: date) -> bool:
        """Raises CalendarMissing when the calendar does not reach that year."""
        if day.year not in self.known:
            raise CalendarMissing(f"日历({self.version})没有 {day.year} 年的节假日,不能判断 {day} 是否工作日")
        return day in self.makeup or (day.weekday() < SATURDAY and day not in self.holidays)

    def is_provisional(self, day: date) -> bool:
        """True while the holiday notice of that day's year is not out (or not known to the calendar)."""
        return day.year not in self.published

    def workday_on_or_after(self, day: date) -> date:
        return next(each for each in _days_from(day) if self.is_workday(each))

    def workday_before(self, day: date) -> date:
        """The last working day before ``day``."""
        day -= ONE_DAY
        while not self.is_workday(day):
            day -= ONE_DAY
        return day


@dataclass(frozen=True, slots=True)
class Due:
    """The end of a period: ``due_on`` after 民法典 203, ``raw_last_day`` before it."""

    due_on: date
    raw_last_day: date
    provisional: bool


def end_of_period(
    calendar: WorkCalendar,
    trigger: date,
    length: int,
    unit: Unit,
    *,
    roll_forward: bool = True,
    excluded_days: int = 0,
) -> Due:
    """The last day of a period of ``length`` units that ``trigger`` sets off.

    The day of the trigger is not counted (民法典第二百零一条). When the last natural day is a day off, the
    next working day takes its place (第二百零三条), unless ``roll_forward`` is false. ``excluded_days`` (a
    hearing, 信访工作条例第三十六条) lengthen the period by as many units. The result is provisional when any
    day that decided it lies in a year without a notice.
    """
    if length < 1 or excluded_days < 0:
        raise ValueError(f"period of {length} and {excluded_days} excluded: a period lasts at least one day")
    total = length + excluded_days
    if unit is Unit.WORKING:
        return _end_of_working_days(calendar, trigger, total)
    last = trigger + timedelta(days=total)
    if not roll_forward:
        return Due(due_on=last, raw_last_day=last, provisional=False)
    due_on = calendar.workday_on_or_after(last)
    # The days between are contiguous, so the years of both ends are all the years there are.
    provisional = calendar.is_provisional(last) or calendar.is_provisional(due_on)
    return Due(due_on=due_on, raw_last_day=last, provisional=provisional)


def end_instant(due_on: date) -> datetime:
    """24:00 Asia/Shanghai of that day (民法典第二百零三条), as an aware UTC instant."""
    return start_instant(due_on + ONE_DAY)


def start_instant(day: date) -> datetime:
    """00:00 Asia/Shanghai of that day, as an aware UTC instant."""
    return datetime.combine(day, time.min, tzinfo=SHANGHAI).astimezone(UTC)


def local_date(instant: datetime) -> date:
    """The Asia/Shanghai date of an aware instant."""
    if instant.tzinfo is None:
        raise ValueError("a moment without a time zone has no date in Shanghai")
    return instant.astimezone(SHANGHAI).date()


def _end_of_working_days(calendar: WorkCalendar, trigger: date, count: int) -> Due:
    provisional = False
    for day in _days_from(trigger + ONE_DAY):
        provisional = provisional or calendar.is_provisional(day)
        count -= calendar.is_workday(day)
        if count == 0:
            return Due(due_on=day, raw_last_day=day, provisional=provisional)
    raise CalendarMissing(f"日历({calendar.version})在 {trigger} 之后没有足够的工作日")


def _days_from(day: date) -> Iterator[date]:
    while True:
        yield day
        day += ONE_DAY
