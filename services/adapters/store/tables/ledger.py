"""The ledger: append-only (triggers refuse every UPDATE and DELETE), one hash chain a petition."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Uuid

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

# The triggers let an event go that is on record here: written to that file, read back, verified.
archived_ledgers = Table(
    "archived_ledgers",
    metadata,
    Column("petition_id", Uuid(), ForeignKey("petitions.id"), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("head", String(64), nullable=False),
    Column("file", String(120), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("archived_at", Instant, nullable=False),
    Column("archived_by", String(80), nullable=False),
)
