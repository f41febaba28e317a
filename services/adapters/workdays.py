"""The work calendar: State Council notices from ``chinesecalendar`` and a city's own file, statute elsewhere.

A year without a notice gets the days off that 全国年节及纪念日放假办法第二条 itself dates, the lunar ones
included. Days in lieu and 调休 (articles 6 and 7) are for the notice to set; they are not guessed.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

import chinese_calendar
import holidays as statutory

from services.domain.calendar import SATURDAY, WorkCalendar

KNOWN = range(2000, 2100)  # beyond these years the lunar tables are not to be relied on
REST_DAY_BY_NOTICE = "休息日"  # how `holidays` names days that a notice, not the statute, makes free


class NoticeUnreadable(ValueError):
    """The city's own holiday file says something impossible; the start stops here."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One year's State Council notice: days off and 调休 working days, some in the December before."""

    holidays: frozenset[date]
    makeup: frozenset[date]


def work_calendar(own_file: Path | None = None) -> WorkCalendar:
    """The calendar in force: the library's notices, and over them those of ``own_file`` when it is given."""
    return build_calendar(read_notices(own_file) if own_file else {})


def build_calendar(own: Mapping[int, Notice]) -> WorkCalendar:
    """Merge the notices of the library with ``own`` (year → notice); what ``own`` says of a year wins."""
    by_library = _published_years()
    published = by_library | own.keys()
    holidays = {day for day in chinese_calendar.holidays if day.year not in own}
    makeup = {day for day in chinese_calendar.workdays if day.year not in own}
    holidays |= _statutory_days([year for year in KNOWN if year not in published])
    for _, notice in sorted(own.items()):
        holidays = (holidays - notice.makeup) | notice.holidays
        makeup = (makeup - notice.holidays) | notice.makeup
    source = f"chinesecalendar {version('chinesecalendar')}"
    if own:
        source += f"; own notices {', '.join(map(str, sorted(own)))}"
    return WorkCalendar(
        version=f"{source}; published to {max(published)}; {_fingerprint(published, holidays, makeup)}",
        published=frozenset(published),
        holidays=frozenset(holidays),
        makeup=frozenset(makeup),
        known=KNOWN,
    )


def read_notices(path: Path) -> dict[int, Notice]:
    """Read ``[2027] holidays = [2027-01-01, …] makeup = [2027-02-14, …]`` (TOML dates, one table a year).

    Raises NoticeUnreadable, naming year and day, for anything that cannot be such a notice.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise NoticeUnreadable(f"{path.name}: {fault}") from fault
    return {_year(year, path): _notice(year, table, path) for year, table in raw.items()}


def _year(text: str, path: Path) -> int:
    if not text.isdecimal() or int(text) not in KNOWN:
        raise NoticeUnreadable(f"{path.name}: [{text}] 不是 {KNOWN.start} 至 {KNOWN.stop - 1} 之间的年份")
    return int(text)


def _notice(year: str, table: object, path: Path) -> Notice:
    if not isinstance(table, dict) or table.keys() != {"holidays", "makeup"}:
        raise NoticeUnreadable(f"{path.name}: [{year}] 应当恰有 holidays 和 makeup 两项")
    notice = Notice(
        holidays=_days(year, table["holidays"], path),
        makeup=_days(year, table["makeup"], path),
    )
    if not notice.holidays:
        raise NoticeUnreadable(f"{path.name}: [{year}] 没有放假日期")
    if both := notice.holidays & notice.makeup:
        raise NoticeUnreadable(f"{path.name}: [{year}] {min(both)} 既放假又上班")
    if weekdays := [day for day in notice.makeup if day.weekday() < SATURDAY]:
        raise NoticeUnreadable(f"{path.name}: [{year}] 调休上班日 {min(weekdays)} 不是周末")
    return notice


def _days(year: str, values: object, path: Path) -> frozenset[date]:
    if not isinstance(values, list):
        raise NoticeUnreadable(f"{path.name}: [{year}] 的 holidays、makeup 应当是日期的列表")
    if strays := [day for day in values if not _belongs(day, int(year))]:
        raise NoticeUnreadable(f"{path.name}: [{year}] {strays[0]} 不是该年(或上年12月)的日期")
    return frozenset(values)


def _belongs(day: object, year: int) -> bool:
    # type(), not isinstance: a TOML date-time is also a date, and a moment is not a day.
    return type(day) is date and (day.year == year or (day.year, day.month) == (year - 1, 12))


def _published_years() -> set[int]:
    days = chinese_calendar.holidays
    return set(range(min(days).year, max(days).year + 1))


def _statutory_days(years: list[int]) -> set[date]:
    days = statutory.country_holidays("CN", years=years, observed=False, language="zh_CN")
    # A later release of `holidays` may know a notice before chinesecalendar does, but its days off only, not
    # the days worked for them: half a notice would be worse than none.
    return {day for day, name in days.items() if not name.startswith(REST_DAY_BY_NOTICE)}


def _fingerprint(published: set[int], holidays: set[date], makeup: set[date]) -> str:
    parts = (sorted(published), sorted(map(str, holidays)), sorted(map(str, makeup)))
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]
