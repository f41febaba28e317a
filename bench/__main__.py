"""All figures of speed, growth and recovery, each as a ratio to a floor measured in the same rounds.

    python -m bench [--rounds 5] [--seconds 1.5] [--only NAME …] [--full] [--json out.json] [--plot out.svg]

Starts a durable PostgreSQL and a Redis of its own where the environment names none. See ``bench/README.md``.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import uvloop
from rich.console import Console

from bench.figures import machine
from bench.growth import growth
from bench.hot_feed import feed
from bench.hot_inbox import inbox, polls
from bench.hot_intake import intake, single
from bench.hot_intake_sqlite import intake_sqlite
from bench.hot_kill import kill
from bench.hot_memory import memory, start
from bench.hot_worker import worker
from bench.stage import Options, Stage
from bench.table import Figure, Part, as_json, draw, lines, show

SCRIPT_SERVICES = Path(__file__).resolve().parents[1] / "script" / "services"
Measure = Callable[[Stage], Awaitable[Sequence[Figure]]]
PARTS: Mapping[str, Measure] = {
    "intake": intake,
    "single": single,
    "worker": worker,
    "feed": feed,
    "inbox": inbox,
    "polls": polls,
    "kill": kill,
    "memory": memory,
    "start": start,
    "sqlite": intake_sqlite,
    "growth": growth,
}


async def measure(stage: Stage, chosen: Mapping[str, Measure], parts: list[Part]) -> None:
    """One part after the other; one that fails is told as not measured, and the rest goes on."""
    try:
        for name, part in chosen.items():
            print(f"{name} …", file=sys.stderr, flush=True)
            began = time.perf_counter()
            figures: Sequence[Figure] = []
            missing = ""
            try:
                figures = await part(stage)
            except Exception as error:
                missing = _told(error)
            parts.append(Part(name, figures, time.perf_counter() - began, missing))
            for line in lines(parts[-1]):
                print(f"  {line}", file=sys.stderr, flush=True)
    finally:
        await stage.close()


def _told(error: BaseException) -> str:
    """Of a group of errors, the first that is none itself."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {str(error)[:600]}"


async def _until_ended(stage: Stage, chosen: Mapping[str, Measure], parts: list[Part]) -> bool:
    """Whether all went to its end: SIGTERM and Ctrl-C end what was started, and then us."""
    task = asyncio.ensure_future(measure(stage, chosen, parts))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        return False
    return True


def _options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    usual = Options()
    parser.add_argument("--rounds", type=int, default=usual.rounds, help="每项轮数 · rounds of each case")
    parser.add_argument("--seconds", type=float, help="每轮每项秒数 · seconds a case and round")
    parser.add_argument("--only", action="append", choices=PARTS, help="只测这一项(可重复) · only this part")
    parser.add_argument("--full", action="store_true", help="大规模、一小时 · the large sizes, an hour")
    parser.add_argument("--large", type=int, help="增长:多少件 · petitions of the large system")
    parser.add_argument("--soak", type=float, help="内存:多少秒 · seconds of the soak")
    parser.add_argument("--json", type=Path, help="结果另存为 JSON · keep the figures")
    parser.add_argument("--plot", type=Path, help="画成图(SVG、PNG) · draw them")
    return parser.parse_args(arguments)


def _sizes(given: argparse.Namespace) -> Options:
    options = Options(rounds=given.rounds)
    if given.full:
        options = Options(given.rounds, 3.0, True, small=10_000, large=1_000_000, soak_seconds=3600.0)
    changed: dict[str, Any] = asdict(options)
    changed |= {"seconds": given.seconds} if given.seconds else {}
    changed |= {"large": given.large} if given.large else {}
    changed |= {"soak_seconds": given.soak} if given.soak else {}
    return Options(**changed)


def main() -> int:
    given = _options()
    if "XINFANG_TEST_POSTGRES_URL" not in os.environ:
        again = [sys.executable, "-m", "bench", *sys.argv[1:]]
        os.execv(SCRIPT_SERVICES, [str(SCRIPT_SERVICES), "--durable", *again])  # noqa: S606 — our own script
    where, options = machine(), _sizes(given)
    parts: list[Part] = []
    stage = Stage(
        options,
        server=os.environ["XINFANG_TEST_POSTGRES_URL"],
        redis=os.environ["XINFANG_TEST_REDIS_URL"],
    )
    chosen = {name: part for name, part in PARTS.items() if not given.only or name in given.only}
    ended = uvloop.run(_until_ended(stage, chosen, parts))
    show(Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 200), where, parts)
    if given.json:
        given.json.write_text(as_json(where, asdict(options), parts) + "\n", encoding="utf-8")
    if given.plot:
        draw(given.plot, parts)
    return 130 if not ended else int(any(part.missing for part in parts))


if __name__ == "__main__":
    sys.exit(main())
