"""Holiday notices as they were loaded: one row a load, appended only; the newest of a year is in force."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, Text

from services.adapters.store.columns import Instant, Json
from services.adapters.store.tables.schema import metadata

holiday_notices = Table(
    "holiday_notices",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("year", Integer, nullable=False),
    Column("holidays", Json, nullable=False),
    Column("makeup", Json, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("loaded_at", Instant, nullable=False),
    Column("loaded_by", String(80), nullable=False),
    Column("source", Text, nullable=False),
)
