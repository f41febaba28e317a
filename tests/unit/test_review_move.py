"""R6 in review: what accuses the organ that reviews takes the review from it (信访工作条例 28, 30)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.application import hearing, review
from services.application.dispatch import Extension
from services.application.review import Declination
from services.domain.deadline import DeadlineState
from services.domain.directory import Directory
from services.domain.inbox import EntryType
from services.domain.opinion import Outcome
from services.domain.organ import Organ
from services.domain.petition import State
from services.domain.refusal import NotFound
from services.domain.review import ReviewState, reviewing_organs
from tests.fakes import FakeWorld
from tests.unit.lives import (
    MORNING,
    accused,
    clock_of,
    entries,
    organ_call,
    read,
    review_now,
    served,
    told,
    under_review,
    world_under,
    writ,
)
from tests.worlds import city_directory

TODAY = date(2026, 11, 23)
BUREAU, COUNTY, PROVINCE = "益阳市自然资源局", "南县人民政府", "湖南省自然资源厅"


@pytest.fixture
def world() -> FakeWorld:
    return world_under("national-2022", MORNING)


def name(organ_id: UUID | None) -> str:
    assert organ_id is not None
    return city_directory().organ(organ_id).name


async def test_the_review_of_an_accused_organ_goes_to_the_next(world: FakeWorld) -> None:
    asked = await under_review(world)
    assert name(asked.organ_id) == BUREAU
    await accused(world, asked.petition_id, BUREAU)
    moved = await review_now(world, asked.id)
    assert name(moved.organ_id) == COUNTY
    assert (moved.state, moved.requested_on) == (ReviewState.REQUESTED, asked.requested_on)
    petition = await read(world, asked.petition_id)
    assert (petition.state, petition.holder_id) == (State.UNDER_REVIEW, moved.organ_id)


async def test_the_clock_changes_hands_and_does_not_begin_anew(world: FakeWorld) -> None:
    """30 days from the request (35): the petitioner waits no longer because the organ was accused."""
    asked = await under_review(world)
    before = clock_of(world, "D8")
    world.clock.pass_days(10)
    await accused(world, asked.petition_id, BUREAU)
    after = clock_of(world, "D8")
    assert (after.id, after.starts_on, after.due_on) == (before.id, before.starts_on, before.due_on)
    assert name(after.owner_id) == COUNTY


async def test_the_old_organ_is_told_that_it_ceased_and_the_new_one_is_asked(world: FakeWorld) -> None:
    asked = await under_review(world)
    await accused(world, asked.petition_id, BUREAU)
    gone = entries(world, asked.organ_id)[-1]
    assert (gone.type, set(gone.data)) == (EntryType.REVIEW_CEASED, {"review_id", "number", "version"})
    moved = await review_now(world, asked.id)
    assert entries(world, moved.organ_id)[-1].type is EntryType.REVIEW_REQUESTED
    [event] = told(world, "review_moved")
    assert event["organ_id"] == str(moved.organ_id)


async def test_an_accused_organ_reads_and_acts_in_vain(world: FakeWorld) -> None:
    asked = await under_review(world)
    day = world.clock.today()
    call = organ_call(asked.organ_id, "accepted before")
    await review.accept(world, asked.id, call=call)
    await accused(world, asked.petition_id, BUREAU)
    with pytest.raises(NotFound):
        await review.read(world, asked.id, client=call.client)
    with pytest.raises(NotFound):  # not even the repetition of what it did before
        await review.accept(world, asked.id, call=call)
    with pytest.raises(NotFound):
        await review.decline(world, asked.id, Declination("late", "逾期。"), call=call)
    with pytest.raises(NotFound):
        await review.decide(world, asked.id, writ(Outcome.UPHELD), call=call)
    with pytest.raises(NotFound):
        await review.extend(world, asked.id, Extension(5, "主任", "复杂。"), call=call)
    with pytest.raises(NotFound):
        await hearing.hold(world, asked.id, day, day, call=call)


async def test_where_nobody_is_left_to_review_it_is_said_and_nobody_has_it(world: FakeWorld) -> None:
    asked = await under_review(world)
    for organ in ("湖南省人民政府", PROVINCE, BUREAU, COUNTY):
        await accused(world, asked.petition_id, organ)
    petition = await read(world, asked.petition_id)
    assert told(world, "review_without_organ")
    assert petition.holder_id != asked.organ_id
    assert clock_of(world, "D8").owner_id == petition.holder_id
    with pytest.raises(NotFound):
        await review.decide(world, asked.id, writ(Outcome.UPHELD), call=organ_call(asked.organ_id))


async def test_an_acceptance_that_was_told_stands(world: FakeWorld) -> None:
    asked = await under_review(world)
    await review.accept(world, asked.id, call=organ_call(asked.organ_id))
    await accused(world, asked.petition_id, BUREAU)
    assert (await review_now(world, asked.id)).state is ReviewState.ACCEPTED


async def test_an_opinion_that_was_not_served_is_made_anew(world: FakeWorld) -> None:
    asked = await under_review(world)
    _, first = await review.decide(world, asked.id, writ(Outcome.UPHELD), call=organ_call(asked.organ_id))
    assert clock_of(world, "D8").state is DeadlineState.MET
    await accused(world, asked.petition_id, BUREAU)
    petition, moved = await read(world, asked.petition_id), await review_now(world, asked.id)
    assert (petition.state, moved.state, moved.outcome) == (State.UNDER_REVIEW, ReviewState.ACCEPTED, None)
    assert clock_of(world, "D8").state is DeadlineState.RUNNING
    with pytest.raises(NotFound):
        await served(world, first)
    _, second = await review.decide(world, asked.id, writ(Outcome.CHANGED), call=organ_call(moved.organ_id))
    assert (await served(world, second)).state is State.REVIEW_ANSWERED


async def test_an_opinion_that_was_served_stands(world: FakeWorld) -> None:
    asked = await under_review(world)
    _, issued = await review.decide(world, asked.id, writ(Outcome.UPHELD), call=organ_call(asked.organ_id))
    await served(world, issued)
    await accused(world, asked.petition_id, BUREAU)
    assert (await review_now(world, asked.id)).organ_id == asked.organ_id
    assert (await read(world, asked.petition_id)).state is State.REVIEW_ANSWERED


async def test_screening_again_moves_nothing_more(world: FakeWorld) -> None:
    asked = await under_review(world)
    await accused(world, asked.petition_id, BUREAU)
    await accused(world, asked.petition_id, BUREAU)
    assert len(told(world, "review_moved")) == 1


def reviewers_of(organ: str, *hidden: str) -> list[str]:
    directory: Directory = city_directory()
    ids = {each.name: each.id for each in directory.organs}
    found = reviewing_organs(directory, ids[organ], on=TODAY, hidden={ids[each] for each in hidden})
    return [each.name for each in found]


def test_reviewers_are_the_directorys_in_its_order() -> None:
    assert reviewers_of("南县自然资源局") == [BUREAU, COUNTY]


def test_where_all_reviewers_are_accused_theirs_review() -> None:
    found = reviewers_of("南县自然资源局", BUREAU, COUNTY)
    assert found[0] == PROVINCE
    assert "益阳市人民政府" in found


def test_the_climb_ends_with_the_tree() -> None:
    every = [each.name for each in city_directory().organs]
    assert reviewers_of("南县自然资源局", *every) == []


def test_r9_reviewer_that_was_merged_is_followed_to_its_successor() -> None:
    """条例 24: what an organ that was abolished had to do falls to whoever exercises its powers."""
    city = city_directory()
    named = {each.name: each for each in city.organs}
    new = replace(named[BUREAU], id=UUID(int=7), code="new", name="益阳市自然资源和规划局", valid_from=TODAY)
    gone = replace(named[BUREAU], valid_to=TODAY, successor_id=new.id)

    def reviewers(bureau: Organ, on: date) -> list[str]:
        organs = [each for each in city.organs if each.id != bureau.id]
        directory = Directory(2, [*organs, bureau, new], (), city.categories, city.gazetteer)
        found = reviewing_organs(directory, named["南县自然资源局"].id, on=on, hidden=())
        return [each.name for each in found]

    assert reviewers(gone, date(2026, 11, 22)) == [BUREAU, COUNTY]
    assert reviewers(gone, TODAY) == [new.name, COUNTY]
    assert reviewers(replace(gone, successor_id=None), TODAY) == [COUNTY]


def test_r9_where_every_reviewer_is_gone_theirs_review() -> None:
    city = city_directory()
    reviewed = next(each for each in city.organs if each.name == "南县自然资源局")
    gone = [
        replace(each, valid_to=TODAY) if each.id in reviewed.reviewer_ids else each for each in city.organs
    ]
    directory = Directory(2, gone, (), city.categories, city.gazetteer)
    assert reviewing_organs(directory, reviewed.id, on=TODAY, hidden=())[0].name == PROVINCE
