"""Opaque cursors: where a page ended, signed, and bound to the filter and the caller it belongs to."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

import orjson
from fastapi import Query

from intake_api.problems import Fault
from services.bootstrap import Deployment
from services.domain.access import Client

MOST = 200
_TAG_BYTES = 16

Limit = Annotated[
    int,
    Query(ge=1, le=MOST, description=f"每页条数,1至{MOST} · items a page", examples=[50]),
]
After = Annotated[
    str | None,
    Query(max_length=512, description="上一页的 next,从头查的不带此项 · the `next` of the page before"),
]


def cursor(world: Deployment, client: Client, wanted: Mapping[str, object], end: UUID | int | str) -> str:
    """The cursor of the page that ended with ``end``; ``wanted`` are the filters, with the list's name."""
    payload = orjson.dumps([str(end), _bound(client, wanted)])
    return base64.urlsafe_b64encode(_tag(world, payload) + payload).rstrip(b"=").decode()


def position(
    world: Deployment, client: Client, wanted: Mapping[str, object], after: str | None
) -> str | None:
    """Where to go on; None for the first page. Raises ``cursor_invalid`` for any cursor not made for this."""
    if after is None:
        return None
    try:
        raw = base64.b64decode(after + "=" * (-len(after) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Fault("cursor_invalid") from None
    tag, payload = raw[:_TAG_BYTES], raw[_TAG_BYTES:]
    if not hmac.compare_digest(tag, _tag(world, payload)):
        raise Fault("cursor_invalid")
    end, bound = orjson.loads(payload)
    if bound != _bound(client, wanted):
        raise Fault("cursor_invalid")
    return str(end)


def id_position(
    world: Deployment, client: Client, wanted: Mapping[str, object], after: str | None
) -> UUID | None:
    """As :func:`position`, of a list that goes by id."""
    end = position(world, client, wanted, after)
    return UUID(end) if end is not None else None


def _bound(client: Client, wanted: Mapping[str, object]) -> str:
    text = orjson.dumps([client.id, dict(wanted)], default=str, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()[:32]


def _tag(world: Deployment, payload: bytes) -> bytes:
    return hmac.digest(world.keys.cursor_key, payload, "sha256")[:_TAG_BYTES]
