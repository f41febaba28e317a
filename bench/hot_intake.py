"""Registration on PostgreSQL: 16 connections and one, held against the bare floor and pgbench."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from bench.floors import pgbench
from bench.load import drive
from bench.registrations import Registrations
from bench.rounds import Round, Sample, Spread, alone, in_turns, paired, percentile
from bench.stage import Site, Stage
from bench.system import free_port
from bench.table import Figure
from bench.wanted import figure
from bench.wire import Address

WARM_SECONDS = 0.5
MOST_A_SECOND = 4000  # requests made beforehand; beyond it they are made on the way


async def start_floor(site: Site, dsn: str, name: str = "floor") -> Address:
    address = Address("127.0.0.1", free_port())
    command = [sys.executable, "-m", "bench.floors.bare", "--port", str(address.port), "--dsn", dsn]
    await site.launch(name, command, address)
    return address


async def register(
    site: Site, process: str, address: Address, sent: Registrations, *, connections: int, seconds: float
) -> Sample:
    """One slice of load: how many a second, what they took, and whose processor time."""
    ready = sent.ready(int(seconds * MOST_A_SECOND) if connections > 1 else int(seconds * 1000))
    accounts = site.accounts(app=site.pid(process)).start()
    load = (await drive(address, ready, connections=connections, seconds=seconds)).sound()
    return Sample(load.per_second, accounts.per_item(load.done), load.took)


async def intake(stage: Stage) -> list[Figure]:
    """``POST /v1/petitions``, all on, no worker; and what the load generator itself takes."""
    options = stage.options
    async with stage.shared() as site:
        assert site.dsn is not None
        floor = await start_floor(site, site.dsn)
        ours, bare = await site.registrations(), await site.registrations(floor)
        dsn, folder = site.dsn, site.system.logs

        async def case_ours() -> Sample:
            return await register(
                site, "api", site.address, ours, connections=options.connections, seconds=options.seconds
            )

        async def case_bare() -> Sample:
            return await register(
                site, "floor", floor, bare, connections=options.connections, seconds=options.seconds
            )

        async def case_pgbench() -> Sample:
            return Sample(await _pgbench(dsn, folder, options.connections, options.seconds))

        cases = {"ours": case_ours, "bare": case_bare}
        try:
            pgbench.program()
            cases["pgbench"] = case_pgbench
            without = ""
        except pgbench.NoPgbench as missing:
            without = str(missing)
        for process, address, sent in (("api", site.address, ours), ("floor", floor, bare)):
            await register(
                site, process, address, sent, connections=options.connections, seconds=WARM_SECONDS
            )
        rounds = await in_turns(cases, options.rounds)
    figures = [
        figure("intake.to_floor", paired(rounds, "ours", "bare")),
        figure("intake.cpu_to_floor", paired(rounds, "ours", "bare", system_cpu)),
        figure("intake.per_second", alone(rounds, "ours")),
        figure("intake.p50", _ms(rounds, "ours", 0.5)),
        figure("intake.p99", _ms(rounds, "ours", 0.99)),
        figure("intake.cpu", alone(rounds, "ours", system_cpu), shares(rounds, "ours")),
        figure("intake.floor_per_second", alone(rounds, "bare")),
        figure("intake.floor_cpu", alone(rounds, "bare", system_cpu), shares(rounds, "bare")),
        figure("intake.load_cpu", alone(rounds, "ours", lambda sample: sample.cpu["load"])),
    ]
    if not without:
        figures.insert(1, figure("intake.to_pgbench", paired(rounds, "ours", "pgbench")))
        figures.append(figure("intake.pgbench_per_second", alone(rounds, "pgbench")))
    return figures


async def single(stage: Stage) -> list[Figure]:
    """One connection: how long a registration takes when it is alone."""
    options = stage.options
    async with stage.shared() as site:
        assert site.dsn is not None
        floor = await start_floor(site, site.dsn)
        ours, bare = await site.registrations(), await site.registrations(floor)

        async def case_ours() -> Sample:
            return await register(site, "api", site.address, ours, connections=1, seconds=options.seconds)

        async def case_bare() -> Sample:
            return await register(site, "floor", floor, bare, connections=1, seconds=options.seconds)

        await case_ours()
        await case_bare()
        rounds = await in_turns({"ours": case_ours, "bare": case_bare}, options.rounds)
    return [
        figure("single.p50", _ms(rounds, "ours", 0.5)),
        figure("single.p99", _ms(rounds, "ours", 0.99)),
        figure("single.to_floor", paired(rounds, "ours", "bare", _p50)),
        figure("single.floor_p99", _ms(rounds, "bare", 0.99)),
    ]


async def _pgbench(dsn: str, folder: Path, connections: int, seconds: float) -> float:
    return await pgbench.per_second(dsn, folder, connections=connections, seconds=seconds)


def system_cpu(sample: Sample) -> float:
    return sample.cpu_of_system


def shares(rounds: Sequence[Round], name: str) -> str:
    """Who used it: medians."""
    users = [user for user in rounds[0][name].cpu if user != "load"]
    spent = {user: alone(rounds, name, partial(_used, user)) for user in users}
    return " + ".join(f"{user} {spread.median:,.0f}" for user, spread in spent.items())


def _used(user: str, sample: Sample) -> float:
    return sample.cpu[user]


def _p50(sample: Sample) -> float:
    return percentile(sample.took, 0.5)


def _ms(rounds: Sequence[Round], name: str, share: float) -> Spread:
    return alone(rounds, name, lambda sample: percentile(sample.took, share) * 1000)
