"""The petition and what belongs to it. Columns of bytes hold encrypted text, ``*_index`` blind indexes."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    text,
)

from services.adapters.store.columns import Instant, Json
from services.adapters.store.tables.schema import metadata, of_petition, row_id

petitions = Table(
    "petitions",
    metadata,
    row_id(),
    Column("number", String(40), nullable=False, unique=True),
    Column("query_code_hash", LargeBinary, nullable=False),
    Column("client_id", String(64), nullable=False),
    Column("external_ref", String(255)),
    Column("channel", String(16), nullable=False),
    Column("state", String(24), nullable=False),
    Column("office_region", String(12), nullable=False),
    Column("received_on", Date, nullable=False),
    Column("registered_at", Instant, nullable=False),
    Column("title", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("requests", LargeBinary),
    Column("form", LargeBinary, nullable=False),
    Column("particulars", LargeBinary, nullable=False),
    Column("purpose", String(16)),
    Column("path", String(32)),
    Column("category_code", String(12)),
    Column("region_code", String(12)),
    Column("address", LargeBinary),
    Column("anonymous", Boolean, nullable=False),
    Column("confidential", Boolean, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("people_count", Integer, nullable=False),
    Column("tier", String(16), nullable=False),
    Column("holder_id", Uuid()),
    Column("first_handler_id", Uuid()),
    Column("repeat_of", Uuid()),
    Column("final_on", Date),
    Column("final_ground", String(40)),
    Column("version", Integer, nullable=False),
    Column("head", String(64), nullable=False),
    Index(
        "uq_petitions_external_ref",
        "client_id",
        "external_ref",
        unique=True,
        postgresql_where=text("external_ref IS NOT NULL"),
        sqlite_where=text("external_ref IS NOT NULL"),
    ),
    Index("ix_petitions_office", "office_region", "id"),
    Index("ix_petitions_state", "state", "office_region", "id"),
    Index("ix_petitions_client", "client_id", "id"),
    Index("ix_petitions_desk", "holder_id", "state", "id"),
    Index("ix_petitions_newest_held", "holder_id", "id"),
    Index("ix_petitions_received", "received_on", "id"),
)

petitioners = Table(
    "petitioners",
    metadata,
    row_id(),
    of_petition(),
    Column("position", Integer, nullable=False),
    Column("name", LargeBinary),
    Column("name_index", LargeBinary, index=True),
    Column("representative", Boolean, nullable=False),
    Column("document_type", String(32)),
    Column("document_number", LargeBinary),
    Column("document_number_index", LargeBinary),
    Column("phone", LargeBinary),
    Column("phone_index", LargeBinary),
    Column("address", LargeBinary),
    Column("particulars", LargeBinary, nullable=False),
    Index("ix_petitioners_document_number_index_petition_id", "document_number_index", "petition_id"),
    Index("ix_petitioners_phone_index_petition_id", "phone_index", "petition_id"),
)

respondents = Table(
    "respondents",
    metadata,
    row_id(),
    of_petition(),
    Column("kind", String(16), nullable=False),
    Column("name", LargeBinary, nullable=False),
    Column("organ_id", Uuid()),
    Column("position", LargeBinary),
)

supplements = Table(
    "supplements",
    metadata,
    row_id(),
    of_petition(),
    Column("content", LargeBinary, nullable=False),
    Column("client_id", String(64), nullable=False),
    Column("added_at", Instant, nullable=False),
)

attachments = Table(
    "attachments",
    metadata,
    row_id(),
    of_petition(),
    Column("name", LargeBinary, nullable=False),
    Column("media_type", String(120), nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("client_id", String(64), nullable=False),
    Column("added_at", Instant, nullable=False),
)

evaluations = Table(
    "evaluations",
    metadata,
    row_id(),
    of_petition(),
    Column("subject", String(24), nullable=False),
    Column("organ_id", Uuid()),
    Column("rating", String(24), nullable=False),
    Column("reason", LargeBinary),
    Column("given_at", Instant, nullable=False),
    Index("uq_evaluations_subject", "petition_id", "subject", unique=True),
)

callbacks = Table(
    "callbacks",
    metadata,
    row_id(),
    of_petition(),
    Column("called_at", Instant, nullable=False),
    Column("method", String(24), nullable=False),
    Column("reached", Boolean, nullable=False),
    Column("satisfaction", String(24)),
    Column("remark", LargeBinary),
    Column("client_id", String(64), nullable=False),
)

shields = Table(
    "shields",
    metadata,
    Column("petition_id", Uuid(), primary_key=True),
    Column("organ_id", Uuid(), primary_key=True),
    Index("ix_shields_organ", "organ_id", "petition_id"),
)

cares = Table(
    "cares",
    metadata,
    row_id(),
    of_petition(),
    Column("kind", String(24), nullable=False),
    Column("given_on", Date, nullable=False),
    Column("text", LargeBinary, nullable=False),
    Column("organ_id", Uuid()),
    Column("recorded_at", Instant, nullable=False),
)

links = Table(
    "links",
    metadata,
    row_id(),
    of_petition(index=False),
    Column("earlier_id", Uuid(), ForeignKey("petitions.id"), nullable=False, index=True),
    Column("state", String(12), nullable=False),
    Column("ground", String(8)),
    Column("score", Float, nullable=False),
    Column("same_person", Boolean, nullable=False),
    Column("evidence", Json, nullable=False),
    Column("found_at", Instant, nullable=False),
    Column("decided_at", Instant),
    Column("decided_by", String(80)),
    Column("difference", String(16)),
    UniqueConstraint("petition_id", "earlier_id"),
)
