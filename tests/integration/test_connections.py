"""Connections of the pool: one that answered a moment ago is not asked again; a dead one is not given out."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import event, text

from services.adapters.store.database import Database

PING = ";"
OTHERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""


async def read(database: Database) -> int:
    async with database.reading() as connection:
        return int((await connection.execute(text("SELECT 1"))).scalar_one())


async def sent_at_second_use(url: str, *, fresh_seconds: float) -> list[str]:
    """What goes to the driver beside the statement itself when a connection is used again."""
    database = Database(url, pool_size=1, fresh_seconds=fresh_seconds)
    sent: list[str] = []

    def hear(connection: Any, *_: object) -> None:
        connection.driver_connection.add_query_logger(lambda record: sent.append(record.query))

    event.listen(database._writer.sync_engine, "connect", hear)
    await read(database)
    sent.clear()
    await read(database)
    await asyncio.sleep(0)  # loggers are called after the answer
    await database.close()
    return sent


async def test_a_read_on_a_fresh_connection_sends_nothing_but_itself(postgresql_url: str) -> None:
    assert await sent_at_second_use(postgresql_url, fresh_seconds=60) == []


async def test_a_connection_that_was_idle_is_asked_whether_it_lives(postgresql_url: str) -> None:
    assert PING in await sent_at_second_use(postgresql_url, fresh_seconds=0)


@pytest.mark.parametrize("fresh_seconds", [0.0, 60.0])
async def test_a_connection_that_the_server_closed_is_not_given_out(
    postgresql_url: str, fresh_seconds: float
) -> None:
    database = Database(postgresql_url, pool_size=3, fresh_seconds=fresh_seconds)
    await asyncio.gather(*(read(database) for _ in range(3)))
    other = Database(postgresql_url, pool_size=1)
    async with other.writing() as connection:
        await connection.execute(text(OTHERS))
    await asyncio.sleep(0.2)
    assert await asyncio.gather(*(read(database) for _ in range(6))) == [1] * 6
    await other.close()
    await database.close()
