from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.application import registration, rescreen, routing
from services.application.petition import supplement
from services.domain.access import Call, Client, ClientRole
from services.domain.dispatch import DispatchState
from services.domain.inbox import EntryType, InboxEntry
from services.domain.outbox import Job, Topic
from services.domain.petition import Channel, Petition, State
from services.domain.registration import Registration
from tests.fakes import FakeWorld
from tests.worlds import CITY, small_world

MORNING = datetime(2026, 11, 20, 2, tzinfo=UTC)
PORTAL = Client("portal", b"", "门户", ClientRole.PORTAL, CITY, None, (), MORNING)
LAND = "征地补偿款至今没有发放。"
HARMLESS = "补充:补偿协议的复印件随后寄来。"
ACCUSING = "补充:南县自然资源局的人扣下了这笔钱。"


@pytest.fixture
def world() -> FakeWorld:
    return small_world(MORNING)


def waiting(world: FakeWorld, topic: Topic) -> list[Job]:
    return [job for job in world.store.jobs.values() if job.topic == topic]


async def routed(world: FakeWorld, *, title: str = "征地补偿没有发放", content: str = LAND) -> UUID:
    """A confidential petition that has gone to the county's land bureau."""
    brought = Registration(
        channel=Channel.LETTER,
        received_on=world.clock.today(),
        title=title,
        content=content,
        address="南县茅草街镇",
        anonymous=True,
        confidential=True,
    )
    made = await registration.register(world, brought, call=Call(PORTAL))
    await routing.route(world, waiting(world, Topic.ROUTE))
    return made.petition.id


async def supplemented(world: FakeWorld, petition_id: UUID, content: str) -> None:
    await supplement(world, petition_id, content, call=Call(PORTAL))
    await rescreen.rescreen(world, waiting(world, Topic.RESCREEN))


async def read(world: FakeWorld, petition_id: UUID) -> Petition:
    async with world.read() as work:
        return await work.petitions.get(petition_id)


def entries(world: FakeWorld, organ_id: UUID | None) -> list[InboxEntry]:
    return [entry for entry in world.store.rows["inbox"].values() if entry.organ_id == organ_id]


async def organ(world: FakeWorld, code: str) -> UUID:
    found = (await world.directory()).find_by_code(code)
    assert found is not None
    return found.id


async def test_a_harmless_supplement_is_told_to_the_holder(world: FakeWorld) -> None:
    petition_id = await routed(world)
    await supplemented(world, petition_id, HARMLESS)
    petition = await read(world, petition_id)
    assert petition.state is State.DISPATCHED
    assert entries(world, petition.holder_id)[-1].type is EntryType.PETITION_SUPPLEMENTED
    assert waiting(world, Topic.RESCREEN) == []


async def test_a_supplement_that_accuses_the_holder_takes_it_from_its_hands(world: FakeWorld) -> None:
    petition_id = await routed(world)
    bureau = (await read(world, petition_id)).holder_id
    await supplemented(world, petition_id, ACCUSING)
    petition = await read(world, petition_id)
    assert petition.state is State.TRIAGE
    assert petition.holder_id == await organ(world, f"{CITY}-petition_office")
    async with world.read() as work:
        [dispatch] = await work.dispatches.find(petition_id=petition_id)
        shields = {shield.organ_id for shield in await work.shields.find(petition_id=petition_id)}
        running = await work.deadlines.find(petition_id=petition_id, owner_id=bureau)
    assert dispatch.state is DispatchState.WITHDRAWN
    assert bureau in shields
    assert {clock.next_at for clock in running} == {None}
    last = entries(world, bureau)[-1]
    assert last.type is EntryType.DISPATCH_WITHDRAWN
    assert set(last.data) == {"dispatch_id", "number", "version"}
    assert entries(world, petition.holder_id)[-1].type is EntryType.PETITION_SUPPLEMENTED


async def test_an_organ_below_the_accused_loses_it_too(world: FakeWorld) -> None:
    petition_id = await routed(world)
    await supplemented(world, petition_id, "补充:是南县人民政府让自然资源部门扣下的。")
    petition = await read(world, petition_id)
    assert petition.state is State.TRIAGE
    async with world.read() as work:
        shields = {shield.organ_id for shield in await work.shields.find(petition_id=petition_id)}
    assert await organ(world, "430921000000-natural_resources") in shields


async def test_an_accused_petition_office_loses_its_place_at_the_desk(world: FakeWorld) -> None:
    petition_id = await routed(world, title="来信", content="反映一件说不清楚的事。")
    assert (await read(world, petition_id)).state is State.TRIAGE
    await supplemented(world, petition_id, "补充:益阳市信访局一直压着不办。")
    office = await organ(world, f"{CITY}-petition_office")
    petition = await read(world, petition_id)
    assert petition.holder_id != office
    async with world.read() as work:
        assert await work.deadlines.find(petition_id=petition_id, owner_id=office) == []


async def test_screening_twice_changes_nothing(world: FakeWorld) -> None:
    petition_id = await routed(world)
    await supplemented(world, petition_id, ACCUSING)
    before = (await read(world, petition_id)).holder_id
    await supplemented(world, petition_id, HARMLESS)
    petition = await read(world, petition_id)
    assert (petition.state, petition.holder_id) == (State.TRIAGE, before)


async def test_a_petition_not_routed_yet_waits_for_that(world: FakeWorld) -> None:
    brought = Registration(
        channel=Channel.LETTER,
        received_on=world.clock.today(),
        title="来信",
        content=LAND,
        anonymous=True,
        confidential=True,
    )
    made = await registration.register(world, brought, call=Call(PORTAL))
    await supplement(world, made.petition.id, ACCUSING, call=Call(PORTAL))
    with pytest.raises(rescreen.NotRoutedYet):
        await rescreen.rescreen(world, waiting(world, Topic.RESCREEN))
