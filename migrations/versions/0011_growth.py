"""Pages that stay short however many petitions there are; the record of ledgers that were archived."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

REFUSED = "the ledger is append-only"
RECORDED = """EXISTS (
    SELECT 1 FROM archived_ledgers a WHERE a.petition_id = OLD.petition_id AND a.seq >= OLD.seq)"""
SQLITE_TRIGGER = """CREATE TRIGGER events_no_delete BEFORE DELETE ON events {when}
    BEGIN SELECT RAISE(ABORT, '{why}'); END"""
POSTGRESQL_FUNCTION = """CREATE OR REPLACE FUNCTION events_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN {exception} RAISE EXCEPTION '{why}'; END $$"""
POSTGRESQL_EXCEPTION = f"IF TG_OP = 'DELETE' AND {RECORDED} THEN RETURN OLD; END IF;"
ON_THE_WAY = sa.text("next_at IS NOT NULL")
INDEXES = (
    ("ix_petitions_desk", "petitions", ("holder_id", "state", "id"), None),
    ("ix_petitions_newest_held", "petitions", ("holder_id", "id"), None),
    ("ix_petitions_received", "petitions", ("received_on", "id"), None),
    ("ix_shields_organ", "shields", ("organ_id", "petition_id"), None),
    ("ix_dispatches_newest", "dispatches", ("organ_id", "id"), None),
    ("ix_reviews_newest", "reviews", ("organ_id", "id"), None),
    ("ix_deadlines_calendar", "deadlines", ("calendar_version",), ON_THE_WAY),
)


# Replaced by the first of them, which gives a desk's page in its order.
BEFORE = ("ix_petitions_holder", "petitions", ("holder_id", "state"))


def upgrade() -> None:
    op.create_table(
        "archived_ledgers",
        sa.Column("petition_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("file", sa.String(length=120), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["petition_id"], ["petitions.id"], name=op.f("fk_archived_ledgers_petition_id")
        ),
        sa.PrimaryKeyConstraint("petition_id", name=op.f("pk_archived_ledgers")),
    )
    _let_go(recorded=True)
    if op.get_context().dialect.name != "postgresql":
        # SQLite passes over the last word; the check of migrations wants it said of every index.
        for name, table, columns, where in INDEXES:
            op.create_index(name, table, columns, sqlite_where=where, postgresql_concurrently=True)
        op.drop_index(*BEFORE[:2], postgresql_concurrently=True)
        return
    # Built beside the work that goes on. One that was broken off is there, but not valid: it goes first.
    with op.get_context().autocommit_block():
        for name, table, columns, where in INDEXES:
            op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)
            op.create_index(name, table, columns, postgresql_where=where, postgresql_concurrently=True)
        op.drop_index(*BEFORE[:2], if_exists=True, postgresql_concurrently=True)


def downgrade() -> None:
    _let_go(recorded=False)
    op.drop_table("archived_ledgers")
    if op.get_context().dialect.name != "postgresql":
        op.create_index(*BEFORE)
        for name, table, *_ in reversed(INDEXES):
            op.drop_index(name, table)
        return
    with op.get_context().autocommit_block():
        op.drop_index(*BEFORE[:2], if_exists=True, postgresql_concurrently=True)
        op.create_index(*BEFORE, postgresql_concurrently=True)
        for name, table, *_ in reversed(INDEXES):
            op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)


def _let_go(*, recorded: bool) -> None:
    """Whether an event that is on record as archived may be deleted. An update never may."""
    if op.get_context().dialect.name == "postgresql":
        exception = POSTGRESQL_EXCEPTION if recorded else ""
        op.execute(POSTGRESQL_FUNCTION.format(exception=exception, why=REFUSED))
        return
    op.execute("DROP TRIGGER events_no_delete")
    op.execute(SQLITE_TRIGGER.format(when=f"WHEN NOT {RECORDED}" if recorded else "", why=REFUSED))
