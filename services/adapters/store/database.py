"""Engines: PostgreSQL with one pool; SQLite (WAL, synchronous=FULL) with one writer and several readers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import orjson
from sqlalchemy import QueuePool, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from services.adapters.store.faults import outages_told
from services.application.ports import StoreBusy

SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=5000",
    "temp_store=MEMORY",
)
TURN_SECONDS = 4.0
"""SQLite's writers of one process wait so long for their turn, and whose turn it is waits for the file's lock
as long as the pragma says: together less than ten seconds.
"""
# A request never waits longer than this for a lock or an answer of the database (milliseconds).
POSTGRES_SETTINGS = {
    "application_name": "xinfang",
    "lock_timeout": "5000",
    "statement_timeout": "20000",
    "idle_in_transaction_session_timeout": "30000",
    # A plan is kept while its tables grow. Made when they were small (a new city, a restored backup) it reads
    # them from end to end until they are analysed next: a registration took four times as long by then.
    "enable_seqscan": "off",
    # A walk that cannot be helped is priced so high by it that each would be compiled first.
    "jit": "off",
}

ANSWERED_WITHIN_SECONDS = 7.0
"""Longer than a lock is waited for. A net that swallows sends no refusal: without a limit on our side whoever
asked would wait for ever. With the time to close that connection, or to fail to get another one, a caller is
told within ten seconds.
"""

FRESH_SECONDS = 1.0
"""A connection that answered so lately is not asked again whether it lives: that takes three ways there and
back, more than a short read. One that was closed shows without being asked.
"""

ENGINE_OPTIONS: dict[str, Any] = {
    "hide_parameters": True,  # what a statement carried never enters an error's text, nor the log
    "json_serializer": lambda value: orjson.dumps(value).decode(),
    "json_deserializer": orjson.loads,
}


class Database:
    """Connections of one database: ``writing`` commits at the end of its block, ``reading`` never writes,
    ``single`` is for one statement that is a transaction by itself.
    """

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 8,
        answered_within: float = ANSWERED_WITHIN_SECONDS,
        fresh_seconds: float = FRESH_SECONDS,
    ) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        if self.is_sqlite:
            self._writer = _sqlite_engine(url, pool_size=1, begin="BEGIN IMMEDIATE")
            self._reader = _sqlite_engine(url, pool_size=4, begin="BEGIN")
            self._turn: asyncio.Lock | None = asyncio.Lock()
        else:
            self._writer = _postgres_engine(url, pool_size, answered_within, fresh_seconds)
            # Each statement of a read stands by itself anyway (READ COMMITTED): no BEGIN, no ROLLBACK.
            self._reader = self._writer.execution_options(isolation_level="AUTOCOMMIT")
            self._turn = None

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        # Within one process SQLite's writers queue here, in order, rather than poll for its file lock.
        async with self.turn():
            with outages_told():
                async with self._writer.begin() as connection:
                    yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        with outages_told():
            async with self._reader.connect() as connection:
                yield connection

    def single(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """For one statement that writes. PostgreSQL needs no BEGIN and COMMIT around it, two ways there and
        back; SQLite's writers take turns.
        """
        return self.writing() if self.is_sqlite else self.reading()

    def connection(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A connection of the pool without a transaction, for statements that are a transaction each."""
        return self._writer.connect()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """SQLite: no other writer of this process until the end of the block. PostgreSQL's need not queue.

        Raises ``StoreBusy``.
        """
        if self._turn is None:
            yield
            return
        try:
            async with asyncio.timeout(TURN_SECONDS):
                await self._turn.acquire()
        except TimeoutError:
            raise StoreBusy from None
        try:
            yield
        finally:
            self._turn.release()

    @property
    def in_use(self) -> int:
        """Connections that somebody holds at this moment."""
        return sum(pool.checkedout() for pool in self._pools())

    @property
    def size(self) -> int:
        """Connections that there may be."""
        return sum(pool.size() for pool in self._pools())

    def _pools(self) -> list[QueuePool]:
        pools = {self._writer.pool, self._reader.pool}
        return [pool for pool in pools if isinstance(pool, QueuePool)]

    async def close(self) -> None:
        await self._writer.dispose()
        await self._reader.dispose()


def _postgres_engine(url: str, pool_size: int, answered_within: float, fresh_seconds: float) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=8,
        pool_use_lifo=True,  # few connections at work: each learns its statements and plans by itself
        **ENGINE_OPTIONS,
        connect_args={
            "timeout": 4,
            "command_timeout": answered_within,
            "server_settings": POSTGRES_SETTINGS,
        },
    )
    dialect: Any = engine.sync_engine.dialect

    @event.listens_for(engine.sync_engine, "checkin")
    def seen(_connection: object, record: Any) -> None:
        record.info["seen_at"] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def still_alive(connection: Any, record: Any, _proxy: object) -> None:
        """As ``pool_pre_ping`` does it, but for those that answered a moment ago."""
        seen_at = record.info.get("seen_at")
        if seen_at is None:  # just made
            return
        if time.monotonic() - seen_at < fresh_seconds and not connection.driver_connection.is_closed():
            return
        try:
            dialect.do_ping(connection)
        except TimeoutError as error:  # the net swallows: the others are no better
            raise InvalidatePoolError from error
        except dialect.loaded_dbapi.Error as error:
            if dialect.is_disconnect(error, connection, None):
                raise InvalidatePoolError from error  # the pool makes new ones
            raise

    return engine


def prepare_sqlite(connection: Any) -> None:
    """Make a connection durable and strict; its transactions are begun by hand, in the wanted mode."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_engine(url: str, *, pool_size: int, begin: str) -> AsyncEngine:
    engine = create_async_engine(url, pool_size=pool_size, max_overflow=0, pool_timeout=30, **ENGINE_OPTIONS)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        prepare_sqlite(connection)

    @event.listens_for(engine.sync_engine, "begin")
    def begin_in_mode(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
