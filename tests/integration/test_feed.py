"""The inbox feed under writers that commit out of order: a reader that walks it misses nothing, ever."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import select

from services.adapters.store.tables.inbox import inbox_entries
from services.application import inbox
from services.bootstrap import Deployment
from services.domain.access import Client, ClientRole
from services.domain.inbox import EntryType
from tests.integration.conftest import Deploy
from tests.integration.petitions import register

ORGAN, OTHER = UUID(int=7), UUID(int=8)
WRITERS = 5
ROUNDS = 4
READER = Client(
    id="reader",
    secret_hash=b"",
    name="reader",
    role=ClientRole.ORGAN,
    region_code="430900000000",
    organ_id=ORGAN,
    scopes=("dispatches",),
    created_at=datetime(2026, 11, 20, tzinfo=UTC),
)


class Walker:
    """Walks a feed as callers do: it keeps ``next`` and asks on from there."""

    def __init__(self, world: Deployment, organ_id: UUID = ORGAN) -> None:
        self._world = world
        self._client = replace(READER, organ_id=organ_id)
        self._organ_id = organ_id
        self._next = 0
        self.met: list[tuple[int, UUID]] = []

    async def walk(self) -> None:
        while True:
            page = await inbox.page(
                self._world, self._organ_id, after=self._next, limit=3, wait=0, client=self._client
            )
            self.met += [(entry.seq, entry.id) for entry in page.items]
            self._next = page.next
            if not page.has_more:
                return


class NaiveWalker:
    """What most would write: the ids are made in order, so ask for those above the last one seen."""

    def __init__(self, world: Deployment) -> None:
        self._world = world
        self._last = UUID(int=0)
        self.met: list[UUID] = []

    async def walk(self) -> None:
        query = select(inbox_entries.c.id).where(inbox_entries.c.organ_id == ORGAN)
        query = query.where(inbox_entries.c.id > self._last).order_by(inbox_entries.c.id)
        async with self._world.database.reading() as connection:
            found = [row.id for row in await connection.execute(query)]
        self.met += found
        self._last = found[-1] if found else self._last


async def everything(world: Deployment, organ_id: UUID = ORGAN) -> set[UUID]:
    query = select(inbox_entries.c.id).where(inbox_entries.c.organ_id == organ_id)
    async with world.database.reading() as connection:
        return {row.id for row in await connection.execute(query)}


async def write(
    world: Deployment, petition_id: UUID, posted: asyncio.Event, may_commit: asyncio.Event, *organ_ids: UUID
) -> None:
    """One long transaction: its entries have their ids long before it commits."""
    async with world.begin() as work:
        petition = await work.lock(petition_id)
        for organ_id in organ_ids:
            work.post(organ_id, EntryType.PETITION_SUPPLEMENTED, petition, {})
        posted.set()
        await may_commit.wait()


async def fail_at_the_end(world: Deployment, petition_id: UUID) -> None:
    async with world.begin() as work:
        petition = await work.lock(petition_id)
        work.post(ORGAN, EntryType.PETITION_SUPPLEMENTED, petition, {})
        await work.flush()
        raise ZeroDivisionError


async def test_walking_meets_every_entry_once_though_commits_come_out_of_order(deploy: Deploy) -> None:
    worlds = [deploy() for _ in range(WRITERS)]
    reading = deploy()
    petitions = await register(worlds[0], WRITERS)
    walker, naive = Walker(reading), NaiveWalker(reading)
    for _ in range(ROUNDS):
        gates = [asyncio.Event() for _ in range(WRITERS)]
        if reading.database.is_sqlite:  # one writer at a time: nobody can hold a place in the queue open
            for gate in gates:
                gate.set()
        tasks = []
        for world, petition_id, gate in zip(worlds, petitions, gates, strict=True):
            posted = asyncio.Event()
            tasks.append(asyncio.create_task(write(world, petition_id, posted, gate, ORGAN, ORGAN)))
            await posted.wait()
        for task, gate in reversed(list(zip(tasks, gates, strict=True))):  # last come, first committed
            gate.set()
            await task
            await walker.walk()
            await naive.walk()
    everyone = await everything(reading)
    total = ROUNDS * WRITERS * 2
    assert len(everyone) == total
    assert [seq for seq, _ in walker.met] == list(range(1, total + 1))
    assert {entry_id for _, entry_id in walker.met} == everyone
    skipped = everyone - set(naive.met)
    if reading.database.is_sqlite:
        assert not skipped
    else:
        assert len(skipped) == ROUNDS * (WRITERS - 1) * 2  # all but the last writer's, in every round


async def test_walking_beside_busy_writers_meets_every_entry_once(deploy: Deploy) -> None:
    worlds = [deploy() for _ in range(4)]
    reading = deploy()
    petitions = await register(worlds[0], 4)
    chance = random.Random(20261120)
    walkers = [Walker(reading), Walker(reading, OTHER)]

    async def busy(world: Deployment, petition_id: UUID) -> None:
        for _ in range(10):
            async with world.begin() as work:
                petition = await work.lock(petition_id)
                for organ_id in chance.sample([ORGAN, OTHER, ORGAN], k=chance.randint(1, 3)):
                    work.post(organ_id, EntryType.PETITION_SUPPLEMENTED, petition, {})
                await asyncio.sleep(chance.random() / 100)

    async def read_on(until: asyncio.Event) -> None:
        while not until.is_set():
            for walker in walkers:
                await walker.walk()
            await asyncio.sleep(0.005)

    finished = asyncio.Event()
    reader = asyncio.create_task(read_on(finished))
    await asyncio.gather(*(busy(*each) for each in zip(worlds, petitions, strict=True)))
    finished.set()
    await reader
    for walker, organ_id in zip(walkers, (ORGAN, OTHER), strict=True):
        await walker.walk()
        everyone = await everything(reading, organ_id)
        assert [seq for seq, _ in walker.met] == list(range(1, len(everyone) + 1))
        assert {entry_id for _, entry_id in walker.met} == everyone


async def test_entries_of_a_failed_transaction_leave_no_gap(world: Deployment) -> None:
    [petition_id] = await register(world, 1)
    go = asyncio.Event()
    go.set()
    await write(world, petition_id, asyncio.Event(), go, ORGAN)
    with pytest.raises(ZeroDivisionError):
        await fail_at_the_end(world, petition_id)
    await write(world, petition_id, asyncio.Event(), go, ORGAN)
    walker = Walker(world)
    await walker.walk()
    assert [seq for seq, _ in walker.met] == [1, 2]


async def test_entry_tells_the_version_its_transaction_made(world: Deployment) -> None:
    [petition_id] = await register(world, 1)
    async with world.begin() as work:
        petition = await work.lock(petition_id)
        work.post(ORGAN, EntryType.PETITION_SUPPLEMENTED, petition, {})
        work.record(petition, "supplemented", actor="test")
    [entry] = await world.lists.inbox(ORGAN, after=0, limit=10)
    assert entry.data == {"number": petition.number, "version": 2}


async def test_what_comes_between_the_look_and_the_wait_is_told(world: Deployment) -> None:
    with world.feed.watching(ORGAN, 0, 20) as feed:
        world.feed.announce([ORGAN])
        assert await feed.grown()


async def test_a_wait_ends_when_its_time_is_over(world: Deployment) -> None:
    with world.feed.watching(ORGAN, 0, 0.05) as feed:
        world.feed.announce([OTHER])
        assert not await feed.grown()


async def test_news_of_what_was_read_already_does_not_end_a_poll(world: Deployment) -> None:
    [petition_id] = await register(world, 1)
    go = asyncio.Event()
    go.set()
    polling = asyncio.create_task(inbox.page(world, ORGAN, after=0, limit=3, wait=20, client=READER))
    await asyncio.sleep(0.1)
    world.feed.announce([ORGAN])
    await asyncio.sleep(0.2)
    assert not polling.done()
    await write(world, petition_id, asyncio.Event(), go, ORGAN)
    assert [entry.seq for entry in (await polling).items] == [1]


async def test_a_poll_is_let_go_when_the_process_leaves(world: Deployment) -> None:
    polling = asyncio.create_task(inbox.page(world, ORGAN, after=0, limit=3, wait=20, client=READER))
    await asyncio.sleep(0.1)
    await world.feed.close()
    async with asyncio.timeout(5):
        assert (await polling).items == []
