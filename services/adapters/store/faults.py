"""What the database could not do for reasons outside the request: told apart from what it refused."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import structlog
from sqlalchemy import exc

from services.adapters.store.tables.outbox import idempotency_keys
from services.application.ports import KeyUnderWay, StoreBusy, StoreUnavailable

# SQLSTATE: a lock not got in time, a statement cut off, a deadlock, a serialization failure.
_NO_LOCK = "55P03"
_BUSY = frozenset({_NO_LOCK, "57014", "40P01", "40001"})
# Its classes: connection, resources, operator intervention, system error.
_AWAY_CLASSES = ("08", "53", "57", "58")
_READ_ONLY = "25006"  # a primary that was demoted
LONG_SECONDS = 3.0
"""An outage that took longer to show was waited for by all who queued meanwhile: they are told of it, too,
rather than wait for the next one to show.
"""
log = structlog.get_logger()


@contextmanager
def outages_told() -> Iterator[None]:
    """Raise ``StoreBusy`` and ``StoreUnavailable`` in place of what the driver and the pool raise."""
    try:
        yield
    except exc.IntegrityError:
        raise
    except (exc.TimeoutError, exc.DBAPIError, ConnectionError, TimeoutError, socket.gaierror) as error:
        kind = _kind(error)
        if kind is None:
            raise
        log.warning("store_unavailable", kind=kind.__name__, error=type(error).__name__, state=_state(error))
        raise kind() from error


@contextmanager
def driver_told() -> Iterator[None]:
    """Raise what PostgreSQL's driver raises by itself as SQLAlchemy would."""
    try:
        yield
    except asyncpg.IntegrityConstraintViolationError as refused:
        raise exc.IntegrityError(None, None, refused) from refused
    except asyncpg.PostgresError as refused:
        raise exc.DBAPIError(None, None, refused) from refused
    except (asyncpg.InterfaceError, asyncpg.InternalClientError) as failed:
        if isinstance(failed, ValueError):  # it cannot encode a value: the row's fault, no outage
            raise
        raise exc.InterfaceError(None, None, failed) from failed


def _kind(error: Exception) -> type[StoreUnavailable] | None:
    if not isinstance(error, exc.DBAPIError):
        return StoreUnavailable
    state = _state(error)
    if state == _NO_LOCK and idempotency_keys.name in str(getattr(error.orig, "context", None)):
        return KeyUnderWay  # it waited to put a key into the index: another transaction has put it there
    if state in _BUSY or "database is locked" in str(error.orig):
        return StoreBusy
    if error.connection_invalidated or state == _READ_ONLY or state.startswith(_AWAY_CLASSES):
        return StoreUnavailable
    away = isinstance(error, exc.OperationalError | exc.InterfaceError | exc.InternalError)
    return StoreUnavailable if away else None


def _state(error: Exception) -> str:
    return str(getattr(getattr(error, "orig", None), "sqlstate", None) or "")


def constraint_of(error: exc.IntegrityError) -> str:
    """Which constraint it was, without the values."""
    cause = getattr(error.orig, "__cause__", None) or error.orig
    return str(getattr(cause, "constraint_name", None) or "unique")
