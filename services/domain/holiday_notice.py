"""The State Council's holiday notice of a year: days off and 调休 working days, as a city has loaded it.

全国年节及纪念日放假办法第六条、第七条: which days are given in lieu, and which are worked for them, is for
the notice to say.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from services.domain.refusal import Refusal


class YearBegun(Refusal):
    """{year}年已经开始(今天{today}),放假安排的变动会影响已经过去的日子,没有载入。"""

    english = "{year} has begun (today is {today}): a change would touch days gone by. Nothing was loaded."


@dataclass(frozen=True, slots=True)
class HolidayNotice:
    """What one year's notice says; some of its days may lie in the December before."""

    year: int
    holidays: frozenset[date]
    makeup: frozenset[date]

    @property
    def sha256(self) -> str:
        """Of the content: two files that say the same are the same notice."""
        parts = (self.year, sorted(map(str, self.holidays)), sorted(map(str, self.makeup)))
        return hashlib.sha256(repr(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class LoadedNotice:
    """One load of one year's notice. ``id`` counts the loads from 1; none is ever changed or removed."""

    id: int
    year: int
    holidays: tuple[date, ...]
    makeup: tuple[date, ...]
    sha256: str
    loaded_at: datetime
    loaded_by: str
    source: str

    @property
    def notice(self) -> HolidayNotice:
        return HolidayNotice(self.year, frozenset(self.holidays), frozenset(self.makeup))


def in_force(loaded: Iterable[LoadedNotice]) -> frozenset[HolidayNotice]:
    """Of each year the notice that was loaded last."""
    newest = {each.year: each for each in sorted(loaded, key=lambda each: each.id)}
    return frozenset(each.notice for each in newest.values())


def news(
    known: Iterable[HolidayNotice], wanted: Iterable[HolidayNotice], *, today: date, begun: bool
) -> list[HolidayNotice]:
    """Those of ``wanted`` that are not in force as they stand, by year.

    A year that has begun is refused (:class:`YearBegun`), unless it is this one and ``begun`` says that this
    is meant: the notice came late, or was changed in the course of the year.
    """
    new = sorted(set(wanted) - set(known), key=lambda notice: notice.year)
    for notice in new:
        if notice.year < today.year or (notice.year == today.year and not begun):
            raise YearBegun(year=notice.year, today=today)
    return new
