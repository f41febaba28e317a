"""Column types that mean the same on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ColumnElement
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import TypeDecorator

Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Instant(TypeDecorator[datetime]):
    """An aware moment, kept in UTC; SQLite, which has no such type, holds it without its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class database_now(ColumnElement[datetime]):  # noqa: N801 - an SQL function is written in lower case
    """The database's own clock, ``seconds`` later: leases are judged by no machine's clock but this one."""

    type = Instant()
    _traverse_internals = [("seconds", InternalTraversal.dp_plain_obj)]  # noqa: RUF012 - SQLAlchemy's own form

    def __init__(self, seconds: int = 0) -> None:
        self.seconds = seconds


@compiles(database_now, "postgresql")
def _now_postgresql(element: database_now, _compiler: SQLCompiler, **_: Any) -> str:
    return f"(clock_timestamp() + interval '{int(element.seconds)} seconds')"


@compiles(database_now, "sqlite")
def _now_sqlite(element: database_now, _compiler: SQLCompiler, **_: Any) -> str:
    return f"strftime('%Y-%m-%d %H:%M:%f000', 'now', '{int(element.seconds):+d} seconds')"
