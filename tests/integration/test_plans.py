"""No hot read walks over a whole table: asked of PostgreSQL's planner at its own settings, on filled ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import create_async_engine

from bench.fill import HOT, fill
from bench.hot_reads import LARGE, READS, Known, opened, plan, rows_read, statements, walks_over_all
from services.bootstrap import Deployment
from tests.conftest import database

PETITIONS = 20_000
WITH_LEDGERS = 3_000  # ten events each: enough for a table that nobody wants to walk over
MOST_ROWS = 6_000  # of tens of thousands: what one page, or one person's other petitions, may cost
KEYS = """INSERT INTO idempotency_keys (id, client_id, key, body_hash, status, answer, created_at)
    SELECT gen_random_uuid(), 'client-' || n % 20, 'key-' || n, '', 201, '', now()
    FROM generate_series(1, 20000) n"""
Opened = tuple[Deployment, asyncpg.Connection, Known]


@pytest.fixture(scope="module")
def filled_url(postgresql_server: URL, lived_template: str) -> Iterator[str]:
    for url in database(postgresql_server, f"filled_{uuid4().hex}", template=lived_template):
        asyncio.run(_fill(url))
        yield url


async def _fill(url: str) -> None:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text(KEYS))
        await fill(connection, WITH_LEDGERS, only=(*HOT, "events", "reviews"))
        await fill(connection, PETITIONS, only=HOT)
    await engine.dispose()


@pytest.fixture
async def filled(filled_url: str) -> AsyncIterator[Opened]:
    async with opened(filled_url) as found:
        yield found


@pytest.mark.parametrize("name", READS)
async def test_a_hot_read_takes_no_walk_over_a_whole_table(filled: Opened, name: str) -> None:
    world, connection, known = filled
    sent = await statements(world, READS[name], known)
    assert sent
    for each in sent:
        nodes = await plan(connection, each)
        assert walks_over_all(nodes) == [], each[0]
        assert rows_read(nodes) <= MOST_ROWS, each[0]


async def test_a_walk_over_a_whole_table_would_be_noticed(filled: Opened) -> None:
    _, connection, _ = filled
    nodes = await plan(connection, ("SELECT id FROM petitions WHERE people_count = 99", ()))
    assert walks_over_all(nodes) == ["petitions"]
    assert rows_read(nodes) == PETITIONS


async def test_every_table_that_a_hot_read_asks_is_filled(filled: Opened) -> None:
    """A small table is walked over rightly, and would prove nothing."""
    world, connection, known = filled
    asked = {
        table
        for read in READS.values()
        for statement, _ in await statements(world, read, known)
        for table in LARGE
        if f"FROM {table}" in statement
    }
    assert {"petitions", "petitioners", "events", "deadlines", "dispatches", "inbox_entries"} < asked
    for table in asked - {"reviews"}:
        assert await connection.fetchval(f"SELECT count(*) FROM {table}") >= PETITIONS / 2, table
