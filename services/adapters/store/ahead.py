"""Rows of several tables in one way there and back, each as a record of its own shape (PostgreSQL)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from services.adapters.store.arrays import Row, array

MOST_TEXTS = 64


class Wanted(NamedTuple):
    """The rows of a table in which a column has one of the values."""

    table: Table
    column: str
    values: Sequence[object]


async def read_together(connection: AsyncConnection, wanted: Sequence[Wanted]) -> list[list[Row]]:
    """The rows of each, in no order."""
    found: list[list[Row]] = [[] for _ in wanted]
    text = text_for(tuple((each.table, each.column) for each in wanted))
    answer = await connection.exec_driver_sql(text, tuple(list(each.values) for each in wanted))
    names = [[column.name for column in each.table.columns] for each in wanted]
    for which, record in map(tuple, answer):
        found[which].append(dict(zip(names[which], record, strict=True)))
    return found


@lru_cache(maxsize=MOST_TEXTS)
def text_for(wanted: tuple[tuple[Table, str], ...]) -> str:
    parts = []
    for which, (table, column) in enumerate(wanted):
        record = ", ".join(f'"{each.name}"' for each in table.columns)
        asked = f"${which + 1}::{array(table.c[column])}[]"
        parts.append(f'SELECT {which}, ROW({record}) FROM {table.name} WHERE "{column}" = ANY({asked})')
    return " UNION ALL ".join(parts)
