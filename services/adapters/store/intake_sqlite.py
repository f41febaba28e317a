"""A batch of petitions on SQLite: one transaction, in a thread and on a connection of their own.

aiosqlite goes to its thread and back for every statement; a batch goes there once: 2.8 times the rate of
SQLAlchemy on aiosqlite with the same rows (``python -m bench``, docs/speed.md). The other writers of this
process wait for their turn meanwhile, as they do among themselves.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Table, exc
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import make_url

from services.adapters.store.arrays import BY_THE_DATABASE, Row
from services.adapters.store.columns import database_now
from services.adapters.store.database import ENGINE_OPTIONS, Database, prepare_sqlite
from services.adapters.store.faults import outages_told
from services.adapters.store.intake import TABLES, Sealed, Write, rows_of, sent
from services.adapters.store.tables.outbox import idempotency_keys

_DIALECT = sqlite.dialect(**{name: ENGINE_OPTIONS[name] for name in ("json_serializer", "json_deserializer")})
_REGISTERED = "SELECT 1 FROM petitions WHERE client_id = ? AND external_ref = ?"
_BROUGHT = "SELECT 1 FROM petitioners WHERE document_number_index = ? LIMIT 1"
Bind = Callable[[Any], Any]


class SqliteIntake:
    """See :class:`services.adapters.store.intake.Writer`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._path = make_url(database.url).database or ""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="intake")
        self._connection: sqlite3.Connection | None = None

    @asynccontextmanager
    async def session(self, *, briefly: bool = False) -> AsyncIterator[Write]:
        """There is one lock for all, so ``briefly`` is never wanted of it for a lock's sake."""
        yield self._write

    async def _write(self, batch: Sequence[Sealed]) -> Collection[UUID]:
        with outages_told():
            async with self._database.turn():
                return await asyncio.get_running_loop().run_in_executor(self._thread, self._written, batch)

    async def close(self) -> None:
        self._thread.submit(self._disconnect)
        await asyncio.to_thread(self._thread.shutdown)

    def _written(self, batch: Sequence[Sealed]) -> set[UUID]:
        try:
            connection = self._connected()
            connection.execute("BEGIN IMMEDIATE")
            try:
                new = [each for each in batch if _is_new(connection, each)]
                for table in TABLES:
                    rows = rows_of(new, table)
                    connection.executemany(_insertion(table), [_bound(row, table) for row in rows])
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # a full disk has ended it already
                    connection.execute("ROLLBACK")
                raise
        except sqlite3.IntegrityError as refused:
            raise exc.IntegrityError(None, None, refused) from refused
        except sqlite3.OperationalError as failed:
            self._disconnect()
            raise exc.OperationalError(None, None, failed) from failed
        return {each.id for each in new}

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = sqlite3.connect(self._path)
            prepare_sqlite(self._connection)
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _is_new(connection: sqlite3.Connection, each: Sealed) -> bool:
    """See :meth:`services.application.ports.Intake.store`; the key is taken here, before anything else."""
    if each.external_ref and connection.execute(_REGISTERED, (each.client_id, each.external_ref)).fetchone():
        return False
    if any(connection.execute(_BROUGHT, (document,)).fetchone() for document in each.documents):
        return False
    if each.key is None:
        return True
    return connection.execute(_insertion(idempotency_keys), _bound(each.key, idempotency_keys)).rowcount == 1


def _bound(row: Row, table: Table) -> list[Any]:
    return [bind(row[name]) if bind else row[name] for name, bind in _binds(table)]


@cache
def _binds(table: Table) -> tuple[tuple[str, Bind | None], ...]:
    """Column by column, how SQLAlchemy writes its values."""
    return tuple(
        (column.name, column.type.dialect_impl(_DIALECT).bind_processor(_DIALECT)) for column in sent(table)
    )


@cache
def _insertion(table: Table) -> str:
    own = [column.name for column in table.columns if (table, column.name) in BY_THE_DATABASE]
    names = [f'"{column.name}"' for column in sent(table)]
    now = str(database_now().compile(dialect=_DIALECT))
    values = ", ".join([*("?" for _ in names), *(now for _ in own)])
    taken = " ON CONFLICT (client_id, key) DO NOTHING" if table is idempotency_keys else ""
    return f"INSERT INTO {table.name} ({', '.join([*names, *own])}) VALUES ({values}){taken}"
