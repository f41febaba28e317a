"""Registration on the embedded database: against the bare floor on PostgreSQL, and an ORM on SQLite."""

from __future__ import annotations

import sys

from bench.hot_intake import US, WARM_SECONDS, register, start_floor
from bench.rounds import Sample, alone, in_turns, paired
from bench.stage import Site, Stage
from bench.system import free_port
from bench.table import Figure, at_least
from bench.wire import Address


async def intake_sqlite(stage: Stage) -> list[Figure]:
    """WAL and synchronous=FULL on both; the worker off, so that registration is measured and nothing else."""
    options = stage.options
    async with stage.scratch() as dsn, stage.sqlite(dsn) as site:
        floor = await start_floor(site, dsn)
        orm = await _start_orm(site)
        served = {
            "ours": ("api", site.address, await site.registrations()),
            "bare": ("floor", floor, await site.registrations(floor)),
            "orm": ("orm", orm, await site.registrations(orm)),
        }

        async def slice_of(name: str, seconds: float) -> Sample:
            process, address, sent = served[name]
            return await register(
                site, process, address, sent, connections=options.connections, seconds=seconds
            )

        for name in served:
            await slice_of(name, WARM_SECONDS)
        rounds = await in_turns(
            {name: lambda name=name: slice_of(name, options.seconds) for name in served},  # type: ignore[misc]
            options.rounds,
        )
    cpu = alone(rounds, "ours", lambda sample: sample.cpu["app"])
    return [
        Figure("sqlite.to_floor", "SQLite 登记,对裸底线 to the bare floor", paired(rounds, "ours", "bare"), "×", at_least(1.2)),
        Figure("sqlite.to_orm", "SQLite 登记,对 SQLAlchemy+aiosqlite", paired(rounds, "ours", "orm"), "×", at_least(4)),
        Figure("sqlite.per_second", "SQLite 登记 registrations", alone(rounds, "ours"), "/s"),
        Figure("sqlite.cpu", "SQLite 每件 CPU a petition", cpu, US),
        Figure("sqlite.orm_per_second", "SQLAlchemy+aiosqlite", alone(rounds, "orm"), "/s"),
    ]  # fmt: skip


async def _start_orm(site: Site) -> Address:
    address = Address("127.0.0.1", free_port())
    file = site.system.logs / "orm.db"
    command = [
        sys.executable,
        "-m",
        "bench.floors.orm_sqlite",
        "--port",
        str(address.port),
        "--file",
        str(file),
    ]
    await site.launch("orm", command, address)
    return address
