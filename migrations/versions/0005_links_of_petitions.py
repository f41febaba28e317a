"""Which petition may repeat which, and people found by what identifies them without sorting."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
KEYS = ("document_number_index", "phone_index")


def upgrade() -> None:
    op.create_table(
        "links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("petition_id", sa.Uuid(), nullable=False),
        sa.Column("earlier_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("ground", sa.String(length=8), nullable=True),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("same_person", sa.Boolean(), nullable=False),
        sa.Column("evidence", JSON, nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("difference", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["petition_id"], ["petitions.id"], name=op.f("fk_links_petition_id")),
        sa.ForeignKeyConstraint(["earlier_id"], ["petitions.id"], name=op.f("fk_links_earlier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sa.UniqueConstraint("petition_id", "earlier_id", name=op.f("uq_links_petition_id_earlier_id")),
    )
    op.create_index(op.f("ix_links_earlier_id"), "links", ["earlier_id"])
    for key in KEYS:
        op.drop_index(op.f(f"ix_petitioners_{key}"), "petitioners")
        op.create_index(op.f(f"ix_petitioners_{key}_petition_id"), "petitioners", [key, "petition_id"])


def downgrade() -> None:
    for key in KEYS:
        op.drop_index(op.f(f"ix_petitioners_{key}_petition_id"), "petitioners")
        op.create_index(op.f(f"ix_petitioners_{key}"), "petitioners", [key])
    op.drop_index(op.f("ix_links_earlier_id"), "links")
    op.drop_table("links")
