"""The Idempotency-Key of a registration, after the IETF's draft: read, and honoured."""

from __future__ import annotations

import hashlib
from typing import Annotated

import orjson
from fastapi import Header
from starlette.responses import Response

from intake_api.problems import Fault
from intake_api.registration import render
from services.application.ports import Conflict, KeyUnderWay
from services.application.registration import Once, register_once
from services.bootstrap import Deployment
from services.domain.access import Call
from services.domain.registration import Registration

LONGEST_KEY = 255
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="每一次新的登记用一个新的键(1至255个可见字符);重试时用原键,得到原来的回执",
        examples=["6f1c1c9e-4b7e-4d52-9a55-0d2b7a3c1f10"],
    ),
]


def key_of(header: str | None) -> str:
    """The key, bare or in quotes. Raises ``idempotency_key_missing`` and ``idempotency_key_invalid``."""
    if header is None or not header.strip():
        raise Fault("idempotency_key_missing")
    key = header.strip()
    if len(key) >= 2 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not 1 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Fault("idempotency_key_invalid")
    return key


async def registered_once(
    world: Deployment, registration: Registration, *, key: str, body: bytes, call: Call
) -> tuple[Response, bool]:
    """The receipt as an answer, new or stored. True with it: it was stored before.

    Raises ``request_in_progress`` while the same key is at work elsewhere, besides what registering refuses.
    A lock that is not about the key is ``store_busy`` among that.
    """
    once = Once(key, hashlib.sha256(body).hexdigest(), render)
    try:
        stored, registered = await register_once(world, registration, once, call=call)
    except (KeyUnderWay, Conflict) as busy:
        raise Fault("request_in_progress", headers={"Retry-After": "1"}) from busy
    receipt = orjson.loads(stored.answer)
    headers = {
        "Location": receipt["links"]["self"],
        "ETag": f'"{receipt["version"]}"',
        "Cache-Control": "no-store",
    }
    if registered is None:
        headers["Idempotency-Replayed"] = "true"
    return Response(stored.answer, stored.status, headers, "application/json"), registered is None
