"""What became of a year as the last section of a Markdown page, whose other words are kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bench.year_outcome import Outcome, tables

HEAD = "## Figures"


def write(page: Path, introduction: str, outcome: Outcome, violated: Mapping[str, int]) -> None:
    """Put the figures in place of those that the page has, behind ``HEAD``."""
    said = page.read_text(encoding="utf-8").partition(HEAD)[0] if page.exists() else ""
    parts = [introduction]
    for title, heads, rows in tables(outcome):
        parts.append(f"**{title}**\n\n{_table(heads, rows)}")
    parts.append(
        _table(["invariant", "violated"], [[name, f"{count:,}"] for name, count in violated.items()])
    )
    page.write_text("\n\n".join([f"{said}{HEAD}", *parts]) + "\n", encoding="utf-8")


def _table(heads: list[str], rows: list[list[str]]) -> str:
    rule = "|".join(["---", *("---:" for _ in heads[1:])])
    lines = [" | ".join(cells) for cells in (heads, *rows)]
    return "\n".join([f"| {lines[0]} |", f"|{rule}|", *(f"| {line} |" for line in lines[1:])])
