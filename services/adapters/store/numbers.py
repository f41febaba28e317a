"""Petition numbers: each process takes them in blocks, so that no registration waits for another."""

from __future__ import annotations

import asyncio
from datetime import date

from services.adapters.store.counters import raised
from services.adapters.store.database import Database
from services.adapters.store.tables.outbox import number_blocks
from services.domain.number import format_number

LARGEST_BLOCK = 256
Key = tuple[str, date]


class SqlNumbers:
    """See :class:`services.application.ports.Numbers`. Blocks double while a day is busy."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._free: dict[Key, tuple[int, int]] = {}
        self._size: dict[Key, int] = {}
        self._coming: dict[Key, asyncio.Task[None]] = {}

    async def next(self, region_code: str, day: date) -> str:
        key = (region_code[:6], day)
        while (block := self._free.get(key, (1, 0)))[0] > block[1]:
            await self._more(key)
        following, end = block
        self._free[key] = (following + 1, end)
        return format_number(region_code, day, following)

    async def _more(self, key: Key) -> None:
        """Another block, taken once for all who wait for it; what goes wrong with it, all are told."""
        task = self._coming.get(key)
        # To wait for what is over is no waiting: whoever did that would ask again, and so for ever.
        if task is None or task.done():
            task = self._coming[key] = asyncio.create_task(self._take_block(key))
        await asyncio.shield(task)

    async def _take_block(self, key: Key) -> None:
        if key not in self._size:  # a new day: the blocks of earlier days are over
            self._free = {known: block for known, block in self._free.items() if known[1] >= key[1]}
            self._coming = {known: task for known, task in self._coming.items() if known[1] >= key[1]}
        size = min(self._size.get(key, 1), LARGEST_BLOCK)
        self._size[key] = size * 2
        region, day = key[0], key[1].strftime("%Y%m%d")
        async with self._database.writing() as connection:
            [last] = (await raised(connection, number_blocks, {(region, day): size})).values()
        self._free[key] = (last - size + 1, last)
