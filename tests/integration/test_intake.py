"""The way in on the real stores: what two processes and two callers at once may and may not do."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from uuid import uuid4

from services.adapters.feed import PolledFeedWatch
from services.adapters.store.wakes import FEED
from services.application.ports import Conflict
from services.bootstrap import Deployment
from services.domain.inbox import EntryType
from tests.arrivals import arrival


async def test_a_number_that_is_taken_fails_alone(world: Deployment) -> None:
    taken = arrival()
    assert await world.intake.store(taken)
    twice = arrival(number=taken.petition.number)

    told = await asyncio.gather(
        world.intake.store(arrival()),
        world.intake.store(twice),
        world.intake.store(arrival()),
        return_exceptions=True,
    )

    assert [told[0], told[2]] == [True, True]
    assert isinstance(told[1], Conflict)


async def test_one_key_at_two_processes_stores_one_petition(deploy: Any) -> None:
    worlds = [deploy(), deploy()]
    keys = [f"k{n}" for n in range(20)]

    stored = await asyncio.gather(*(world.intake.store(arrival(key=key)) for key in keys for world in worlds))

    assert [stored[n] + stored[n + 1] for n in range(0, len(stored), 2)] == [1] * len(keys)
    async with worlds[0].read() as work:
        for key in keys:
            assert await work.kept_answer("portal", key) is not None


async def test_one_reference_at_two_processes_stores_one_petition(deploy: Any) -> None:
    worlds = [deploy(), deploy()]
    refs = [f"R-{n}" for n in range(20)]

    stored = await asyncio.gather(
        *(world.intake.store(arrival(ref=ref)) for ref in refs for world in worlds), return_exceptions=True
    )

    pairs = [stored[n : n + 2] for n in range(0, len(stored), 2)]
    assert all(pair.count(True) == 1 for pair in pairs), pairs
    assert all(isinstance(each, bool | Conflict) for pair in pairs for each in pair)


async def test_a_reader_hears_of_entries_of_another_process(deploy: Any) -> None:
    reads, writes = deploy(), deploy()
    organ_id, posted = uuid4(), arrival()
    assert await writes.intake.store(posted)
    slow = PolledFeedWatch(
        reads.lists,
        listen=lambda: reads.wakes.hear(FEED, lambda _: slow.announce([organ_id])),
        tick_seconds=0.1 if reads.database.is_sqlite else 60,  # there it looks; here it must be told
    )
    with slow.watching(organ_id, 0, 20) as feed:
        waiting = asyncio.create_task(feed.grown())
        await asyncio.sleep(1)  # until it listens
        began = time.monotonic()
        async with writes.begin() as work:
            work.post(organ_id, EntryType.PETITION_SUPPLEMENTED, posted.petition, {})

        assert await waiting

    assert time.monotonic() - began < 10
    await slow.close()
