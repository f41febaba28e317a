"""A year's holiday notice comes out: running clocks are counted again, once, and the ledger says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.application import calendar
from services.application.registration import register
from services.domain.access import Call, Client, ClientRole
from services.domain.petition import Channel
from services.domain.registration import Registration
from tests.fakes import FakeLaw, FakeWorld
from tests.worlds import small_world

EVE = datetime(2026, 12, 18, 4, 0, tzinfo=UTC)


@pytest.fixture
def world() -> FakeWorld:
    return small_world(EVE)


@pytest.fixture
def portal() -> Call:
    return Call(Client("portal", b"", "门户", ClientRole.PORTAL, "430900000000", None, (), EVE))


async def _registered(world: FakeWorld, portal: Call) -> None:
    online = Registration(
        channel=Channel.ONLINE,
        received_on=date(2026, 12, 18),
        title="路灯",
        content="南县南洲镇桂花园路路灯不亮",
        anonymous=True,
    )
    await register(world, online, call=portal)


def _publish(world: FakeWorld, *days_off: date) -> None:
    old = world.law.calendar
    published = replace(
        old,
        version="2027 published",
        published=old.published | {2027},
        holidays=old.holidays | set(days_off),
    )
    world.law = FakeLaw(world.law.pack(""), published)


async def test_a_provisional_date_moves_when_its_year_is_published(world: FakeWorld, portal: Call) -> None:
    await _registered(world, portal)
    [clock] = world.store.rows["deadlines"].values()
    assert (clock.due_on, clock.provisional) == (date(2027, 1, 4), True)  # 1 to 3 January are days of rest

    _publish(world, date(2027, 1, 4))

    assert await calendar.recount(world) == 1
    [clock] = world.store.rows["deadlines"].values()
    assert (clock.due_on, clock.provisional) == (date(2027, 1, 5), False)
    assert [event.kind for event in world.store.rows["events"].values()] == ["registered", "deadline_moved"]


async def test_a_date_that_stays_leaves_no_event(world: FakeWorld, portal: Call) -> None:
    await _registered(world, portal)

    _publish(world)
    await calendar.recount(world)

    [clock] = world.store.rows["deadlines"].values()
    assert (clock.due_on, clock.provisional) == (date(2027, 1, 4), False)
    assert [event.kind for event in world.store.rows["events"].values()] == ["registered"]


async def test_nothing_is_counted_twice(world: FakeWorld, portal: Call) -> None:
    await _registered(world, portal)
    _publish(world, date(2027, 1, 4))

    await calendar.recount(world)

    assert await calendar.recount(world) == 0
