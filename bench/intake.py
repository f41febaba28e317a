"""The sources: they register row after row over so many connections, and remember when they were answered."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import httpx

from bench.material import Row
from services.cli.demo.callers import Caller, Unexpected


class Intake:
    """``answered_at`` by petition id and ``took`` in perf_counter seconds; ``errors``, by kind, are final."""

    def __init__(self, portal: Caller, hotline: Caller) -> None:
        self.answered_at: dict[str, float] = {}
        self.references: dict[str, str] = {}
        self.twice: list[str] = []
        self.took: list[float] = []
        self.errors: Counter[str] = Counter()
        self.seconds = 0.0
        self._portal = portal
        self._hotline = hotline

    async def register(
        self, rows: Sequence[Row], *, connections: int, rate: float | None, after_each: Callable[[int], None]
    ) -> None:
        """Register all rows, ``rate`` a second at most. ``after_each`` is told how many are done."""
        began = time.perf_counter()
        waiting = iter(enumerate(rows))

        async def connection() -> None:
            for index, row in waiting:
                if rate:
                    await asyncio.sleep(max(0.0, began + index / rate - time.perf_counter()))
                await self._register_one(row)
                after_each(len(self.took) + self.errors.total())

        async with asyncio.TaskGroup() as group:
            for _ in range(connections):
                group.create_task(connection())
        self.seconds = time.perf_counter() - began

    async def _register_one(self, row: Row) -> None:
        began = time.perf_counter()
        try:
            answer = await self._send(row)
        except Unexpected as refused:
            self.errors[f"{refused.status} {refused.code}"] += 1
            return
        except httpx.TransportError as error:
            self.errors[type(error).__name__] += 1
            return
        now = time.perf_counter()
        self.took.append(now - began)
        if answer["id"] in self.answered_at:
            self.twice.append(answer["id"])
        self.answered_at[answer["id"]] = now
        self.references[row.reference] = answer["id"]

    async def _send(self, row: Row) -> Any:
        """A retry carries the same work-order number, or the same Idempotency-Key."""
        if row.channel == "hotline":
            return await self._hotline.put(f"/v1/hotline/work-orders/{row.reference}", row.body)
        return await self._portal.post("/v1/petitions", row.body, key=row.reference)

    async def stored(self, run: str) -> Counter[str]:
        """How many petitions the system holds under each reference of this run, by the sources' own lists."""
        found: Counter[str] = Counter()
        for source in (self._portal, self._hotline):
            position: dict[str, Any] = {}
            more = True
            while more:
                page = await source.get("/v1/petitions", **position, limit=200)
                found.update(
                    item["external_ref"]
                    for item in page["items"]
                    if (item["external_ref"] or "").startswith(f"{run}-")
                )
                position, more = {"after": page["next"]}, page["has_more"]
        return found


def moments(total: int, kills: int, *, seed: int) -> list[int]:
    """After how many registrations to strike: random, in the middle three fifths."""
    chance = random.Random(seed)
    return sorted(chance.randrange(total // 5, max(total // 5 + 1, total * 4 // 5)) for _ in range(kills))
