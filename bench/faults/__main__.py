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
from bench.faults.run import survive
from bench.faults.scenarios import SCENARIOS, Size

SMOKE, FULL = Size(), Size(least=600, times=10)


async def run(chosen: list[str], size: Size, seed: int, history: Path | None) -> bool:
    survived = True
    async with rigged(seed) as rig:
        for name in chosen:
            try:
                outcome = await survive(rig, name, SCENARIOS[name], size)
            finally:
                if history is not None:
                    rig.history.write(history)
            print(outcome.line(), flush=True)
            for finding in outcome.findings:
                print(f"    {finding.kind}: {finding.what}", flush=True)
            survived = survived and outcome.survived
    return survived


def main() -> int:
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--smoke", action="store_true", help="the small size (as without)")
    parser.add_argument("--full", action="store_true", help="ten times each, 600 registrations at least")
    parser.add_argument("--only", nargs="+", choices=list(SCENARIOS), default=list(SCENARIOS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--history", type=Path, help="write down what callers were told, as JSON lines")
    told = parser.parse_args()
    chosen = [name for name in SCENARIOS if name in told.only]
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends us: our processes end, too
    survived = asyncio.run(run(chosen, FULL if told.full else SMOKE, told.seed, told.history))
    return 0 if survived else 1


if __name__ == "__main__":
    sys.exit(main())
