"""How the database does, asked for at every scrape: four small questions in one read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.adapters.store.database import Database
from services.adapters.store.tables.chain import deadlines
from services.adapters.store.tables.outbox import outbox
from services.domain.outbox import Topic

# Clients only: what serves a replica runs for ever. Those of other roles show their times to members of
# pg_read_all_stats alone (docs/operations.md).
OLDEST_TRANSACTION = text(
    "SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0) FROM pg_stat_activity"
    " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
)


@dataclass(frozen=True, slots=True)
class Vitals:
    """``jobs`` by state; since when the oldest petition waits to be routed, and the most overdue clock point
    to be acted on; the seconds of the oldest open transaction (0 on SQLite, which cannot tell).
    """

    jobs: Mapping[str, int]
    oldest_unrouted: datetime | None
    oldest_due: datetime | None
    oldest_transaction: float


async def vitals(database: Database) -> Vitals:
    """Raises ``StoreUnavailable``."""
    async with database.reading() as connection:
        jobs, unrouted = await _jobs(connection)
        due = select(deadlines.c.next_at).where(deadlines.c.next_at.is_not(None))
        oldest_due = await connection.scalar(due.order_by(deadlines.c.next_at).limit(1))
        transaction = 0.0 if database.is_sqlite else await connection.scalar(OLDEST_TRANSACTION)
    return Vitals(jobs, unrouted, oldest_due, float(transaction or 0))


async def _jobs(connection: AsyncConnection) -> tuple[dict[str, int], datetime | None]:
    """Dead letters count: whoever's petition is among them waits the longest."""
    columns = outbox.c
    by_kind = select(columns.topic, columns.state, func.count(), func.min(columns.created_at))
    jobs: dict[str, int] = {}
    unrouted: list[datetime] = []
    rows = await connection.execute(by_kind.group_by(columns.topic, columns.state))
    for topic, state, count, oldest in rows:
        jobs[state] = jobs.get(state, 0) + count
        unrouted += [oldest] if topic == Topic.ROUTE else []
    return jobs, min(unrouted, default=None)
