"""Many rows in one statement of PostgreSQL: they travel as one array a column (unnest).

SQLAlchemy would put every row's parameters together by itself, and PostgreSQL would be sent each row apart.
In batches of a hundred, PostgreSQL's share of a routed petition fell from 840-1,020 to 580-820 us by it
(docs/decisions/0023-routing-in-batches.md). A row that is alone travels as it is: an array of one costs the
driver several times what its value does.
Here are the texts, put together from the tables, and the parameters; JSON travels as text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Date,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    Uuid,
    any_,
    bindparam,
)
from sqlalchemy.dialects.postgresql import ARRAY

from services.adapters.store.columns import Instant
from services.adapters.store.tables.outbox import idempotency_keys, outbox

Row = dict[str, Any]
BY_THE_DATABASE = {(idempotency_keys, "created_at"), (outbox, "run_at")}
"""Moments that are judged by the database's clock."""
KEY = "key_"
"""Before the names of the entries by which :func:`changing` finds a row."""
_TYPES: tuple[tuple[type[Any], str], ...] = (
    (Uuid, "uuid"),
    (Text, "text"),
    (String, "text"),
    (LargeBinary, "bytea"),
    (Boolean, "boolean"),
    (Float, "double precision"),
    (Integer, "integer"),
    (Date, "date"),
    (Instant, "timestamptz"),
    (JSON, "text"),
)


def one_of(column: Column[Any], name: str, dialect: str) -> ColumnElement[bool]:
    """Where a column has one of the values of the parameter ``name``, however many these are.

    A list of them would be another statement for every length, for PostgreSQL to read and plan anew.
    """
    if dialect == "postgresql":
        return column == any_(bindparam(name, type_=ARRAY(column.type)))
    return column.in_(bindparam(name, expanding=True))


def columns(rows: Sequence[Row], table: Table, names: tuple[str, ...]) -> Iterator[list[Any]]:
    """One array for each of the named entries."""
    for name, is_json in _kinds(table, names):
        if is_json:
            yield [_as_text(row[name]) for row in rows]
        else:
            yield [row[name] for row in rows]


def values(row: Row, table: Table, names: tuple[str, ...]) -> Iterator[Any]:
    """The named entries of a row that is alone."""
    for name, is_json in _kinds(table, names):
        yield _as_text(row[name]) if is_json else row[name]


def insertion(table: Table, names: Sequence[str], numbers: Iterator[int], *, alone: bool = False) -> str:
    """An INSERT whose rows are the next parameters, :func:`columns` or, of one that is ``alone``,
    :func:`values`; what comes after may name the rows as ``r``.
    """
    own = [column.name for column in table.columns if (table, column.name) in BY_THE_DATABASE]
    into = ", ".join(_quoted([*names, *own]))
    set_to = ", ".join([*(_value(table, name) for name in names), *("clock_timestamp()" for _ in own)])
    return f"INSERT INTO {table.name} ({into}) SELECT {set_to} FROM {_given(table, names, numbers, alone)}"


def changing(table: Table, names: Sequence[str], numbers: Iterator[int], *, alone: bool = False) -> str:
    """An UPDATE of rows found by the entries ``key_<column>``, with parameters as for :func:`insertion`.

    Rows are looked for by their keys as well as joined: while the table is small, a join alone may be planned
    as a walk over all of it.
    """
    taken = {name: next(numbers) for name in names}
    given = _given(table, names, iter(taken.values()), alone)
    keys = [name for name in names if name.startswith(KEY)]
    set_to = ", ".join(f'"{name}" = {_value(table, name)}' for name in names if name not in keys)
    joined = [f't."{name.removeprefix(KEY)}" = r."{name}"' for name in keys]
    listed = [
        f't."{name.removeprefix(KEY)}" = ANY(${taken[name]}::{array(_column(table, name))}[])'
        for name in keys
    ]
    found = " AND ".join(joined if alone else joined + listed)
    return f"UPDATE {table.name} AS t SET {set_to} FROM {given} WHERE {found}"


def array(column: Column[Any]) -> str:
    """The type of the values that a column's array has."""
    return next(name for kind, name in _TYPES if isinstance(column.type, kind))


@cache
def _kinds(table: Table, names: tuple[str, ...]) -> list[tuple[str, bool]]:
    """Each name, and whether it is JSON."""
    return [(name, isinstance(_column(table, name).type, JSON)) for name in names]


def _as_text(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()


def _given(table: Table, names: Sequence[str], numbers: Iterator[int], alone: bool) -> str:
    kinds = [array(_column(table, name)) for name in names]
    if alone:
        one = ", ".join(f"${next(numbers)}::{kind}" for kind in kinds)
        return f"(VALUES ({one})) AS r ({', '.join(_quoted(names))})"
    arrays = ", ".join(f"${next(numbers)}::{kind}[]" for kind in kinds)
    return f"unnest({arrays}) AS r ({', '.join(_quoted(names))})"


def _value(table: Table, name: str) -> str:
    cast = "::jsonb" if isinstance(_column(table, name).type, JSON) else ""
    return f'r."{name}"{cast}'


def _column(table: Table, name: str) -> Column[Any]:
    return table.c[name.removeprefix(KEY)]


def _quoted(names: Sequence[str]) -> list[str]:
    return [f'"{name}"' for name in names]
