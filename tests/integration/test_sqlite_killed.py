"""One process over SQLite, written and read at once, killed outright: all that was acknowledged is there."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import httpx
import pytest

from services.adapters.keys import load_or_create
from services.bootstrap import Deployment
from services.settings import Settings
from tests.integration import processes
from tests.integration.petitions import build_city
from tests.integration.processes import ONLINE

WRITERS, READERS, KILLS = 8, 4, 3
LOAD_SECONDS = 4.0


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Deployment]:
    settings = Settings(data=tmp_path, database_url=sqlite_url)
    deployed = Deployment(settings, load_or_create(tmp_path / "keys.json"))
    await build_city(deployed)
    await processes.add_portal(deployed)
    yield deployed
    await deployed.close()


class Load:
    """``acknowledged``: the id that each key was answered; ``other``: what else came back."""

    def __init__(self) -> None:
        self.keys = count()
        self.acknowledged: dict[str, str] = {}
        self.other: Counter[str] = Counter()
        self.read = 0

    async def run(self, client: httpx.AsyncClient) -> None:
        """Until cancelled, or nobody answers any more."""
        async with asyncio.TaskGroup() as callers:
            for _ in range(WRITERS):
                callers.create_task(self._write(client))
            for _ in range(READERS):
                callers.create_task(self._look(client))

    async def _write(self, client: httpx.AsyncClient) -> None:
        while True:
            key = str(next(self.keys))
            try:
                answer = await client.post("/v1/petitions", json=ONLINE, headers={"Idempotency-Key": key})
            except httpx.TransportError:
                return
            if answer.status_code == 201:
                self.acknowledged[key] = answer.json()["id"]
            else:
                self.other[f"POST {answer.status_code} {answer.text[:200]}"] += 1

    async def _look(self, client: httpx.AsyncClient) -> None:
        while True:
            try:
                answer = await client.get("/v1/petitions", params={"limit": 20})
            except httpx.TransportError:
                return
            self.read += answer.status_code == 200
            if answer.status_code != 200:
                self.other[f"GET {answer.status_code} {answer.text[:200]}"] += 1


def stored(path: Path) -> dict[str, str]:
    """The petition of each key. Fails if the file is damaged."""
    connection = sqlite3.connect(path)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        rows = connection.execute("SELECT key, id FROM idempotency_keys").fetchall()
        ids = {found[0] for found in connection.execute("SELECT id FROM petitions")}
        assert {row[1] for row in rows} == ids
        return {row[0]: row[1] for row in rows}
    finally:
        connection.close()


async def test_killed_under_load_it_has_kept_what_it_acknowledged(world: Deployment, tmp_path: Path) -> None:
    chance, load = random.Random(24), Load()
    for _ in range(KILLS):
        before = len(load.acknowledged)
        async with processes.api(world) as server, processes.portal(server) as client:
            running = asyncio.create_task(load.run(client))
            await asyncio.sleep(chance.uniform(0.5, 1.0) * LOAD_SECONDS)
            server.process.kill()
            await server.process.wait()
            await running
        assert len(load.acknowledged) > before
        kept = stored(tmp_path / "xinfang.db")
        told = {key: kept.get(key) for key in load.acknowledged}
        assert told == {key: each.replace("-", "") for key, each in load.acknowledged.items()}
        assert len(kept) <= len(load.acknowledged) + KILLS * WRITERS
    assert load.other == Counter()
    assert load.read > 0
