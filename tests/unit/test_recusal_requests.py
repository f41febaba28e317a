"""What a petitioner asks of an organ's officers is over when what it was asked in is over (条例 28.3)."""

from __future__ import annotations

import pytest

from services.application import on_the_spot, opinion, review
from services.application.review import Declination
from services.domain.on_the_spot import AnswerForm, SpotAnswer
from services.domain.opinion import Outcome
from services.domain.recusal import RecusalState
from tests.fakes import FakeWorld
from tests.unit.lives import MORNING, asked, organ_call, served, world_under, writ
from tests.unit.test_recusal import open_petition, requested


@pytest.fixture
def world() -> FakeWorld:
    return world_under("national-2022", MORNING)


async def test_a_request_ceases_with_an_answer_on_the_spot(world: FakeWorld) -> None:
    petition = await open_petition(world, accept=False)
    await requested(world, petition.id)
    [held] = world.store.rows["dispatches"].values()
    said = SpotAnswer("请到财政所更正。", "罗大江", AnswerForm.ORAL, agreed=True)
    await on_the_spot.answer(world, held.id, said, call=organ_call(held.organ_id))
    assert [each.state for each in world.store.rows["recusals"].values()] == [RecusalState.CEASED]


@pytest.mark.parametrize("served_then", [True, False])
async def test_a_request_ceases_with_the_review_that_it_was_made_in(
    world: FakeWorld, served_then: bool
) -> None:
    petition = await open_petition(world)
    [held] = world.store.rows["dispatches"].values()
    issued = await opinion.issue(world, held.id, writ(), call=organ_call(held.organ_id))
    await served(world, issued.subject)
    before = await asked(world, petition.id)
    await requested(world, petition.id)
    call = organ_call(before.organ_id)
    if served_then:
        _, decided = await review.decide(world, before.id, writ(Outcome.UPHELD), call=call)
        await served(world, decided)
    else:
        await review.decline(world, before.id, Declination("wrong_tier", "不属于复查范围。"), call=call)
    assert [each.state for each in world.store.rows["recusals"].values()] == [RecusalState.CEASED]
