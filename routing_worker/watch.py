"""What is told of a worker's transactions: a line in the log, and figures for Prometheus."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import structlog
from prometheus_client import Counter, Histogram

from services.application.outbox import Watch
from services.application.ports import LeaseLost
from services.bootstrap import Deployment
from services.domain.outbox import Job, Topic

BATCH = Histogram(
    "xinfang_batch_size",
    "Jobs done in one transaction of a worker.",
    ["topic"],
    buckets=(1, 2, 5, 10, 25, 50, 100, 250),
)
BATCH_SECONDS = Histogram(
    "xinfang_batch_seconds",
    "Time of one transaction of a worker that was committed.",
    ["topic"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 30),
)
FAILED = Counter("xinfang_jobs_failed_total", "Tries of a job that failed.", ["topic"])
for each in Topic:  # told as 0 from the start: an increase from nothing is none to Prometheus
    FAILED.labels(each.value)
LEASES_LOST = Counter("xinfang_leases_lost_total", "Jobs that another worker took from a slow one.")
log = structlog.get_logger()


def watch(world: Deployment) -> Watch:
    """See :data:`services.application.outbox.Watch`. With a collector, each transaction is a span besides."""
    tracing = world.tracing
    if tracing is None:
        return watched

    @contextmanager
    def traced(topic: str, jobs: Sequence[Job]) -> Iterator[None]:
        with tracing.batch(topic, jobs), watched(topic, jobs):
            yield

    return traced


@contextmanager
def watched(topic: str, jobs: Sequence[Job]) -> Iterator[None]:
    """Count and log a transaction. A batch that fails is tried job by job: those count."""
    began = time.perf_counter()
    try:
        yield
    except LeaseLost:
        LEASES_LOST.inc(len(jobs) == 1)
        raise
    except Exception:
        FAILED.labels(topic).inc(len(jobs) == 1)
        raise
    seconds = time.perf_counter() - began
    BATCH.labels(topic).observe(len(jobs))
    BATCH_SECONDS.labels(topic).observe(seconds)
    log.info("jobs_done", topic=topic, jobs=len(jobs), ms=round(seconds * 1000, 1))  # with the calls' ids
