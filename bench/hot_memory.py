"""How long a process takes until it is ready, and what it grows to under load."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bench.hot_worker import all_routed, freeze, register_for, thaw
from bench.load import pace
from bench.processor import resident_bytes
from bench.rounds import Spread
from bench.stage import Site, Stage
from bench.system import XINFANG, free_port
from bench.table import Figure
from bench.wanted import figure
from bench.wire import Address

STARTS = 3
SAMPLES = 60
CHUNK_SECONDS = 300.0  # a token lives for 15 minutes
MB = 1024 * 1024


async def start(stage: Stage) -> list[Figure]:
    """From the command to a ``/readyz`` that says yes; once unmeasured, so that the files are in memory.

    Compiled, as an installed program is: where the environment forbids to keep bytecode, ours is kept aside.
    """
    took: list[float] = []
    async with stage.shared() as site:
        if sys.dont_write_bytecode:
            kept = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(site.system.logs / "bytecode")}
            site.system.environment |= kept
        for number in range(STARTS + 1):
            seconds = await _start(site)
            if number:
                took.append(seconds)
    return [figure("start.ready", Spread.of(took))]


async def memory(stage: Stage) -> list[Figure]:
    """API and worker at half of peak. Judged after an hour alone (``--full``): at first, they grow."""
    options = stage.options
    found: dict[str, list[float]] = {"api": [], "worker1": []}
    async with stage.shared() as site, site.database() as connection:
        await site.start_worker()
        await all_routed(connection)
        await freeze(site, connection, "worker1")
        peak = (await register_for(site, await site.registrations(), options.seconds)).per_second
        thaw(site, "worker1")
        await all_routed(connection)

        async def sample() -> None:
            while True:
                for name, sizes in found.items():
                    sizes.append(resident_bytes([site.pid(name)]) / MB)
                await asyncio.sleep(options.soak_seconds / SAMPLES)

        sampling = asyncio.create_task(sample())
        try:
            left = options.soak_seconds
            while left > 0:
                seconds, sent = min(left, CHUNK_SECONDS), await site.registrations()
                (await pace(site.address, sent.ready(0), rate=peak / 2, seconds=seconds)).sound()
                left -= seconds
        finally:
            sampling.cancel()
            await asyncio.gather(sampling, return_exceptions=True)
    note = f"{options.soak_seconds:.0f} s at {peak / 2:.0f}/s"
    figures = []
    for name, sizes in found.items():
        drift = Drift.of(sizes)
        grown = Spread.of([drift.per_cent])
        figures.append(figure(f"memory.{name}", grown, f"{drift.told()}, {note}", judged=options.full))
    return figures


@dataclass(frozen=True, slots=True)
class Drift:
    """The medians of the second fifth of all samples and of the last; the first fifth is warming up."""

    early: float
    late: float

    @classmethod
    def of(cls, sizes: Sequence[float]) -> Drift:
        fifth = max(1, len(sizes) // 5)
        return cls(median(sizes[fifth : 2 * fifth]), median(sizes[-fifth:]))

    @property
    def per_cent(self) -> float:
        """Either way."""
        return abs(self.late - self.early) / self.early * 100

    def told(self) -> str:
        """What was compared, and nothing else: other ends would not give this percentage."""
        between = f"{self.early:.1f} → {self.late:.1f} MB"
        return f"第二个五分之一到最后五分之一的中位数 medians of the second and the last fifth: {between}"


async def _start(site: Site) -> float:
    address = Address("127.0.0.1", free_port())
    folder = str(site.system.logs)
    command = [str(XINFANG), "api", "--port", str(address.port), "--data", folder]
    began = time.perf_counter()
    await site.launch("started", command, address, "/readyz")
    took = time.perf_counter() - began
    site.system.end("started")
    return took
