"""The way in, over a writer that does as it is told: who is told what when something goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import pytest

from services.adapters.crypto import BlindIndex, FieldCipher
from services.adapters.keys import new_ring
from services.adapters.store.intake import BatchedIntake, Sealed, Write
from services.adapters.store.mapping import Seal
from services.application.arrival import Arrival
from services.application.ports import IntakeFull, KeyUnderWay, StoreBusy, StoreUnavailable
from tests.arrivals import arrival


class Written:
    """Stores what ``wrong`` has nothing against; while ``gate`` is closed it waits there."""

    def __init__(self, wrong: Callable[[Sequence[Sealed]], Exception | None] = lambda _: None) -> None:
        self.batches: list[list[UUID]] = []
        self.gate = asyncio.Event()
        self.brief = 0
        self._wrong = wrong

    @asynccontextmanager
    async def session(self, *, briefly: bool = False) -> AsyncIterator[Write]:
        self.brief += briefly
        yield self._write

    async def close(self) -> None: ...

    async def _write(self, batch: Sequence[Sealed]) -> Collection[UUID]:
        await self.gate.wait()
        self.batches.append([each.id for each in batch])
        if (error := self._wrong(batch)) is not None:
            raise error
        return {each.id for each in batch}


def intake(
    writer: Written, *, most_under_way: int = 100, long_seconds: float = 60, patience_seconds: float = 60
) -> BatchedIntake:
    ring = new_ring()

    async def stored() -> None: ...

    seal = Seal(FieldCipher(ring), BlindIndex(ring))
    return BatchedIntake(
        writer,
        seal,
        stored,
        most_under_way=most_under_way,
        long_seconds=long_seconds,
        patience_seconds=patience_seconds,
    )


def has(batch: Sequence[Sealed], sought: Arrival) -> bool:
    return sought.petition.id in {each.id for each in batch}


async def test_what_arrives_during_a_commit_goes_with_the_next() -> None:
    writer = Written()
    way_in = intake(writer)
    first = asyncio.create_task(way_in.store(arrival()))
    await asyncio.sleep(0.01)
    later = [asyncio.create_task(way_in.store(arrival())) for _ in range(5)]
    await asyncio.sleep(0.01)
    writer.gate.set()

    assert await asyncio.gather(first, *later) == [True] * 6
    assert [len(batch) for batch in writer.batches] == [1, 5]


async def test_a_bad_one_fails_alone() -> None:
    bad = arrival()
    writer = Written(lambda batch: ValueError() if has(batch, bad) else None)
    writer.gate.set()
    way_in = intake(writer)

    told = await asyncio.gather(
        way_in.store(arrival()), way_in.store(bad), way_in.store(arrival()), return_exceptions=True
    )

    assert [told[0], told[2]] == [True, True]
    assert isinstance(told[1], ValueError)


async def test_after_a_deadlock_each_is_tried_alone() -> None:
    writer = Written(lambda batch: StoreBusy() if len(batch) > 1 else None)
    writer.gate.set()
    way_in = intake(writer)

    assert await asyncio.gather(*(way_in.store(arrival()) for _ in range(3))) == [True] * 3
    assert writer.brief == 3


async def test_after_one_that_is_busy_alone_the_rest_is_told() -> None:
    writer = Written(lambda _: StoreBusy())
    writer.gate.set()
    way_in = intake(writer)

    told = await asyncio.gather(*(way_in.store(arrival()) for _ in range(10)), return_exceptions=True)

    assert all(isinstance(each, StoreBusy) for each in told)
    assert [len(batch) for batch in writer.batches] == [10, 1]


async def test_with_the_database_locked_for_long_nobody_is_tried_alone() -> None:
    writer = Written(lambda _: StoreBusy())
    way_in = intake(writer, long_seconds=0)
    first = asyncio.create_task(way_in.store(arrival()))
    await asyncio.sleep(0.01)
    later = [asyncio.create_task(way_in.store(arrival())) for _ in range(5)]
    await asyncio.sleep(0.01)
    writer.gate.set()

    told = await asyncio.gather(first, *later, return_exceptions=True)

    assert all(isinstance(each, StoreBusy) for each in told)
    assert [len(batch) for batch in writer.batches] == [1]


async def test_who_waits_for_its_key_keeps_nobody_else_waiting() -> None:
    twin = arrival()
    writer = Written(lambda batch: KeyUnderWay() if has(batch, twin) else None)
    writer.gate.set()
    way_in = intake(writer, long_seconds=0)

    told = await asyncio.gather(
        way_in.store(arrival()), way_in.store(twin), way_in.store(arrival()), return_exceptions=True
    )

    assert [told[0], told[2]] == [True, True]
    assert isinstance(told[1], KeyUnderWay)


async def test_when_many_wait_for_their_keys_the_rest_is_told_in_time() -> None:
    writer = Written(lambda _: KeyUnderWay())
    writer.gate.set()
    way_in = intake(writer, patience_seconds=0)

    told = await asyncio.gather(*(way_in.store(arrival()) for _ in range(5)), return_exceptions=True)

    assert [type(each) for each in told] == [StoreBusy] * 5
    assert [len(batch) for batch in writer.batches] == [5]


async def test_with_the_database_away_all_are_told_at_once() -> None:
    writer = Written(lambda _: StoreUnavailable())
    writer.gate.set()
    way_in = intake(writer)

    told = await asyncio.gather(*(way_in.store(arrival()) for _ in range(3)), return_exceptions=True)

    assert all(isinstance(each, StoreUnavailable) for each in told)
    assert len(writer.batches) == 1


@pytest.mark.parametrize(("long_seconds", "batches"), [(0, 1), (60, 2)])
async def test_who_came_during_a_long_silence_does_not_wait_through_another(
    long_seconds: float, batches: int
) -> None:
    writer = Written(lambda _: StoreUnavailable())
    way_in = intake(writer, long_seconds=long_seconds)
    first = asyncio.create_task(way_in.store(arrival()))
    await asyncio.sleep(0.01)
    later = [asyncio.create_task(way_in.store(arrival())) for _ in range(5)]
    await asyncio.sleep(0.01)
    writer.gate.set()

    told = await asyncio.gather(first, *later, return_exceptions=True)

    assert all(isinstance(each, StoreUnavailable) for each in told)
    assert len(writer.batches) == batches


async def test_a_full_intake_refuses_and_takes_again_when_there_is_room() -> None:
    way_in = intake(Written(), most_under_way=2)

    with way_in.room:
        with way_in.room, pytest.raises(IntakeFull), way_in.room:
            pass
        with way_in.room:
            pass


async def test_whose_call_is_cancelled_while_waiting_is_not_stored() -> None:
    writer = Written()
    way_in = intake(writer)
    gone, stays = arrival(), arrival()
    first = asyncio.create_task(way_in.store(arrival()))
    await asyncio.sleep(0.01)
    leaving, staying = (asyncio.create_task(way_in.store(each)) for each in (gone, stays))
    await asyncio.sleep(0.01)
    leaving.cancel()
    await asyncio.sleep(0.01)
    writer.gate.set()

    assert await first
    assert await staying
    assert gone.petition.id not in {each for batch in writer.batches for each in batch}


async def test_closing_writes_what_waits() -> None:
    writer = Written()
    way_in = intake(writer)
    waiting = [asyncio.create_task(way_in.store(arrival())) for _ in range(3)]
    await asyncio.sleep(0.01)
    writer.gate.set()

    await way_in.close()

    assert await asyncio.gather(*waiting) == [True] * 3
