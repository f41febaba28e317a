"""The workers: which of them are alive, and which ticks of the schedule were run (one row a tick)."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table

from services.adapters.store.columns import Instant
from services.adapters.store.tables.schema import metadata

workers = Table(
    "workers",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("host", String(255), nullable=False),
    Column("seen_at", Instant, nullable=False),
)

ticks = Table(
    "ticks",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("slot", String(40), primary_key=True),
    Column("ran_at", Instant, nullable=False),
    Index("ix_ticks_ran_at", "ran_at"),
)
