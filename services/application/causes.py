"""What set work going: the request id of the call that left it, known while a worker does it.

A worker does the work of many calls in one transaction, so that the cause goes by petition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from uuid import UUID

from services.domain.outbox import Job

_NONE: Mapping[UUID, str] = MappingProxyType({})
_CAUSES: ContextVar[Mapping[UUID, str]] = ContextVar("causes", default=_NONE)


@contextmanager
def caused_by(jobs: Sequence[Job]) -> Iterator[None]:
    """Within the block, what is recorded and logged belongs to the calls that left these jobs."""
    before = _CAUSES.set({job.petition_id: job.request_id for job in jobs if job.request_id})
    try:
        yield
    finally:
        _CAUSES.reset(before)


def cause_of(petition_id: UUID) -> str:
    """The request id that what is done to this petition goes back to; empty where no call asked for it."""
    return _CAUSES.get().get(petition_id, "")


def causes() -> list[str]:
    """Every request id that the work in hand goes back to, each once."""
    return list(dict.fromkeys(_CAUSES.get().values()))
