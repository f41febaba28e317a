"""An end leaves nothing open: no dispatch, objection or review in hand, no clock that runs."""

from __future__ import annotations

from uuid import UUID

from services.application import finality, objection, review_request, timers
from services.application.objection import Ruling
from services.domain.dispatch import DispatchState, Mode, ObjectionState, Role
from services.domain.opinion import Outcome
from services.domain.petition import State
from tests.fakes import FakeWorld
from tests.unit.lives import accused, answered, asked, organ_call, read, routed, under_review, world_under

PARTS = ("dispatches", "objections", "reviews", "deadlines")


def open_parts(world: FakeWorld, petition_id: UUID) -> list[str]:
    rows = world.store.rows
    mine = {kind: [each for each in rows[kind].values() if each.petition_id == petition_id] for kind in PARTS}
    left = [f"dispatch {each.state}" for each in mine["dispatches"] if each.open]
    left += [f"objection {each.state}" for each in mine["objections"] if each.state == "open"]
    left += [f"review {each.state}" for each in mine["reviews"] if each.state.open]
    return left + [f"clock {each.rule}" for each in mine["deadlines"] if each.next_at is not None]


async def test_led_to_another_procedure_opens_no_review() -> None:
    """31.1 to 31.5 are told which way to go; what is reviewed (35) is a 信访处理意见 (31.6, 32)."""
    world = world_under("national-2022")
    petition = await answered(world, Outcome.LED_TO_OTHER_PROCEDURE)
    assert petition.state is State.CONCLUDED
    assert not [each for each in world.store.rows["deadlines"].values() if each.rule == "D7"]
    [opinion] = world.store.rows["opinions"].values()
    assert "不适用信访复查、复核" in opinion.remedy
    assert open_parts(world, petition.id) == []


async def test_a_final_petition_leaves_nothing_open() -> None:
    world = world_under("national-2022")
    petition = await answered(world)
    world.clock.pass_days(40)
    await timers.catch_up(world)
    petition = await read(world, petition.id)
    assert petition.state is State.FINAL
    assert open_parts(world, petition.id) == []


async def test_an_end_in_mid_review_leaves_nothing_open() -> None:
    world = world_under("national-2022")
    held = await under_review(world)
    async with world.begin() as work:
        petition = await work.lock(held.petition_id)
        petition.state = State.FINAL
        await finality.close(world, work, petition, ground="no_successor", on=world.clock.today())
    assert open_parts(world, held.petition_id) == []


async def objected(world: FakeWorld) -> UUID:
    """A petition whose organ objects, beside one that helps; the office sent it."""
    petition = await routed(world)
    office = (await world.directory()).petition_office(petition.office_region, on=world.clock.today())
    helper = (await world.directory()).find_by_code("430921000000-agriculture")
    assert office is not None
    assert helper is not None
    async with world.begin() as work:
        [lead] = await work.dispatches.find(petition_id=petition.id)
        lead.sender_id = office.id
        beside = type(lead)(
            world.codes.new_id(), petition.id, helper.id, office.id, Mode.REFER, Role.CO,
            DispatchState.SENT, lead.sent_at, lead.sent_on,
        )  # fmt: skip
        await work.dispatches.save(lead)
        await work.dispatches.add(beside)
    await objection.raise_objection(
        world, lead.id, reason="该事项由农业农村部门主管,不属于本局职权。",
        suggested_organ_id=None, call=organ_call(lead.organ_id),
    )  # fmt: skip
    return petition.id


async def test_what_is_recalled_leaves_no_objection_open() -> None:
    world = world_under("national-2022")
    petition_id = await objected(world)
    await accused(world, petition_id, "南县自然资源局")
    assert (await read(world, petition_id)).state is State.TRIAGE
    [contested] = world.store.rows["objections"].values()
    assert contested.state is ObjectionState.CEASED
    assert not any(each.open for each in world.store.rows["dispatches"].values())


async def test_what_goes_back_to_the_desk_is_taken_from_those_who_helped() -> None:
    world = world_under("national-2022")
    petition_id = await objected(world)
    [contested] = world.store.rows["objections"].values()
    [lead] = [each for each in world.store.rows["dispatches"].values() if each.role is Role.LEAD]
    ruling = Ruling(upheld=True, organ_id=None, reason="经核实,不属于该局职权。")
    await objection.decide(world, contested.id, ruling, call=organ_call(lead.sender_id))
    assert (await read(world, petition_id)).state is State.TRIAGE
    assert {each.state for each in world.store.rows["dispatches"].values()} == {
        DispatchState.RETURNED,
        DispatchState.WITHDRAWN,
    }


async def test_a_late_request_finds_the_organ_that_answered_where_it_stood() -> None:
    world = world_under("national-2022")
    petition = await answered(world)
    world.clock.pass_days(40)
    await timers.catch_up(world)
    late = review_request.Late("住院,有出院证明。", "周科长")
    await asked(world, petition.id, late=late)
    [held] = world.store.rows["dispatches"].values()
    assert (held.state, held.open) == (DispatchState.ANSWERED, True)
