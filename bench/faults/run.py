"""One scenario under load, and what was found after it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from dataclasses import dataclass

from bench.faults.checker import DOUBLED, LEDGER, LOST, SKIPPED, Finding
from bench.faults.rig import Rig
from bench.faults.scenarios import Mended, Scenario, Size

CALLERS = 6


@dataclass(frozen=True, slots=True)
class Outcome:
    """``served``: seconds until a registration was acknowledged again; ``done``: until no job waited."""

    name: str
    mended: Mended
    findings: list[Finding]
    creates: int
    acts: int
    gave_up: int
    served: float
    done: float
    seconds: float
    statuses: dict[str, int]

    def count(self, kind: str) -> int:
        return sum(finding.kind == kind for finding in self.findings)

    @property
    def survived(self) -> bool:
        return not self.findings and not self.gave_up

    def line(self) -> str:
        told = ", ".join(f"{what} × {count}" for what, count in sorted(self.statuses.items()))
        return (
            f"{self.name:<9} fired {self.mended.fired:>3} · creates {self.creates:>4} "
            f"· acts {self.acts:>4} · lost {self.count(LOST)} "
            f"· doubled {self.count(DOUBLED)} · skipped {self.count(SKIPPED)} · ledger {self.count(LEDGER)} "
            f"· gave up {self.gave_up} · served again {self.served:.1f} s · all done {self.done:.1f} s "
            f"· took {self.seconds:.0f} s · {self.mended.note} [{told}]"
        )


async def survive(rig: Rig, name: str, scenario: Scenario, size: Size) -> Outcome:
    """Load from before the fault until after it; then all must be done, and everything must fit."""
    began, stop = time.monotonic(), asyncio.Event()
    before, rig.clients.statuses = len(rig.clients.acknowledged), {}
    acts_before, never_answered = rig.acts_done(), rig.actors.gave_up
    rivals = rig.actors.rival_edits
    load = asyncio.create_task(
        rig.clients.load(stop, callers=CALLERS, pause=size.pause, least=size.least, then=rivals)
    )
    try:
        mended = await _while_loaded(scenario(rig, size), load)
        served = await rig.served_since(mended.at)
        stop.set()
        gave_up = await load
    except BaseException:
        load.cancel()
        raise
    done = await rig.quiet()
    findings = await rig.findings()
    return Outcome(
        name=name,
        mended=mended,
        findings=findings,
        creates=len(rig.clients.acknowledged) - before,
        acts=rig.acts_done() - acts_before,
        gave_up=gave_up + rig.actors.gave_up - never_answered,
        served=served,
        done=done - mended.at,
        seconds=time.monotonic() - began,
        statuses=rig.clients.statuses,
    )


async def _while_loaded(scenario: Awaitable[Mended], load: asyncio.Task[int]) -> Mended:
    """What the scenario returns. Raises what the load fails with: without callers a fault would not come."""
    running = asyncio.ensure_future(scenario)
    await asyncio.wait([running, load], return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        return running.result()
    running.cancel()
    await asyncio.wait([running])  # it undoes what it did: thaws, starts again
    load.result()
    raise RuntimeError("the callers came to an end before the fault")
