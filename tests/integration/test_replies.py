"""Calls that are given up half-way, on connections that others use next: nobody gets another one's reply."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from limits import RateLimitItemPerHour
from sqlalchemy import make_url, text

from bench.faults.proxy import Proxy
from intake_api.limits import Limits
from intake_api.problems import Fault
from services.adapters.clock import wall_clock
from services.adapters.store.database import Database

CALLS, AT_ONCE = 1_500, 30
DELAY_SECONDS = 0.01
ONE_AN_HOUR = RateLimitItemPerHour(1)
Ask = Callable[[int], Awaitable[object]]


async def given_up_at_random(ask: Ask, expected: Callable[[int], object]) -> Counter[str]:
    """Ask so often, cancel two of three somewhere on the way; each of the others is told its own."""
    chance, gate = random.Random(23), asyncio.Semaphore(AT_ONCE)
    outcomes: Counter[str] = Counter()

    async def one(number: int, patience: float | None) -> None:
        async with gate:
            asking = asyncio.ensure_future(ask(number))
            if patience is not None:
                await asyncio.sleep(patience)
                asking.cancel()
            try:
                assert await asking == expected(number)
            except asyncio.CancelledError:
                outcomes["cancelled"] += 1
            else:
                outcomes["told"] += 1

    patiences = [chance.uniform(0, 6 * DELAY_SECONDS) if number % 3 else None for number in range(CALLS)]
    await asyncio.gather(*(one(*each) for each in enumerate(patiences)))
    return outcomes


@pytest.fixture
async def database(postgresql_url: str) -> AsyncIterator[Database]:
    url = make_url(postgresql_url)
    assert url.host is not None
    assert url.port is not None
    async with Proxy(url.host, url.port, seconds=DELAY_SECONDS).serving() as proxy:
        through = url.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False)
        slow = Database(through, pool_size=8)
        proxy.turn("delay")
        yield slow
        assert proxy.hit > 0
        proxy.turn("pass")
        await slow.close()


async def test_a_call_never_gets_the_reply_of_one_that_was_given_up(database: Database) -> None:
    async def ask(number: int) -> object:
        async with database.reading() as connection:
            return (await connection.execute(text("SELECT CAST(:n AS int)"), {"n": number})).scalar_one()

    outcomes = await given_up_at_random(ask, lambda number: number)
    assert min(outcomes["told"], outcomes["cancelled"]) > CALLS / 10
    assert database.in_use == 0


async def test_a_limit_never_counts_for_another_sender(redis_url: str) -> None:
    url = make_url(redis_url)
    assert url.host is not None
    assert url.port is not None

    def now() -> float:
        return wall_clock().timestamp()

    async with Proxy(url.host, url.port, seconds=DELAY_SECONDS).serving() as proxy:
        through = url.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False)
        spender, reader = (Limits(now, redis_url=through) for _ in range(2))
        for number in range(0, AT_ONCE, 2):
            await refused(spender, number, wrong=True)
        proxy.turn("delay")
        outcomes = await given_up_at_random(
            lambda number: refused(reader, number % AT_ONCE), lambda number: number % 2 == 0
        )
        assert proxy.hit > 0
        proxy.turn("pass")
        await spender.close()
        await reader.close()
    assert min(outcomes["told"], outcomes["cancelled"]) > CALLS / 10


async def refused(limits: Limits, number: int, *, wrong: bool = False) -> bool:
    """Whether the sender of that number may not try; if ``wrong``, its one try an hour is spent."""
    try:
        async with limits.guess("too_many_requests", (ONE_AN_HOUR, f"sender {number}")):
            if wrong:
                raise Fault("not_found")
    except Fault as fault:
        return fault.code == "too_many_requests"
    return False
