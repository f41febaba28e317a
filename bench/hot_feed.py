"""From the answer to a registration until the organ's open long poll brings it."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from bench.hot_worker import UNROUTED, all_routed, freeze, register_for, register_many, thaw
from bench.load import Load, drive, pace
from bench.registrations import MATTERS, Registrations
from bench.rounds import Spread, percentile
from bench.stage import Site, Stage
from bench.table import Figure
from bench.wanted import figure
from bench.wire import Address, Answer, connect

WAIT_SECONDS = 25
SAMPLE_SECONDS = 0.1
SETTLES_WITHIN_TENTHS = 50
MOST_ON_DESKS = 0.02
ON_DESKS = """SELECT count(*) FROM petitions WHERE id = ANY($1::uuid[])
    AND NOT EXISTS (SELECT FROM inbox_entries WHERE petition_id = petitions.id)"""


class Seen:
    """When each petition was answered to its source, and when an organ's poll brought it."""

    def __init__(self) -> None:
        self.answers: list[tuple[bytes, float]] = []
        self.seen_at: dict[str, float] = {}

    def answered(self, answer: Answer, now: float) -> None:
        if answer.status == 201:
            self.answers.append((answer.body, now))

    def brought(self, page: dict[str, Any], now: float) -> None:
        for item in page["items"]:
            if item["type"] != "dispatch.created":  # a copy to an office comes with it
                continue
            self.seen_at.setdefault(item["subject"], now)

    def waits(self) -> list[float]:
        """Seconds, of those that were seen; 0 where the organ was quicker than the source."""
        answered = [(Answer(201, body).json()["id"], now) for body, now in self.answers]
        return [max(0.0, self.seen_at[each] - now) for each, now in answered if each in self.seen_at]

    @property
    def missing(self) -> list[str]:
        """Those that no poll has brought."""
        answered = [str(Answer(201, body).json()["id"]) for body, _ in self.answers]
        return [each for each in answered if each not in self.seen_at]


async def feed(stage: Stage) -> list[Figure]:
    """At half of the peak of one API process, and with 16 connections that never pause."""
    options = stage.options
    half: list[list[float]] = []
    full: list[list[float]] = []
    backlogs: list[float] = []
    async with stage.shared() as site, site.database() as connection:
        sent = await site.registrations()
        await site.start_worker()
        await all_routed(connection)
        await freeze(site, connection, "worker1")
        peak = (await register_for(site, sent, options.seconds)).per_second
        thaw(site, "worker1")
        await all_routed(connection)
        async with _watching(site, connection) as seen:
            for _ in range(options.rounds):
                half.append(await _paced(site, sent, seen, connection, peak / 2, options.seconds))
                waits, backlog = await _saturated(site, sent, seen, connection, options.seconds)
                full.append(waits)
                backlogs.append(backlog)
    note = f"{peak / 2:.0f}/s"
    return [
        figure("feed.half_p50", _ms(half, 0.5), note),
        figure("feed.half_p99", _ms(half, 0.99), note),
        figure("feed.full_p99", _ms(full, 0.99)),
        figure("feed.backlog", Spread.of(backlogs), "seconds of registration"),
    ]


async def _paced(
    site: Site,
    sent: Registrations,
    seen: Seen,
    connection: asyncpg.Connection,
    rate: float,
    seconds: float,
) -> list[float]:
    seen.answers.clear()
    requests = sent.ready(int(rate * seconds) + 1)
    (await pace(site.address, requests, rate=rate, seconds=seconds, kept=seen.answered)).sound()
    return await _settled(seen, connection)


async def _saturated(
    site: Site, sent: Registrations, seen: Seen, connection: asyncpg.Connection, seconds: float
) -> tuple[list[float], float]:
    """The waits, and the largest backlog in seconds of registration."""
    seen.answers.clear()
    longest = 0

    async def sample() -> None:
        nonlocal longest
        while True:
            longest = max(longest, await connection.fetchval(UNROUTED))
            await asyncio.sleep(SAMPLE_SECONDS)

    sampling = asyncio.create_task(sample())
    try:
        load: Load = await drive(
            site.address, sent.ready(2000), connections=16, seconds=seconds, kept=seen.answered
        )
        load.sound()
    finally:
        sampling.cancel()
        await asyncio.gather(sampling, return_exceptions=True)
    return await _settled(seen, connection), longest / load.per_second


async def _settled(seen: Seen, connection: asyncpg.Connection) -> list[float]:
    """The waits, when the polls have brought all that was routed to an organ. Raises RuntimeError."""
    await all_routed(connection)
    for _ in range(SETTLES_WITHIN_TENTHS):
        if not seen.missing:
            break
        await asyncio.sleep(0.1)
    missing = seen.missing
    on_desks = await connection.fetchval(ON_DESKS, missing)
    if on_desks < len(missing):  # the feed has lost something: nothing could be worse
        raise RuntimeError(
            f"{len(missing) - on_desks} of {len(seen.answers)} were in an inbox, and no poll brought them"
        )
    if on_desks > MOST_ON_DESKS * len(seen.answers):
        raise RuntimeError(f"{on_desks} of {len(seen.answers)} petitions lie on triage desks")
    return seen.waits()


@asynccontextmanager
async def _watching(site: Site, connection: asyncpg.Connection) -> AsyncIterator[Seen]:
    """An open long poll of every organ that the matters go to, for a block."""
    await register_many(site, await site.registrations(), 4 * len(MATTERS))
    await all_routed(connection)
    organs = [str(row[0]) for row in await connection.fetch("SELECT DISTINCT organ_id FROM inbox_entries")]
    seen = Seen()
    tasks = [asyncio.create_task(_poll(site, organ, seen)) for organ in organs]
    try:
        yield seen
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _poll(site: Site, organ_id: str, seen: Seen) -> None:
    token = await site.token(site.of_organ(organ_id))
    wire = await connect(site.address)
    try:
        after: str | None = None
        for wait in itertools.chain([0], itertools.repeat(WAIT_SECONDS)):
            more = True
            while more:  # a page at a time; only the last one waits
                answer = await wire.ask(inbox_request(site.address, organ_id, token, after=after, wait=wait))
                page = answer.json()
                seen.brought(page, time.perf_counter())
                after, more = page["next"], page["has_more"]
    finally:
        wire.close()


def inbox_request(
    address: Address, organ_id: str, token: str, *, after: str | None, wait: int = 0, limit: int = 200
) -> bytes:
    query = f"limit={limit}&wait={wait}" + (f"&after={after}" if after else "")
    return address.request(
        "GET", f"/v1/organs/{organ_id}/inbox?{query}", headers={"Authorization": f"Bearer {token}"}
    )


def _ms(rounds: list[list[float]], share: float) -> Spread:
    return Spread.of([percentile(waits, share) * 1000 for waits in rounds])
