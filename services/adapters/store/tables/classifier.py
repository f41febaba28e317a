"""Trained models as they were published, and which of them stood when: both append-only."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table

from services.adapters.store.columns import Instant, Json
from services.adapters.store.tables.schema import metadata

classifier_models = Table(
    "classifier_models",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("about", Json, nullable=False),
    Column("labels", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("published_at", Instant, nullable=False),
    Column("published_by", String(80), nullable=False),
)

classifier_turns = Table(
    "classifier_turns",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("version", Integer, ForeignKey("classifier_models.version")),
    Column("at", Instant, nullable=False),
    Column("by", String(80), nullable=False),
)
"""The newest turn of a kind says which version stands; without a version, none does."""
