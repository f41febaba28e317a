from __future__ import annotations

import pytest
from sqlalchemy import text

from services.application import audit
from services.application.audit import Checked
from services.application.ports import StoreUnavailable
from services.bootstrap import Deployment
from tests.integration.petitions import count, register

UNLOCK = {
    "sqlite": ["DROP TRIGGER events_no_update", "DROP TRIGGER events_no_delete"],
    "postgresql": ["DROP TRIGGER events_append_only ON events"],
}
FORGERIES = {
    "an edit": 'UPDATE events SET data = \'{"number": "1"}\' WHERE seq = 2',
    "a changed actor": "UPDATE events SET actor = 'client:other' WHERE seq = 2",
    "a moved moment": "UPDATE events SET at = (SELECT min(seen_at) FROM workers) WHERE seq = 2",
    "a deletion in the middle": "DELETE FROM events WHERE seq = 2",
    "a deletion at the end": "DELETE FROM events WHERE seq = 3",
    "a deletion of all": "DELETE FROM events",
    "a swap": "UPDATE events SET kind = CASE seq WHEN 1 THEN 'second' ELSE 'first' END WHERE seq < 3",
    "a changed head": "UPDATE petitions SET head = 'f'",
}


async def executed(world: Deployment, *statements: str) -> None:
    async with world.database.writing() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def with_ledger(world: Deployment) -> None:
    """One petition with three events."""
    [petition_id] = await register(world, 1)
    for kind in ("first", "second"):
        async with world.begin() as work:
            work.record(await work.lock(petition_id), kind, actor="client:portal", data={"件": 0.93})
    await world.schedule.beat("one", "here")


async def checked(world: Deployment) -> Checked:
    [found] = [each async for each in audit.walk(world)]
    return found


@pytest.mark.parametrize("statement", ["UPDATE events SET kind = 'other'", "DELETE FROM events"])
async def test_the_ledger_takes_no_update_and_no_delete(world: Deployment, statement: str) -> None:
    await with_ledger(world)
    with pytest.raises(Exception, match="append-only") as refused:
        await executed(world, statement)
    assert not isinstance(refused.value, StoreUnavailable)
    assert await count(world, "events") == 3


async def test_a_ledger_that_nobody_touched_holds(world: Deployment) -> None:
    await with_ledger(world)
    found = await checked(world)
    assert (found.events, found.breaks) == (3, ())


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_audit_finds(world: Deployment, forgery: str) -> None:
    await with_ledger(world)
    unlock = UNLOCK["sqlite" if world.database.is_sqlite else "postgresql"]
    await executed(world, *unlock, FORGERIES[forgery])
    assert (await checked(world)).breaks


async def test_every_event_notes_the_call_it_came_from(world: Deployment) -> None:
    [petition_id] = await register(world, 1)
    async with world.begin() as work:
        work.request_id, work.fingerprint = "request-1", "f" * 64
        work.record(await work.lock(petition_id), "first", actor="client:portal")
    async with world.read() as work:
        assert await work.done_before(petition_id, "f" * 64)
        assert not await work.done_before(petition_id, "e" * 64)
