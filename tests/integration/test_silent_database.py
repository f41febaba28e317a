"""A database that is reached and never answers: who asks is told so, and asks on another connection."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from sqlalchemy import make_url, text

from bench.faults.proxy import Proxy
from services.adapters.store.database import Database
from services.application.ports import StoreUnavailable

ANSWERED_WITHIN = 0.5
CLOSED_WITHIN = 2.0  # SQLAlchemy's own patience with a connection that it closes
CONNECTIONS = 3
Line = tuple[Proxy, Database]


@pytest.fixture
async def line(postgresql_url: str) -> AsyncIterator[Line]:
    """A database with a proxy on the way to it, all connections of its pool open."""
    url = make_url(postgresql_url)
    assert url.host is not None
    assert url.port is not None
    async with Proxy(url.host, url.port).serving() as proxy:
        through = url.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False)
        database = Database(through, pool_size=CONNECTIONS, answered_within=ANSWERED_WITHIN)
        await asyncio.gather(*(read(database) for _ in range(CONNECTIONS)))
        yield proxy, database
        proxy.turn("pass")
        await database.close()


async def read(database: Database) -> int:
    async with database.reading() as connection:
        return int((await connection.execute(text("SELECT 1"))).scalar_one())


async def refused_after(work: Callable[[], Awaitable[object]]) -> float:
    asked = time.monotonic()
    with pytest.raises(StoreUnavailable):
        await work()
    return time.monotonic() - asked


async def test_silence_in_mid_transaction_is_told_as_an_outage(line: Line) -> None:
    proxy, database = line

    async def write() -> None:
        async with database.writing() as connection:
            await connection.execute(text("CREATE TABLE half_done (id int)"))
            proxy.turn("blackhole")
            await connection.execute(text("SELECT 1"))

    assert await refused_after(write) < ANSWERED_WITHIN + CLOSED_WITHIN + 2
    assert proxy.hit > 0
    assert database.in_use == 0


async def test_silence_at_the_commit_is_told_as_an_outage(line: Line) -> None:
    proxy, database = line

    async def write() -> None:
        async with database.writing() as connection:
            await connection.execute(text("CREATE TABLE perhaps (id int)"))
            proxy.turn("blackhole")

    assert await refused_after(write) < ANSWERED_WITHIN + CLOSED_WITHIN + 2
    assert proxy.hit > 0
    assert database.in_use == 0


async def test_after_a_silence_every_connection_is_a_new_one(line: Line) -> None:
    proxy, database = line
    proxy.turn("blackhole")
    await asyncio.gather(*(refused_after(lambda: read(database)) for _ in range(CONNECTIONS)))
    assert proxy.hit >= CONNECTIONS
    proxy.turn("pass")
    assert await asyncio.gather(*(read(database) for _ in range(4 * CONNECTIONS))) == [1] * 4 * CONNECTIONS
    assert database.in_use == 0
