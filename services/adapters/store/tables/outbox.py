"""Work left to the workers, and the answers kept for callers that repeat themselves."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, Text, Uuid, text

from services.adapters.store.columns import Instant
from services.adapters.store.tables.schema import metadata, of_petition, row_id

# A claim reads the head of one of these two, however long the queue is.
FRESH = text("tries = 0 AND state <> 'dead'")
TRIED = text("tries > 0 AND state <> 'dead'")

outbox = Table(
    "outbox",
    metadata,
    row_id(),
    Column("topic", String(32), nullable=False),
    of_petition(index=False),
    Column("state", String(16), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("run_at", Instant, nullable=False),
    Column("worker", String(80)),
    Column("error", Text),
    Column("created_at", Instant, nullable=False),
    Index("ix_outbox_fresh", "run_at", "id", postgresql_where=FRESH, sqlite_where=FRESH),
    Index("ix_outbox_tried", "run_at", "id", postgresql_where=TRIED, sqlite_where=TRIED),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("id", Uuid(), nullable=False, unique=True),
    Column("client_id", String(64), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("body_hash", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False, index=True),
)

number_blocks = Table(
    "number_blocks",
    metadata,
    Column("region", String(6), primary_key=True),
    Column("day", String(8), primary_key=True),
    Column("last", Integer, nullable=False),
)
