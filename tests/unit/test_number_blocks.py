"""Numbers taken at the same time: each another one, and nobody waits for a block that has come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from itertools import count
from typing import Any, cast

from services.adapters.store.database import Database
from services.adapters.store.numbers import SqlNumbers

REGION, DAY = "430900000000", date(2026, 11, 22)


class AtOnce:
    """A database that answers without a pause, and gives one number more each time."""

    is_sqlite = True

    def __init__(self) -> None:
        self._last = count(1)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Any]:
        yield self

    async def execute(self, _statement: object) -> AtOnce:
        return self

    def scalar_one(self) -> int:
        return next(self._last) * 1000


async def test_one_who_comes_when_a_block_was_just_used_up_takes_the_next() -> None:
    numbers = SqlNumbers(cast(Database, AtOnce()))

    async def a_moment_later() -> str:
        await asyncio.sleep(0)
        return await numbers.next(REGION, DAY)

    asking = [numbers.next(REGION, DAY), *(a_moment_later() for _ in range(5))]
    given = await asyncio.wait_for(asyncio.gather(*asking), 10)

    assert len(set(given)) == len(given)
