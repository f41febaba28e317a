"""The one route that leaves the framework's way: ``POST /v1/petitions``, for when a whole city registers.

The plain route takes 1.6 times (1.4-1.9) the API's processor time for the same registration, in turns on one
server (docs/decisions/0021-hot-paths.md): FastAPI's dependencies and body handling are the difference. Here
the same functions are called by hand, in the same order: token, body, limit, use case. Whatever is out of
the ordinary (a header missing, a body that does not validate) goes on, with its body, to the route in
``routes/petitions.py``, which says what is wrong. So every error has one place, but for an outage, which
nobody is to wait for twice; and this file can be taken away without anybody noticing but for the speed. One
thing differs: the event's fingerprint is of the bytes, for a repetition is told by its key, not by that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from starlette.datastructures import State
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from intake_api.idempotency import key_of, registered_once
from intake_api.metrics import REGISTRATIONS
from intake_api.problems import Fault, answer
from intake_api.registration import AnyRegistration, read_registration, registration_of
from intake_api.validation import decoded
from services.application.ports import StoreUnavailable
from services.domain.access import Call, Client
from services.domain.access import Scope as Right
from services.domain.refusal import Refusal

PATH = "/v1/petitions"
RIGHTS = frozenset({Right.SUBMIT.value, Right.REGISTER.value})
_JSON = (b"application/json", b"application/json; charset=utf-8", b"application/json;charset=utf-8")


class LeanRegistration:
    """Stands before the application, whose ``state`` and ``route`` for this path it shares."""

    def __init__(self, app: ASGIApp, *, state: State, route: BaseRoute) -> None:
        self._app = app
        self._state = state
        self._route = route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if not _is_ordinary(headers, len(scope["headers"])):
            await self._app(scope, receive, send)
            return
        scope["route"] = self._route  # as the router does, for the log and the metrics
        body, receive, whole = await _body(receive)
        if not whole:  # it went away amid its own words
            return
        try:
            client, key, sent = await self._read(headers, body)
        except StoreUnavailable as away:  # to ask again who calls would be to wait for the same silence again
            await answer(scope, away)(scope, receive, send)
            return
        except (Fault, Refusal, ValueError, RecursionError):
            await self._app(scope, receive, send)
            return
        call = Call(client, scope["state"]["request_id"], hashlib.sha256(body).hexdigest())
        scope["state"]["client_id"] = client.id
        response = await self._answer(scope, sent, key, body, call)
        await response(scope, receive, send)

    async def _read(self, headers: Mapping[bytes, bytes], body: bytes) -> tuple[Client, str, AnyRegistration]:
        """Raises what is wrong: ``StoreUnavailable``, or what the plain route is to say."""
        claims = self._state.tokens.claims(headers.get(b"authorization", b"").decode("latin-1"))
        client = await self._state.clients.find(claims["sub"])
        if client is None or not client.active or not _may_register(claims["scope"], client):
            raise Fault("unauthenticated")
        key = key_of(headers.get(b"idempotency-key", b"").decode("latin-1"))
        return client, key, read_registration(decoded(body))

    async def _answer(
        self, scope: Scope, sent: AnyRegistration, key: str, body: bytes, call: Call
    ) -> Response:
        try:
            await self._state.limits.spend(call.client.id)
            registration = await registration_of(self._state.world, sent, call.client)
            receipt, replayed = await registered_once(
                self._state.world, registration, key=key, body=body, call=call
            )
        except (Fault, Refusal) as error:
            return answer(scope, error)
        if not replayed:
            REGISTRATIONS.labels(registration.channel.value).inc()
        return receipt


def _may_register(scopes: str, client: Client) -> bool:
    return not RIGHTS.isdisjoint(set(scopes.split()) & set(client.scopes))


def _is_ordinary(headers: Mapping[bytes, bytes], count: int) -> bool:
    """No header twice, of which each reader may take another; and a length, without which a body may turn out
    too long while it is read: the plain route can tell.
    """
    lengthy = b"content-length" in headers and b"transfer-encoding" not in headers
    return len(headers) == count and lengthy and headers.get(b"content-type", b"").lower() in _JSON


async def _body(receive: Receive) -> tuple[bytes, Receive, bool]:
    """The body, what gives it to another reader once more, and whether it came whole."""
    parts: list[bytes] = []
    message: Message = {"more_body": True}
    while message.get("more_body"):
        message = await receive()
        parts.append(message.get("body", b""))
    whole = b"".join(parts)
    again: list[Message] = [{"type": "http.request", "body": whole, "more_body": False}]

    async def receive_again() -> Message:
        return again.pop() if again else await receive()

    return whole, receive_again, message["type"] == "http.request"
