"""How far the demo's clock was moved."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table

from services.adapters.store.tables.schema import metadata

clock_shift = Table(
    "clock_shift",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seconds", Integer, nullable=False),
)
