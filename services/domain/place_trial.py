"""A trial of the place finder over texts whose right answer people have written down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.domain.place import PlaceFinder, PlaceFinding
from services.domain.region import Gazetteer, RegionLevel

AMBIGUOUS: Final = "AMBIGUOUS"
NONE: Final = "NONE"


class Outcome(StrEnum):
    """How an answer stands to what was expected."""

    RIGHT = "right"
    WRONG = "wrong"
    SILENT_AMBIGUITY = "silent_ambiguity"
    INVENTED = "invented"


@dataclass(frozen=True, slots=True)
class TrialRow:
    """A text, the receiving office's region (or None), and what is accepted: codes, AMBIGUOUS or NONE."""

    line: int
    text: str
    context: str | None
    accept: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrialAnswer:
    row: TrialRow
    finding: PlaceFinding
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Share:
    """``right`` of ``n`` rows that expect a place at some depth."""

    n: int
    right: int


def judge(row: TrialRow, finding: PlaceFinding, gazetteer: Gazetteer) -> Outcome:
    """Right: the very region that was found is accepted, in its own name or as successor of the accepted
    one; or readings stay open where AMBIGUOUS is; or nothing at all was found where NONE is. A region above
    or beneath the accepted one is wrong. An answer where only NONE is accepted is invented, even an open
    one; one region where only AMBIGUOUS is accepted is a silent ambiguity.
    """
    region, nothing = finding.region, finding.region is None and not finding.ambiguous
    if region is not None and region.code in _codes(row.accept, gazetteer):
        return Outcome.RIGHT
    if (finding.ambiguous and AMBIGUOUS in row.accept) or (nothing and NONE in row.accept):
        return Outcome.RIGHT
    if not nothing and set(row.accept) == {NONE}:
        return Outcome.INVENTED
    if not nothing and not finding.ambiguous and set(row.accept) == {AMBIGUOUS}:
        return Outcome.SILENT_AMBIGUITY
    return Outcome.WRONG


def run(rows: Iterable[TrialRow], finder: PlaceFinder, gazetteer: Gazetteer) -> list[TrialAnswer]:
    """Every row, put to the finder as the router would: the text, and the office's region if there is one."""
    answers = []
    for row in rows:
        finding = finder.find(row.text, context=known_context(row.context, gazetteer))
        answers.append(TrialAnswer(row, finding, judge(row, finding, gazetteer)))
    return answers


def known_context(code: str | None, gazetteer: Gazetteer) -> str | None:
    """The office's region, or the innermost one around it that the gazetteer has."""
    if code is None:
        return None
    steps = (code, code[:9], code[:6], code[:4], code[:2])
    return next((found.code for found in map(gazetteer.find, steps) if found is not None), None)


def unknown_codes(rows: Iterable[TrialRow], gazetteer: Gazetteer) -> list[str]:
    """Codes in the trial that the gazetteer does not have: rows that accept nothing else cannot be right."""
    given = {code for row in rows for code in (*row.accept, row.context or "") if code.isdecimal()}
    return sorted(code for code in given if gazetteer.find(code) is None)


def depth_share(answers: Sequence[TrialAnswer], level: RegionLevel, gazetteer: Gazetteer) -> Share:
    """Of the rows that accept places at this level or deeper only: where the region at this level is right.

    So a county is right also when the township within it was missed, or another one taken.
    """
    n = right = 0
    for answer in answers:
        wanted = {_at(code, level, gazetteer) for code in answer.row.accept}
        if None in wanted or not wanted:
            continue
        n += 1
        region = answer.finding.region
        right += region is not None and _at(region.code, level, gazetteer) in wanted
    return Share(n, right)


def _at(code: str, level: RegionLevel, gazetteer: Gazetteer) -> str | None:
    region = gazetteer.find(code) if code.isdecimal() else None
    if region is not None and region.successor is not None:
        region = gazetteer.get(region.successor)
    found = gazetteer.at_level(region.code, level) if region is not None else None
    return found.code if found is not None else None


def _codes(accept: Iterable[str], gazetteer: Gazetteer) -> set[str]:
    """The accepted regions and those that have taken their place since."""
    codes: set[str] = set()
    for code in accept:
        region = gazetteer.find(code) if code.isdecimal() else None
        while region is not None and region.code not in codes:
            codes.add(region.code)
            region = gazetteer.find(region.successor) if region.successor is not None else None
    return codes
