"""The database is migrated while programs of the version before serve: none of their calls fails.

The migration that comes next is played by one of the kinds that may come: a column, an index, a table.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import httpx
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

import migrations
from migrations.online import faults
from services.adapters.keys import load_or_create
from services.bootstrap import Deployment
from services.settings import Settings
from tests.integration import processes
from tests.integration.petitions import build_city, petition, register
from tests.integration.processes import ONLINE

CALLERS = 4
AFTERWARDS_SECONDS = 1.0
NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("petitions", sa.Column("remark", sa.Text(), nullable=True))
    op.add_column("outbox", sa.Column("weight", sa.Integer(), nullable=False, server_default="0"))
    op.create_table("remarks", sa.Column("id", sa.Integer(), primary_key=True))
    with op.get_context().autocommit_block():
        op.create_index("ix_petitions_remark", "petitions", ["remark"], postgresql_concurrently=True)


def downgrade() -> None:
    op.drop_table("remarks")
"""


def next_version(url: str, folder: Path) -> Config:
    """The schema's history with one more step than this program knows."""
    config = migrations.configuration(url)
    head = ScriptDirectory.from_config(config).get_current_head()
    source = NEXT.format(head=head)
    assert faults(source) == []
    (folder / "9999_next.py").write_text(source, encoding="utf-8")
    ours = Path(migrations.__file__).parent / "versions"
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", os.pathsep.join((str(ours), str(folder))))
    return config


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[Deployment]:
    settings = Settings(data=tmp_path, database_url=database_url, redis_url=None, pool_size=4)
    deployed = Deployment(settings, load_or_create(tmp_path / "keys.json"))
    yield deployed
    await deployed.close()


async def call(
    client: httpx.AsyncClient, keys: count[int], answers: Counter[int], done: asyncio.Event
) -> None:
    while not done.is_set():
        headers = {"Idempotency-Key": str(next(keys))}
        answers[(await client.post("/v1/petitions", json=ONLINE, headers=headers)).status_code] += 1


async def test_under_load_no_call_fails_and_the_old_program_goes_on(
    world: Deployment, tmp_path_factory: pytest.TempPathFactory
) -> None:
    await build_city(world)
    await processes.add_portal(world)
    config = next_version(world.settings.database, tmp_path_factory.mktemp("next"))
    answers, done, keys = Counter[int](), asyncio.Event(), count()
    async with processes.api(world) as server, processes.portal(server) as client:
        calling = [asyncio.create_task(call(client, keys, answers, done)) for _ in range(CALLERS)]
        await asyncio.to_thread(migrations.upgrade, config)
        await asyncio.sleep(AFTERWARDS_SECONDS)
        done.set()
        await asyncio.gather(*calling)
        ready = await client.get("/readyz")
    assert set(answers) == {201}
    assert ready.status_code == 200
    assert set(ready.json()["degraded"]) == {"schema_newer"}
    async with world.database.reading() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM petitions")) == answers.total()
        assert await connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"


async def write(world: Deployment, longest: list[float], done: asyncio.Event) -> None:
    for number in count(100):
        if done.is_set():
            return
        began = time.monotonic()
        async with world.begin() as work:
            await work.petitions.add(petition(world, number))
        longest.append(time.monotonic() - began)


async def test_a_long_transaction_holds_up_the_migration_and_nobody_else(
    postgresql_url: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings = Settings(data=tmp_path, database_url=postgresql_url, redis_url=None, pool_size=4)
    world = Deployment(settings, load_or_create(tmp_path / "keys.json"))
    await register(world, 1)
    config = next_version(postgresql_url, tmp_path_factory.mktemp("next"))
    waits: list[float] = []
    done = asyncio.Event()
    async with world.database.writing() as holding:
        await holding.execute(text("SELECT count(*) FROM petitions"))  # and stays open: a report, say
        writing = asyncio.create_task(write(world, waits, done))
        migrating = asyncio.create_task(asyncio.to_thread(migrations.upgrade, config))
        await asyncio.sleep(3)
        assert not migrating.done()
    await migrating
    done.set()
    await writing
    await world.close()
    assert max(waits) < 1.0  # a try waits 0.5 s for its lock; else these would have waited for the report
    assert len(waits) > 3


async def test_who_never_gets_the_lock_says_so(
    postgresql_url: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings = Settings(data=tmp_path, database_url=postgresql_url, redis_url=None, pool_size=4)
    world = Deployment(settings, load_or_create(tmp_path / "keys.json"))
    config = next_version(postgresql_url, tmp_path_factory.mktemp("next"))
    async with world.database.writing() as holding:
        await holding.execute(text("SELECT count(*) FROM petitions"))
        with pytest.raises(migrations.TablesBusy):
            await asyncio.to_thread(migrations.upgrade, config, tries=2, pause=0)
    await world.close()
