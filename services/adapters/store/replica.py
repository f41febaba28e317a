"""Reads that may be some seconds old: from a replica while it keeps up, from the primary otherwise.

How old a replica's answers are is not asked of its clock: an idle primary sends nothing, and the newest
transaction seems to age. Once a second the primary's position in its log is noted beside the time. The
replica is as old as the newest of these positions that it has replayed; older than agreed, away, or not
looked at for a while, it is not read.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.adapters.store.database import Database
from services.application.ports import StoreUnavailable

LOOK_SECONDS = 1.0
LOOK_WITHIN_SECONDS = 3.0
# As bytes since the beginning of the log; a primary has no replayed position, and is no replica.
WRITTEN = text("SELECT (pg_current_wal_lsn() - '0/0')::bigint")
REPLAYED = text("SELECT (pg_last_wal_replay_lsn() - '0/0')::bigint WHERE pg_is_in_recovery()")
log = structlog.get_logger()


class Replica:
    """Reads as :class:`Database` does. No caller waits for a look at the replica: until one is done, and
    while one fails, the primary is read. What a read begins to see is at most ``most_seconds`` old.
    """

    def __init__(self, primary: Database, url: str, *, most_seconds: float, pool_size: int = 8) -> None:
        self._primary = primary
        # Asked each time whether it is there: while it is not, the primary is read instead.
        self._replica = Database(url, pool_size=pool_size, fresh_seconds=0.0)
        self._most_seconds = most_seconds
        self._written: deque[tuple[float, int]] = deque()
        self._fresh_until = self._next_look = 0.0
        self._looking: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with AsyncExitStack() as stack:
                yield await self._connection(stack)
        except StoreUnavailable:
            self._fresh_until = 0.0  # whichever it was: the next read is the primary's
            raise

    async def close(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait([self._looking])
        await self._replica.close()

    async def _connection(self, stack: AsyncExitStack) -> AsyncConnection:
        now = time.monotonic()
        if now >= self._next_look and (self._looking is None or self._looking.done()):
            self._looking = asyncio.create_task(self._look())
        if now < self._fresh_until:
            try:
                return await stack.enter_async_context(self._replica.reading())
            except StoreUnavailable:
                self._fresh_until = 0.0
        return await stack.enter_async_context(self._primary.reading())

    async def _look(self) -> None:
        seen: float | None = None
        try:
            async with asyncio.timeout(LOOK_WITHIN_SECONDS):
                seen = await self._as_of()
        except (StoreUnavailable, DBAPIError, TimeoutError) as error:
            log.warning("replica_not_seen", error=type(error).__name__)
        self._next_look = time.monotonic() + LOOK_SECONDS
        self._fresh_until = 0.0 if seen is None else seen + self._most_seconds

    async def _as_of(self) -> float | None:
        """When the primary was where the replica is now; None if not since we look."""
        async with self._primary.reading() as connection:
            noted = time.monotonic()
            self._written.append((noted, int((await connection.execute(WRITTEN)).scalar_one())))
        async with self._replica.reading() as connection:
            replayed = await connection.scalar(REPLAYED)
        if replayed is None:
            raise StoreUnavailable  # it is no replica (any more): it may have a history of its own
        while len(self._written) > 1 and self._written[1][1] <= replayed:
            self._written.popleft()
        while noted - self._written[0][0] > self._most_seconds:
            self._written.popleft()  # too old to be of use; the newest stays
        seen, position = self._written[0]
        return seen if position <= replayed else None
