"""Petition numbers when many ask at once, and when the database is away."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from services.adapters.store.database import Database
from services.adapters.store.numbers import SqlNumbers
from services.application.ports import StoreUnavailable

CITY, DAY = "430900000000", date(2026, 11, 20)
CALLERS = 30


class Watched(Database):
    """Counts who begins to write; ``away``: each of them is told so after a while. ``written`` is told at the
    end, a moment before whoever wrote goes on.
    """

    away = False
    asked = 0
    written: Callable[[], None] | None = None

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        self.asked += 1
        if self.away:
            await asyncio.sleep(0.01)
            raise StoreUnavailable()
        async with super().writing() as connection:
            yield connection
        if self.written is not None:
            self.written()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Watched]:
    watched = Watched(database_url)
    yield watched
    await watched.close()


async def test_many_at_once_take_few_blocks_and_no_number_twice(database: Watched) -> None:
    numbers = SqlNumbers(database)
    taken = await asyncio.gather(*(numbers.next(CITY, DAY) for _ in range(CALLERS)))
    assert len(set(taken)) == CALLERS
    assert database.asked == 5  # blocks of 1, 2, 4, 8, 16


async def test_with_the_database_away_none_waits_for_another_ones_failure(database: Watched) -> None:
    database.away, numbers = True, SqlNumbers(database)
    asking = (numbers.next(CITY, DAY) for _ in range(CALLERS))
    told = await asyncio.gather(*asking, return_exceptions=True)
    assert Counter(map(type, told)) == {StoreUnavailable: CALLERS}
    assert database.asked == 1
    database.away = False
    assert await numbers.next(CITY, DAY)


async def test_who_gives_up_takes_nobody_elses_number_along(database: Watched) -> None:
    numbers = SqlNumbers(database)
    asking = [asyncio.create_task(numbers.next(CITY, DAY)) for _ in range(CALLERS)]
    await asyncio.sleep(0)
    for task in asking[::3]:
        task.cancel()
    told = await asyncio.gather(*asking, return_exceptions=True)
    got = [number for number in told if isinstance(number, str)]
    assert len(set(got)) == len(got) == CALLERS - CALLERS // 3


class Impatient(SqlNumbers):
    """Asks for another block five times in all, where it might ask for ever without letting others run."""

    left = 5

    async def _more(self, key: tuple[str, date]) -> None:
        self.left -= 1
        assert self.left >= 0, "it asks and asks"
        await super()._more(key)


async def test_who_asks_in_the_very_moment_in_which_a_block_comes_gets_a_number(database: Watched) -> None:
    numbers = Impatient(database)
    asking = [asyncio.create_task(numbers.next(CITY, DAY))]

    def more_come() -> None:
        database.written = None
        asking.extend(asyncio.create_task(numbers.next(CITY, DAY)) for _ in range(2))

    database.written = more_come
    await asking[0]
    assert len(set(await asyncio.gather(*asking))) == 3
