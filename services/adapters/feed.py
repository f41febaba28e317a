"""Long polls that wait for their feeds: one small query a tick for all of them, no connection each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import Context
from uuid import UUID

import structlog

from services.application.lists import Lists

TICK_SECONDS = 0.5
log = structlog.get_logger()


class _Reader:
    """One long poll. It is told of what comes from before its first look, so that nothing falls between."""

    def __init__(self, after: int, seconds: float, *, waits: Callable[[], None]) -> None:
        self.after = after
        self.told = asyncio.Event()
        self.let_go = False
        self._until = time.monotonic() + seconds
        self._waits = waits

    async def grown(self) -> bool:
        """See :class:`services.application.ports.Growth`."""
        self._waits()
        try:
            async with asyncio.timeout(self._until - time.monotonic()):
                await self.told.wait()
        except TimeoutError:
            return False
        self.told.clear()
        return not self.let_go


class PolledFeedWatch:
    """See :class:`services.application.ports.FeedWatch`.

    Entries committed by this process wake their readers at once; those of others when a wake-up tells of them
    (``listen`` begins to hear those), and at the latest within a tick.
    """

    def __init__(
        self, lists: Lists, *, listen: Callable[[], None], tick_seconds: float = TICK_SECONDS
    ) -> None:
        self._lists = lists
        self._tick_seconds = tick_seconds
        self._listen = listen
        self._readers: dict[UUID, list[_Reader]] = {}
        self._task: asyncio.Task[None] | None = None
        self._looked_at = 0.0

    @property
    def lag(self) -> float:
        """Seconds since the feeds were looked into; 0 while nobody waits for one."""
        looks = self._task is not None and not self._task.done()
        return max(0.0, time.monotonic() - self._looked_at) if looks and self._readers else 0.0

    @contextmanager
    def watching(self, organ_id: UUID, after: int, seconds: float) -> Iterator[_Reader]:
        reader = _Reader(after, seconds, waits=self._look_from_now_on)
        self._readers.setdefault(organ_id, []).append(reader)
        self._listen()
        try:
            yield reader
        finally:
            self._readers[organ_id].remove(reader)
            if not self._readers[organ_id]:
                del self._readers[organ_id]

    def announce(self, organ_ids: Iterable[UUID]) -> None:
        """Entries for these organs were committed."""
        for organ_id in organ_ids:
            for reader in self._readers.get(organ_id, ()):
                reader.told.set()

    async def close(self) -> None:
        """Let every reader go, and stop looking."""
        for readers in self._readers.values():
            for reader in readers:
                reader.let_go = True
                reader.told.set()
        if self._task is not None:
            self._task.cancel()

    def _look_from_now_on(self) -> None:
        if self._task is None or self._task.done():
            self._looked_at = time.monotonic()
            # It serves all who wait: what it logs belongs to no one call.
            self._task = asyncio.create_task(self._watch(), context=Context())

    async def _watch(self) -> None:
        while self._readers:
            await asyncio.sleep(self._tick_seconds)
            try:
                heads = await self._lists.feed_heads(list(self._readers))
            except Exception:
                log.exception("feed_watch_failed")  # the database is away; readers time out, then ask again
                continue
            self._looked_at = time.monotonic()
            for organ_id, last in heads.items():
                for reader in self._readers.get(organ_id, ()):
                    if last > reader.after:
                        reader.told.set()
