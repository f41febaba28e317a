"""Polling: an inbox that is read against the same query on a bare route, and 200 polls that wait."""

from __future__ import annotations

import asyncio
import itertools
from functools import partial
from statistics import median

import asyncpg

from bench.hot_feed import inbox_request
from bench.hot_intake import WARM_SECONDS, shares, start_floor
from bench.hot_worker import all_routed, register_many
from bench.load import drive
from bench.processor import Accounts
from bench.registrations import MATTERS
from bench.rounds import Sample, Spread, alone, in_turns, paired
from bench.stage import Site, Stage
from bench.table import Figure
from bench.wanted import figure
from bench.wire import Address, Wire, connect

ROWS = 100
POLLERS = 200
IDLE_SECONDS = 3.0
WINDOWS, WINDOW_SECONDS = 3, 2.0
LONGEST = "SELECT organ_id::text FROM inbox_entries GROUP BY 1 HAVING count(*) > $1 ORDER BY count(*) LIMIT 1"
HELD = """SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'xinfang' AND state <> 'idle'"""


async def inbox(stage: Stage) -> list[Figure]:
    """16 connections that ask for a page of 100, or find nothing new."""
    options = stage.options
    async with stage.shared() as site, site.database() as connection:
        assert site.dsn is not None
        organ = await filled(site, connection)
        floor = await start_floor(site, site.dsn)
        token = await site.token(site.of_organ(organ))
        last = await _end(site, organ, token)
        at = await connection.fetchval("SELECT max(seq) FROM inbox_entries WHERE organ_id = $1::uuid", organ)
        asked = {
            "rows": ("api", site.address, inbox_request(site.address, organ, token, after=None, limit=ROWS)),
            "rows_bare": ("floor", floor, _bare(floor, organ, 0)),
            "empty": ("api", site.address, inbox_request(site.address, organ, token, after=last, limit=ROWS)),
            "empty_bare": ("floor", floor, _bare(floor, organ, at)),
        }

        async def slice_of(name: str, seconds: float) -> Sample:
            process, address, request = asked[name]
            accounts = site.accounts(app=site.pid(process)).start()
            load = await drive(
                address, itertools.repeat(request), connections=options.connections, seconds=seconds
            )
            load.sound()
            return Sample(load.per_second, accounts.per_item(load.done), load.took)

        for name in asked:
            await slice_of(name, WARM_SECONDS)
        rounds = await in_turns(
            {name: partial(slice_of, name, options.seconds) for name in asked},
            options.rounds,
        )
    return [
        figure("inbox.empty_to_floor", paired(rounds, "empty", "empty_bare")),
        figure("inbox.rows_to_floor", paired(rounds, "rows", "rows_bare")),
        figure("inbox.empty_per_second", alone(rounds, "empty"), shares(rounds, "empty")),
        figure("inbox.rows_per_second", alone(rounds, "rows"), shares(rounds, "rows")),
    ]


async def polls(stage: Stage) -> list[Figure]:
    """200 long polls that wait for nothing: what they take of a core, beyond what stands idle anyway."""
    async with stage.shared() as site, site.database() as connection:
        organs = [each for each in site.credentials if each.organ_id][:POLLERS]
        await site.registrations()  # asks for new tokens: the old ones may be about to expire
        requests = []
        for each in organs:
            token, organ = await site.token(each), each.organ_id or ""
            last = await _end(site, organ, token)
            requests.append(inbox_request(site.address, organ, token, after=last, wait=30))
        await asyncio.sleep(1.0)
        idle = await _shares(site, IDLE_SECONDS)
        wires = [await connect(site.address) for _ in range(POLLERS)]
        asking = [
            asyncio.create_task(wire.ask(request))
            for wire, request in zip(wires, itertools.cycle(requests), strict=False)
        ]
        try:
            await asyncio.sleep(1.5)
            watching = asyncio.create_task(_held(connection, WINDOWS * WINDOW_SECONDS))
            waiting = [await _shares(site, WINDOW_SECONDS) for _ in range(WINDOWS)]
            held = await watching
            if any(task.done() for task in asking):
                raise RuntimeError("a poll ended that had nothing to bring")
        finally:
            _close(wires)
            await asyncio.gather(*asking, return_exceptions=True)
    both = " + ".join(f"{name} {median(each[name] for each in waiting):.1f}" for name in ("app", "pg"))
    note = f"{both} %; without them {sum(idle.values()):.1f} %"
    return [
        figure("polls.cpu", Spread.of([sum(each.values()) for each in waiting]), note),
        figure("polls.connections", Spread.of(held)),
    ]


async def filled(site: Site, connection: asyncpg.Connection) -> str:
    """An organ whose inbox has more than 100 entries; they are routed to it if there is none."""
    found = await connection.fetchval(LONGEST, ROWS)
    if found is None:
        await site.start_worker()
        await register_many(site, await site.registrations(), (ROWS + 20) * len(MATTERS))
        await all_routed(connection)
        site.system.end("worker1")
        found = await connection.fetchval(LONGEST, ROWS)
    site.tokens = {}
    return str(found)


async def _end(site: Site, organ_id: str, token: str) -> str:
    """The cursor of the end of an inbox."""
    wire = await connect(site.address)
    try:
        after: str | None = None
        while True:
            answer = await wire.ask(inbox_request(site.address, organ_id, token, after=after))
            page = answer.json()
            after = str(page["next"])
            if not page["has_more"]:
                return after
    finally:
        wire.close()


def _bare(floor: Address, organ_id: str, after: int) -> bytes:
    return floor.request("GET", f"/inbox?organ={organ_id}&after={after}&limit={ROWS}")


async def _shares(site: Site, seconds: float) -> dict[str, float]:
    """Per cent of one core, of the API and of PostgreSQL."""
    accounts = Accounts({"app": site.pid("api"), "pg": site.postgres_pid}).start()
    await asyncio.sleep(seconds)
    shares = {name: spent / seconds * 100 for name, spent in accounts.spent().items()}
    return {name: shares.get(name, 0.0) for name in ("app", "pg")}


async def _held(connection: asyncpg.Connection, seconds: float) -> list[float]:
    """How many connections were in use, looked at ten times."""
    found = []
    for _ in range(10):
        found.append(float(await connection.fetchval(HELD)))
        await asyncio.sleep(seconds / 10)
    return found


def _close(wires: list[Wire]) -> None:
    for wire in wires:
        wire.close()
