"""Polls that are read together: each gets its own page, and a failure is told to all whom it concerns."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from services.adapters.store.database import Database
from services.adapters.store.inbox import MOST_AT_ONCE, PostgresInbox
from services.application.ports import StoreUnavailable
from services.bootstrap import Deployment
from services.domain.inbox import EntryType
from tests.integration.conftest import Deploy
from tests.integration.petitions import register

ORGANS = [UUID(int=number) for number in range(1, 6)]
EACH = 7


@pytest.fixture
async def filled(deploy: Deploy, postgresql_url: str) -> Deployment:
    """Five organs with seven entries each."""
    world = deploy(database_url=postgresql_url)
    [petition_id] = await register(world, 1)
    for organ_id in ORGANS * EACH:
        async with world.begin() as work:
            petition = await work.lock(petition_id)
            work.post(organ_id, EntryType.PETITION_SUPPLEMENTED, petition, {"of": str(organ_id)})
    return world


async def test_every_poll_of_a_batch_gets_its_own_page(filled: Deployment) -> None:
    asked = [(organ, after, limit) for organ in ORGANS for after in range(EACH + 2) for limit in (1, 3, 50)]
    assert len(asked) > 2 * MOST_AT_ONCE
    pages = await asyncio.gather(
        *(filled.lists.inbox(organ, after=after, limit=limit) for organ, after, limit in asked)
    )
    for (organ, after, limit), page in zip(asked, pages, strict=True):
        assert [entry.seq for entry in page] == list(range(after + 1, EACH + 1))[:limit]
        assert {(entry.organ_id, entry.data["of"]) for entry in page} <= {(organ, str(organ))}


async def test_a_poll_that_was_given_up_takes_no_other_with_it(filled: Deployment) -> None:
    polls = [asyncio.create_task(filled.lists.inbox(ORGANS[0], after=0, limit=50)) for _ in range(20)]
    await asyncio.sleep(0)
    for poll in polls[::2]:
        poll.cancel()
    found = await asyncio.gather(*polls, return_exceptions=True)
    assert all(isinstance(each, asyncio.CancelledError) for each in found[::2])
    assert all(isinstance(each, list) and len(each) == EACH for each in found[1::2])


async def test_with_the_database_away_every_poll_is_told_and_the_next_one_asks_anew() -> None:
    nowhere = Database("postgresql+asyncpg://nobody@127.0.0.1:1/nothing", pool_size=1)
    inbox = PostgresInbox(nowhere)
    for _ in range(2):
        told = await asyncio.gather(
            *(inbox.page(organ, after=0, limit=1) for organ in ORGANS), return_exceptions=True
        )
        assert all(isinstance(each, StoreUnavailable) for each in told)
    await nowhere.close()


@pytest.mark.parametrize("long_seconds", [0.0, 60.0])
async def test_who_came_while_an_outage_took_long_to_show_does_not_wait_for_another(
    long_seconds: float,
) -> None:
    nowhere = Database("postgresql+asyncpg://nobody@127.0.0.1:1/nothing", pool_size=1)
    inbox = PostgresInbox(nowhere, long_seconds=long_seconds)
    asked = (inbox.page(ORGANS[0], after=0, limit=1) for _ in range(2 * MOST_AT_ONCE))
    told = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(each, StoreUnavailable) for each in told)
    assert len(set(map(id, told))) == (1 if long_seconds == 0.0 else 2)
    await nowhere.close()
