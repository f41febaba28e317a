"""What was found, held against what is wanted: as a table, as JSON, as a picture."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.rounds import Spread


@dataclass(frozen=True, slots=True)
class Wanted:
    """At least, or at most."""

    bound: float
    at_least: bool

    def reached(self, value: float) -> bool:
        return self.missing(value) == 0

    def missing(self, value: float) -> float:
        """How far it is from the bound, on the wrong side of it."""
        return max(0.0, self.bound - value if self.at_least else value - self.bound)


def at_least(bound: float) -> Wanted:
    return Wanted(bound, at_least=True)


def at_most(bound: float) -> Wanted:
    return Wanted(bound, at_least=False)


@dataclass(frozen=True, slots=True)
class Figure:
    """``name`` is for programs, ``title`` for people. Without ``wanted`` it is told, not judged."""

    name: str
    title: str
    measured: Spread
    unit: str
    wanted: Wanted | None = None
    note: str = ""

    @property
    def reached(self) -> bool | None:
        return self.wanted.reached(self.measured.median) if self.wanted else None

    @property
    def missing_by(self) -> float | None:
        """In the figure's unit; 0 for one that is reached."""
        return self.wanted.missing(self.measured.median) if self.wanted else None


@dataclass(frozen=True, slots=True)
class Part:
    """One benchmark: its figures, what was not measured and why (``missing``), and the seconds it took."""

    name: str
    figures: Sequence[Figure]
    seconds: float
    missing: str = ""


def show(console: Console, where: dict[str, Any], parts: Sequence[Part]) -> None:
    load = "、".join(map(str, where["load_before"]))
    console.print(
        f"{where['processor']},{where['cores']} 核,Python {where['python']},测前负载 load before {load}"
    )
    heads = (
        "指标 figure",
        "测得 measured",
        "最小–最大 spread",
        "要求 wanted",
        "达到 reached",
        "差 missing by",
    )
    table = Table(*heads, "说明 note", box=None, pad_edge=False)
    for part in parts:
        table.add_row(f"— {part.name} ({part.seconds:.0f} s)", *[""] * 6)
        for each in part.figures:
            table.add_row(each.title, *_cells(each), _missing_by(each), each.note)
        if part.missing:
            table.add_row("  未测 not measured", "—", *[""] * 4, part.missing)
    console.print(table)


def lines(part: Part) -> list[str]:
    """The same in plain lines, for who watches it run."""
    found = []
    for each in part.figures:
        missing = f"差 missing by {_missing_by(each)}" if _missing_by(each) else ""
        found.append(" · ".join((each.title, *filter(None, (*_cells(each), missing)), each.note)))
    return [*found, f"未测 not measured: {part.missing}"] if part.missing else found


def _cells(figure: Figure) -> tuple[str, str, str, str]:
    spread = figure.measured
    between = f"{_number(spread.least)}–{_number(spread.most)} ({spread.count})" if spread.count > 1 else ""
    wanted = ""
    if figure.wanted:
        wanted = f"{'≥' if figure.wanted.at_least else '≤'} {_number(figure.wanted.bound)}"
    reached = {None: "", True: "是 yes", False: "否 NO"}[figure.reached]
    return f"{_number(spread.median)} {figure.unit}", between, wanted, reached


def _missing_by(figure: Figure) -> str:
    """As measured, and of what is wanted."""
    if not figure.missing_by or figure.wanted is None:
        return ""
    share = f" ({figure.missing_by / figure.wanted.bound:.0%})" if figure.wanted.bound else ""
    return f"{_number(figure.missing_by)} {figure.unit}".rstrip() + share


def _number(value: float) -> str:
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def as_json(where: dict[str, Any], options: dict[str, Any], parts: Sequence[Part]) -> str:
    told = [
        {
            **{"name": part.name, "seconds": round(part.seconds, 1), "missing": part.missing or None},
            "figures": [
                {**asdict(each), "reached": each.reached, "missing_by": each.missing_by}
                for each in part.figures
            ],
        }
        for part in parts
    ]
    return json.dumps({"machine": where, "options": options, "parts": told}, ensure_ascii=False, indent=1)


def draw(path: Path, parts: Sequence[Part]) -> None:
    """Each figure with a bound, as how far it is from it: to the right of the line is reached."""
    from matplotlib import rc_context  # slow to import, and only wanted here
    from matplotlib.figure import Figure as Sheet

    judged = [each for part in parts for each in part.figures if each.wanted][::-1]
    if not judged:
        return
    with rc_context({"svg.hashsalt": "bench"}):
        sheet = Sheet(figsize=(10, 1.2 + 0.34 * len(judged)), layout="constrained")
        axes = sheet.subplots()
        for row, each in enumerate(judged):
            assert each.wanted is not None
            middle, low, high = (_margin(value, each.wanted) for value in _three(each.measured))
            colour = "tab:green" if each.reached else "tab:red"
            axes.plot([low, high], [row, row], color=colour, linewidth=2)
            axes.plot([middle], [row], "o", color=colour)
        axes.axvline(1.0, color="black", linewidth=1)
        axes.set_xscale("log")
        axes.set_yticks(range(len(judged)), [each.name for each in judged])
        axes.set_xlabel("how much better than wanted (1 = just reached; median, least to most)")
        sheet.savefig(path)


def _three(spread: Spread) -> tuple[float, float, float]:
    return spread.median, spread.least, spread.most


def _margin(value: float, wanted: Wanted) -> float:
    """Above 1: better than wanted. Bounded, since nothing at all is infinitely better."""
    if wanted.bound == 0:
        return 10.0 if value == 0 else 0.1
    ratio = value / wanted.bound if wanted.at_least else wanted.bound / max(value, 1e-9)
    return min(20.0, max(0.05, ratio))
