"""Around every request: its id, its place in the log and the metrics, the limit of its body, the last net."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
import traceback
from collections.abc import Mapping
from uuid import uuid4

import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from intake_api.metrics import answered, of_route
from intake_api.problems import Fault, answer

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:-]{1,64}")
_TRACEPARENT = re.compile(rb"00-([0-9a-f]{32}-[0-9a-f]{16})-([0-9a-f]{2})")
UNKNOWN_ROUTE = "none"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
LINGER_BYTES = 32 * 1024 * 1024
LINGER_SECONDS = 5.0
log = structlog.get_logger()


class Observed:
    """Gives each request its id, logs and counts it without personal data, and answers what nobody caught."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        outside = structlog.contextvars.bind_contextvars(request_id=request_id)
        began = time.perf_counter()
        status = 0

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
                if scope["app"].state.leaving:  # told to end: the next request goes to another process
                    message["headers"].append((b"connection", b"close"))
            await send(message)

        try:
            await self._app(scope, receive, send_on)
        except Exception as error:
            _log_fault(error, request_id)
            if status:  # the answer had begun: the connection breaks, so that nobody takes it for whole
                raise
            await answer(scope, Fault("internal_error"))(scope, receive, send_on)
        finally:
            _account(scope, request_id, status, time.perf_counter() - began)
            structlog.contextvars.reset_contextvars(**outside)


class BodyLimit:
    """Refuses bodies above a limit, declared or counted. ``wider`` are path endings with limits of their own.

    None for such a path: the route takes the body as a stream and limits it itself. What is too long is taken
    and dropped, within bounds, before it is refused: many clients read no answer while they still send.
    """

    def __init__(self, app: ASGIApp, *, limit: int, wider: Mapping[str, int | None]) -> None:
        self._app = app
        self._limit = limit
        self._wider = wider

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = self._limit_of(scope)
        if limit is None:
            await self._app(scope, receive, send)
            return
        if _declared(scope) > limit:
            if not _asks_first(scope):
                await _drop(receive)
            too_large = Fault("body_too_large", {"limit": limit}, {"Connection": "close"})
            await answer(scope, too_large)(scope, receive, send)
            return
        received = 0

        async def receive_limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                if message.get("more_body"):
                    await _drop(receive)
                raise BodyTooLarge(limit)
            return message

        await self._app(scope, receive_limited, send)

    def _limit_of(self, scope: Scope) -> int | None:
        if scope["type"] != "http":
            return None
        for ending, limit in self._wider.items():
            if scope["path"].endswith(ending):
                return limit
        return self._limit


class BodyTooLarge(HTTPException):
    """Raised where the body is read; the framework lets it pass to the problem handler."""

    def __init__(self, limit: int) -> None:
        super().__init__(413)
        self.limit = limit


async def _drop(receive: Receive) -> None:
    taken, more = 0, True
    with contextlib.suppress(TimeoutError):  # too slow: the answer goes out all the same
        async with asyncio.timeout(LINGER_SECONDS):
            while more and taken < LINGER_BYTES:
                message = await receive()
                taken += len(message.get("body", b""))
                more = message.get("more_body", False)


def _asks_first(scope: Scope) -> bool:
    """Whether the client waits for leave before it sends (RFC 9110 10.1.1)."""
    return any(name == b"expect" and value.lower() == b"100-continue" for name, value in scope["headers"])


def _declared(scope: Scope) -> int:
    text = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(text) if text.isdigit() else 0


def _request_id(scope: Scope) -> str:
    """The caller's own; else that of its trace, trace and span, and ``-00`` when that is not sampled; else a
    new one.
    """
    headers = dict(scope["headers"])
    given: bytes = headers.get(b"x-request-id", b"")
    if _REQUEST_ID.fullmatch(given):
        return given.decode()
    traced = _TRACEPARENT.fullmatch(headers.get(b"traceparent", b""))
    if traced is None:
        return uuid4().hex
    return traced[1].decode() + ("" if int(traced[2], 16) & 1 else "-00")


def _log_fault(error: Exception, request_id: str) -> None:
    """What went wrong and where; not its message, which may quote what someone sent."""
    causes = [error, error.__cause__] if error.__cause__ else [error]
    log.error(
        "request_failed",
        request_id=request_id,
        error=" from ".join(type(cause).__name__ for cause in causes),
        at="".join(traceback.format_tb(error.__traceback__)[-8:]),
    )


def _account(scope: Scope, request_id: str, status: int, seconds: float) -> None:
    route = getattr(scope.get("route"), "path", UNKNOWN_ROUTE)
    method = scope["method"] if scope["method"] in METHODS else "other"
    answered(method, route, status).inc()
    of_route(method, route).observe(seconds)
    log.info(
        "request",
        request_id=request_id,
        client=scope["state"].get("client_id"),
        method=method,
        route=route,
        status=status,
        ms=round(seconds * 1000, 1),
    )
