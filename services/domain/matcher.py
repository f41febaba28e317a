"""Many phrases looked for in one text at once.

Two characters of a Chinese phrase single out very few candidates, so a dictionary from the first two
characters to the lengths worth trying beats an automaton written in Python: a text of 100,000 characters
takes some 15 ms whatever the number of phrases. The work is bounded by text length x longest phrase.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import compress, count
from operator import add

SHORTEST = 2
_FEW = 16
_UNITS = "utf-16-le" if sys.byteorder == "little" else "utf-16-be"


@dataclass(slots=True, frozen=True)
class Match:
    """``text[start:end] == phrase``."""

    start: int
    end: int
    phrase: str


class Heads:
    """Where in a text one of some phrases may begin, and how long those that begin so are.

    Two characters are one number of 32 bits in UTF-16, and a memoryview reads all of them at once: making a
    string of every two and hashing it took 1.7 times as long. Very short texts, and those with characters
    that need two units (rare Han, emoji), go that slower way.
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        lengths: dict[str, tuple[int, ...]] = {}
        for phrase in phrases:
            known = lengths.get(phrase[:SHORTEST], ())
            if len(phrase) not in known:
                lengths[phrase[:SHORTEST]] = tuple(sorted((*known, len(phrase)), reverse=True))
        self.lengths: Mapping[str, tuple[int, ...]] = lengths
        """First two characters → lengths, longest first."""
        coded = (pair.encode(_UNITS, "surrogatepass") for pair in lengths)
        self._numbers = frozenset(int.from_bytes(pair, sys.byteorder) for pair in coded)

    def positions(self, text: str) -> list[int]:
        """In the order of the text."""
        coded = b"" if len(text) < _FEW else text.encode(_UNITS, "surrogatepass")
        if len(coded) != 2 * len(text) or not coded:
            pairs = map(add, text, text[1:])
            return [at for at, pair in enumerate(pairs) if pair in self.lengths]
        units, begins = memoryview(coded), self._numbers.__contains__
        even = units[: len(text) // 2 * 4].cast("I")
        odd = units[2 : 2 + (len(text) - 1) // 2 * 4].cast("I")
        found = [*compress(count(0, 2), map(begins, even)), *compress(count(1, 2), map(begins, odd))]
        found.sort()
        return found


class PhraseMatcher:
    """Finds phrases of two characters or more: leftmost first, the longest there, never overlapping."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._phrases = frozenset(phrases)
        for phrase in self._phrases:
            if len(phrase) < SHORTEST:
                raise ValueError(f"词语至少两个字:{phrase!r}")
        self._heads = Heads(self._phrases)

    def find(self, text: str) -> Iterator[Match]:
        """Matches in the order of the text."""
        for start, phrase in self._found(text):
            yield Match(start, start + len(phrase), phrase)

    def phrases(self, text: str) -> list[str]:
        """The phrases alone, each as often as it was found."""
        return [phrase for _, phrase in self._found(text)]

    def _found(self, text: str) -> list[tuple[int, str]]:
        lengths, free = self._heads.lengths, 0
        found: list[tuple[int, str]] = []
        for position in self._heads.positions(text):
            if position < free:
                continue
            for length in lengths[text[position : position + SHORTEST]]:
                phrase = text[position : position + length]
                if phrase in self._phrases:
                    free = position + length
                    found.append((position, phrase))
                    break
        return found


class TableMatcher:
    """Finds the phrases of several tables at once, within each as :class:`PhraseMatcher` does.

    No phrase of one table hides one of another: of 镇书记 in the first, 书记 is found in the second.
    """

    def __init__(self, tables: Mapping[str, Iterable[str]]) -> None:
        self._tables: dict[str, list[str]] = {}
        for table, phrases in tables.items():
            for phrase in phrases:
                if len(phrase) < SHORTEST:
                    raise ValueError(f"词语至少两个字:{phrase!r}")
                self._tables.setdefault(phrase, []).append(table)
        self._heads = Heads(self._tables)

    def find(self, text: str) -> dict[str, set[str]]:
        """Table → those of its phrases that the text has; a table of which it has none is not there."""
        lengths, tables = self._heads.lengths, self._tables
        free: dict[str, int] = {}
        found: dict[str, set[str]] = {}
        for position in self._heads.positions(text):
            for length in lengths[text[position : position + SHORTEST]]:
                phrase = text[position : position + length]
                for table in tables.get(phrase, ()):
                    if position >= free.get(table, 0):
                        free[table] = position + length
                        found.setdefault(table, set()).add(phrase)
        return found
