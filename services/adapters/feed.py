"""Long polls that wait for their feeds: one small query a tick for all of them, no connection each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from contextvars import Context
from uuid import UUID

import structlog

from services.application.lists import Lists

TICK_SECONDS = 0.5
log = structlog.get_logger()


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
        self._waiting: dict[UUID, list[tuple[int, asyncio.Event]]] = {}
        self._task: asyncio.Task[None] | None = None
        self._looked_at = 0.0

    @property
    def lag(self) -> float:
        """Seconds since the feeds were looked into; 0 while nobody waits for one."""
        return max(0.0, time.monotonic() - self._looked_at) if self._waiting else 0.0

    async def wait(self, organ_id: UUID, after: int, seconds: float) -> None:
        reader = (after, asyncio.Event())
        self._waiting.setdefault(organ_id, []).append(reader)
        self._listen()
        if self._task is None or self._task.done():
            self._looked_at = time.monotonic()
            # It serves all who wait: what it logs belongs to no one call.
            self._task = asyncio.create_task(self._watch(), context=Context())
        try:
            async with asyncio.timeout(seconds):
                await reader[1].wait()
        except TimeoutError:
            return  # nothing came: the reader gets an empty page
        finally:
            self._waiting[organ_id].remove(reader)
            if not self._waiting[organ_id]:
                del self._waiting[organ_id]

    def announce(self, organ_ids: Iterable[UUID]) -> None:
        """Entries for these organs were committed."""
        for organ_id in organ_ids:
            for _, grown in self._waiting.get(organ_id, ()):
                grown.set()

    async def close(self) -> None:
        """Let every reader go, and stop looking."""
        self.announce(list(self._waiting))
        if self._task is not None:
            self._task.cancel()

    async def _watch(self) -> None:
        while self._waiting:
            await asyncio.sleep(self._tick_seconds)
            try:
                heads = await self._lists.feed_heads(list(self._waiting))
            except Exception:
                log.exception("feed_watch_failed")  # the database is away; readers time out, then ask again
                continue
            self._looked_at = time.monotonic()
            for organ_id, last in heads.items():
                for after, grown in self._waiting.get(organ_id, ()):
                    if last > after:
                        grown.set()
