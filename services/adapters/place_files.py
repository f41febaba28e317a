"""Files about places: a trial of the finder, and a city's own places."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from services.adapters.directory_cells import PLACE_COLUMNS, place_row
from services.adapters.directory_files import read_table
from services.domain.directory_check import Problem
from services.domain.own_place import OwnPlace
from services.domain.place_learning import LearntPlace
from services.domain.place_trial import AMBIGUOUS, NONE, TrialRow
from services.domain.region import CODE_LENGTH

TRIAL_COLUMNS: Final = {"text": ("文本",), "context_region": ("受理机关区划",), "accept": ("应为",)}
_CONTEXT: Final = re.compile(r"\d{2}|\d{4}|\d{6}|\d{9}|\d{12}")


def read_trial(path: Path) -> tuple[list[TrialRow], list[Problem]]:
    """The rows of a trial, and what is wrong in its lines. Raises UnreadableFile."""
    rows: list[TrialRow] = []
    problems: list[Problem] = []
    missing: set[str] = set()
    for line, cells in read_table(path, TRIAL_COLUMNS, problems, more=True):
        missing = {column for column in ("text", "accept") if column not in cells}
        if missing:
            break
        context = cells.get("context_region", "")
        if context and not _CONTEXT.fullmatch(context):
            problems.append(Problem(line, f"context_region“{context}”不是行政区划代码"))
        accept = tuple(part.strip() for part in cells["accept"].split("|") if part.strip())
        problems += [Problem(line, reason) for reason in _faults(accept)]
        rows.append(TrialRow(line, cells["text"], context or None, accept))
    problems += [Problem(1, f"缺少列 {column}") for column in sorted(missing)]
    if not rows and not problems:
        problems.append(Problem(1, "文件中没有任何一行"))
    return rows, problems


def read_places(path: Path) -> tuple[list[tuple[int, OwnPlace]], list[Problem]]:
    """A city's own places with their lines, and what is wrong in them. Raises UnreadableFile.

    The columns with which learnt places come (support, precision) may stand beside.
    """
    rows: list[tuple[int, OwnPlace]] = []
    problems: list[Problem] = []
    for line, cells in read_table(path, PLACE_COLUMNS, problems, more=True):
        place, reasons = place_row(cells)
        problems += [Problem(line, reason) for reason in reasons]
        rows += [(line, place)] if place is not None else []
    if not rows and not problems:
        problems.append(Problem(1, "文件中没有任何一行"))
    return rows, problems


def learnt_csv(places: Iterable[LearntPlace]) -> str:
    """Proposals as a file that can be loaded once a person has struck out what is wrong."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("名称", "行政区划", "类别", "信访人数", "件数", "准确率"))
    writer.writerows(
        (each.name, each.region_code, each.kind, each.petitioners, each.petitions, each.precision)
        for each in places
    )
    return text.getvalue()


def _faults(accept: tuple[str, ...]) -> list[str]:
    if not accept:
        return ["accept 为空,应为区划代码、AMBIGUOUS 或 NONE"]
    return [
        f"accept“{part}”应为{CODE_LENGTH}位区划代码、AMBIGUOUS 或 NONE"
        for part in accept
        if part not in (AMBIGUOUS, NONE)
        and not (part.isascii() and part.isdigit() and len(part) == CODE_LENGTH)
    ]
