"""Executions of what opinions support, care after finality, late requests, renewed decisions, procedures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "executions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("petition_id", sa.Uuid(), nullable=False),
        sa.Column("opinion_id", sa.Uuid(), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("carried_out_on", sa.Date(), nullable=True),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("report", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["petition_id"], ["petitions.id"], name=op.f("fk_executions_petition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_executions")),
        sa.UniqueConstraint("opinion_id", name=op.f("uq_executions_opinion_id")),
    )
    op.create_index("ix_executions_organ", "executions", ["organ_id", "state", "id"])
    op.create_index(op.f("ix_executions_petition_id"), "executions", ["petition_id"])
    op.create_table(
        "cares",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("petition_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["petition_id"], ["petitions.id"], name=op.f("fk_cares_petition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cares")),
    )
    op.create_index(op.f("ix_cares_petition_id"), "cares", ["petition_id"])
    op.add_column("opinions", sa.Column("differs_because", sa.LargeBinary(), nullable=True))
    op.add_column("opinions", sa.Column("confirmed_by", sa.LargeBinary(), nullable=True))
    op.add_column("reviews", sa.Column("late_cause", sa.LargeBinary(), nullable=True))
    op.add_column("reviews", sa.Column("late_approved_by", sa.LargeBinary(), nullable=True))
    op.add_column(
        "dispatches",
        sa.Column("procedure", sa.String(length=16), nullable=False, server_default="ordinary"),
    )


def downgrade() -> None:
    op.drop_column("dispatches", "procedure")
    op.drop_column("reviews", "late_approved_by")
    op.drop_column("reviews", "late_cause")
    op.drop_column("opinions", "confirmed_by")
    op.drop_column("opinions", "differs_because")
    op.drop_table("cares")
    op.drop_table("executions")
