"""The work calendar: State Council notices from a library and those that a city loads, else the statute.

A year without a notice gets the days off that 全国年节及纪念日放假办法第二条 itself dates, the lunar ones
included. Days in lieu and 调休 (articles 6 and 7) are for the notice to set; they are not guessed.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Container
from datetime import date
from functools import lru_cache
from importlib.metadata import version
from importlib.resources import files
from itertools import takewhile
from pathlib import Path
from typing import NoReturn

import chinese_calendar

from services.domain.calendar import SATURDAY, WorkCalendar
from services.domain.holiday_notice import HolidayNotice

KNOWN = range(2000, 2100)  # beyond these years the lunar tables are not to be relied on
TABLE = re.compile(r"\s*\[\s*[\"']?\w+[\"']?\s*\]")  # the head of a TOML table


class NoticeUnreadable(ValueError):
    """A notice's file says something impossible; the message names file, line, year and day."""


@lru_cache(maxsize=8)
def work_calendar(own: frozenset[HolidayNotice] = frozenset()) -> WorkCalendar:
    """Merge the notices of the library with ``own``, one a year; what ``own`` says of a year wins."""
    by_library, loaded = _published_years(), {notice.year for notice in own}
    published = by_library | loaded
    holidays = {day for day in chinese_calendar.holidays if day.year not in loaded}
    makeup = {day for day in chinese_calendar.workdays if day.year not in loaded}
    holidays |= statutory_days({year for year in KNOWN if year not in published})
    for notice in sorted(own, key=lambda notice: notice.year):
        holidays = (holidays - notice.makeup) | notice.holidays
        makeup = (makeup - notice.holidays) | notice.makeup
    source = f"chinesecalendar {version('chinesecalendar')}"
    if own:
        source += f"; {len(own)} loaded"
    return WorkCalendar(
        version=f"{source}; published to {max(published)}; {_fingerprint(published, holidays, makeup)}",
        published=frozenset(published),
        holidays=frozenset(holidays),
        makeup=frozenset(makeup),
        known=KNOWN,
    )


def read_notices(path: Path) -> frozenset[HolidayNotice]:
    """Read ``[2027] holidays = [2027-01-01, …] makeup = [2027-02-14, …]`` (TOML dates, one table a year).

    Raises NoticeUnreadable, naming line, year and day, for anything that cannot be such a notice.
    """
    try:
        text = path.read_text(encoding="utf-8")
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise NoticeUnreadable(f"{path.name}: 不是 TOML 文件 · not TOML: {fault}") from fault
    if not raw:
        raise NoticeUnreadable(f"{path.name}: 没有任何年份的放假通知 · it holds no notice")
    return frozenset(_Page(path.name, text, year).notice(table) for year, table in raw.items())


class _Page:
    """One year's table in a file, with the lines to name in what is wrong with it."""

    def __init__(self, name: str, text: str, year: str) -> None:
        self._name = name
        self._lines = text.splitlines()
        self._year = year

    def notice(self, table: object) -> HolidayNotice:
        if not self._year.isdecimal() or int(self._year) not in KNOWN:
            first, last = KNOWN.start, KNOWN.stop - 1
            self._fail(f"不是{first}至{last}之间的年份", f"not a year from {first} to {last}")
        if not isinstance(table, dict) or table.keys() != {"holidays", "makeup"}:
            self._fail("应当恰有 holidays 和 makeup 两项", "give holidays and makeup, nothing else")
        notice = HolidayNotice(int(self._year), self._days(table["holidays"]), self._days(table["makeup"]))
        if not notice.holidays:
            self._fail("没有放假日期", "no day off is given")
        if both := notice.holidays & notice.makeup:
            self._fail(f"{min(both)} 既放假又上班", f"{min(both)} is both off and worked", min(both))
        if weekdays := [day for day in notice.makeup if day.weekday() < SATURDAY]:
            day = min(weekdays)
            self._fail(f"调休上班日 {day} 不是周末", f"the make-up workday {day} is no weekend", day)
        return notice

    def _days(self, values: object) -> frozenset[date]:
        if not isinstance(values, list):
            self._fail("的 holidays、makeup 应当是日期的列表", "holidays and makeup are lists of dates")
        if strays := [day for day in values if not _belongs(day, int(self._year))]:
            day = strays[0]
            self._fail(
                f"{day} 不是该年(或上年12月)的日期",
                f"{day} is not of that year, nor of the December before",
                day,
            )
        return frozenset(values)

    def _fail(self, zh: str, en: str, day: object = None) -> NoReturn:
        raise NoticeUnreadable(f"{self._name} 第{self._line(day)}行: [{self._year}] {zh} · {en}")

    def _line(self, day: object) -> int:
        """Where the day stands in the year's table; without one, where the table begins. Counted from 1."""
        head = re.compile(rf"\s*\[?\s*[\"']?{re.escape(self._year)}\b")
        start = next((place for place, line in enumerate(self._lines) if head.match(line)), 0)
        table = takewhile(lambda line: not TABLE.match(line), self._lines[start + 1 :])
        named = [place for place, line in enumerate(table, start=start + 2) if str(day) in line.split("#")[0]]
        return named[-1] if named else start + 1


def _belongs(day: object, year: int) -> bool:
    # type(), not isinstance: a TOML date-time is also a date, and a moment is not a day.
    return type(day) is date and (day.year == year or (day.year, day.month) == (year - 1, 12))


def _published_years() -> set[int]:
    days = chinese_calendar.holidays
    return set(range(min(days).year, max(days).year + 1))


def statutory_days(years: Container[int]) -> set[date]:
    """The days off that the statute in force in each of these years dates."""
    lines = (files("services.statutes") / "statutory-days.txt").read_text(encoding="utf-8").splitlines()
    dated = (line.partition(": ") for line in lines if not line.startswith("#"))
    return {
        date.fromisoformat(f"{year}-{day}")
        for year, _, days in dated
        if int(year) in years
        for day in days.split()
    }


def _fingerprint(published: set[int], holidays: set[date], makeup: set[date]) -> str:
    parts = (sorted(published), sorted(map(str, holidays)), sorted(map(str, makeup)))
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]
