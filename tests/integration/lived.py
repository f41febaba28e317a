"""A few petitions that were lived from their registration to their end, for tests that ask about rows."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

from bench.year_run import InProcess, Simulation
from bench.year_world import open_world, settings_of

LIVED = 30
DAYS = 120
FIRST = date(2026, 1, 5)


def live(folder: Path, url: str) -> None:
    """Let ``LIVED`` petitions be brought to this database and be dealt with for ``DAYS`` days."""
    (folder / "clock").write_text(f"{FIRST.isoformat()}T00:00:00+08:00", encoding="ascii")
    asyncio.run(_live(folder, url))


async def _live(folder: Path, url: str) -> None:
    world = open_world(settings_of(folder, url))
    try:
        life = Simulation(world, InProcess(), petitions=LIVED, days=DAYS, first=FIRST, seed=7)
        year = await life.run(lambda _day, _year: None)
        assert not year.broken
    finally:
        await world.close()
