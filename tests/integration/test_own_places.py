"""A city's own places on real databases: loaded in versions, learnt from what organs accepted."""

from __future__ import annotations

from datetime import date

from services.application import places
from services.bootstrap import Deployment
from services.domain.dispatch import Dispatch, DispatchState, Mode, Role
from services.domain.own_place import OwnPlace
from services.domain.petition import Petitioner, Purpose
from services.domain.place_learning import LearntPlace
from tests.integration.conftest import Deploy
from tests.integration.petitions import build_city, petition

HESHAN, TAOHUALUN = "430903000000", "430903002000"
DAY = date(2026, 11, 20)
ROAD = OwnPlace("康富南路", TAOHUALUN, "道路")


async def accepted(
    world: Deployment, sequence: int, content: str, *, purpose: Purpose = Purpose.REDRESS
) -> None:
    """A petition of a petitioner of its own, accepted by an organ of the district."""
    directory = await world.directory()
    organ = directory.petition_office(HESHAN, on=world.clock.today())
    assert organ is not None
    made = petition(world, sequence, content=content)
    made.purpose, made.region_code = purpose, TAOHUALUN
    person = Petitioner(world.codes.new_id(), made.id, 1, "张三", phone=f"1380000000{sequence}")
    lead = Dispatch(
        world.codes.new_id(), made.id, organ.id, None, Mode.REFER, Role.LEAD,
        DispatchState.ACCEPTED, world.clock.now(), DAY, accepted_on=DAY,
    )  # fmt: skip
    async with world.begin() as work:
        await work.petitions.add(made)
        await work.petitioners.add(person)
        await work.dispatches.add(lead)


async def test_names_are_learnt_from_what_organs_accepted(world: Deployment) -> None:
    await build_city(world)
    for sequence in range(1, 4):
        await accepted(world, sequence, "家住康富南路,自来水停了三天")
    for sequence in range(4, 8):
        await accepted(world, sequence, "举报春风大厦的某人", purpose=Purpose.DENUNCIATION)
    assert await places.learn(world) == [LearntPlace("康富南路", TAOHUALUN, "道路", 3, 3, 1.0)]


async def test_what_is_loaded_already_is_not_proposed_again(world: Deployment) -> None:
    await build_city(world)
    await world.organs.apply(places=[ROAD], by="test", note="", at=world.clock.now())
    for sequence in range(1, 4):
        await accepted(world, sequence, "家住康富南路,自来水停了三天")
    assert await places.learn(world) == []


async def test_another_process_reads_the_places_that_were_loaded(deploy: Deploy) -> None:
    here, there = deploy(), deploy()
    assert (await there.directory()).places == ()
    version = await here.organs.apply(places=[ROAD], by="test", note="", at=here.clock.now())
    await there.organs.refresh()
    snapshot = await there.organs.snapshot()
    assert (snapshot.version, snapshot.places) == (version, (ROAD,))
    again = OwnPlace("康富南路", HESHAN, "道路")
    await here.organs.apply(places=[again], by="test", note="", at=here.clock.now())
    assert (await here.organs.snapshot()).places == (again,)
