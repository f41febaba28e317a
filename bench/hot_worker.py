"""Routing: petitions registered while the worker stands still, then how fast it works them off."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg
from arq.connections import ArqRedis, RedisSettings, create_pool
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from uuid_utils.compat import uuid7

from bench.floors import jobs
from bench.hot_intake import shares, system_cpu
from bench.load import Load, drive
from bench.registrations import Registrations
from bench.rounds import Sample, Spread, alone, in_turns, paired
from bench.stage import Site, Stage
from bench.table import Figure
from bench.wanted import figure

JOBS = 200
LOOK_SECONDS = 0.01
PATIENCE_SECONDS = 300.0
FREEZES = 200
SETTLES_SECONDS = 0.05
READY_A_SECOND = 2000
REGISTERED_FOR = 1.5  # rounds long: a backlog that takes the worker about as long
OPEN = """SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND state <> 'idle'
        AND pid <> pg_backend_pid()"""
UNROUTED = "SELECT count(*) FROM petitions WHERE state = 'registered'"


async def freeze(site: Site, connection: asyncpg.Connection, name: str) -> None:
    """Let a process stand still while it has no transaction open: the database would end that one."""
    for _ in range(FREEZES):
        os.kill(site.pid(name), signal.SIGSTOP)
        await asyncio.sleep(SETTLES_SECONDS)  # what it had sent before has come to the database by now
        if not await connection.fetchval(OPEN):
            return
        thaw(site, name)
        await asyncio.sleep(LOOK_SECONDS)
    raise RuntimeError(f"{name} was never met without an open transaction")


def thaw(site: Site, name: str) -> None:
    os.kill(site.pid(name), signal.SIGCONT)


async def until(reached: Callable[[], Awaitable[bool]], *, patience: float = PATIENCE_SECONDS) -> float:
    """Seconds until it is so. Raises TimeoutError."""
    began = time.perf_counter()
    async with asyncio.timeout(patience):
        while not await reached():  # noqa: ASYNC110 — it happens in another process
            await asyncio.sleep(LOOK_SECONDS)
    return time.perf_counter() - began


async def all_routed(connection: asyncpg.Connection) -> float:
    async def none_left() -> bool:
        return not await connection.fetchval(UNROUTED)

    return await until(none_left)


async def register_many(site: Site, sent: Registrations, count: int) -> float:
    """Register so many over 16 connections; how many a second."""
    requests = itertools.islice(sent.ready(count), count)
    return (await drive(site.address, requests, connections=16)).sound().per_second


async def register_for(site: Site, sent: Registrations, seconds: float) -> Load:
    """Register over 16 connections for so long."""
    ready = sent.ready(int(seconds * READY_A_SECOND))
    return (await drive(site.address, ready, connections=16, seconds=seconds)).sound()


async def worker(stage: Stage) -> list[Figure]:
    """One worker, one bell; held against arq with a job a petition, and against registration."""
    seconds = stage.options.seconds * REGISTERED_FOR
    intake: list[float] = []
    async with stage.shared() as site, site.database() as connection, _arq(site) as queue:
        sent = await site.registrations()
        await site.start_worker()
        await all_routed(connection)

        async def case_ours() -> Sample:
            await freeze(site, connection, "worker1")
            load = await register_for(site, sent, seconds)
            intake.append(load.per_second)
            accounts = site.accounts(app=site.pid("worker1")).start()
            thaw(site, "worker1")
            took = await all_routed(connection)
            return Sample(load.done / took, accounts.per_item(load.done))

        async def case_arq() -> Sample:
            return await _arq_round(site, connection, queue)

        await case_ours()
        intake.clear()
        rounds = await in_turns({"ours": case_ours, "arq": case_arq}, stage.options.rounds)
    to_intake = [each["ours"].per_second / rate for each, rate in zip(rounds, intake, strict=True)]
    return [
        figure("worker.to_arq", paired(rounds, "ours", "arq")),
        figure("worker.to_intake", Spread.of(to_intake)),
        figure("worker.per_second", alone(rounds, "ours")),
        figure("worker.cpu", alone(rounds, "ours", system_cpu), shares(rounds, "ours")),
        figure("worker.arq_per_second", alone(rounds, "arq"), shares(rounds, "arq")),
    ]


@asynccontextmanager
async def _arq(site: Site) -> AsyncIterator[ArqRedis]:
    """An arq worker beside ours, standing still."""
    dsn, bell = site.async_dsn, site.system.environment["XINFANG_REDIS_URL"]
    await jobs.prepare(dsn)
    name = "arq"
    site.system.commands[name] = [sys.executable, "-m", "bench.floors.jobs", "--dsn", dsn, "--redis", bell]
    site.system.start(name)
    queue = await create_pool(RedisSettings.from_dsn(bell), default_queue_name=jobs.QUEUE)
    try:
        yield queue
    finally:
        await queue.aclose()


async def _arq_round(site: Site, connection: asyncpg.Connection, queue: ArqRedis) -> Sample:
    engine = create_async_engine(site.async_dsn)
    session = async_sessionmaker(engine)
    ids = [uuid7() for _ in range(JOBS)]
    await freeze(site, connection, "arq")
    await freeze(site, connection, "worker1")
    async with session.begin() as unit:
        unit.add_all(row for petition_id in ids for row in jobs.registered(petition_id))
    await engine.dispose()
    for petition_id in ids:
        await queue.enqueue_job("route", str(petition_id))
    before = await connection.fetchval("SELECT count(*) FROM job_decisions")

    async def all_done() -> bool:
        return bool(await connection.fetchval("SELECT count(*) FROM job_decisions") >= before + JOBS)

    accounts = site.accounts(app=site.pid("arq")).start()
    thaw(site, "arq")
    took = await until(all_done)
    spent = accounts.per_item(JOBS)
    thaw(site, "worker1")
    return Sample(JOBS / took, spent)
