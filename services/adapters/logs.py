"""Logs: lines for a person at a terminal, JSON otherwise. Events carry ids, never what people wrote."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable
from typing import Any

import orjson
import structlog
from structlog.typing import EventDict, Processor

from services.application.causes import causes

QUIET = ("arq", "sqlalchemy", "alembic", "aiosqlite", "asyncio")


def configure(level: str = "INFO") -> None:
    """Send our own events and the standard library's records to standard error, in one form.

    Our own go there straight, for there is one a request, and ``logging`` is a long way round.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        _caused,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    terminal = sys.stderr.isatty()
    structlog.configure(
        processors=[*shared, *_rendered(terminal=terminal)],
        logger_factory=_straight(terminal=terminal),
        wrapper_class=structlog.make_filtering_bound_logger(level.lower()),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendered(terminal=terminal),
                _as_line,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _straight(*, terminal: bool) -> Callable[..., Any]:
    if terminal:
        return structlog.PrintLoggerFactory(sys.stderr)
    return structlog.BytesLoggerFactory(sys.stderr.buffer)


def _caused(_logger: object, _name: str, event: EventDict) -> EventDict:
    """In a worker: the request ids of the calls that left the work in hand."""
    found = causes()
    if len(found) == 1:
        event.setdefault("request_id", found[0])
    elif found:
        event.setdefault("request_ids", found)
    return event


def _rendered(*, terminal: bool) -> list[Processor]:
    if terminal:
        return [_where_it_failed, structlog.dev.ConsoleRenderer()]
    return [_where_it_failed, structlog.processors.JSONRenderer(serializer=_json)]


def _json(event: EventDict, **_: object) -> bytes:
    return orjson.dumps(event, default=repr)


def _as_line(_logger: object, _name: str, line: Any) -> str:
    """What ``logging`` writes is text."""
    return line.decode() if isinstance(line, bytes) else str(line)


def _where_it_failed(_logger: object, _name: str, event: EventDict) -> EventDict:
    """An error by its kind and its places; its own text may quote what people wrote, and stays out."""
    given = event.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event.update(_told(error))
    return event


def _told(error: BaseException) -> dict[str, object]:
    """Notes are our own words, such as which deadline it was; of a group, each error is told."""
    frames = traceback.extract_tb(error.__traceback__)
    told: dict[str, object] = {
        "error": type(error).__qualname__,
        "places": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    if notes := getattr(error, "__notes__", None):
        told["notes"] = list(notes)
    if isinstance(error, BaseExceptionGroup):
        told["errors"] = [_told(each) for each in error.exceptions]
    return told
