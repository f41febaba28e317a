"""The papers that were issued, and where each organ's count of each kind stands in a year."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Integer, LargeBinary, String, Table, UniqueConstraint, Uuid

from services.adapters.store.tables.schema import metadata, of_petition, row_id

papers = Table(
    "papers",
    metadata,
    row_id(),
    of_petition(),
    Column("organ_id", Uuid(), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("subject_id", Uuid(), index=True),
    Column("issued_on", Date, nullable=False),
    Column("year", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("number", String(160), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("content_sha256", String(64), nullable=False),
    Column("pdf_sha256", String(64)),
    Column("served_on", Date),
    Column("service_method", String(16)),
    Column("signed", Boolean),
    UniqueConstraint("organ_id", "kind", "year", "sequence"),
)

paper_counters = Table(
    "paper_counters",
    metadata,
    Column("organ_id", Uuid(), primary_key=True),
    Column("kind", String(24), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)
