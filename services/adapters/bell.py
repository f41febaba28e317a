"""The bell: tells workers that work was committed. Losing a ring costs a sweep's delay, never a petition."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Sequence
from typing import Any

import structlog
from arq.connections import ArqRedis, RedisSettings, create_pool
from prometheus_client import Counter

RINGS_LOST = Counter("xinfang_bell_lost_total", "Rings that Redis did not take; the sweeper finds the work.")
QUIET_SECONDS = 5.0
# A ring says «look»: one that waits unheard is as good as many, and old ones are of no use.
RING_EXPIRES_SECONDS = 10
# Under load one ring after the other costs more than it tells: PostgreSQL's wake-ups are heard sooner.
PAUSE_SECONDS = 0.2
log = structlog.get_logger()


def encode(job: dict[str, Any]) -> bytes:
    """Jobs travel as JSON: never as pickles, which whoever writes to Redis could turn into code."""
    return json.dumps(job, default=str).encode()


def decode(text: bytes) -> dict[str, Any]:
    job: dict[str, Any] = json.loads(text)
    return job


def redis_settings(url: str) -> RedisSettings:
    settings = RedisSettings.from_dsn(url)
    settings.conn_timeout, settings.conn_retries, settings.conn_retry_delay = 1, 1, 0
    return settings


class LocalBell:
    """The bell of one process: an event that its own worker waits for."""

    def __init__(self) -> None:
        self.rung = asyncio.Event()

    async def ring(self, topics: Sequence[str]) -> None:
        self.rung.set()

    async def close(self) -> None:
        return None


class ArqBell:
    """Rings through arq. Rings that come while one is on its way go with the next.

    While Redis is away rings are counted and skipped; the sweeper finds the work.
    """

    def __init__(self, url: str) -> None:
        self._settings = redis_settings(url)
        self._job_id = f"ring:{secrets.token_hex(8)}"
        self._pool: ArqRedis | None = None
        self._quiet_until = 0.0
        self._topics: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    async def ring(self, topics: Sequence[str]) -> None:
        self._topics |= set(topics)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._send())

    async def close(self) -> None:
        if self._task is not None:
            await asyncio.wait([self._task], timeout=2 * PAUSE_SECONDS)
        if self._pool is not None:
            await self._pool.aclose(close_connection_pool=True)

    async def _send(self) -> None:
        while self._topics:
            topics, self._topics = sorted(self._topics), set()
            if time.monotonic() < self._quiet_until:
                RINGS_LOST.inc()
                continue
            try:
                pool = self._pool = self._pool or await create_pool(
                    self._settings, job_serializer=encode, job_deserializer=decode
                )
                await pool.enqueue_job("ring", topics, _job_id=self._job_id, _expires=RING_EXPIRES_SECONDS)
                await asyncio.sleep(PAUSE_SECONDS)
            except Exception as error:
                # Redis is a bell, not a store: whatever ails it, the sweeper finds the work in the database.
                RINGS_LOST.inc()
                self._quiet_until = time.monotonic() + QUIET_SECONDS
                log.warning("bell_not_rung", error=repr(error))
