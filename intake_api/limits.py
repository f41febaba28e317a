"""How often one may try: wrong codes and secrets by number and address, calls by client.

Wrong guesses count in Redis when there is one, so that all processes know; when it is away, here. A limiter
never fails a request.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import structlog
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter
from redis.asyncio import ConnectionPool

from intake_api.problems import Fault
from services.domain.refusal import NotFound

WRONG_CODES = RateLimitItemPerHour(10)
RELAYED_CODES = RateLimitItemPerHour(300)
WRONG_SECRETS = RateLimitItemPerMinute(30)
CALLS = RateLimitItemPerMinute(60_000)
QUIET_SECONDS = 5.0
PORTIONS = 1000
"""In so many portions a client's calls are taken from its limit: to count each alone is dear."""
log = structlog.get_logger()


class Limits:
    """``calls`` is the limit a client and process, ``wrong_codes`` the one a number and an address,
    ``relayed_codes`` the one a client that passes on what many people type.

    ``now`` tells the true time in seconds.
    """

    def __init__(
        self,
        now: Callable[[], float],
        *,
        redis_url: str | None = None,
        calls: RateLimitItem = CALLS,
        wrong_codes: RateLimitItem = WRONG_CODES,
        relayed_codes: RateLimitItem = RELAYED_CODES,
        wrong_secrets: RateLimitItem = WRONG_SECRETS,
    ) -> None:
        self._now = now
        self.calls, self.wrong_secrets = calls, wrong_secrets
        self.wrong_codes, self.relayed_codes = wrong_codes, relayed_codes
        self._by_client = FixedWindowRateLimiter(MemoryStorage())
        self._here = MovingWindowRateLimiter(MemoryStorage())
        self._pool = _pool(redis_url) if redis_url else None
        self._shared = MovingWindowRateLimiter(_storage(redis_url, self._pool)) if redis_url else None
        self._leased: dict[str, int] = {}
        self._quiet_until = 0.0
        self._under_way: Counter[str] = Counter()

    async def spend(self, client_id: str) -> None:
        """Count a call of a client. Raises ``too_many_requests``."""
        left = self._leased.get(client_id, 0)
        if left:
            self._leased[client_id] = left - 1
            return
        portion = max(1, self.calls.amount // PORTIONS)
        if await self._by_client.hit(self.calls, client_id, cost=portion):
            self._leased[client_id] = portion - 1
        else:
            stats = await self._by_client.get_window_stats(self.calls, client_id)
            raise self._too_many("too_many_requests", self.calls, stats.reset_time)

    @asynccontextmanager
    async def guess(
        self, code: str, sender: tuple[RateLimitItem, str], number: tuple[RateLimitItem, str] | None = None
    ) -> AsyncIterator[None]:
        """Let a sender try a code (of a number), each with its limit; what the block refuses counts for both.

        Tries of a number under way count as wrong until they end: many at once pass no more than one by one.
        """
        counted = [each for each in (number, sender) if each and each[1]]
        held = number[1] if number else ""
        self._under_way[held] += bool(number)
        try:
            for item, key in counted:
                remaining, reset = await self._left(item, (code, key))
                if remaining <= (self._under_way[held] - 1 if key == held else 0):
                    raise self._too_many(code, item, reset)
            try:
                yield
            except (NotFound, Fault):
                for item, key in counted:
                    await self._count(item, (code, key))
                raise
        finally:
            self._under_way[held] -= bool(number)
            if not self._under_way[held]:
                del self._under_way[held]

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.disconnect()

    async def _left(self, item: RateLimitItem, name: tuple[str, str]) -> tuple[int, float]:
        here = await self._here.get_window_stats(item, *name)
        remaining, reset = here.remaining, here.reset_time
        if (shared := self._reachable()) is not None:
            try:
                stats = await shared.get_window_stats(item, *name)
            except Exception as error:
                self._lost(error)
            else:
                remaining, reset = min(remaining, stats.remaining), max(reset, stats.reset_time)
        return remaining, reset

    async def _count(self, item: RateLimitItem, name: tuple[str, str]) -> None:
        await self._here.hit(item, *name)
        if (shared := self._reachable()) is not None:
            try:
                await shared.hit(item, *name)
            except Exception as error:
                self._lost(error)

    def _reachable(self) -> MovingWindowRateLimiter | None:
        return self._shared if time.monotonic() >= self._quiet_until else None

    def _lost(self, error: Exception) -> None:
        """Redis ails, whatever it is: count here for a while."""
        self._quiet_until = time.monotonic() + QUIET_SECONDS
        log.warning("limits_counted_here", error=type(error).__name__)

    def _too_many(self, code: str, item: RateLimitItem, reset: float) -> Fault:
        seconds = max(1, math.ceil(reset - self._now()))
        facts = {"seconds": seconds, "minutes": math.ceil(seconds / 60)}
        name = code.replace("_", "-")
        headers = {
            "Retry-After": str(seconds),
            "RateLimit-Policy": f'"{name}";q={item.amount};w={item.get_expiry()}',
            "RateLimit": f'"{name}";r=0;t={seconds}',
        }
        return Fault(code, facts, headers)


def _pool(url: str) -> ConnectionPool:
    return ConnectionPool.from_url(url, socket_connect_timeout=1.0, socket_timeout=1.0)


def _storage(url: str, pool: Any) -> RedisStorage:
    """``pool`` is one of redis-py, which the library takes though its types do not say so."""
    return RedisStorage(f"async+{url}", implementation="redispy", key_prefix="xinfang", connection_pool=pool)
