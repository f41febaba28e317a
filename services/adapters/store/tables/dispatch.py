"""What organs do with a petition besides answering it. The database refuses a second open lead, dispute."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Float, Index, Integer, LargeBinary, String, Table, Uuid, text

from services.adapters.store.columns import Instant, Json
from services.adapters.store.tables.schema import metadata, of_petition, row_id

dispatches = Table(
    "dispatches",
    metadata,
    row_id(),
    of_petition(),
    Column("organ_id", Uuid(), nullable=False),
    Column("sender_id", Uuid()),
    Column("mode", String(16), nullable=False),
    Column("role", String(8), nullable=False),
    Column("state", String(16), nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("sent_on", Date, nullable=False),
    Column("report_due", Date),
    Column("binding", Boolean, nullable=False),
    Column("received_on", Date),
    Column("accepted_on", Date),
    Column("reported_on", Date),
    Column("open", Boolean, nullable=False),
    Column("procedure", String(16), nullable=False, server_default="ordinary"),
    Index("ix_dispatches_organ", "organ_id", "state", "id"),
    Index("ix_dispatches_newest", "organ_id", "id"),
    Index(
        "uq_dispatches_open_lead",
        "petition_id",
        unique=True,
        postgresql_where=text("open AND role = 'lead'"),
        sqlite_where=text("open AND role = 'lead'"),
    ),
)

objections = Table(
    "objections",
    metadata,
    row_id(),
    of_petition(),
    Column("dispatch_id", Uuid(), nullable=False),
    Column("organ_id", Uuid(), nullable=False),
    Column("reason", LargeBinary, nullable=False),
    Column("raised_on", Date, nullable=False),
    Column("state", String(16), nullable=False),
    Column("suggested_organ_id", Uuid()),
    Column("decided_on", Date),
    Column("decision_reason", LargeBinary),
    Column("assigned_organ_id", Uuid()),
)

disputes = Table(
    "disputes",
    metadata,
    row_id(),
    of_petition(),
    Column("ground", String(16), nullable=False),
    Column("forum", String(16), nullable=False),
    Column("organ_id", Uuid(), nullable=False),
    Column("party_ids", Json, nullable=False),
    Column("raised_on", Date, nullable=False),
    Column("raised_by", Uuid()),
    Column("reason", LargeBinary),
    Column("state", String(16), nullable=False),
    Column("decided_on", Date),
    Column("decision_reason", LargeBinary),
    Column("assigned_organ_id", Uuid()),
    Column("sat_on", Date),
    Index("ix_disputes_organ", "organ_id", "state", "id"),
    Index(
        "uq_disputes_open",
        "petition_id",
        unique=True,
        postgresql_where=text("state = 'open'"),
        sqlite_where=text("state = 'open'"),
    ),
)

recusals = Table(
    "recusals",
    metadata,
    row_id(),
    of_petition(),
    Column("organ_id", Uuid(), nullable=False),
    Column("officer", LargeBinary, nullable=False),
    Column("reason", LargeBinary, nullable=False),
    Column("state", String(16), nullable=False),
    Column("decider_id", Uuid(), nullable=False),
    Column("post", LargeBinary),
    Column("is_head", Boolean, nullable=False),
    Column("ground", String(16)),
    Column("requested_on", Date),
    Column("decided_on", Date),
    Column("decided_by", LargeBinary),
    Column("deciding_organ_id", Uuid()),
    Column("decision_reason", LargeBinary),
)

recommendations = Table(
    "recommendations",
    metadata,
    row_id(),
    of_petition(),
    Column("office_id", Uuid(), nullable=False),
    Column("organ_id", Uuid(), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("text", LargeBinary, nullable=False),
    Column("given_on", Date, nullable=False),
    Column("answer_due", Date, nullable=False),
    Column("answered_on", Date),
    Column("adoption", String(16)),
    Column("answer", LargeBinary),
)

decisions = Table(
    "decisions",
    metadata,
    row_id(),
    of_petition(),
    Column("decided_at", Instant, nullable=False),
    Column("decided_by", String(80), nullable=False),
    Column("directory_version", Integer, nullable=False),
    Column("rules_version", String(80), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("needs_triage", Boolean, nullable=False),
    Column("organ_id", Uuid()),
    Column("body", Json, nullable=False),
    Column("facts", Json),
)
