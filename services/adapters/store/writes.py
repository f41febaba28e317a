"""What a unit of work writes, sent at once: on PostgreSQL one statement with a part for each table.

A petition that comes alone is written to nine tables, and each statement is a way there and back through
SQLAlchemy, driver and server: half of what its routing took (docs/decisions/0023-routing-in-batches.md).
References are checked when the whole statement is done, so the parts need no order. But none sees what
another writes, and which comes first is PostgreSQL's affair: what has to make room (the old lead dispatch)
is sent before what takes its place. SQLite, which is no way away, gets statement after statement.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import count
from typing import Any, NamedTuple

from sqlalchemy import Insert, Table, Update, bindparam, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.adapters.store.arrays import BY_THE_DATABASE, KEY, Row, changing, columns, insertion, values
from services.adapters.store.columns import database_now

MOST_TEXTS = 512


class Part(NamedTuple):
    """What a text depends on: the table, its columns, whether rows are new, and whether one is ``alone``."""

    table: Table
    names: tuple[str, ...]
    new: bool
    alone: bool

    def text(self, numbers: Iterator[int]) -> str:
        put = insertion if self.new else changing
        return put(self.table, self.names, numbers, alone=self.alone)

    def given(self, rows: Sequence[Row]) -> Iterator[Any]:
        if self.alone:
            return values(rows[0], self.table, self.names)
        return columns(rows, self.table, self.names)


class Writes:
    """Rows to write, until :meth:`send`. Those of one call have the same columns."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._parts: list[tuple[Part, Sequence[Row]]] = []

    def add(self, table: Table, rows: Sequence[Row]) -> None:
        """New rows; what the database sets by itself is not among their columns."""
        self._parts.append((Part(table, tuple(rows[0]), new=True, alone=len(rows) == 1), rows))

    def change(self, table: Table, rows: Sequence[Row]) -> None:
        """The same columns of several rows, found by the entries ``key_<column>`` of the primary key."""
        self._parts.append((Part(table, tuple(rows[0]), new=False, alone=len(rows) == 1), rows))

    async def send(self) -> None:
        parts, self._parts = self._parts, []
        if not parts:
            return
        if self._connection.dialect.name != "postgresql":
            for part, rows in parts:
                plain = _insertion(part.table) if part.new else _change(part.table, tuple(sorted(part.names)))
                await self._connection.execute(plain, rows)
            return
        given = [value for part, rows in parts for value in part.given(rows)]
        text = text_of(tuple(part for part, _ in parts))
        await self._connection.exec_driver_sql(text, tuple(given))


@lru_cache(maxsize=MOST_TEXTS)
def text_of(parts: tuple[Part, ...]) -> str:
    numbers = count(1)
    *before, last = (part.text(numbers) for part in parts)
    if not before:
        return last
    return f"WITH {', '.join(f'part_{n} AS ({text})' for n, text in enumerate(before))} {last}"


@cache
def _insertion(table: Table) -> Insert:
    own = {name: database_now() for of, name in BY_THE_DATABASE if of is table}
    return insert(table).values(own) if own else insert(table)


@cache
def _change(table: Table, names: tuple[str, ...]) -> Update:
    statement = update(table).values({name: bindparam(name) for name in names if not name.startswith(KEY)})
    for column in table.primary_key:
        statement = statement.where(column == bindparam(f"{KEY}{column.name}"))
    return statement
