"""The outbox: work that a committed transaction leaves to a worker."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

MAX_TRIES = 8
LEASE_SECONDS = 3
"""Renewed while a worker lives. What a dead one held is in other hands within this and a sweep."""
_BACK_OFF_SECONDS = (0, 2, 10, 30, 120, 600, 1800, 3600)


class Topic(StrEnum):
    """A topic is one kind of work; a worker claims those it knows, the others stay queued."""

    ROUTE = "route"
    RESCREEN = "rescreen"


class JobState(StrEnum):
    PENDING = "pending"
    LEASED = "leased"
    DEAD = "dead"


@dataclass(slots=True)
class Job:
    """``attempt`` counts claims and fences every write: a late worker's number is past. It falls only when
    the database dies right after a first claim, whose commit is not awaited (``store/queue.py``).

    ``tries`` counts the claims that burnt a try; a job given back untried, or retried by hand, has fewer.
    ``request_id`` is that of the call which left it.
    """

    id: UUID
    topic: str
    petition_id: UUID
    attempt: int = 0
    tries: int = 0
    request_id: str = ""


def back_off(tries: int) -> int:
    """Seconds to wait before the try that follows number ``tries`` (from 1)."""
    return _BACK_OFF_SECONDS[min(tries, len(_BACK_OFF_SECONDS) - 1)]
