"""Every organ's inbox, polled live while the replay runs, and walked once more from the start at the end."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from typing import Any

from services.cli.demo.callers import Caller, Callers, Credentials, connection

ORGANS_A_POOL = 32
WAIT_SECONDS = 25
PAGE = 200
WALKS_AT_ONCE = 16


async def organ_callers(url: str, credentials: Sequence[Credentials], stack: AsyncExitStack) -> list[Caller]:
    """A caller for each organ, few to a pool: a pool looks at all of its connections at every call."""
    callers: list[Caller] = []
    organs = [each for each in credentials if each.organ_id]
    for start in range(0, len(organs), ORGANS_A_POOL):
        pool = await stack.enter_async_context(connection(url))
        callers += Callers(organs[start : start + ORGANS_A_POOL], pool, pool).all
    return callers


class Feeds:
    """``seen_at`` is when a petition's lead dispatch was first seen by its organ, in perf_counter seconds."""

    def __init__(self, organs: Sequence[Caller]) -> None:
        self.seen_at: dict[str, float] = {}
        self.twice: list[str] = []
        self.polls = 0
        self._organs = organs
        self._ids: set[str] = set()
        self._polling = 0
        self._all_polling = asyncio.Event()

    async def polled_by_all(self) -> None:
        """Return once every organ has its token and has walked its feed to the end for the first time."""
        await self._all_polling.wait()

    async def watch(self) -> None:
        """Long-poll every feed, until cancelled or one of them fails."""
        async with asyncio.TaskGroup() as pollers:
            for organ in self._organs:
                pollers.create_task(self._watch_one(organ))

    async def _watch_one(self, organ: Caller) -> None:
        first = True
        async for items in _pages(organ, wait=WAIT_SECONDS):
            now = time.perf_counter()
            if first and not items:
                first = False
                self._polling += 1
                if self._polling == len(self._organs):
                    self._all_polling.set()
            self.polls += 1
            for item in items:
                if item["id"] in self._ids:
                    self.twice.append(item["id"])
                self._ids.add(item["id"])
                if _is_lead(item):
                    self.seen_at.setdefault(item["data"]["petition_id"], now)

    async def walk(self) -> Walk:
        """All entries of all feeds, once more from the start."""
        gate = asyncio.Semaphore(WALKS_AT_ONCE)
        walk = Walk()

        async def walk_one(organ: Caller) -> None:
            async with gate:
                async for items in _pages(organ, wait=0):
                    walk.add(organ, items)
                    if not items:
                        return

        async with asyncio.TaskGroup() as walkers:
            for organ in self._organs:
                walkers.create_task(walk_one(organ))
        walk.unseen_live = len(walk.ids - self._ids)
        return walk


class Walk:
    """``leads`` counts the lead dispatches of each petition; ``gaps``: entries not numbered as the next."""

    def __init__(self) -> None:
        self.leads: Counter[str] = Counter()
        self.ids: set[str] = set()
        self.entries = 0
        self.gaps = 0
        self.unseen_live = 0
        self._last: Counter[str] = Counter()

    def add(self, organ: Caller, items: Sequence[dict[str, Any]]) -> None:
        for item in items:
            self.entries += 1
            self.ids.add(item["id"])
            self._last[organ.organ_id] += 1
            self.gaps += int(item["sequence"]) != self._last[organ.organ_id]
            self.leads[item["data"]["petition_id"]] += _is_lead(item)

    @property
    def twice(self) -> int:
        return self.entries - len(self.ids)


async def _pages(organ: Caller, *, wait: int) -> AsyncIterator[list[dict[str, Any]]]:
    """The pages of a feed from the start, without end: behind its last come empty ones, the first at once."""
    position: dict[str, Any] = {}
    patience = 0
    while True:
        page = await organ.poll(f"/v1/organs/{organ.organ_id}/inbox", **position, limit=PAGE, wait=patience)
        yield page["items"]
        position = {"after": page["next"]}
        patience = patience if page["items"] else wait


def _is_lead(item: dict[str, Any]) -> bool:
    return bool(item["type"] == "dispatch.created" and item["data"]["role"] == "lead")
