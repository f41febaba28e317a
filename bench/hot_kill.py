"""A worker that dies by SIGKILL amid a batch: is anything lost or doubled, and when is it picked up again?"""

from __future__ import annotations

import asyncio
import contextlib
import time
from uuid import UUID

import asyncpg

from bench.hot_worker import all_routed, freeze, thaw, until
from bench.load import drive
from bench.registrations import Registrations
from bench.rounds import Spread
from bench.stage import Site, Stage
from bench.table import Figure
from bench.wanted import figure
from bench.wire import Answer

REGISTERED_FOR_SECONDS = 1.0
KILLS, KILLS_FULL = 2, 20
TRIES_A_KILL = 5
WORKERS = ("worker1", "worker2")
HELD = "SELECT id FROM outbox WHERE state = 'leased' AND worker LIKE $1"
LOST = """SELECT count(*) FROM unnest($1::uuid[]) AS sent(id)
    LEFT JOIN petitions ON petitions.id = sent.id
    WHERE petitions.id IS NULL OR petitions.state = 'registered'
       OR (NOT EXISTS (SELECT FROM dispatches WHERE petition_id = sent.id) AND petitions.holder_id IS NULL)"""
GAPS = """SELECT coalesce(sum(feed_heads.last - found.entries), 0) FROM feed_heads
    JOIN (SELECT organ_id, count(*) AS entries FROM inbox_entries GROUP BY 1) AS found USING (organ_id)"""
DOUBLED = """SELECT count(*) FROM (
    SELECT petition_id FROM dispatches WHERE role = 'lead' AND petition_id = ANY($1) GROUP BY 1
        HAVING count(*) > 1
    UNION SELECT petition_id FROM decisions WHERE petition_id = ANY($1) GROUP BY 1 HAVING count(*) > 1
    UNION SELECT petition_id FROM inbox_entries WHERE petition_id = ANY($1)
        GROUP BY petition_id, organ_id, type HAVING count(*) > 1) AS twice"""


async def kill(stage: Stage) -> list[Figure]:
    """Two workers; one dies while it holds jobs, the other is to do them."""
    after: list[float] = []
    sent: list[UUID] = []
    async with stage.shared() as site, site.database() as connection:
        bodies = await site.registrations()
        for name in WORKERS:
            await site.start_worker(name)
        await all_routed(connection)
        for _ in range(KILLS_FULL if stage.options.full else KILLS):
            for _ in range(TRIES_A_KILL):
                struck = await _strike(site, connection, bodies, sent)
                await all_routed(connection)
                await site.start_worker("worker1")
                if struck is not None:
                    after.append(struck)
                    break
        lost = await connection.fetchval(LOST, sent) + await connection.fetchval(GAPS)
        doubled = await connection.fetchval(DOUBLED, sent)
    if not after:
        raise RuntimeError("no worker was met with jobs in hand")
    note = f"{len(sent)} petitions, {len(after)} kills amid a batch"
    return [
        figure("kill.lost", Spread.of([float(lost)]), note),
        figure("kill.doubled", Spread.of([float(doubled)])),
        figure("kill.picked_up", Spread.of(after)),
    ]


async def _strike(
    site: Site, connection: asyncpg.Connection, bodies: Registrations, sent: list[UUID]
) -> float | None:
    """Seconds until another worker had all that the dead one held; None when it held nothing."""
    await _backlog(site, connection, bodies, sent)
    mine = f"%:{site.pid('worker1')}:%"

    async def at_work() -> bool:
        return bool(await connection.fetch(HELD, mine))

    async def taken_over() -> bool:
        return not await at_work()

    for name in WORKERS:
        thaw(site, name)
    with contextlib.suppress(TimeoutError):  # the other one was quicker
        await until(at_work, patience=10.0)
    site.system.kill("worker1")
    killed_at = time.perf_counter()
    await asyncio.sleep(0.05)  # what it had sent to the database before it died is done by now, or undone
    if await taken_over():
        return None
    await until(taken_over)
    return time.perf_counter() - killed_at


async def _backlog(
    site: Site, connection: asyncpg.Connection, bodies: Registrations, sent: list[UUID]
) -> None:
    """Registrations that wait for two workers which stand still."""

    def answered(answer: Answer, _now: float) -> None:
        if answer.status == 201:
            sent.append(UUID(answer.json()["id"]))

    for name in WORKERS:
        await freeze(site, connection, name)
    load = await drive(
        site.address, iter(bodies), connections=16, seconds=REGISTERED_FOR_SECONDS, kept=answered
    )
    load.sound()
