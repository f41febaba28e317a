"""The calling systems."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, LargeBinary, String, Table, Uuid

from services.adapters.store.columns import Instant, Json
from services.adapters.store.tables.schema import metadata

clients = Table(
    "clients",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("name", String(120), nullable=False),
    Column("role", String(24), nullable=False),
    Column("region_code", String(12), nullable=False),
    Column("organ_id", Uuid(), index=True),
    Column("scopes", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("active", Boolean, nullable=False),
)
