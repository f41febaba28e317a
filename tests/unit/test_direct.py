"""Petitions brought to an organ directly, on the doubles (信访工作条例 23)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.application import direct, routing
from services.application.registration import Registered, register
from services.domain.access import Call, Client, ClientRole, may_see
from services.domain.deadline import DeadlineState
from services.domain.organ import Organ
from services.domain.petition import Channel, Petition, Purpose
from services.domain.registration import PetitionerDraft, Registration
from tests.fakes import FakeWorld
from tests.worlds import city_directory, small_world

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
LETTER = Registration(
    channel=Channel.LETTER,
    received_on=date(2026, 11, 13),
    title="征地补偿款未发放",
    content="南县茅草街镇去年征地,征地补偿款至今没有发放到户,请求依法处理。",
    address="南县茅草街镇",
    petitioners=(PetitionerDraft(name="张三", phone="+8613900000001"),),
)


@pytest.fixture
def world() -> FakeWorld:
    return small_world(NOON)


def organ(name: str) -> Organ:
    [found] = [each for each in city_directory().organs if each.name == name]
    return found


def client_of(name: str) -> Client:
    of = organ(name)
    return Client(f"client-{of.code}", b"", name, ClientRole.ORGAN, of.region_code, of.id, (), NOON)


async def brought(world: FakeWorld, to: str, registration: Registration = LETTER) -> Registered:
    client = client_of(to)
    async with world.begin() as work:
        await work.clients.add(client)
    return await register(world, registration, call=Call(client))


async def routed(world: FakeWorld, registered: Registered) -> Petition:
    jobs = list(world.store.jobs.values())
    await routing.route(world, jobs)
    petition: Petition = world.store.rows["petitions"][registered.petition.id]
    return petition


def states(world: FakeWorld) -> dict[str, DeadlineState]:
    return {clock.rule: clock.state for clock in world.store.rows["deadlines"].values()}


async def test_d2_runs_from_the_true_day_of_receipt_and_is_the_organs_own(world: FakeWorld) -> None:
    registered = await brought(world, "南县自然资源局")
    [clock] = registered.deadlines
    assert (clock.rule, clock.starts_on, clock.due_on) == ("D2", date(2026, 11, 13), date(2026, 11, 30))
    assert clock.owner_id == organ("南县自然资源局").id


async def test_d2_runs_on_with_the_organ_whose_matter_it_is(world: FakeWorld) -> None:
    petition = await routed(world, await brought(world, "南县自然资源局"))
    assert petition.holder_id == organ("南县自然资源局").id
    assert states(world) == {"D2": DeadlineState.RUNNING}
    assert not world.store.rows["notices"]


async def test_d2_is_met_by_naming_the_organ_whose_matter_it_is(world: FakeWorld) -> None:
    petition = await routed(world, await brought(world, "南县林业局"))
    assert petition.holder_id == organ("南县自然资源局").id
    assert states(world) == {
        "D2": DeadlineState.MET, "D3": DeadlineState.RUNNING, "D4": DeadlineState.RUNNING,
    }  # fmt: skip
    [notice] = world.store.rows["notices"].values()
    assert (notice.organ_id, notice.directed_to) == (organ("南县林业局").id, "南县自然资源局")


async def test_d2_is_not_owed_by_discipline_of_a_denunciation(world: FakeWorld) -> None:
    said = Registration(
        Channel.LETTER, date(2026, 11, 13), "举报", "举报南县自然资源局局长受贿贪污。",
        purpose=Purpose.DENUNCIATION, petitioners=LETTER.petitioners,
    )  # fmt: skip
    assert (await brought(world, "中共南县纪律检查委员会", said)).deadlines == []


async def test_a_denunciation_leaves_its_receiver_with_a_void_code(world: FakeWorld) -> None:
    said = Registration(
        Channel.LETTER, date(2026, 11, 13), "举报", "举报南县自然资源局局长受贿贪污。",
        petitioners=LETTER.petitioners,
    )  # fmt: skip
    registered = await brought(world, "南县自然资源局", said)
    given = registered.petition.query_code_hash
    petition = await routed(world, registered)
    assert petition.query_code_hash != given
    [notice] = world.store.rows["notices"].values()
    assert notice.organ_id == organ("南县信访局").id  # the accused tells nothing
    told = {entry.organ_id for entry in world.store.rows["inbox"].values()}
    assert organ("南县自然资源局").id not in told


async def test_the_code_of_any_other_petition_stays_good(world: FakeWorld) -> None:
    registered = await brought(world, "南县林业局")
    given = registered.petition.query_code_hash
    assert (await routed(world, registered)).query_code_hash == given


@pytest.mark.parametrize(
    ("name", "receives"), [("南县自然资源局", True), ("中共南县纪律检查委员会", True), ("南县信访局", False)]
)
def test_a_petition_office_is_no_organ_brought_to_directly(name: str, receives: bool) -> None:
    assert (direct.receiver(client_of(name), city_directory()) is not None) == receives


@pytest.mark.parametrize(
    ("screened", "denunciation", "shielded", "seen"),
    [
        (False, False, False, True),
        (False, True, False, True),
        (True, False, False, True),
        (True, True, False, False),
        (True, False, True, False),
        (False, True, True, False),
    ],
)
def test_what_an_organ_sees_as_the_source(
    screened: bool, denunciation: bool, shielded: bool, seen: bool
) -> None:
    client = client_of("南县自然资源局")
    assert client.organ_id is not None
    visible = may_see(
        client,
        source_id=client.id,
        screened=screened,
        denunciation=denunciation,
        in_office_region=True,
        party_organs=(),
        shielded=(client.organ_id,) if shielded else (),
    )
    assert visible is seen
