"""Logs: lines for a person at a terminal, JSON otherwise. Events carry ids, never what people wrote."""

from __future__ import annotations

import logging
import sys
import traceback

import structlog
from structlog.typing import EventDict, Processor

from services.application.causes import causes

QUIET = ("arq", "sqlalchemy", "alembic", "aiosqlite", "asyncio")


def configure(level: str = "INFO") -> None:
    """Send structlog's events and the standard library's records down one way, to standard error."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        _caused,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendered()],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _caused(_logger: object, _name: str, event: EventDict) -> EventDict:
    """In a worker: the request ids of the calls that left the work in hand."""
    found = causes()
    if len(found) == 1:
        event.setdefault("request_id", found[0])
    elif found:
        event.setdefault("request_ids", found)
    return event


def _rendered() -> list[Processor]:
    if sys.stderr.isatty():
        return [_where_it_failed, structlog.dev.ConsoleRenderer()]
    return [_where_it_failed, structlog.processors.JSONRenderer(ensure_ascii=False)]


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
