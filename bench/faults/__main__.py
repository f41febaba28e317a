"""Faults on real processes: what must not be lost, doubled or skipped.

    python -m bench.faults [--smoke | --full] [--only NUMBER …] [--seed S] [--history FILE]

Starts PostgreSQL, Redis, an API and two workers of its own on loopback, with a proxy before each server.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from bench.faults.rig import rigged
from bench.faults.run import Outcome, survive
from bench.faults.scenarios import SCENARIOS, Size

SMOKE, FULL = Size(), Size(least=600, times=10)


async def run(chosen: list[str], size: Size, seed: int, history: Path | None) -> bool:
    """Whether all were survived. One that failed leaves an unknown state behind: the rest gets a new rig."""
    survived, left = True, list(chosen)
    while left:
        async with rigged(seed) as rig:
            while left:
                name = left.pop(0)
                try:
                    outcome = await survive(rig, name, SCENARIOS[name], size)
                except Exception as failure:
                    survived = False
                    print(f"{name:<9} FAILED · {failure!r}", flush=True)
                    break
                finally:
                    if history is not None:
                        rig.history.write(history.with_stem(f"{history.stem}-{name}"))
                _tell(outcome)
                survived = survived and outcome.survived
    return survived


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
    parser.add_argument("--history", type=Path, help="what callers were told, a file of JSON lines each")
    told = parser.parse_args()
    chosen = [name for name in SCENARIOS if name in told.only]
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends us: our processes end, too
    survived = asyncio.run(run(chosen, FULL if told.full else SMOKE, told.seed, told.history))
    return 0 if survived else 1


if __name__ == "__main__":
    sys.exit(main())
