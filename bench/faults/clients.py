"""Callers that register and organs that poll; both write down what they were told."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from typing import Any

import httpx

from bench.faults.history import History
from bench.registrations import MATTERS, PATH, body, person
from services.cli.demo.callers import Credentials

TIMEOUT_SECONDS = 12.0
GIVES_UP_AFTER_SECONDS = 90.0
AGAIN_AFTER_SECONDS = 0.3
OUTCOME_UNKNOWN = frozenset({401, 409, 429, 500, 502, 503, 504})


class Clients:
    """``statuses``: how often each was met that is not 2xx, and each failure of the transport.

    ``acknowledged``: of each registration when the request was sent that succeeded, and when it was answered.
    """

    def __init__(self, url: str, credentials: list[Credentials], history: History, seed: int) -> None:
        self.history = history
        self.statuses: dict[str, int] = {}
        self.acknowledged: list[tuple[float, float]] = []
        self._credentials = credentials
        self._http = httpx.AsyncClient(base_url=url, timeout=TIMEOUT_SECONDS, trust_env=False)
        self._tokens: dict[str, str] = {}
        self._numbers = itertools.count(seed * 100_000)
        self._chance = random.Random(seed)

    async def close(self) -> None:
        await self._http.aclose()

    async def register(self, source: Credentials) -> bool:
        """One petition, sent again with the same key until somebody says what became of it."""
        number = next(self._numbers)
        key = f"fault-{number}"
        asked = body(MATTERS[number % len(MATTERS)], person(number), key)
        self.history.add("create", key, "invoke")
        patience = time.monotonic() + GIVES_UP_AFTER_SECONDS
        while time.monotonic() < patience:
            sent_at = time.monotonic()
            answer = await self._call(source, "POST", PATH, json=asked, headers={"Idempotency-Key": key})
            status = answer.status_code if answer is not None else 0
            if answer is not None and answer.is_success:
                self.history.add("create", key, "ok", id=answer.json()["id"], status=status)
                self.acknowledged.append((sent_at, time.monotonic()))
                return True
            self.history.add("create", key, "info", status=status)
            if status and status not in OUTCOME_UNKNOWN:
                raise RuntimeError(f"{key}: {status} {answer.text[:300] if answer is not None else ''}")
            await asyncio.sleep(AGAIN_AFTER_SECONDS)
        return False

    async def load(self, stop: asyncio.Event, *, callers: int, pause: float, least: int) -> int:
        """Register from several callers until told to stop, and ``least`` in all. How many gave up."""
        started = itertools.count()
        sources = [next(c for c in self._credentials if c.role == role) for role in ("portal", "hotline")]

        async def one(source: Credentials) -> int:
            gave_up = 0
            while not stop.is_set() or next(started) < least:
                gave_up += not await self.register(source)
                await asyncio.sleep(pause * self._chance.uniform(0.5, 1.5))
            return gave_up

        return sum(await asyncio.gather(*(one(sources[n % len(sources)]) for n in range(callers))))

    async def poll(self, organ: Credentials) -> None:
        """Walk an organ's feed from its start, for ever; the cursor moves only with an answer."""
        path, cursor = f"/v1/organs/{organ.organ_id}/inbox", ""
        while True:
            given: dict[str, Any] = {"wait": 2, "limit": 20} | ({"after": cursor} if cursor else {})
            answer = await self._call(organ, "GET", path, params=given)
            if answer is None or not answer.is_success:
                await asyncio.sleep(AGAIN_AFTER_SECONDS)
                continue
            page = answer.json()
            seqs = [int(item["sequence"]) for item in page["items"]]
            if seqs:
                self.history.add("poll", organ.organ_id or "", "ok", seqs=seqs)
            cursor = page["next"]

    async def _call(self, who: Credentials, method: str, path: str, **sent: Any) -> httpx.Response | None:
        try:
            token = await self._token(who)
            if token is None:
                return None
            headers = sent.pop("headers", {}) | {"Authorization": f"Bearer {token}"}
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
