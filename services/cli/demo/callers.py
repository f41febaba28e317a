"""The callers of the system: each with its own credentials, over HTTP, as strangers know it.

Nothing here knows the system from within; what it needs is in the API's reference.
"""

from __future__ import annotations

import asyncio
import json
import random
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

TRIES = 12
LONGEST_PAUSE_SECONDS = 8.0
TIMEOUT = httpx.Timeout(60.0)
TOKENS_AT_ONCE = 16
RETRIABLE = frozenset({429, 502, 503, 504})
LOOPBACK_NEEDS_NO_TRUST = ssl.create_default_context()  # made once: reading the trust store is slow


class Unexpected(Exception):
    """The system answered what a caller did not expect: which call, the status and the body."""

    def __init__(self, call: str, response: httpx.Response) -> None:
        self.status = response.status_code
        self.code = _problem_code(response)
        super().__init__(f"{call} → {response.status_code} {response.text[:500]}")


def _problem_code(response: httpx.Response) -> str:
    try:
        return str(response.json().get("code", ""))
    except ValueError:
        return ""


@dataclass(frozen=True, slots=True)
class Credentials:
    """One entry of ``demo-clients.json``."""

    name: str
    role: str
    organ_id: str | None
    organ_name: str | None
    region_code: str
    client_id: str
    client_secret: str
    scopes: tuple[str, ...]


def read_credentials(path: Path) -> list[Credentials]:
    """Raises ValueError for a file that does not hold a list of clients."""
    entries = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(entries, list):
        raise ValueError(f"{path} 不是调用方清单")
    names = Credentials.__slots__
    return [Credentials(**{name: _field(entry, name) for name in names}) for entry in entries]


def _field(entry: Mapping[str, Any], name: str) -> Any:
    value = entry.get(name)
    if name != "scopes":
        return value
    return tuple(value.split()) if isinstance(value, str) else tuple(value or ())


def connection(url: str) -> httpx.AsyncClient:
    """A pool of its own: one with hundreds of open long polls would slow down every other call."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    return httpx.AsyncClient(
        base_url=url, timeout=TIMEOUT, limits=limits, verify=LOOPBACK_NEEDS_NO_TRUST, trust_env=False
    )


class Caller:
    """A calling system: takes tokens as it needs them, and tries again when asked to wait.

    A call that got no answer is sent again as it was: acts sent twice answer the same, and registrations
    carry an Idempotency-Key. ``retries`` counts what was sent again, by reason.
    """

    def __init__(
        self,
        credentials: Credentials,
        pool: httpx.AsyncClient,
        polls: httpx.AsyncClient,
        gate: asyncio.Semaphore,
    ) -> None:
        self.credentials = credentials
        self.retries: Counter[str] = Counter()
        self._pool = pool
        self._polls = polls
        self._gate = gate
        self._token: str | None = None
        self._asking = asyncio.Lock()

    @property
    def organ_id(self) -> str:
        return self.credentials.organ_id or ""

    @property
    def name(self) -> str:
        return self.credentials.organ_name or self.credentials.name

    async def get(self, path: str, **params: Any) -> Any:
        return await self.call("GET", path, params=params)

    async def poll(self, path: str, **params: Any) -> Any:
        """Like :meth:`get`, over the pool for calls that wait long for their answer."""
        return await self.call("GET", path, over=self._polls, params=params)

    async def post(self, path: str, body: Mapping[str, Any] | None = None, *, key: str | None = None) -> Any:
        """``key`` is the Idempotency-Key, where the call needs one."""
        headers = {"Idempotency-Key": key} if key else {}
        return await self.call("POST", path, json=body if body is not None else {}, headers=headers)

    async def put(self, path: str, body: Mapping[str, Any]) -> Any:
        return await self.call("PUT", path, json=body)

    async def call(self, method: str, path: str, **sent: Any) -> Any:
        """The JSON that is answered; None for an empty answer. Raises :class:`Unexpected`."""
        response = await self.respond(method, path, **sent)
        if not response.is_success:
            raise Unexpected(f"{self.name}: {method} {path}", response)
        return response.json() if response.content else None

    async def respond(
        self, method: str, path: str, *, over: httpx.AsyncClient | None = None, **sent: Any
    ) -> httpx.Response:
        """The last answer, whatever it is, after all tries; the transport's error when there was none."""
        pool = over or self._pool
        own = dict(sent.pop("headers", {}))

        async def send() -> httpx.Response:
            headers = {**own, "Authorization": f"Bearer {await self._bearer()}"}
            return await pool.request(method, path, headers=headers, **sent)

        return await self._until_answered(send)

    async def _until_answered(self, send: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        for attempt in range(1, TRIES):
            response: httpx.Response | None = None
            try:
                response = await send()
            except httpx.TransportError as error:
                self._count(type(error).__name__)
            else:
                if not _asks_again(response):
                    return response
                self._count(str(response.status_code))
                if response.status_code == httpx.codes.UNAUTHORIZED:
                    self._token = None  # it has expired
            await asyncio.sleep(_pause(attempt, response))
        return await send()

    def _count(self, reason: str) -> None:
        self.retries[reason] += 1

    async def _bearer(self) -> str:
        """The token; it is asked for once, however many calls wait for it."""
        async with self._asking:
            if self._token is None:
                async with self._gate:
                    response = await self._until_answered(self._ask_for_token)
                if not response.is_success:
                    raise Unexpected(f"{self.name}: POST /oauth/token", response)
                self._token = str(response.json()["access_token"])
            return self._token

    async def _ask_for_token(self) -> httpx.Response:
        basic = httpx.BasicAuth(self.credentials.client_id, self.credentials.client_secret)
        return await self._pool.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=basic)


def _asks_again(response: httpx.Response) -> bool:
    """Too many calls, away for a moment, the same call still under way, or a token that has expired."""
    status = response.status_code
    under_way = status == httpx.codes.CONFLICT and "retry-after" in response.headers
    expired = status == httpx.codes.UNAUTHORIZED and response.request.url.path != "/oauth/token"
    return status in RETRIABLE or under_way or expired


def _pause(attempt: int, response: httpx.Response | None) -> float:
    """Seconds to wait: what the server asks for, else longer each time, never all callers at once."""
    asked = response.headers.get("retry-after", "") if response is not None else ""
    if asked.isdigit():
        return min(float(asked), 60.0)
    longest = min(LONGEST_PAUSE_SECONDS, 0.1 * 2.0**attempt)
    return random.uniform(longest / 2, longest)  # noqa: S311 — to spread retries, not to keep a secret


class Callers:
    """All calling systems of a city."""

    def __init__(
        self, credentials: Iterable[Credentials], pool: httpx.AsyncClient, polls: httpx.AsyncClient
    ) -> None:
        gate = asyncio.Semaphore(TOKENS_AT_ONCE)
        self.all = [Caller(each, pool, polls, gate) for each in credentials]
        self._of_organ = {caller.organ_id: caller for caller in self.all if caller.organ_id}

    def role(self, role: str) -> Caller:
        """The first caller of a role. Raises LookupError."""
        found = next((caller for caller in self.all if caller.credentials.role == role), None)
        if found is None:
            raise LookupError(f"调用方清单中没有角色 {role}")
        return found

    def of_region(self, role: str, region_code: str) -> Caller:
        """The caller of a role in a region. Raises LookupError."""
        for caller in self.all:
            if (caller.credentials.role, caller.credentials.region_code) == (role, region_code):
                return caller
        raise LookupError(f"调用方清单中没有 {region_code} 的 {role}")

    @property
    def organs(self) -> list[Caller]:
        return list(self._of_organ.values())
