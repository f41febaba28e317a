"""The rows of every version of the directory, versions of the rules, the facts of a decision."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
NEWEST = "(SELECT COALESCE(MAX(version), 0) FROM directory_versions)"


def upgrade() -> None:
    for name in ("organs", "own_powers", "own_regions"):
        op.add_column(name, sa.Column("since_version", sa.Integer(), nullable=False, server_default="0"))
        table = sa.table(name, sa.column("since_version"))
        op.execute(table.update().values(since_version=sa.text(NEWEST)))
    op.add_column("own_powers", sa.Column("until_version", sa.Integer(), nullable=True))
    op.add_column("directory_versions", sa.Column("in_force_from", sa.Date(), nullable=True))
    kept: sa.Column[bool] = sa.Column("kept", sa.Boolean(), nullable=False, server_default=sa.true())
    op.add_column("directory_versions", kept)
    # What was loaded before the newest version was written over: of it nothing can be said any more.
    earlier = sa.table("directory_versions", sa.column("kept", sa.Boolean()), sa.column("version"))
    op.execute(earlier.update().where(sa.text(f"version < {NEWEST}")).values(kept=False))
    op.create_table(
        "past_organs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("since_version", sa.Integer(), nullable=False),
        sa.Column("until_version", sa.Integer(), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_organs")),
    )
    op.create_index("ix_past_organs_until_version", "past_organs", ["until_version"])
    op.create_table(
        "routing_rules",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=False),
        sa.Column("threshold", sa.Float(), nullable=True),
        sa.Column("lexicon", JSON, nullable=True),
        sa.Column("cues", JSON, nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(length=80), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_routing_rules")),
    )
    op.add_column("decisions", sa.Column("facts", JSON, nullable=True))


def downgrade() -> None:
    op.drop_column("decisions", "facts")
    op.drop_table("routing_rules")
    op.drop_table("past_organs")
    op.drop_column("directory_versions", "kept")
    op.drop_column("directory_versions", "in_force_from")
    op.execute("DELETE FROM own_powers WHERE until_version IS NOT NULL")
    op.drop_column("own_powers", "until_version")
    for table in ("own_regions", "own_powers", "organs"):
        op.drop_column(table, "since_version")
