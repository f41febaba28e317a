"""The year itself: every day begins with the clocks, then people bring petitions, then people act on them."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Protocol

from sqlalchemy import text

from bench.year_lives import Life
from bench.year_material import Material
from bench.year_people import People
from bench.year_world import AFTERNOON, FORENOON, MORNING, OfficeClock, days_from, drain, found
from services.application import timers
from services.bootstrap import Deployment
from services.cli.demo_city import CITY
from services.domain.organ import OrganKind

QUIET_DAYS = 0.35  # how many come on a Saturday or Sunday, for one that comes on a working day
# What is looked for every evening over all petitions: cheap, and empty as long as all is well.
EVERY_EVENING = {
    "a clock runs on an ended petition": """
        SELECT deadlines.id FROM deadlines JOIN petitions ON petitions.id = deadlines.petition_id
        WHERE next_at IS NOT NULL
          AND petitions.state IN ('final', 'concluded', 'declined', 'withdrawn') LIMIT 1""",
    "an ended petition is held": """
        SELECT id FROM petitions
        WHERE state IN ('final', 'concluded', 'declined', 'withdrawn') AND holder_id IS NOT NULL LIMIT 1""",
    "two organs lead": """
        SELECT petition_id FROM dispatches WHERE role = 'lead' AND open
        GROUP BY petition_id HAVING count(*) > 1 LIMIT 1""",
    "a petition is not routed": "SELECT id FROM petitions WHERE state = 'registered' LIMIT 1",
    "work is given up": "SELECT id FROM outbox WHERE state = 'dead' LIMIT 1",
}


class Worker(Protocol):
    """Who passes the points of the clocks and works off the outbox: this process, or one beside it."""

    async def catch_up(self, world: Deployment) -> None:
        """Return once everything that is due at the world's clock is done."""


class InProcess:
    async def catch_up(self, world: Deployment) -> None:
        await drain(world)
        await timers.catch_up(world)


@dataclass(slots=True)
class Year:
    """What was simulated. ``states`` by day: how many petitions stood in each state that evening."""

    petitions: int
    first: date
    last: date
    states: dict[date, Counter[str]] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    acts: int = 0


class Simulation:
    """Lives of ``petitions`` petitions over ``days`` days from ``first``, all chances from ``seed``."""

    def __init__(
        self, world: Deployment, worker: Worker, *, petitions: int, days: int, first: date, seed: int
    ) -> None:
        self._world = world
        self._worker = worker
        self._seed = seed
        self._days = days_from(first, days)
        self.year = Year(petitions, self._days[0], self._days[-1])
        self._agenda: dict[date, list[tuple[int, Callable[[], Awaitable[int | None]]]]] = defaultdict(list)

    async def run(self, each_day: Callable[[date, Year], None]) -> Year:
        self._at(self._days[0], MORNING)
        directory = await found(self._world)
        people = People(self._world, directory, CITY)
        offices = {each.region_code for each in directory.organs if each.kind is OrganKind.PETITION_OFFICE}
        material = Material(self._seed, [CITY, *sorted(offices - {CITY})])
        arrivals = _arrivals(self.year.petitions, self._days, self._seed)
        index = 0
        for day in self._days:
            self._at(day, MORNING)
            await self._worker.catch_up(self._world)
            self._at(day, FORENOON)
            for _ in range(arrivals[day]):
                await self._begin(
                    Life(people, material.brought(index, day), self._seed, self.year.refused), index, day
                )
                index += 1
            await self._worker.catch_up(self._world)
            self._at(day, AFTERNOON)
            await self._act(day)
            await self._worker.catch_up(self._world)
            await self._look(day)
            each_day(day, self.year)
        return self.year

    def _at(self, day: date, hour: time) -> None:
        clock = self._world.clock
        assert isinstance(clock, OfficeClock)
        clock.set(day, hour)

    async def _begin(self, life: Life, index: int, day: date) -> None:
        befalls = await life.register()
        for days, deed in befalls.items():
            self._agenda[day + timedelta(days=days)].append((index, deed))
        self._agenda[day + timedelta(days=1)].append((index, life.live))

    async def _act(self, day: date) -> None:
        """Every deed of the day, in the order of the petitions, whenever it was planned."""
        for index, deed in sorted(self._agenda.pop(day, []), key=lambda each: each[0]):
            again = await deed()
            self.year.acts += 1
            if again is not None:
                self._agenda[day + timedelta(days=again)].append((index, deed))

    async def _look(self, day: date) -> None:
        async with self._world.database.reading() as connection:
            rows = await connection.execute(text("SELECT state, count(*) FROM petitions GROUP BY state"))
            self.year.states[day] = Counter({state: count for state, count in rows})
            for what, query in EVERY_EVENING.items():
                if (await connection.execute(text(query))).first() is not None:
                    self.year.broken.append(f"{day}: {what}")


def _arrivals(petitions: int, days: list[date], seed: int) -> Counter[date]:
    """How many come on each day: fewer on weekends."""
    chance = random.Random(f"{seed}/arrivals")
    weights = [QUIET_DAYS if day.weekday() > 4 else 1.0 for day in days]
    return Counter(chance.choices(days, weights, k=petitions))
