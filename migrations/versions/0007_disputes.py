"""Disputes over competence; and nobody leaves a petition in no hands that its state says is in some."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
OPEN = sa.text("state = 'open'")
HELD = "'dispatched', 'objected', 'disputed', 'accepted', 'opinion_issued'"
LET_GO = "'final', 'concluded', 'declined', 'withdrawn'"
# SQLite adds no constraint to a table that others refer to: its triggers say the same.
IN_HAND = f"NOT (state IN ({HELD}) AND holder_id IS NULL OR state IN ({LET_GO}) AND holder_id IS NOT NULL)"
REFUSED = "ck_petitions_holder"
SQLITE_TRIGGERS = [
    f"""CREATE TRIGGER petitions_holder_{act.split()[0].lower()} BEFORE {act} ON petitions
    WHEN NEW.state IN ({HELD}) AND NEW.holder_id IS NULL
      OR NEW.state IN ({LET_GO}) AND NEW.holder_id IS NOT NULL
    BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"""
    for act in ("INSERT", "UPDATE OF state, holder_id")
]


def upgrade() -> None:
    op.create_table(
        "disputes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("petition_id", sa.Uuid(), nullable=False),
        sa.Column("ground", sa.String(length=16), nullable=False),
        sa.Column("forum", sa.String(length=16), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("party_ids", JSON, nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("raised_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decision_reason", sa.LargeBinary(), nullable=True),
        sa.Column("assigned_organ_id", sa.Uuid(), nullable=True),
        sa.Column("sat_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["petition_id"], ["petitions.id"], name=op.f("fk_disputes_petition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disputes")),
    )
    op.create_index(op.f("ix_disputes_petition_id"), "disputes", ["petition_id"])
    op.create_index("ix_disputes_organ", "disputes", ["organ_id", "state", "id"])
    op.create_index(
        "uq_disputes_open", "disputes", ["petition_id"],
        unique=True, postgresql_where=OPEN, sqlite_where=OPEN,
    )  # fmt: skip
    if op.get_bind().dialect.name == "sqlite":
        for trigger in SQLITE_TRIGGERS:
            op.execute(trigger)
    else:
        op.create_check_constraint(op.f(REFUSED), "petitions", IN_HAND)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for act in ("insert", "update"):
            op.execute(f"DROP TRIGGER petitions_holder_{act}")
    else:
        op.drop_constraint(op.f(REFUSED), "petitions")
    op.drop_table("disputes")
