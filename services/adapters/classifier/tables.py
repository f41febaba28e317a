"""Labelled rows from CSV files, several of them as one; what a clerk's spreadsheet writes can be read."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from services.adapters.classifier.features import Row
from services.adapters.directory_files import ENCODINGS, UnreadableFile

MOST_BYTES = 500 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Table:
    """``names``: every column of any of the files. A column that one file lacks is empty in its rows."""

    names: frozenset[str]
    rows: list[dict[str, str]]

    def labelled(self, label: str) -> tuple[list[Row], list[str]]:
        """The rows that have a label, and the labels."""
        rows: list[Row] = [row for row in self.rows if row.get(label)]
        return rows, [row[label] for row in rows]


def read_table(paths: Sequence[Path], needed: Sequence[str]) -> Table:
    """The rows of all files together. Raises UnreadableFile, also where no file has a needed column."""
    names: set[str] = set()
    rows: list[dict[str, str]] = []
    for path in paths:
        found, own = _read(path)
        names.update(found)
        rows += own
    if missing := [name for name in needed if name not in names]:
        raise UnreadableFile(
            name="、".join(path.name for path in paths), reason=f"没有列 {'、'.join(missing)}"
        )
    return Table(frozenset(names), rows)


def tested(test: Path, needed: Sequence[str], label: str) -> tuple[list[Row], list[str]]:
    """The labelled rows of a test file. Raises UnreadableFile where it has none: they would tell nothing."""
    rows, labels = read_table([test], needed).labelled(label)
    if not rows:
        raise UnreadableFile(name=test.name, reason=f"没有任何一行的“{label}”列写有标签")
    return rows, labels


def _read(path: Path) -> tuple[Sequence[str], list[dict[str, str]]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(name=path.name, reason=error.strerror or "无法打开") from error
    if len(content) > MOST_BYTES:
        raise UnreadableFile(name=path.name, reason="超过500MB")
    reader = csv.DictReader(io.StringIO(_text(path.name, content), newline=""), restval="")
    try:
        rows = [{name: value.strip() for name, value in row.items() if name} for row in reader]
    except csv.Error as error:
        raise UnreadableFile(
            name=path.name, reason=f"第{reader.line_num}行不是有效的 CSV({error})"
        ) from error
    return reader.fieldnames or (), rows


def _text(name: str, content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(name=name, reason="编码既不是 UTF-8 也不是 GB18030")
