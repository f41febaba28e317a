"""The runs of one to three characters in a text, as whole numbers: numpy cuts, counts and finds them at once.

A run is the code points of its characters, 21 bits each and one more than they are, so that a shorter run is
a smaller number. Strings in a Counter, each looked for in a dict, took three times as long.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int64]

LONGEST = 3
READ_CHARS = 2_000
"""Only so much of a text is read: what is wanted stands in front, attachments are quoted behind."""
ASKED_OF_ONE = 2
"""Both models ask for the same petition and its heading, one after the other."""
_BITS = 21
_MASK = (1 << _BITS) - 1
_OF_TWO = np.array((1 << _BITS, 1 << 2 * _BITS))
_BLANK = re.compile(r"\s+")
_NUMBER = re.compile(r"[0-9０-９]+")


@dataclass(frozen=True, slots=True)
class Runs:
    """``said`` is the text as it is read; ``codes`` its different runs, rising; ``often``: how often each."""

    said: str
    codes: Codes
    often: Codes

    def pairs(self) -> Codes:
        """Those of two characters."""
        start, stop = self.codes.searchsorted(_OF_TWO)
        return self.codes[start:stop]


@lru_cache(maxsize=ASKED_OF_ONE)
def runs_of(text: str) -> Runs:
    said = readable(text)
    points = _points(said)
    parts = [points]
    for length in range(1, LONGEST):
        parts.append(parts[-1][:-1] << _BITS | points[length:])
    every = np.concatenate(parts)
    every.sort()
    if not len(every):
        return Runs(said, every, every)
    last_of_equals = np.append(every[1:] != every[:-1], True).nonzero()[0]
    often = last_of_equals.copy()
    often[1:] -= last_of_equals[:-1]
    often[0] += 1
    return Runs(said, every[last_of_equals], often)


def readable(text: str) -> str:
    """Without blanks, in lower case, every number alike: what the runs are cut from."""
    return _NUMBER.sub("0", _BLANK.sub("", text[:READ_CHARS])).lower()


def code_of(run: str) -> int:
    code = 0
    for char in run:
        code = code << _BITS | ord(char) + 1
    return code


def run_of(code: int) -> str:
    shifts = range((LONGEST - 1) * _BITS, -1, -_BITS)
    return "".join(chr(point - 1) for shift in shifts if (point := code >> shift & _MASK))


def codes_of(runs: Iterable[str]) -> Codes:
    return np.fromiter(map(code_of, runs), np.int64)


def found(codes: Codes, known: Codes) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    """Which of the codes are among ``known`` (rising), and where these stand there."""
    if not len(known):
        return np.zeros(len(codes), dtype=np.bool_), np.zeros(0, dtype=np.int64)
    at = known.searchsorted(codes)
    there = known.take(at, mode="clip") == codes
    return there, at[there]


def _points(said: str) -> Codes:
    coded = said.encode("utf-32-le", "surrogatepass")
    return np.frombuffer(coded, dtype="<u4").astype(np.int64) + 1
