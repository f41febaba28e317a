"""Which opinion counts: one that was replaced, or lost its organ, neither ends the chain nor is served."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.application import execution, opinion, recusal_move, review
from services.application.execution import CarriedOut
from services.application.review import Declination
from services.domain.opinion import Opinion, OpinionVoid, Outcome
from services.domain.paper import PaperKind
from services.domain.petition import Petition, State
from services.domain.recusal import Officer
from services.domain.review import Review
from tests.fakes import FakeWorld
from tests.unit.lives import (
    answered,
    asked,
    organ_call,
    read,
    review_now,
    served,
    under_review,
    world_under,
    writ,
)
from tests.unit.test_recusal import BUREAU, office, recused


@pytest.fixture
def world() -> FakeWorld:
    return world_under("national-2022")


def newest_opinion(world: FakeWorld) -> Opinion:
    opinions: list[Opinion] = list(world.store.rows["opinions"].values())
    return opinions[-1]


async def carried_out(world: FakeWorld, done: Opinion) -> Petition:
    """The organ that handled the matter reports that it was done."""
    [due] = [each for each in world.store.rows["executions"].values() if each.opinion_id == done.id]
    report = CarriedOut(world.clock.today(), "协议已履行。")
    return (await execution.carry_out(world, done.id, report, call=organ_call(due.organ_id))).petition


async def decided(world: FakeWorld, before: Review, outcome: Outcome) -> Petition:
    """What the reviewing organ decides is served."""
    said = replace(writ(outcome), decision="复查意见。")
    _, issued = await review.decide(world, before.id, said, call=organ_call(before.organ_id))
    return await served(world, issued)


async def review_of_an_agreement_carried_out(world: FakeWorld) -> Review:
    petition = await answered(world, Outcome.SETTLED)
    before = await asked(world, petition.id)
    assert (await carried_out(world, newest_opinion(world))).state is State.UNDER_REVIEW
    return before


async def test_f3_an_agreement_that_review_upholds_ends_the_chain(world: FakeWorld) -> None:
    petition = await decided(world, await review_of_an_agreement_carried_out(world), Outcome.UPHELD)
    assert (petition.state, petition.final_ground) == (State.FINAL, "agreement_carried_out")


@pytest.mark.parametrize(("pack", "barred"), [("national-2022", False), ("shandong-2015", True)])
async def test_the_certificate_speaks_of_a_bar_only_where_the_law_has_one(pack: str, barred: bool) -> None:
    world = world_under(pack)
    await answered(world, Outcome.SETTLED)
    assert (await carried_out(world, newest_opinion(world))).state is State.FINAL
    papers = world.store.rows["papers"].values()
    [certificate] = [each for each in papers if each.kind is PaperKind.FINALITY]
    assert ("不再受理" in str(certificate.content)) is barred


async def test_f3_an_agreement_that_review_changed_leaves_re_review_open(world: FakeWorld) -> None:
    petition = await decided(world, await review_of_an_agreement_carried_out(world), Outcome.CHANGED)
    assert petition.state is State.REVIEW_ANSWERED
    petition = await carried_out(world, newest_opinion(world))
    assert (petition.state, petition.final_ground) == (State.REVIEW_ANSWERED, None)
    assert (await asked(world, petition.id)).requested_on == world.clock.today()


async def test_f3_an_agreement_that_review_revoked_ends_no_later_chain(world: FakeWorld) -> None:
    petition = await decided(world, await review_of_an_agreement_carried_out(world), Outcome.REVOKED)
    [held] = world.store.rows["dispatches"].values()
    anew = writ(Outcome.NOT_SUPPORTED, "不予支持。")
    issued = await opinion.issue(world, held.id, anew, call=organ_call(held.organ_id))
    await served(world, issued.subject)
    again = await asked(world, petition.id)
    why = Declination("wrong_tier", "材料不齐。")
    await review.decline(world, again.id, why, call=organ_call(again.organ_id))
    petition = await read(world, petition.id)
    assert (petition.state, petition.final_ground) == (State.ANSWERED, None)


async def moved_for_a_recused_head(world: FakeWorld, before: Review) -> Review:
    head = await recused(world, before.petition_id, Officer("周正", "局长", is_head=True), of=BUREAU)
    await recusal_move.move_up(world, head.recusal.id, "负责人回避。", call=office())
    return await review_now(world, before.id)


async def test_an_opinion_of_the_organ_that_lost_the_review_is_not_served(world: FakeWorld) -> None:
    before = await under_review(world)
    _, void = await review.decide(world, before.id, writ(Outcome.UPHELD), call=organ_call(before.organ_id))
    moved = await moved_for_a_recused_head(world, before)
    assert moved.organ_id != before.organ_id
    with pytest.raises(OpinionVoid):
        await served(world, void)
    said = writ(Outcome.CHANGED, "改为支持。")
    _, valid = await review.decide(world, moved.id, said, call=organ_call(moved.organ_id))
    with pytest.raises(OpinionVoid):
        await served(world, void)
    assert (await served(world, valid)).state is State.REVIEW_ANSWERED
