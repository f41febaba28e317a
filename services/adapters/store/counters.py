"""Counters that give numbers without gaps: of feeds, of papers, of petitions in blocks.

A counter is raised in the transaction that uses its numbers, and stays locked until that ends. Several are
raised in one statement, in the order of their keys: two that raise at their end alone wait in no ring. An act
that flushes in its midst may meet another in one; PostgreSQL ends one of them, whose caller is told 503.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import count
from typing import Any

from sqlalchemy import Table, bindparam
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import Insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.adapters.store.arrays import insertion

Key = tuple[Any, ...]


async def raised(
    connection: AsyncConnection, table: Table, by: Mapping[Key, int], *, telling: str = ""
) -> dict[Key, int]:
    """Raise each counter ``by`` so many. Returns the last number that each has given now.

    ``telling``: what else PostgreSQL is to do for each counter, an expression over its row.
    """
    names = _names(table)
    rows = [(*key, by[key]) for key in sorted(by)]
    if connection.dialect.name == "postgresql":
        arrays = tuple(list(each) for each in zip(*rows, strict=True))
        found = (await connection.exec_driver_sql(_on_postgresql(table, telling), arrays)).all()
    else:
        given = [dict(zip(names, row, strict=True)) for row in rows]
        found = [(await connection.execute(_on_sqlite(table), row)).one() for row in given]
    return {tuple(row[: len(names) - 1]): row[len(names) - 1] for row in found}


def _names(table: Table) -> list[str]:
    return [*(column.name for column in table.primary_key), "last"]


@cache
def _on_postgresql(table: Table, telling: str) -> str:
    *keys, last = _names(table)
    told = [f"{table.name}.{name}" for name in (*keys, last)] + ([telling] if telling else [])
    return (
        f"{insertion(table, (*keys, last), count(1))} ON CONFLICT ({', '.join(keys)}) "
        f"DO UPDATE SET last = {table.name}.last + excluded.last RETURNING {', '.join(told)}"
    )


@cache
def _on_sqlite(table: Table) -> Any:
    *keys, last = _names(table)
    wanted: Insert = sqlite.insert(table).values({name: bindparam(name) for name in (*keys, last)})
    raising = wanted.on_conflict_do_update(
        index_elements=[table.c[name] for name in keys], set_={last: table.c.last + wanted.excluded.last}
    )
    return raising.returning(*(table.c[name] for name in (*keys, last)))
