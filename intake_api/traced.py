"""Around every request while traces are wanted: its span. Without a collector it is not there at all."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from intake_api.middleware import METHODS, UNKNOWN_ROUTE
from services.bootstrap import Deployment

# Of the second nobody knows what is in it: it goes no further.
TRACE_HEADERS = (b"traceparent", b"tracestate")


class Traced:
    """Outermost, so that the request's id is made of its span, and the whole answer is timed."""

    def __init__(self, app: ASGIApp, *, world: Deployment) -> None:
        self._app = app
        self._tracing = world.tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._tracing is None:
            await self._app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in METHODS else "other"
        parent = next((value for key, value in scope["headers"] if key == TRACE_HEADERS[0]), b"")
        status = 0

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with self._tracing.request(method, {"traceparent": parent.decode("latin-1")}) as request:
            others = [header for header in scope["headers"] if header[0] not in TRACE_HEADERS]
            own = [(key.encode(), value.encode()) for key, value in request.headers.items()]
            inside = {**scope, "headers": [*others, *own]}
            try:
                await self._app(inside, receive, send_on)
            finally:
                route = getattr(inside.get("route"), "path", UNKNOWN_ROUTE)
                state = inside.get("state", {})
                request.answered(method, route, status, state.get("client_id"), state.get("request_id", ""))
