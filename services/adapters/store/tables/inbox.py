"""The feed: entries numbered per organ, dense from 1, by the last statement before the commit."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Uuid

from services.adapters.store.columns import Instant, Json
from services.adapters.store.tables.schema import metadata, of_petition

inbox_entries = Table(
    "inbox_entries",
    metadata,
    Column("organ_id", Uuid(), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("id", Uuid(), nullable=False),
    Column("type", String(32), nullable=False),
    of_petition(index=False),
    Column("at", Instant, nullable=False),
    Column("data", Json, nullable=False),
    Index("ix_inbox_entries_day", "organ_id", "at"),
)

feed_heads = Table(
    "feed_heads",
    metadata,
    Column("organ_id", Uuid(), primary_key=True),
    Column("last", Integer, nullable=False),
)
