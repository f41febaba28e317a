"""The demonstration's parts: dealt by the seed; and its days, which move over nobody's head."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date, datetime, timedelta, timezone

import pytest

from services.cli.demo.casting import OF_REDRESS, Part, deal
from services.cli.demo.complaints import load_complaints
from services.cli.demo.days import Days, StandStill

FIRST = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=timezone(timedelta(hours=8)))


class Clock:
    """The system's clock, as ``Days`` moves it."""

    def __init__(self) -> None:
        self.today = FIRST

    async def move(self, by: int) -> date:
        self.today += timedelta(days=by)
        return self.today


def test_sixty_complaints_come_by_all_four_channels() -> None:
    complaints = load_complaints()
    assert len({complaint.key for complaint in complaints}) == len(complaints) == 60
    assert {complaint.channel for complaint in complaints} == {"letter", "visit", "online", "hotline"}


def test_a_joint_petition_names_five_of_forty() -> None:
    wages = next(complaint for complaint in load_complaints() if complaint.people == 40)
    body = wages.body(reference="r", now=NOW)
    assert [person["representative"] for person in body["petitioners"]] == [True] * 5
    assert body["people_count"] == 40


def test_who_repeats_a_complaint_is_the_same_person() -> None:
    by_key = {complaint.key: complaint for complaint in load_complaints()}
    repeats = [complaint for complaint in by_key.values() if complaint.repeats]
    assert repeats
    for again in repeats:
        first = by_key[again.repeats or ""]
        assert (again.who, again.phone) == (first.who, first.phone)


@pytest.mark.parametrize("seed", range(20))
def test_every_part_of_redress_is_dealt_whatever_the_seed(seed: int) -> None:
    dealt = Counter(deal(load_complaints(), seed).values())
    assert all(dealt[part] >= times for part, times in OF_REDRESS.items())


def test_the_same_seed_deals_the_same() -> None:
    assert deal(load_complaints(), 7) == deal(load_complaints(), 7)
    assert deal(load_complaints(), 7) != deal(load_complaints(), 8)
    assert Part.GUIDED in deal(load_complaints(), 7).values()


async def test_the_day_moves_to_the_nearest_that_anyone_waits_for() -> None:
    clock = Clock()
    days = Days(FIRST, clock.move)
    seen: list[tuple[str, date]] = []

    async def story(name: str, *waits: int) -> None:
        for wait in waits:
            await days.pass_by(wait)
            seen.append((name, clock.today))

    async with asyncio.TaskGroup() as stories:
        stories.create_task(days.live(story("one", 3, 4)))
        stories.create_task(days.live(story("two", 5)))
        await days.run(pause=0, each_day=lambda _today: None)
    later = [FIRST + timedelta(days=by) for by in (3, 5, 7)]
    assert seen == [("one", later[0]), ("two", later[1]), ("one", later[2])]


async def test_a_story_the_system_never_answers_is_told() -> None:
    days = Days(FIRST, Clock().move, patience=0.01)
    unanswered = asyncio.create_task(days.live(asyncio.Event().wait()))
    with pytest.raises(StandStill):
        await days.run(pause=0, each_day=lambda _today: None)
    unanswered.cancel()
