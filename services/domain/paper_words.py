"""How papers say things: dates, articles, lengths, and the punctuation of printed Chinese."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from services.domain.calendar import Unit
from services.domain.statute import Citation, Period, Source


def chinese_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def last_day(day: date, *, provisional: bool) -> str:
    """A due day; one that lies in a year without a holiday notice may yet move (statute C5)."""
    return chinese_date(day) + ("（暂定）" if provisional else "")


def tentative(provisional: bool) -> str:
    """The sentence after a due day that may yet move; nothing after one that stands."""
    return "该年放假安排尚未公布，上述日期为暂定，公布后以重新计算的为准。" if provisional else ""


def cite(citation: Citation) -> str:
    """《信访工作条例》第三十四条; what is no article of a law is named as it is."""
    if citation.article.startswith("第"):
        return f"《{citation.law}》{citation.article}"
    return citation.article


def in_force(citation: Citation) -> bool:
    """Whether it may be cited to a petitioner: not where the pack borrows or follows practice.

    What an organ says rests on law in force where it sits: 山东's regulation is no basis in 湖南.
    """
    return citation.source is Source.STATUTE


def under(citation: Citation) -> str:
    """根据《信访工作条例》第三十四条的规定，; nothing where that is not :func:`in_force`."""
    return f"根据{cite(citation)}的规定，" if in_force(citation) else ""


def ordinal(number: int) -> str:
    """一, 十, 十一, 二十, 二十一: the numbers of a paper's parts, 1 to 99."""
    if not 1 <= number <= 99:
        raise ValueError(f"no part of a paper is the {number}th")
    tens, ones = divmod(number, 10)
    return (_DIGITS[tens] if tens > 1 else "") + ("十" if tens else "") + _DIGITS[ones]


def span(period: Period) -> str:
    """60日, 5个工作日. A period whose date an act sets has no length: ValueError."""
    if period.length is None:
        raise ValueError(f"{period.rule}: an act sets its date")
    return f"{period.length}{'日' if period.unit is Unit.NATURAL else '个工作日'}"


def paragraphs(*texts: str) -> tuple[str, ...]:
    """Texts as they are set: one entry a line, without empty ones."""
    lines = (line.strip() for text in texts for line in text.splitlines())
    return tuple(typeset(line) for line in lines if line)


def typeset(text: str) -> str:
    """Half-width marks beside Chinese characters made full-width (GB/T 15834); figures, URLs stay."""
    text = _BRACKETS.sub(_full_brackets, text)
    return _MARK.sub(lambda found: _FULL[found[0]], text)


_DIGITS: Final[tuple[str, ...]] = ("", *"一二三四五六七八九")
_HAN = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff“”‘’"
_MARK = re.compile(rf"(?<=[{_HAN}])[,;:?!]|[,;:?!](?=[{_HAN}])")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_ONE_HAN = re.compile(rf"[{_HAN}]")
_FULL: Final = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！"}


def _full_brackets(found: re.Match[str]) -> str:
    around = found.string[max(0, found.start() - 1) : found.end() + 1]
    return f"（{found[1]}）" if _ONE_HAN.search(around) else found[0]
