"""The three tiers: opinions and their execution, reviews, notices, the clocks that run on a petition."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Index, Integer, LargeBinary, String, Table, Uuid, text

from services.adapters.store.columns import Instant
from services.adapters.store.tables.schema import metadata, of_petition, row_id

opinions = Table(
    "opinions",
    metadata,
    row_id(),
    of_petition(),
    Column("tier", String(16), nullable=False),
    Column("organ_id", Uuid(), nullable=False),
    Column("outcome", String(40), nullable=False),
    Column("facts", LargeBinary, nullable=False),
    Column("reasons", LargeBinary, nullable=False),
    Column("legal_basis", LargeBinary, nullable=False),
    Column("decision", LargeBinary, nullable=False),
    Column("remedy", LargeBinary, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("dispatch_id", Uuid()),
    Column("review_id", Uuid()),
    Column("redo_by", Date),
    Column("served_on", Date),
    Column("service_method", String(16)),
    Column("signed", Boolean),
    Column("differs_because", LargeBinary),
    Column("confirmed_by", LargeBinary),
)

executions = Table(
    "executions",
    metadata,
    row_id(),
    of_petition(),
    Column("opinion_id", Uuid(), nullable=False, unique=True),
    Column("organ_id", Uuid(), nullable=False),
    Column("state", String(16), nullable=False),
    Column("opened_on", Date, nullable=False),
    Column("carried_out_on", Date),
    Column("reported_on", Date),
    Column("report", LargeBinary),
    Index("ix_executions_organ", "organ_id", "state", "id"),
)

notices = Table(
    "notices",
    metadata,
    row_id(),
    of_petition(),
    Column("kind", String(32), nullable=False),
    Column("organ_id", Uuid()),
    Column("text", LargeBinary, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("ground", String(16)),
    Column("directed_to", LargeBinary),
)

reviews = Table(
    "reviews",
    metadata,
    row_id(),
    of_petition(),
    Column("tier", String(16), nullable=False),
    Column("opinion_id", Uuid(), nullable=False),
    Column("organ_id", Uuid(), nullable=False),
    Column("reason", LargeBinary, nullable=False),
    Column("requested_on", Date, nullable=False),
    Column("state", String(16), nullable=False),
    Column("hearing_from", Date),
    Column("hearing_to", Date),
    Column("outcome", String(40)),
    Column("decided_on", Date),
    Column("late_cause", LargeBinary),
    Column("late_approved_by", LargeBinary),
    Index("ix_reviews_organ", "organ_id", "state", "id"),
    Index("ix_reviews_newest", "organ_id", "id"),
)

deadlines = Table(
    "deadlines",
    metadata,
    row_id(),
    of_petition(),
    Column("subject_id", Uuid()),
    Column("rule", String(16), nullable=False),
    Column("title", String(120), nullable=False),
    Column("article", String(120), nullable=False),
    Column("owner_id", Uuid()),
    Column("basis", String(32), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("length", Integer),
    Column("unit", String(16), nullable=False),
    Column("excluded_days", Integer, nullable=False),
    Column("raw_last_day", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("calendar_version", String(120), nullable=False),
    Column("state", String(16), nullable=False),
    Column("met_on", Date),
    Column("next_at", Instant),
    Column("next_point", String(16)),
    Index("ix_deadlines_next", "next_at", "id"),
    Index("ix_deadlines_owner", "owner_id", "state", "due_at"),
    Index(
        "ix_deadlines_calendar",
        "calendar_version",
        postgresql_where=text("next_at IS NOT NULL"),
        sqlite_where=text("next_at IS NOT NULL"),
    ),
)
