"""Indexes that keep pages as short as they are, however many petitions there are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ON_THE_WAY = sa.text("next_at IS NOT NULL")
INDEXES = (
    ("ix_petitions_newest_held", "petitions", ("holder_id", "id"), None),
    ("ix_petitions_received", "petitions", ("received_on", "id"), None),
    ("ix_shields_organ", "shields", ("organ_id", "petition_id"), None),
    ("ix_dispatches_newest", "dispatches", ("organ_id", "id"), None),
    ("ix_reviews_newest", "reviews", ("organ_id", "id"), None),
    ("ix_deadlines_calendar", "deadlines", ("calendar_version",), ON_THE_WAY),
)


def upgrade() -> None:
    if op.get_context().dialect.name != "postgresql":
        for name, table, columns, where in INDEXES:
            op.create_index(name, table, columns, sqlite_where=where)
        return
    # Built beside the work that goes on. One that was broken off is there, but not valid: it goes first.
    with op.get_context().autocommit_block():
        for name, table, columns, where in INDEXES:
            op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)
            op.create_index(name, table, columns, postgresql_where=where, postgresql_concurrently=True)


def downgrade() -> None:
    if op.get_context().dialect.name != "postgresql":
        for name, table, *_ in reversed(INDEXES):
            op.drop_index(name, table)
        return
    with op.get_context().autocommit_block():
        for name, table, *_ in reversed(INDEXES):
            op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)
