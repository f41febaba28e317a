"""What is measured. Labels are route templates and words of the product, nothing a caller can make up."""

from __future__ import annotations

from datetime import datetime

from prometheus_client import Counter, Gauge, Histogram, generate_latest

from services.application.ports import StoreUnavailable
from services.bootstrap import Deployment

REQUESTS = Counter("xinfang_http_requests_total", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram(
    "xinfang_http_request_seconds",
    "Time until the last byte of the answer.",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
REGISTRATIONS = Counter("xinfang_registrations_total", "Petitions registered.", ["channel"])
_OUTBOX = Gauge("xinfang_outbox_jobs", "Jobs in the outbox.", ["state"])
_OLDEST_DUE = Gauge("xinfang_deadline_oldest_due_seconds", "How long the most overdue clock point waits.")
_DATABASE = Gauge("xinfang_database_up", "Whether the database answered this scrape.")


async def exposition(world: Deployment) -> bytes:
    """All metrics as text. With the database away the rest is still told."""
    try:
        waiting = await world.queue.waiting()
        oldest = await world.lists.oldest_due()
    except StoreUnavailable:
        _DATABASE.set(0)
    else:
        _DATABASE.set(1)
        for state in ("pending", "leased", "dead"):
            _OUTBOX.labels(state).set(waiting.get(state, 0))
        _OLDEST_DUE.set(_lateness(world.clock.now(), oldest))
    return generate_latest()


def _lateness(now: datetime, oldest: datetime | None) -> float:
    return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
