"""The directory's files: what comes with the system, and a city's own lists as CSV or XLSX."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from services.adapters.directory_cells import ORGAN_COLUMNS, POWER_COLUMNS, organ_row, power_row
from services.domain.category import Categories, Category
from services.domain.directory_check import Problem
from services.domain.directory_load import OrganRow
from services.domain.matter import LexiconEntry
from services.domain.organ import OrganKind
from services.domain.organ_template import DISTRICT, OrganFunction
from services.domain.power import Power, PowerRole
from services.domain.refusal import Refusal
from services.domain.region import RegionLevel

ENCODINGS = ("utf-8-sig", "gb18030")
"""What clerks' spreadsheets write. The second reads almost anything, so it comes last."""
MOST_BYTES = 20 * 1024 * 1024
PHRASES = "、"
PLACES = (*RegionLevel, DISTRICT)
LIKE_COUNTY = "="


class UnreadableFile(Refusal):
    """文件{name}无法读取:{reason}。"""

    english = "The file {name} cannot be read: {reason}."


# — what comes with the system —


@cache
def load_categories() -> Categories:
    return Categories(Category(row["code"], row["name"]) for row in _own("categories.csv"))


@cache
def load_functions() -> Mapping[str, OrganFunction]:
    """Code → function, in the order of the table."""
    functions = (_function(row) for row in _own("functions.csv"))
    return {function.code: function for function in functions}


@cache
def load_powers() -> tuple[Power, ...]:
    return tuple(
        Power(
            category_code=row["category"],
            function=row["function"],
            level=RegionLevel(row["level"]),
            role=PowerRole(row["role"]),
            basis=row["basis"],
        )
        for row in _own("powers.csv")
    )


@cache
def load_lexicon() -> tuple[LexiconEntry, ...]:
    return tuple(
        LexiconEntry(phrase, row["category"], float(row["weight"]))
        for row in _own("lexicon.csv")
        for phrase in row["terms"].split(PHRASES)
    )


def _own(name: str) -> Iterator[dict[str, str]]:
    text = (files("services.directory") / name).read_text(encoding="utf-8")
    return csv.DictReader(io.StringIO(text))


def _function(row: Mapping[str, str]) -> OrganFunction:
    names = {place: row[place] for place in PLACES if row[place]}
    if names.get(DISTRICT) == LIKE_COUNTY:
        names[DISTRICT] = names[RegionLevel.COUNTY]
    return OrganFunction(
        code=row["code"],
        name=row["name"],
        kind=OrganKind(row["kind"]),
        vertical=row["vertical"] == "yes",
        superior=row["superior"],
        review=row["review"],
        names=names,
        merged=dict(part.split(":") for part in row["merged"].split(";") if part),
        aliases=tuple(alias for alias in row["aliases"].split(";") if alias),
    )


# — a city's own lists —


def column_names(path: Path) -> frozenset[str]:
    """The names of a file's columns, by which it is known what it lists. Raises UnreadableFile."""
    return frozenset(title.strip().lower() for title in next(iter(_lines(path)), []))


def read_organs(path: Path) -> tuple[list[OrganRow], list[Problem]]:
    """The organs of a file, and what is wrong in its cells; their rows are there, as faulty ones.

    Raises UnreadableFile.
    """
    rows: list[OrganRow] = []
    problems: list[Problem] = []
    for line, cells in read_table(path, ORGAN_COLUMNS, problems):
        row, reasons = organ_row(line, cells)
        problems += [Problem(line, reason) for reason in reasons]
        rows.append(replace(row, faulty=bool(reasons)))
    return rows, problems


def read_powers(path: Path) -> tuple[list[tuple[int, Power]], list[Problem]]:
    """The powers of a file with their lines, and what is wrong in its cells. Raises UnreadableFile."""
    rows: list[tuple[int, Power]] = []
    problems: list[Problem] = []
    for line, cells in read_table(path, POWER_COLUMNS, problems):
        power, reasons = power_row(cells)
        problems += [Problem(line, reason) for reason in reasons]
        rows += [(line, power)] if power is not None else []
    return rows, problems


def read_table(
    path: Path, columns: Mapping[str, Sequence[str]], problems: list[Problem], *, more: bool = False
) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells (our column names) of every line that is not blank.

    ``columns`` are our names with those that people use besides; ``more``: others may stand beside them.
    Appends to ``problems``; raises UnreadableFile.
    """
    lines = enumerate(_lines(path), start=1)
    _, heading = next(lines, (1, []))
    known = {name: column for column, names in columns.items() for name in (column, *names)}
    used: list[str | None] = [known.get(title.strip().lower()) for title in heading]
    for title, column in zip(heading, used, strict=True):
        if title.strip() and column is None and not more:
            problems.append(Problem(1, f"不认识的列“{title.strip()}”"))
    if len({column for column in used if column}) < sum(column is not None for column in used):
        problems.append(Problem(1, "同一列出现两次"))
    if not any(used):
        problems.append(Problem(1, "首行应为列名"))
        return
    for number, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if any(cell.strip() for cell in cells[len(used) :]):
            problems.append(Problem(number, "单元格多于列名"))
        yield number, {column: cell.strip() for column, cell in zip(used, cells, strict=False) if column}


def _lines(path: Path) -> list[list[str]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(name=path.name, reason=error.strerror or "无法打开") from error
    if len(content) > MOST_BYTES:
        raise UnreadableFile(name=path.name, reason="超过20MB")
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return _sheet(path.name, content)
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return _csv_lines(path.name, text)
    raise UnreadableFile(name=path.name, reason="编码既不是 UTF-8 也不是 GB18030")


def _csv_lines(name: str, text: str) -> list[list[str]]:
    """One entry a line of the file, so that the numbers are those an editor shows; blank lines count."""
    lines: list[list[str]] = []
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        for cells in reader:
            lines += [[]] * (reader.line_num - len(lines) - 1)
            lines.append(cells)
    except csv.Error as error:
        raise UnreadableFile(name=name, reason=f"第{reader.line_num}行不是有效的 CSV({error})") from error
    return lines


def _sheet(name: str, content: bytes) -> list[list[str]]:
    """The first sheet. Numbers that are whole are codes, and are read without «.0»."""
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise UnreadableFile(name=name, reason=f"不是有效的表格({error})") from error
    return [[_cell(value) for value in row] for row in rows]


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
