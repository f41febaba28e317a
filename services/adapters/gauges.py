"""What any process of ours tells Prometheus of the database, the pool and the feeds, asked at the scrape."""

from __future__ import annotations

from datetime import datetime

from prometheus_client import Counter, Gauge

from services.adapters.feed import PolledFeedWatch
from services.adapters.store.database import Database
from services.adapters.store.vitals import Vitals, vitals
from services.application.ports import StoreUnavailable
from services.domain.outbox import JobState
from services.domain.steps import Act

DATABASE_UP = Gauge("xinfang_database_up", "Whether the database answered this scrape.")
JOBS = Gauge("xinfang_outbox_jobs", "Jobs in the outbox.", ["state"])
OLDEST_UNROUTED = Gauge(
    "xinfang_oldest_unrouted_seconds", "How long the oldest petition waits to be routed; dead letters count."
)
OLDEST_DUE = Gauge(
    "xinfang_deadline_oldest_due_seconds", "How long the most overdue clock point waits to be acted on."
)
OLDEST_TRANSACTION = Gauge(
    "xinfang_database_oldest_transaction_seconds", "Age of the oldest open transaction (PostgreSQL)."
)
POOL_IN_USE = Gauge("xinfang_pool_in_use", "Database connections of this process that are in use.")
POOL_SIZE = Gauge("xinfang_pool_size", "Database connections that this process may have.")
FEED_LAG = Gauge(
    "xinfang_feed_lag_seconds", "How long ago this process looked into the feeds that callers wait for."
)
DECISIONS = Counter(
    "xinfang_decisions_total", "Petitions routed by the rules, or put on a triage desk.", ["mode"]
)
_MODES = {Act.ROUTE.value: "routed", Act.HOLD.value: "triage"}
for mode in _MODES.values():  # told as 0 from the start, so that an alert can say that it stands still
    DECISIONS.labels(mode)


async def refresh(database: Database, feed: PolledFeedWatch, *, now: datetime) -> None:
    """Ask anew. With the database away, its gauges keep their last word and ``xinfang_database_up`` is 0."""
    POOL_IN_USE.set(database.in_use)
    POOL_SIZE.set(database.size)
    FEED_LAG.set(feed.lag)
    try:
        found = await vitals(database)
    except StoreUnavailable:
        DATABASE_UP.set(0)
    else:
        DATABASE_UP.set(1)
        _show(found, now)


def count_decisions(kind: str, times: int) -> None:
    """Count events of a kind that were committed, if they are decisions."""
    if kind in _MODES:
        DECISIONS.labels(_MODES[kind]).inc(times)


def _show(found: Vitals, now: datetime) -> None:
    for state in JobState:
        JOBS.labels(state.value).set(found.jobs.get(state.value, 0))
    OLDEST_UNROUTED.set(_since(found.oldest_unrouted, now))
    OLDEST_DUE.set(_since(found.oldest_due, now))
    OLDEST_TRANSACTION.set(found.oldest_transaction)


def _since(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment else 0.0
