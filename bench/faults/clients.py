"""Callers that register; and what all callers do: send again, and write down what they were told."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from bench.faults.history import History
from bench.registrations import MATTERS, PATH, body, person
from services.cli.demo.callers import Credentials

TIMEOUT_SECONDS = 12.0
GIVES_UP_AFTER_SECONDS = 90.0
AGAIN_AFTER_SECONDS = 0.3
OUTCOME_UNKNOWN = frozenset({401, 409, 429, 500, 502, 503, 504})
STALE = httpx.codes.PRECONDITION_FAILED
Then = Callable[[Credentials, str], Awaitable[bool]]


class Clients:
    """``statuses``: how often each was met that is not 2xx, and each failure of the transport.

    ``acknowledged``: of each registration when the request was sent that succeeded, and when it was answered.
    ``replayed``: how many of them had been carried out before.
    """

    def __init__(self, url: str, credentials: list[Credentials], history: History, seed: int) -> None:
        self.history = history
        self.statuses: dict[str, int] = {}
        self.acknowledged: list[tuple[float, float]] = []
        self.replayed = 0
        self.numbers = itertools.count(seed * 100_000)
        self._credentials = credentials
        self._http = httpx.AsyncClient(base_url=url, timeout=TIMEOUT_SECONDS, trust_env=False)
        self._tokens: dict[str, str] = {}
        self._chance = random.Random(seed)

    async def close(self) -> None:
        await self._http.aclose()

    def wait_for_answers(self, seconds: float) -> None:
        """How long, from now on, before the call is sent again."""
        self._http.timeout = httpx.Timeout(seconds)

    @property
    def sources(self) -> list[Credentials]:
        return [next(c for c in self._credentials if c.role == role) for role in ("portal", "hotline")]

    async def register(self, source: Credentials) -> str | None:
        """One petition, under one key. None: it gave up."""
        number = next(self.numbers)
        key = f"fault-{number}"
        asked = body(MATTERS[number % len(MATTERS)], person(number), key)
        sent = {"json": asked, "headers": {"Idempotency-Key": key}}
        answer = await self.told(source, "POST", PATH, of=("create", key), **sent)
        if answer is None:
            return None
        petition: str = answer.json()["id"]
        self.history.add("create", key, "ok", id=petition, status=answer.status_code)
        self.replayed += "idempotency-replayed" in answer.headers
        now = time.monotonic()
        self.acknowledged.append((now - answer.elapsed.total_seconds(), now))
        return petition

    async def load(
        self, stop: asyncio.Event, *, callers: int, pause: float, least: int, then: Then | None = None
    ) -> int:
        """Register from several callers until told to stop, and ``least`` in all; ``then`` more is done with
        each. How many gave up.
        """
        started = itertools.count()

        async def one(source: Credentials) -> int:
            gave_up = 0
            while not stop.is_set() or next(started) < least:
                petition = await self.register(source)
                went_well = petition is not None and (then is None or await then(source, petition))
                gave_up += not went_well
                await asyncio.sleep(pause * self._chance.uniform(0.5, 1.5))
            return gave_up

        sources = self.sources
        return sum(await asyncio.gather(*(one(sources[n % len(sources)]) for n in range(callers))))

    async def told(
        self, who: Credentials, method: str, path: str, *, of: tuple[str, str], **sent: Any
    ) -> httpx.Response | None:
        """Sent again as it was until somebody says what became of it: that it was done, or came too late for
        its ``If-Match``. ``of``: operation and key, for the history. None: it gave up.
        """
        self.history.add(*of, "invoke")
        patience = time.monotonic() + GIVES_UP_AFTER_SECONDS
        while time.monotonic() < patience:
            answer = await self.call(who, method, path, **sent)
            if answer is not None and (answer.is_success or answer.status_code == STALE):
                return answer
            self.history.add(*of, "info", status=answer.status_code if answer is not None else 0)
            if answer is not None and not _outcome_unknown(answer):
                raise RuntimeError(f"{' '.join(of)}: {answer.status_code} {answer.text[:300]}")
            await asyncio.sleep(AGAIN_AFTER_SECONDS)
        return None

    async def call(self, who: Credentials, method: str, path: str, **sent: Any) -> httpx.Response | None:
        """Once. None where no whole answer came."""
        try:
            token = await self._token(who)
            if token is None:
                return None
            headers = {**sent.pop("headers", {}), "Authorization": f"Bearer {token}"}
            answer = await self._http.request(method, path, headers=headers, **sent)
        except httpx.TransportError as error:
            self._count(type(error).__name__)
            return None
        if answer.status_code == 401:
            self._tokens.pop(who.client_id, None)
        if not answer.is_success:
            self._count(str(answer.status_code))
        return answer

    async def _token(self, who: Credentials) -> str | None:
        if who.client_id not in self._tokens:
            form, auth = {"grant_type": "client_credentials"}, (who.client_id, who.client_secret)
            answer = await self._http.post("/oauth/token", data=form, auth=auth)
            if not answer.is_success:
                self._count(f"token {answer.status_code}")
                return None
            self._tokens[who.client_id] = answer.json()["access_token"]
        return self._tokens[who.client_id]

    def _count(self, what: str) -> None:
        self.statuses[what] = self.statuses.get(what, 0) + 1


def _outcome_unknown(answer: httpx.Response) -> bool:
    """A conflict that says when to come again is the same call still under way; any other is a refusal."""
    if answer.status_code == httpx.codes.CONFLICT:
        return "retry-after" in answer.headers
    return answer.status_code in OUTCOME_UNKNOWN
