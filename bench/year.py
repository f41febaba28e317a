"""A year of a city: tens of thousands of petitions' lives, day by day, through the real use cases and store.

It prints what became of them and checks what must always hold; it ends with 1 where something does not.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.figures import machine
from bench.year_audit import audit
from bench.year_invariants import CHECKS, Violation
from bench.year_outcome import Outcome, draw, tables
from bench.year_report import write
from bench.year_run import InProcess, Simulation, Year
from bench.year_worker import Beside
from bench.year_world import open_world, settings_of
from services.cli.migrate import upgrade

FIRST = date(2026, 1, 1)  # the last year with a published calendar; its periods reach into one without
CATCH_UPS_A_DAY = 3
SHOWN = 20


@dataclass(slots=True)
class Lived:
    """One run: the days as they went, and what the store held at their end."""

    year: Year
    outcome: Outcome
    broken: Counter[str]
    violations: list[Violation]
    lived_seconds: float
    checked_seconds: float
    killed: int = 0

    @property
    def sound(self) -> bool:
        return not (self.violations or self.year.broken)


def main() -> int:
    wanted = _arguments(sys.argv[1:])
    console = Console(highlight=False)
    lived = _run(wanted, console, kills=0)
    _show(console, wanted, lived)
    if wanted.plot:
        draw(wanted.plot, lived.year.states, lived.outcome)
    if wanted.report:
        violated = {**{name: lived.broken[name] for name in CHECKS}, "every evening": len(lived.year.broken)}
        write(wanted.report, _introduction(wanted, lived), lived.outcome, violated)
    sound = lived.sound
    if wanted.kill_worker:
        killed = _run(wanted, console, kills=wanted.kill_worker)
        sound = _compare(console, lived, killed) and killed.sound and sound
    return 0 if sound else 1


def _arguments(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.year", description=__doc__)
    parser.add_argument("--petitions", type=int, default=50_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plot", type=Path, help="where to draw it, as SVG (needs matplotlib)")
    parser.add_argument("--report", type=Path, help="the Markdown page that is to bear the figures")
    parser.add_argument(
        "--database-url", help="an empty database of your own; else SQLite in a temporary folder"
    )
    parser.add_argument(
        "--kill-worker", type=int, nargs="?", const=40, metavar="TIMES",
        help="live it again with a worker beside that is killed so often; compare all dates and warnings",
    )  # fmt: skip
    return parser.parse_args(given)


def _run(wanted: argparse.Namespace, console: Console, *, kills: int) -> Lived:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="xinfang-year-")))
        settings = settings_of(folder, wanted.database_url)
        upgrade(settings)
        (folder / "clock").write_text(f"{FIRST.isoformat()}T00:00:00+08:00", encoding="ascii")
        turns = wanted.days * CATCH_UPS_A_DAY
        beside = Beside(folder, wanted.database_url, turns=turns, kills=kills, seed=wanted.seed)
        stack.callback(beside.stop)
        worker = beside if kills else InProcess()
        lived = asyncio.run(_live(wanted, console, folder, worker))
        lived.killed = beside.killed
        return lived


async def _live(
    wanted: argparse.Namespace, console: Console, folder: Path, worker: Beside | InProcess
) -> Lived:
    world = open_world(settings_of(folder, wanted.database_url))
    began = time.perf_counter()

    def each_day(day: date, year: Year) -> None:
        if day.day == 1 or day == year.last:
            known = year.states[day].total()
            console.print(f"{day}  {known:>6,} 件  {time.perf_counter() - began:>7.0f} s", style="dim")

    try:
        simulation = Simulation(
            world, worker, petitions=wanted.petitions, days=wanted.days, first=FIRST, seed=wanted.seed
        )
        year = await simulation.run(each_day)
        lived, outcome = time.perf_counter() - began, Outcome()
        broken, violations = await audit(world, year.last, outcome.see)
        return Lived(year, outcome, broken, violations, lived, time.perf_counter() - began - lived)
    finally:
        await world.close()


def _show(console: Console, wanted: argparse.Namespace, lived: Lived) -> None:
    console.print(_introduction(wanted, lived))
    for title, heads, rows in tables(lived.outcome):
        table = Table(*heads, title=title, title_justify="left", box=None, pad_edge=False)
        for row in rows:
            table.add_row(*row)
        console.print(table, "")
    console.print(f"被拒绝的操作 · acts refused: {dict(lived.year.refused) or 0}")
    _show_checks(console, lived)


def _introduction(wanted: argparse.Namespace, lived: Lived) -> str:
    where, outcome, year = machine(), lived.outcome, lived.year
    return (
        f"{year.first} – {year.last}, seed {wanted.seed}: {outcome.petitions:,} petitions, "
        f"{outcome.events:,} events; lived in {lived.lived_seconds:,.0f} s, checked in "
        f"{lived.checked_seconds:,.0f} s ({where['processor']}, {where['cores']} cores, "
        f"load {where['load_before'][0]})."
    )


def _show_checks(console: Console, lived: Lived) -> None:
    for name in CHECKS:
        console.print(f"{name}: {lived.broken[name]} violated")
    console.print(f"every evening: {len(lived.year.broken)} violated")
    for line in [*lived.year.broken, *map(str, lived.violations)][:SHOWN]:
        console.print(line, style="red")


def _compare(console: Console, quiet: Lived, killed: Lived) -> bool:
    """Every date and every warning of the two runs, petition by petition."""
    differences = {
        "dates": _apart(quiet.outcome.clocks, killed.outcome.clocks),
        "warnings": _apart(quiet.outcome.told, killed.outcome.told),
    }
    doubled = sum(times - 1 for times in killed.outcome.told.values())
    console.print(f"工作进程被强制结束 {killed.killed} 次 · the worker was killed {killed.killed} times")
    console.print(
        f"compared: {quiet.outcome.clocks.total():,} dates, {quiet.outcome.told.total():,} warnings"
    )
    for what, apart in differences.items():
        console.print(f"{what} that differ: {apart.total()}")
        for each in sorted(apart)[:SHOWN]:
            console.print(" ".join(each), style="red")
    console.print(f"warnings told twice: {doubled}")
    _show_checks(console, killed)
    return not (doubled or any(apart.total() for apart in differences.values()))


def _apart(one: Counter[tuple[str, ...]], other: Counter[tuple[str, ...]]) -> Counter[tuple[str, ...]]:
    return (one - other) + (other - one)


if __name__ == "__main__":
    sys.exit(main())
