"""Answers as JSON: instants in UTC with ``Z``, to the second; written once, without a second validation."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import orjson
from starlette.requests import Request
from starlette.responses import Response


def to_json(value: object) -> bytes:
    return orjson.dumps(value, default=_plain, option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS)


def reply(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer with this JSON value: dataclasses, dates, UUIDs and enums as they are."""
    return Response(to_json(value), status, dict(headers or {}), "application/json")


def has(request: Request, tag: str) -> bool:
    """Whether the answer of this tag is among those that the caller says it has already."""
    given = request.headers.get("if-none-match", "")
    return tag in {each.strip().removeprefix("W/").strip('"') for each in given.split(",")}


def _plain(value: object) -> str:
    """The database driver's own kind of UUID, which the serializer does not know."""
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
