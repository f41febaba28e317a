"""Counting days a second time, in another way than the product does: day by day, from the words of the law.

Nothing of ``services`` is imported here. The lengths are written down from the 信访工作条例; the days worked
are what ``chinesecalendar`` says of a year with a notice, and what the statute says of 2027, which has none.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import chinese_calendar

DAY = timedelta(days=1)
NATURAL, WORKING, BY_ACT = "日", "工作日", "指定"
# Rule → how many, and of what (信访工作条例 22, 23, 34, 35, 36; D13: 国信发〔2016〕8号).
LENGTHS: dict[str, tuple[int, str]] = {
    "D1": (15, NATURAL), "D2": (15, NATURAL), "D3": (15, NATURAL), "D4": (5, WORKING), "D5": (60, NATURAL),
    "D7": (30, NATURAL), "D8": (30, NATURAL), "D9": (30, NATURAL), "D10": (30, NATURAL),
    "D13.2": (3, WORKING), "D13.3": (10, WORKING),
    "D11": (0, BY_ACT), "D12": (0, BY_ACT), "DR": (0, BY_ACT),
}  # fmt: skip
RIGHTS = {"D4", "D7", "D9"}  # to object, and to ask for review: who lets them lapse is not late
YELLOW, RED, OVERDUE, LAPSED = "yellow", "red", "overdue", "lapsed"
ORDER = [YELLOW, RED, OVERDUE, LAPSED]
# 全国年节及纪念日放假办法 2: 元旦 1, 春节 4 (除夕至初三), 清明 1, 劳动节 2, 端午 1, 中秋 1, 国庆节 3.
STATUTORY_2027 = {
    date(2027, 1, 1), date(2027, 2, 5), date(2027, 2, 6), date(2027, 2, 7), date(2027, 2, 8),
    date(2027, 4, 5), date(2027, 5, 1), date(2027, 5, 2), date(2027, 6, 9), date(2027, 9, 15),
    date(2027, 10, 1), date(2027, 10, 2), date(2027, 10, 3),
}  # fmt: skip


@cache
def is_worked(day: date) -> bool:
    if day.year == 2027:
        return day.weekday() < 5 and day not in STATUTORY_2027
    return bool(chinese_calendar.is_workday(day))


def is_certain(day: date) -> bool:
    """Whether the holidays of that day's year were published, so that nothing can move it any more."""
    return day.year < 2027


@cache
def last_day(start: date, length: int, unit: str) -> date:
    """The last day of a period: the first day is not counted; a day off at the end gives way to the next."""
    day, left = start, length
    while left:
        day += DAY
        left -= 1 if unit == NATURAL or is_worked(day) else 0
    while not is_worked(day):
        day += DAY
    return day


@cache
def points(rule: str, start: date, due: date) -> tuple[tuple[str, date], ...]:
    """The warnings of a period, each with the day on whose first minute it is due, in their order.

    Yellow: a third of the days is left. Red: the last three working days. What would come on the day of the
    start or before says nothing, and yellow does not come after red.
    """
    left = (due - start).days // 3
    yellow = due - left * DAY + DAY
    red, worked = due + DAY, 0
    while worked < 3:
        red -= DAY
        worked += is_worked(red)
    said = []
    if start < yellow < red:
        said.append((YELLOW, yellow))
    if start < red:
        said.append((RED, red))
    return (*said, (LAPSED if rule in RIGHTS else OVERDUE, due + DAY))
