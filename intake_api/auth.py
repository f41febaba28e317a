"""OAuth 2.0 client credentials (RFC 6749 4.4): tokens issued, and each request's caller made sure of."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus
from uuid import uuid4

import jwt
from fastapi import Request
from fastapi.security import SecurityScopes

from intake_api.problems import Fault
from services.bootstrap import Deployment
from services.domain.access import Client

ISSUER = "xinfang"
AUDIENCE = "xinfang-api"
ALGORITHM = "HS256"
LIFETIME = timedelta(minutes=15)
LEEWAY_SECONDS = 30
LONGEST_TOKEN = 4096
KNOWN_FOR_SECONDS = 1.0
MOST_VERIFIED = 10_000
REQUIRED = ["iss", "aud", "sub", "scope", "jti", "iat", "exp"]


class Clients:
    """The calling systems as the database has them; what was read is believed for one second at most."""

    def __init__(self, world: Deployment) -> None:
        self._world = world
        self._known: dict[str, tuple[float, Client | None]] = {}
        self._reading: dict[str, asyncio.Task[Client | None]] = {}

    async def find(self, client_id: str) -> Client | None:
        """The client, active or not; None when there is none."""
        until, client = self._known.get(client_id, (0.0, None))
        if time.monotonic() < until:
            return client
        reading = self._reading.get(client_id)
        if reading is None:  # of all the calls that come at the end of that second, one reads
            reading = self._reading[client_id] = asyncio.create_task(self._read(client_id))
            reading.add_done_callback(lambda _: self._reading.pop(client_id, None))
        return await asyncio.shield(reading)

    async def _read(self, client_id: str) -> Client | None:
        async with self._world.read() as work:
            found = await work.clients.find(id=client_id)
        if len(self._known) > 10_000:  # ids that nobody has: guesses must not fill the memory
            self._known.clear()
        client = found[0] if found else None
        self._known[client_id] = (time.monotonic() + KNOWN_FOR_SECONDS, client)
        return client


class Tokens:
    """Tokens that this process has verified, believed until they expire; who may call is asked each time."""

    def __init__(self, world: Deployment) -> None:
        self._world = world
        self._verified: dict[str, dict[str, Any]] = {}

    def claims(self, authorization: str) -> dict[str, Any]:
        """What the bearer token in a header says. Raises ``unauthenticated``."""
        kind, _, token = authorization.partition(" ")
        token = token.strip()
        if kind.lower() != "bearer" or not token:
            raise _unauthenticated(None)
        claims = self._verified.get(token)
        if claims is None:
            claims = _claims(token, self._world.keys.token_key)
            if len(self._verified) > MOST_VERIFIED:
                self._verified.clear()
            self._verified[token] = claims
        elif wall_clock(self._world).timestamp() > claims["exp"] + LEEWAY_SECONDS:
            del self._verified[token]
            raise _unauthenticated("invalid_token")
        return claims


def basic_credentials(header: str | None) -> tuple[str, str]:
    """Client id and secret of an HTTP Basic header, form-decoded (RFC 6749 2.3.1)."""
    kind, _, encoded = (header or "").partition(" ")
    try:
        name, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        kind, colon, name, secret = "", "", "", ""
    name, secret = unquote_plus(name), unquote_plus(secret)
    if kind.lower() != "basic" or not colon:
        raise invalid_client("client_not_named")
    if "\0" in name:
        raise invalid_client()
    return name, secret


def invalid_client(code: str = "invalid_client") -> Fault:
    headers = {"WWW-Authenticate": 'Basic realm="xinfang"'}
    return Fault(code, headers=headers, members={"error": "invalid_client"})


async def proved(world: Deployment, clients: Clients, client_id: str, secret: str) -> Client:
    """The active client whose secret this is; ``invalid_client`` for any other, all in the same time."""
    client = await clients.find(client_id)
    given = world.codes.secret_hash(secret)
    kept = client.secret_hash if client else bytes(len(given))
    if not hmac.compare_digest(kept, given) or client is None or not client.active:
        raise invalid_client()
    return client


def issue(world: Deployment, client: Client, scopes: Sequence[str]) -> str:
    """A token for 15 minutes of true time, whatever a demo's clock says."""
    now = wall_clock(world)
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": client.id,
        "scope": " ".join(scopes),
        "jti": uuid4().hex,
        "iat": int(now.timestamp()),
        "exp": int((now + LIFETIME).timestamp()),
    }
    return jwt.encode(claims, world.keys.token_key, algorithm=ALGORITHM)


def wall_clock(world: Deployment) -> datetime:
    return world.clock.now() - world.clock.shift


async def authenticated(request: Request, wanted: SecurityScopes) -> Client:
    """The caller, with one of the scopes wanted; 401 without a valid token, 403 without a scope."""
    claims = request.app.state.tokens.claims(request.headers.get("authorization", ""))
    client: Client | None = await request.app.state.clients.find(claims["sub"])
    if client is None or not client.active:
        raise _unauthenticated("invalid_token")
    held = set(claims["scope"].split()) & set(client.scopes)
    if wanted.scopes and held.isdisjoint(wanted.scopes):
        needed = " ".join(wanted.scopes)
        challenge = f'Bearer realm="xinfang", error="insufficient_scope", scope="{needed}"'
        raise Fault("scope_missing", {"scopes": needed}, {"WWW-Authenticate": challenge})
    request.state.client_id = client.id
    await request.app.state.limits.spend(client.id)
    return client


def _claims(token: str, key: str | bytes) -> dict[str, Any]:
    if len(token) > LONGEST_TOKEN:
        raise _unauthenticated("invalid_token")
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=ISSUER,
            leeway=LEEWAY_SECONDS,
            options={"require": REQUIRED},
        )
    except jwt.InvalidTokenError:
        raise _unauthenticated("invalid_token") from None
    if not isinstance(claims["scope"], str):
        raise _unauthenticated("invalid_token")
    return claims


def _unauthenticated(error: str | None) -> Fault:
    challenge = 'Bearer realm="xinfang"' + (f', error="{error}"' if error else "")
    return Fault("unauthenticated", headers={"WWW-Authenticate": challenge})
