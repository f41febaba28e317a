"""What random lives (``test_lives.py``) once found, told short."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bench.year_people import People
from services.application import routing, timers
from services.domain.access import ClientRole
from services.domain.deadline import DeadlineState
from services.domain.dispatch import Dispatch
from services.domain.opinion import Outcome
from services.domain.outbox import Topic
from services.domain.petition import Channel, State
from services.domain.registration import PetitionerDraft, Registration
from services.domain.steps import StepNotAllowed
from tests.fakes import FakeWorld
from tests.worlds import CITY, city_directory, small_world


@pytest.fixture
def world() -> FakeWorld:
    return small_world(datetime(2026, 3, 2, 2, tzinfo=UTC))


@pytest.fixture
def people(world: FakeWorld) -> People:
    return People(world, city_directory(), CITY)


async def accepted(world: FakeWorld, people: People) -> Dispatch:
    """A petition for wages in the hands of the organ that accepted it."""
    brought = Registration(
        channel=Channel.ONLINE,
        received_on=world.clock.today(),
        title="工地拖欠工资",
        content="赫山区龙岭工地拖欠农民工工资三个月,请督促发放。",
        address="赫山区龙岭产业开发区",
        petitioners=(PetitionerDraft("罗大江", phone="13900001000"),),
    )
    made = await people.register(brought, people.source(ClientRole.PORTAL, CITY))
    await routing.route(world, [job for job in world.store.jobs.values() if job.topic == Topic.ROUTE])
    _, held = await people.look(made.petition.id)
    assert held is not None
    await people.accept(held)
    return held


async def served(world: FakeWorld, people: People, held: Dispatch, outcome: Outcome) -> None:
    issued = await people.answer(held, outcome)
    await people.serve(issued.subject, world.clock.today())


async def reviewed(world: FakeWorld, people: People, held: Dispatch, *, carried_out: bool) -> None:
    """A review that upholds the answer, served; meanwhile the organ may have done what it promised."""
    petition, _ = await people.look(held.petition_id)
    asked = await people.request_review(petition)
    if carried_out:
        [due] = await people.executions(petition)
        await people.carry_out(due, world.clock.today())
    await people.decide_review(asked.subject, Outcome.UPHELD)
    upheld = (await people.opinions(petition))[-1]
    await people.serve(upheld, world.clock.today())


async def test_an_agreement_carried_out_during_the_review_leaves_no_window(
    world: FakeWorld, people: People
) -> None:
    held = await accepted(world, people)
    await served(world, people, held, Outcome.SETTLED)
    await reviewed(world, people, held, carried_out=True)
    petition, _ = await people.look(held.petition_id)
    assert (petition.state, petition.final_ground) == (State.FINAL, "agreement_carried_out")
    running = [c.rule for c in world.store.rows["deadlines"].values() if c.state is DeadlineState.RUNNING]
    assert running == []


async def test_a_review_decided_is_not_decided_again_during_the_re_review(
    world: FakeWorld, people: People
) -> None:
    held = await accepted(world, people)
    await served(world, people, held, Outcome.NOT_SUPPORTED)
    await reviewed(world, people, held, carried_out=False)
    petition, _ = await people.look(held.petition_id)
    await people.request_review(petition)
    first = (await people.reviews(petition))[0]
    with pytest.raises(StepNotAllowed):
        await people.decide_review(first, Outcome.CHANGED)
    with pytest.raises(StepNotAllowed):
        await people.decline_review(first)
    assert (await people.look(petition.id))[0].state is State.UNDER_RE_REVIEW
    await timers.catch_up(world)
