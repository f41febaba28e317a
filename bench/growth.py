"""Growth: the same acts on a system with few petitions and on one with very many, in turns."""

from __future__ import annotations

import itertools
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bench.fill import fill
from bench.hot_feed import inbox_request
from bench.hot_intake import WARM_SECONDS, register
from bench.hot_worker import all_routed, freeze, thaw, until
from bench.load import drive
from bench.registrations import Person, Registrations, person
from bench.rounds import Sample, alone, in_turns, paired
from bench.stage import Site, Stage
from bench.table import Figure
from bench.wanted import figure
from bench.wire import connect

REAL = 120
PAGES = 20
ROWS = 100
JUDGED_FROM = 1_000_000
"""What is wanted is wanted of so many: of fewer, the figures are told and say nothing of it."""
# Clocks that are due, of petitions that can be opened; nothing else is left for the worker to do.
MAKE_DUE = """UPDATE deadlines SET state = 'running', met_on = NULL, next_point = 'overdue',
        next_at = now() - interval '1 hour'
    WHERE petition_id = ANY($1) AND rule IN ('D3', 'D4')"""
DUE = "SELECT count(*) FROM deadlines WHERE next_at <= now()"


@dataclass(slots=True)
class Grown:
    """A system of some size, with the few real petitions that can be asked for.

    ``bodies``, ``lookups`` and ``pages`` are what is sent, with tokens of the last :meth:`let_in`.
    """

    site: Site
    connection: asyncpg.Connection
    real: list[Any]
    people: list[Person]
    numbers: list[str]
    bodies: Registrations
    lookups: list[bytes] = field(default_factory=list)
    pages: list[bytes] = field(default_factory=list)

    async def let_in(self) -> None:
        """Tokens end while another system is being filled."""
        self.bodies = await self.site.registrations()
        # By one of the three sources: it sees a third of them, and of the others is told that there is none.
        portal = next(each for each in self.site.credentials if each.role == "portal")
        headers = {"Authorization": f"Bearer {await self.site.token(portal)}"}
        self.lookups = [
            self.site.address.request("GET", f"/v1/petitions?number={number}", headers=headers)
            for number in self.numbers
        ]
        self.pages = await _pages(self.site, self.connection)

    async def intake(self, seconds: float) -> Sample:
        return await register(
            self.site, "api", self.site.address, self.bodies, connections=16, seconds=seconds
        )

    async def number(self, seconds: float) -> Sample:
        return await self._asked(self.lookups, seconds)

    async def inbox(self, seconds: float) -> Sample:
        return await self._asked(self.pages, seconds)

    async def same(self, _seconds: float) -> Sample:
        """Each of the people brings the same matter once more. Raises RuntimeError when it is not told."""
        told: list[bool] = []
        requests = brought(self.bodies, self.people)
        load = await drive(
            self.site.address,
            iter(requests),
            connections=16,
            kept=lambda answer, _: told.append(b'"same_matter":[]' not in answer.body),
        )
        if not all(told):
            raise RuntimeError(f"{told.count(False)} repetitions were not recognised")
        return Sample(load.sound().per_second)

    async def sweep(self, _seconds: float) -> Sample:
        """Clocks acted on a second, from the first to the last; how soon the first is, the schedule says."""
        await self.connection.execute("DELETE FROM outbox")
        await self.connection.execute(MAKE_DUE, self.real)
        due = int(await self.connection.fetchval(DUE))
        left = due

        async def begun() -> bool:
            nonlocal left
            left = int(await self.connection.fetchval(DUE))
            return left < due

        async def ended() -> bool:
            return not await self.connection.fetchval(DUE)

        thaw(self.site, "worker1")
        await until(begun)
        took = await until(ended) if left else 0.01
        await freeze(self.site, self.connection, "worker1")
        return Sample(max(1, left) / took)

    async def _asked(self, requests: list[bytes], seconds: float) -> Sample:
        chosen = itertools.cycle(random.Random(1).sample(requests, len(requests)))
        load = await drive(self.site.address, chosen, connections=16, seconds=seconds)
        return Sample(load.sound().per_second)


async def growth(stage: Stage) -> list[Figure]:
    """Each act at both sizes in every round; how much longer it takes where there are many."""
    options = stage.options
    sizes = {"small": options.small, "large": options.large}
    async with AsyncExitStack() as stack:
        grown = {name: await stack.enter_async_context(_grown(stage, count)) for name, count in sizes.items()}
        acts: dict[str, Callable[[Grown, float], Awaitable[Sample]]] = {
            "sweep": Grown.sweep,  # first, while there is nothing to route
            "number": Grown.number,
            "inbox": Grown.inbox,
            "same": Grown.same,
            "intake": Grown.intake,
        }
        cases = {
            f"{act} {size}": partial(run, system, options.seconds / 2)  # ten cases a round
            for act, run in acts.items()
            for size, system in grown.items()
        }
        for each in grown.values():
            await each.let_in()
            await each.intake(WARM_SECONDS)
        rounds = await in_turns(cases, options.rounds)
    note, judged = f"{options.large:,} to {options.small:,} petitions", options.large >= JUDGED_FROM
    if not judged:
        note += f", 不足 {JUDGED_FROM:,} 不评判 too few to judge"
    return [
        figure(
            f"growth.{act}",
            paired(rounds, f"{act} small", f"{act} large"),
            f"{note}, {alone(rounds, f'{act} large').median:,.0f}/s",
            judged=judged,
        )
        for act in acts
    ]


def brought(bodies: Registrations, people: Sequence[Person]) -> list[bytes]:
    """Each brings what is the person's own matter, under a new number, to the source where it was before."""
    return [bodies.brought_by(who, bodies.fresh(), turn=turn) for turn, who in enumerate(people)]


@asynccontextmanager
async def _grown(stage: Stage, count: int) -> AsyncIterator[Grown]:
    async with stage.postgres() as site, site.database() as connection:
        bodies = await site.registrations()
        people = [person(number) for number in range(REAL)]
        (await drive(site.address, iter(brought(bodies, people)), connections=16)).sound()
        await site.start_worker()
        await all_routed(connection)
        await freeze(site, connection, "worker1")
        rows = await connection.fetch("SELECT id, number FROM petitions")
        await _multiplied(site, count)
        await connection.execute("CHECKPOINT")
        yield Grown(
            site, connection, [row["id"] for row in rows], people, [row["number"] for row in rows], bodies
        )


async def _multiplied(site: Site, count: int) -> None:
    engine = create_async_engine(site.async_dsn)
    async with engine.begin() as connection:
        await fill(connection, count)
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(text("VACUUM ANALYZE"))
    await engine.dispose()


async def _pages(site: Site, connection: asyncpg.Connection) -> list[bytes]:
    """Pages of the longest inbox, from its start, as its organ asks for them."""
    organ = await connection.fetchval(
        "SELECT organ_id::text FROM feed_heads ORDER BY last DESC, organ_id LIMIT 1"
    )
    token = await site.token(site.of_organ(organ))
    wire = await connect(site.address)
    requests: list[bytes] = []
    try:
        after: str | None = None
        for _ in range(PAGES):
            request = inbox_request(site.address, organ, token, after=after, limit=ROWS)
            page = (await wire.ask(request)).json()
            if len(page["items"]) < ROWS:
                break
            requests.append(request)
            after = page["next"]
    finally:
        wire.close()
    return requests
