"""The doubles of ``tests/fakes.py`` and the real store answer the same: one scenario, told to each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest

from services.application.arrival import Arrival, StoredAnswer
from services.application.ports import LeaseLost, World
from services.bootstrap import Deployment, deploy
from services.domain.access import Call, Client, ClientRole
from services.domain.inbox import EntryType
from services.domain.outbox import Job, Topic
from services.domain.petition import Channel, Petition, Petitioner, State
from services.domain.refusal import NotFound
from services.settings import Settings
from tests.worlds import small_world

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
ORGAN = UUID(int=77)


@pytest.fixture(params=["double", "real"])
async def world(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    if request.param == "double":
        yield small_world(NOON)
        return
    real: Deployment = deploy(Settings(data=tmp_path, database_url=database_url))
    yield real
    await real.close()


def _petition(world: World, *, ref: str | None = None) -> Petition:
    new_id = world.codes.new_id()
    return Petition(
        id=new_id,
        number=f"430900-20261120-{new_id.int % 10**9}",
        query_code_hash=b"hash",
        client_id="portal",
        external_ref=ref,
        channel=Channel.ONLINE,
        state=State.REGISTERED,
        office_region="430900000000",
        received_on=date(2026, 11, 20),
        registered_at=NOON,
        title="路灯不亮",
        content="𠮷祥路的路灯坏了三个月",
        form={"mailbox": "portal"},
    )


async def _stored(world: World) -> Petition:
    petition = _petition(world)
    person = Petitioner(
        id=world.codes.new_id(), petition_id=petition.id, position=1, name="张三", phone="+8613912345678"
    )
    async with world.begin() as work:
        await work.petitions.add(petition)
        await work.petitioners.add(person)
        work.record(petition, "registered", actor="test", data={"number": petition.number})
        await work.enqueue(Topic.ROUTE, petition.id)
    return petition


async def test_what_was_added_is_read_back_equal(world: World) -> None:
    petition = await _stored(world)

    async with world.read() as work:
        [person] = await work.petitioners.find(petition_id=petition.id)
        assert await work.petitions.get(petition.id) == petition
    assert (person.name, person.phone) == ("张三", "+8613912345678")


async def test_an_event_moves_version_and_head(world: World) -> None:
    petition = await _stored(world)

    async with world.begin() as work:
        held = await work.lock(petition.id)
        held.state = State.TRIAGE
        work.record(held, "held_for_triage", actor="test")

    async with world.read() as work:
        again = await work.petitions.get(petition.id)
        events = sorted(await work.events.find(petition_id=petition.id), key=lambda event: event.seq)
    assert (again.state, again.version) == (State.TRIAGE, 2)
    assert [event.kind for event in events] == ["registered", "held_for_triage"]
    assert (events[1].prev_hash, again.head) == (events[0].hash, events[1].hash)


async def test_an_exception_leaves_nothing_behind(world: World) -> None:
    petition = await _stored(world)

    async def fail_halfway() -> None:
        async with world.begin() as work:
            held = await work.lock(petition.id)
            held.state = State.WITHDRAWN
            work.record(held, "withdrawn", actor="test")
            work.post(ORGAN, EntryType.DISPATCH_WITHDRAWN, held, {})
            raise ValueError("halfway")

    with pytest.raises(ValueError, match="halfway"):
        await fail_halfway()

    async with world.read() as work:
        assert (await work.petitions.get(petition.id)).state is State.REGISTERED
        assert await work.inbox.find(organ_id=ORGAN) == []


async def test_entries_are_numbered_from_one_without_gaps(world: World) -> None:
    petition = await _stored(world)
    for count in (1, 2):
        async with world.begin() as work:
            held = await work.lock(petition.id)
            for _ in range(count):
                work.post(ORGAN, EntryType.PETITION_SUPPLEMENTED, held, {"count": count})

    async with world.read() as work:
        entries = await work.inbox.find(organ_id=ORGAN)
    assert sorted(entry.seq for entry in entries) == [1, 2, 3]


def _arrival(
    world: World, *, ref: str | None = None, key: str | None = None, document: str | None = None
) -> Arrival:
    petition = _petition(world, ref=ref)
    person = Petitioner(
        id=world.codes.new_id(), petition_id=petition.id, position=1, name="张三", document_number=document
    )
    client = Client("portal", b"", "门户", ClientRole.PORTAL, "430900000000", None, (), NOON)
    arrival = Arrival(petition, [person], [], Call(client), world.codes.new_id, NOON, key=key)
    arrival.answer = StoredAnswer("h", 201, b"answer") if key else None
    arrival.record(petition, "registered", actor="test")
    arrival.chain()
    return arrival


async def test_what_arrives_is_stored_whole(world: World) -> None:
    arrival = _arrival(world, ref="R-1", key="k")

    assert await world.intake.store(arrival)

    async with world.read() as work:
        assert await work.petitions.get(arrival.petition.id) == arrival.petition
        assert await work.petitioners.find(petition_id=arrival.petition.id) == arrival.petitioners
        assert await work.events.find(petition_id=arrival.petition.id) == arrival.events
        assert await work.kept_answer("portal", "k") == StoredAnswer("h", 201, b"answer")
        assert await work.kept_answer("hotline", "k") is None


@pytest.mark.parametrize("same", [{"key": "k"}, {"ref": "R-1"}, {"document": "11010519491231002X"}])
async def test_what_must_be_looked_at_first_is_not_stored(world: World, same: dict[str, str]) -> None:
    assert await world.intake.store(_arrival(world, **same))
    again = _arrival(world, **same)

    assert not await world.intake.store(again)

    async with world.read() as work:
        assert await work.petitions.find(id=again.petition.id) == []


async def test_who_was_looked_for_is_stored(world: World) -> None:
    assert await world.intake.store(_arrival(world, document="11010519491231002X"))
    again = _arrival(world, document="11010519491231002X")
    again.acquainted = True

    assert await world.intake.store(again)


async def test_earlier_petitions_of_the_same_people_are_found(world: World) -> None:
    petition, later = await _stored(world), await _stored(world)

    async with world.read() as work:
        people = await work.identities(later.id)
        assert [each.document for each in people[later.id]] == [None]
        found = await work.brought_by(people[later.id], before=later.id)
        assert found == [petition.id]
        assert await work.brought_by(people[later.id], before=petition.id) == []
        assert await work.brought_by([work.identity_of_document("11010519491231002X")], before=later.id) == []
        assert await work.brought_by([], before=later.id) == []


async def test_an_unknown_petition_cannot_be_locked(world: World) -> None:
    async with world.begin() as work:
        with pytest.raises(NotFound):
            await work.lock(world.codes.new_id())


async def test_a_job_no_longer_held_cannot_be_finished(world: World) -> None:
    petition = await _stored(world)

    async def finish_late() -> None:
        async with world.begin() as work:
            await work.finish(Job(world.codes.new_id(), Topic.ROUTE.value, petition.id, 1))

    with pytest.raises(LeaseLost):
        await finish_late()


async def test_find_takes_any_of_a_tuple(world: World) -> None:
    first, second = await _stored(world), await _stored(world)

    async with world.read() as work:
        found = await work.petitions.find(id=(first.id, second.id), client_id="portal")
    assert {petition.id for petition in found} == {first.id, second.id}
