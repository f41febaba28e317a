"""The simulated city: the real store and use cases, an office clock that is moved by hand, throw-away data.

Two things are otherwise than in earnest, for speed alone. SQLite does not wait for the disk
(``synchronous=OFF``): safe when a process is killed, not when a machine loses its power. And it is called
on the spot, not in a thread of its own: nobody else waits for the loop, and no call changes threads.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import aiosqlite

from bench.year_count import DAY
from bench.year_replay import SHANGHAI
from services.adapters.clock import SystemClock
from services.adapters.directory_files import load_functions
from services.adapters.store import database
from services.application.outbox import Drain
from services.bootstrap import Deployment, deploy
from services.cli.demo_city import CITY
from services.domain.directory import Directory
from services.domain.organ_template import template_organs
from services.settings import Settings

MORNING, FORENOON, AFTERNOON = time(0, 5), time(9), time(14)


class OfficeClock(SystemClock):
    """Stands still until it is set. Kept in a file, so that a worker beside sees the same time."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file
        self._seen = -1
        self._moment = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        seen = self._file.stat().st_mtime_ns
        if seen != self._seen:
            self._seen, self._moment = seen, datetime.fromisoformat(self._file.read_text(encoding="ascii"))
        return self._moment

    def set(self, day: date, hour: time) -> datetime:
        self._moment = datetime.combine(day, hour, SHANGHAI).astimezone(UTC)
        draft = self._file.with_suffix(".new")
        draft.write_text(self._moment.isoformat(), encoding="ascii")
        draft.replace(self._file)
        self._seen = self._file.stat().st_mtime_ns
        return self._moment


def settings_of(folder: Path, database_url: str | None = None) -> Settings:
    sqlite = f"sqlite+aiosqlite:///{folder.resolve() / 'year.db'}?check_same_thread=false"
    return Settings(
        data=folder,
        database_url=database_url or sqlite,
        lease_seconds=1,
        sweep_seconds=0.05,
        log_level="ERROR",
    )


def open_world(settings: Settings) -> Deployment:
    """The deployment in that folder, under the clock that lies beside its data."""
    hasty: Any = tuple(
        each.replace("synchronous=FULL", "synchronous=OFF") for each in database.SQLITE_PRAGMAS
    )
    database.SQLITE_PRAGMAS = hasty
    on_the_spot: Any = _on_the_spot
    aiosqlite.Connection._execute = on_the_spot  # type: ignore[method-assign]  # see the module's docstring
    world = deploy(settings)
    world.clock = OfficeClock(settings.data / "clock")
    return world


async def _on_the_spot(_: aiosqlite.Connection, call: Callable[..., Any], *given: Any, **named: Any) -> Any:
    return call(*given, **named)


async def found(world: Deployment) -> Directory:
    """Set up the organs of the city by the template. Returns its directory."""
    directory = await world.directory()
    organs = template_organs(CITY, directory.gazetteer, functions=load_functions(), new_id=world.codes.new_id)
    await world.organs.apply(added=organs, by="year", note="template", at=world.clock.now())
    return await world.organs.snapshot()


async def drain(world: Deployment) -> None:
    """Work off the outbox, as the worker's loop does."""
    drained = Drain(world, worker=f"year-{os.getpid()}")
    while await drained.once():
        pass


def days_from(first: date, count: int) -> list[date]:
    return [first + each * DAY for each in range(count)]
