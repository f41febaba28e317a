"""What of a row the classifier looks at: the n-grams of its text, its categories, the places it names.

Each block is a bag of tokens of its own: **text**, every run of one to three characters; **given**, the
values of category columns, each alone and with its neighbours; **place**, the counties and districts named,
alone and with each category, for a matter can be another's in another district; **time**, on which side of
certain days the row lies. Digits are made alike, so that nobody's number becomes a token.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from services.adapters.classifier.runs import Runs, code_of, found, runs_of

Row = Mapping[str, str]
"""Column → value; a column that is not there is empty."""

HEADING_SHARE = 0.35
"""A text column whose values are at most this share of the longest column's is a heading."""
CATEGORY_SHARE = 0.2
CATEGORY_CHARS = 16
"""A column is a category when at most this share of its values are distinct, and they are this short."""
PERIOD_DIGITS, DAY_DIGITS = 6, 8
"""Row numbers begin with year, month, day: units are renamed, and what a label meant then is told by it."""
MOST_CUTS = 11


class Block(StrEnum):
    TEXT = "text"
    GIVEN = "given"
    PLACE = "place"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Bags:
    """The tokens of a row with how often each stands there; ``named``: of the blocks that have any."""

    text: Runs
    named: Mapping[Block, Counter[str]]


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column plays which part. ``heading`` is one of ``text``; ``reference`` holds dated numbers."""

    text: tuple[str, ...]
    given: tuple[str, ...] = ()
    heading: str | None = None
    reference: str | None = None

    @classmethod
    def of(cls, rows: Sequence[Row], names: Sequence[str], *, reference: str | None = None) -> Columns:
        """Tell categories from texts, and a heading from a body, by the values themselves. The column of
        dated numbers is neither, even if named among them: it would pass for a heading that says nothing."""
        names = [name for name in names if name != reference] or names
        values = {name: [row[name] for row in rows if row.get(name)] for name in names}
        given = tuple(name for name in names if _is_category(values[name]))
        text = tuple(name for name in names if name not in given)
        return cls(text, given, _heading({name: values[name] for name in text}), reference)


def _is_category(values: Sequence[str]) -> bool:
    if not values or len(set(values)) > CATEGORY_SHARE * len(values):
        return False
    return sum(map(len, values)) <= CATEGORY_CHARS * len(values)


def _heading(values: Mapping[str, Sequence[str]]) -> str | None:
    lengths = {name: sum(map(len, each)) / len(each) for name, each in values.items() if each}
    if len(lengths) < 2:
        return None
    shortest = min(lengths, key=lambda name: lengths[name])
    return shortest if lengths[shortest] <= HEADING_SHARE * max(lengths.values()) else None


class Reader:
    """Reads rows into bags. ``places``: the names of counties and districts, as short as people say them;
    ``cuts``: the days (yyyymmdd) of which is told whether a row is later."""

    def __init__(
        self, columns: Columns, places: frozenset[str] = frozenset(), cuts: tuple[str, ...] = ()
    ) -> None:
        self.columns = columns
        self.places = places
        self.cuts = cuts
        self._by_start: defaultdict[int, list[str]] = defaultdict(list)
        for name in places:
            self._by_start[code_of(name[:2])].append(name)
        self._starts = np.array(sorted(self._by_start), dtype=np.int64)

    def bags(self, row: Row, *, heading_only: bool = False) -> Bags:
        names = self.columns.text
        if heading_only and self.columns.heading is not None:
            names = (self.columns.heading,)
        text = runs_of(" ".join([row.get(name, "") for name in names]))
        told = (
            (Block.GIVEN, list(self._given(row))),
            (Block.PLACE, list(self._placed(row, text))),
            (Block.TIME, list(self._dated(row))),
        )
        return Bags(text, {block: Counter(tokens) for block, tokens in told if tokens})

    def has_heading(self, row: Row) -> bool:
        return bool(self.columns.heading and row.get(self.columns.heading))

    def _given(self, row: Row) -> Iterator[str]:
        yield from conjunctions([row.get(name, "") for name in self.columns.given])
        if day := dated(row, self.columns):
            yield f"since:{day[:PERIOD_DIGITS]}"

    def _dated(self, row: Row) -> Iterator[str]:
        """A unit that was renamed on some day is known by the cut that lies nearest to it."""
        if day := dated(row, self.columns):
            yield from (f"{'after' if day > cut else 'until'}:{cut}" for cut in self.cuts)

    def _placed(self, row: Row, text: Runs) -> Iterator[str]:
        values = [(name, row[name]) for name in self.columns.given if row.get(name)]
        for place in self.named_places(text):
            yield place
            yield from (f"{place}:{name}:{value}" for name, value in values)

    def named_places(self, text: Runs) -> set[str]:
        """Those of the places that stand in a text; linear in it."""
        if not self.places:
            return set()
        _, begun = found(text.pairs(), self._starts)
        starts = self._starts[begun].tolist()
        return {name for start in starts for name in self._by_start[start] if name in text.said}


def dated(row: Row, columns: Columns) -> str:
    """The first digits of the row's number, its day; empty where there is none."""
    number = row.get(columns.reference, "") if columns.reference else ""
    return number[:DAY_DIGITS] if number.isdigit() else ""


def cuts_of(rows: Sequence[Row], columns: Columns) -> tuple[str, ...]:
    """Days between which lie about equally many rows."""
    days = sorted(day for row in rows if (day := dated(row, columns)))
    at = (days[len(days) * part // (MOST_CUTS + 1)] for part in range(1, MOST_CUTS + 1)) if days else ()
    return tuple(sorted(set(at) - {days[-1]} if days else ()))


def conjunctions(values: Sequence[str]) -> Iterator[str]:
    """Each value by its place, and every run of neighbours: what a category means, its parent may decide."""
    for start in range(len(values)):
        for stop in range(start + 1, len(values) + 1):
            if all(values[start:stop]):
                yield f"{start}:" + "/".join(values[start:stop])
