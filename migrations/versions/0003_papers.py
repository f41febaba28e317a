"""The papers that were issued, their counters, and the organs' document words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "paper_counters",
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organ_id", "kind", "year", name=op.f("pk_paper_counters")),
    )
    op.create_table(
        "papers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("petition_id", sa.Uuid(), nullable=False),
        sa.Column("organ_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=160), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=True),
        sa.Column("served_on", sa.Date(), nullable=True),
        sa.Column("service_method", sa.String(length=16), nullable=True),
        sa.Column("signed", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["petition_id"], ["petitions.id"], name=op.f("fk_papers_petition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_papers")),
        sa.UniqueConstraint(
            "organ_id", "kind", "year", "sequence", name=op.f("uq_papers_organ_id_kind_year_sequence")
        ),
    )
    op.create_index(op.f("ix_papers_petition_id"), "papers", ["petition_id"])
    op.create_index(op.f("ix_papers_subject_id"), "papers", ["subject_id"])
    op.add_column("organs", sa.Column("document_word", sa.String(length=24), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("organs") as organs:
        organs.drop_column("document_word")
    op.drop_table("papers")
    op.drop_table("paper_counters")
