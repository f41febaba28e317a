"""Faults on real processes: what must not be lost, doubled or skipped.

    python -m bench.faults [--smoke | --full] [--only NUMBER …] [--seed S] [--history FOLDER]

Starts PostgreSQL, Redis, an API and two workers of its own on loopback, with a proxy before each server and
before the API. The seed repeats what is left to chance here; when whose packet arrives, it cannot.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
from pathlib import Path

from bench.faults.rig import Rig, rigged
from bench.faults.run import Outcome, survive
from bench.faults.scenarios import SCENARIOS, Size

SMOKE, FULL = Size(), Size(least=600, pause=0.15, times=10, swallowed_seconds=15.0, edits=40)


async def run(chosen: list[str], size: Size, seed: int, history: Path | None = None) -> bool:
    """Whether all were survived. One that failed leaves an unknown state behind: the rest gets a new rig.

    ``history`` is a folder for what callers were told. Of what was not survived it is kept in any case, with
    what the processes said last, and where it is, is told.
    """
    print(f"seed {seed}", flush=True)
    survived, left = True, list(chosen)
    while left:
        async with rigged(seed) as rig:
            while left:
                name = left.pop(0)
                well, goes_on = await _one(rig, name, size)
                survived = survived and well
                if history is None and not well:
                    history = Path(tempfile.mkdtemp(prefix="xinfang-faults-"))
                if history is not None:
                    rig.keep(history / name)
                if not well:
                    size_told = " --full" if size == FULL else ""
                    again = f"python -m bench.faults{size_told} --seed {seed} --only {name}"
                    print(f"    history and logs: {history}/{name} · again: {again}", flush=True)
                if not goes_on:
                    break
    return survived


async def _one(rig: Rig, name: str, size: Size) -> tuple[bool, bool]:
    """Whether it was survived, and whether the rig may be used again."""
    try:
        outcome = await survive(rig, name, SCENARIOS[name], size)
    except Exception as failure:
        print(f"{name:<9} FAILED · {failure!r}", flush=True)
        return False, False
    _tell(outcome)
    return outcome.survived, True


def _tell(outcome: Outcome) -> None:
    print(outcome.line(), flush=True)
    for finding in outcome.findings:
        print(f"    {finding.kind}: {finding.what}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--smoke", action="store_true", help="the small size (as without)")
    parser.add_argument("--full", action="store_true", help="ten times each, 600 registrations at least")
    parser.add_argument("--only", nargs="+", choices=list(SCENARIOS), default=list(SCENARIOS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--history", type=Path, help="a folder for what callers were told, as JSON lines")
    told = parser.parse_args()
    chosen = [name for name in SCENARIOS if name in told.only]
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends us: our processes end, too
    survived = asyncio.run(run(chosen, FULL if told.full else SMOKE, told.seed, told.history))
    return 0 if survived else 1


if __name__ == "__main__":
    sys.exit(main())
