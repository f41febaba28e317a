"""Every row of the law has a test named after it: none is only a line in a table."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from services.domain.opinion import Outcome
from tests.unit.test_statute_acts import HANDLED, REVIEWED
from tests.unit.test_statute_rows import NATIONAL

TESTS = Path(__file__).parents[1]
NAMED = re.compile(
    r"^\s*(?:async )?def test_((?:[acdfr]\d+b?)(?:_(?:and|to)_[acdfr]\d+b?)*)_[a-z]", re.MULTILINE
)
ROWS = [
    *(f"c{n}" for n in range(1, 8)),
    *(f"d{n}" for n in range(1, 14)),
    *(f"r{n}" for n in range(1, 14)),
    "r8b",
    *(f"a{n}" for n in range(1, 8)),
    *(f"f{n}" for n in range(1, 5)),
]


@cache
def named_after() -> set[str]:
    """The rows after which a test is named: test_d5_…, test_d7_and_d9_…, test_d5_to_d10_…."""
    found: set[str] = set()
    for path in TESTS.rglob("test_*.py"):
        for names in NAMED.findall(path.read_text(encoding="utf-8")):
            rows = names.split("_")
            found |= set(rows[::2])
            for first, word, last in zip(rows[::2], rows[1::2], rows[2::2], strict=False):
                if word == "to":
                    found |= {f"{first[0]}{n}" for n in range(int(first[1:]), int(last[1:]) + 1)}
    return found


@pytest.mark.parametrize("row", ROWS)
def test_row_has_a_test_named_after_it(row: str) -> None:
    assert row in named_after()


def test_rows_are_those_of_the_pack() -> None:
    """What the pack states beyond the rows (its sub-rules, care, hearings) has tests of its own."""
    stated = {each.rule.split(".")[0] for each in NATIONAL.periods}
    stated |= {each.id for each in NATIONAL.routing} | {each.id for each in NATIONAL.grounds}
    stated |= {each.id for each in NATIONAL.finality}
    stated |= {each.extension.rule for each in NATIONAL.periods if each.extension}
    beyond = {row.lower() for row in stated} - set(ROWS)
    assert beyond == {"dr", "r2b", "r14", "r15"}
    assert {row for row in ROWS if row[0] != "c"} <= {row.lower() for row in stated}


def test_every_outcome_is_tried_at_work() -> None:
    assert HANDLED.keys() | REVIEWED.keys() == set(Outcome)
