"""Registration on the embedded database: against the bare floor on PostgreSQL, and an ORM on SQLite."""

from __future__ import annotations

import sys
from functools import partial

from bench.hot_intake import WARM_SECONDS, register, start_floor
from bench.rounds import Sample, alone, in_turns, paired
from bench.stage import Site, Stage
from bench.system import free_port
from bench.table import Figure
from bench.wanted import figure
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
            {name: partial(slice_of, name, options.seconds) for name in served},
            options.rounds,
        )
    return [
        figure("sqlite.to_floor", paired(rounds, "ours", "bare")),
        figure("sqlite.to_orm", paired(rounds, "ours", "orm")),
        figure("sqlite.per_second", alone(rounds, "ours")),
        figure("sqlite.cpu", alone(rounds, "ours", lambda sample: sample.cpu["app"])),
        figure("sqlite.orm_per_second", alone(rounds, "orm")),
    ]


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
