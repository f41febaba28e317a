"""The ledger: append-only (triggers refuse every UPDATE and DELETE), one hash chain a petition."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table

from services.adapters.store.columns import Instant, Json
from services.adapters.store.tables.schema import metadata, of_petition, row_id

events = Table(
    "events",
    metadata,
    row_id(),
    of_petition(index=False),
    Column("seq", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("request_id", String(64), nullable=False),
    Column("fingerprint", String(64)),
    Column("data", Json, nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("uq_events_petition_seq", "petition_id", "seq", unique=True),
)
