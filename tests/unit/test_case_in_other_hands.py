"""D5: the 60 days run from the acceptance, whoever has the case since (信访工作条例 34)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from services.application import dispatch, opinion, transfer
from services.application.dispatch import Extension
from services.domain.access import Call, ClientRole
from services.domain.deadline import DeadlineState, ExtensionTooLong
from services.domain.dispatch import Dispatch
from services.domain.petition import Path, State
from tests.fakes import FakeWorld
from tests.unit.lives import (
    MORNING,
    PORTAL,
    accepted,
    accused,
    clock_of,
    organ_call,
    read,
    world_under,
    writ,
)
from tests.worlds import CITY, city_directory

FORESTRY, LAND, OFFICE = "南县林业局", "南县自然资源局", "益阳市信访局"
ORGANS = {each.name: each.id for each in city_directory().organs}
MORE = Extension(days=20, approved_by="局长", reason="需要重新勘测。")


@pytest.fixture
def world() -> FakeWorld:
    return world_under("national-2022", MORNING)


async def moved(world: FakeWorld, petition_id: UUID, to: str) -> Dispatch:
    office = replace(PORTAL, role=ClientRole.PETITION_OFFICE, region_code=CITY, organ_id=ORGANS[OFFICE])
    wanted = transfer.Transfer(ORGANS[to], "现场核实,该地块为集体林地。")
    return (await transfer.transfer(world, petition_id, wanted, call=Call(office))).subject


async def handled(world: FakeWorld) -> UUID:
    """A petition that an organ accepted twenty days ago."""
    petition = await accepted(world)
    world.clock.pass_days(20)
    return petition.id


async def test_d5_goes_on_in_other_hands(world: FakeWorld) -> None:
    petition_id = await handled(world)
    before = clock_of(world, "D5").due_on
    onward = await moved(world, petition_id, FORESTRY)
    clock = clock_of(world, "D5")
    assert (clock.state, clock.owner_id) == (DeadlineState.RUNNING, ORGANS[FORESTRY])
    world.clock.pass_days(5)
    case = await dispatch.accept(world, onward.id, dispatch.Acceptance(), call=organ_call(onward.organ_id))
    clocks = [each for each in world.store.rows["deadlines"].values() if each.rule == "D5"]
    assert [(each.due_on, each.subject_id) for each in clocks] == [(before, onward.id)]
    assert "D5" in {each.rule for each in case.deadlines}


async def test_d6_is_granted_once_whoever_has_the_case(world: FakeWorld) -> None:
    petition_id = await handled(world)
    [held] = world.store.rows["dispatches"].values()
    await dispatch.extend(world, held.id, MORE, call=organ_call(held.organ_id))
    onward = await moved(world, petition_id, FORESTRY)
    call = organ_call(onward.organ_id)
    await dispatch.accept(world, onward.id, dispatch.Acceptance(), call=call)
    with pytest.raises(ExtensionTooLong, match="还可延长10日"):
        await dispatch.extend(world, onward.id, replace(MORE, days=11), call=call)


async def test_d5_ceases_where_the_new_organ_finds_another_way(world: FakeWorld) -> None:
    onward = await moved(world, await handled(world), FORESTRY)
    way = dispatch.Acceptance(path=Path.ADMINISTRATIVE_PROCEDURE, directed_to="南县林业局")
    await dispatch.accept(world, onward.id, way, call=organ_call(onward.organ_id))
    assert clock_of(world, "D5").state is DeadlineState.CEASED


async def test_d5_runs_on_when_the_organ_is_accused(world: FakeWorld) -> None:
    petition_id = await handled(world)
    await accused(world, petition_id, LAND)
    petition, clock = await read(world, petition_id), clock_of(world, "D5")
    assert petition.state is State.TRIAGE
    assert (clock.state, clock.owner_id) == (DeadlineState.RUNNING, petition.holder_id)


async def test_d5_was_not_met_by_an_opinion_that_nobody_was_served(world: FakeWorld) -> None:
    petition_id = await handled(world)
    [held] = world.store.rows["dispatches"].values()
    await opinion.issue(world, held.id, writ(), call=organ_call(held.organ_id))
    before = clock_of(world, "D5")
    assert (before.state, before.met_on) == (DeadlineState.MET, world.clock.today())
    await accused(world, petition_id, LAND)
    clock = clock_of(world, "D5")
    assert (clock.state, clock.met_on) == (DeadlineState.RUNNING, None)
    assert clock.starts_on == world.clock.today() - timedelta(days=20)
