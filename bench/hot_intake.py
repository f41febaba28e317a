"""Registration on PostgreSQL: 16 connections and one, held against the bare floor and pgbench."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.floors import pgbench
from bench.load import drive
from bench.registrations import Registrations
from bench.rounds import Sample, Spread, alone, in_turns, paired, percentile
from bench.stage import Site, Stage
from bench.system import free_port
from bench.table import Figure, at_least, at_most
from bench.wire import Address

WARM_SECONDS = 0.5
MOST_A_SECOND = 4000  # requests made beforehand; beyond it they are made on the way
US = "µs"


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
        Figure("intake.to_floor", "登记,对裸底线 intake to the bare floor", paired(rounds, "ours", "bare"), "×", at_least(1.5)),
        Figure("intake.cpu_to_floor", "登记用 CPU,对裸底线 CPU to the floor's", paired(rounds, "ours", "bare", _cpu), "×", at_most(0.6)),
        Figure("intake.per_second", "登记 registrations", alone(rounds, "ours"), "/s", note=_shares(rounds[-1]["ours"])),
        Figure("intake.cpu", "每件 CPU a petition", alone(rounds, "ours", _cpu), US),
        Figure("intake.floor_per_second", "裸底线 the bare floor", alone(rounds, "bare"), "/s", note=_shares(rounds[-1]["bare"])),
        Figure("intake.load_cpu", "压测端每件 CPU the load generator itself", alone(rounds, "ours", _load), US),
    ]  # fmt: skip
    if not without:
        to_pgbench = paired(rounds, "ours", "pgbench")
        figures.insert(
            1, Figure("intake.to_pgbench", "登记,对 pgbench 单语句 intake to pgbench", to_pgbench, "×", at_least(0.35))
        )  # fmt: skip
        figures.append(
            Figure(
                "intake.pgbench_per_second", "pgbench 单语句 one statement", alone(rounds, "pgbench"), "/s"
            )
        )
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
        Figure("single.p50", "单连接登记 p50, one connection", _ms(rounds, "ours", 0.5), "ms", at_most(2)),
        Figure("single.p99", "单连接登记 p99", _ms(rounds, "ours", 0.99), "ms", at_most(6)),
        Figure("single.to_floor", "单连接 p50,对裸底线 to the floor's", paired(rounds, "ours", "bare", _p50), "×"),
        Figure("single.floor_p99", "裸底线 p99 of the floor", _ms(rounds, "bare", 0.99), "ms"),
    ]  # fmt: skip


async def _pgbench(dsn: str, folder: Path, connections: int, seconds: float) -> float:
    return await pgbench.per_second(dsn, folder, connections=connections, seconds=seconds)


def _cpu(sample: Sample) -> float:
    return sample.cpu_of_system


def _load(sample: Sample) -> float:
    return sample.cpu.get("load", 0.0)


def _p50(sample: Sample) -> float:
    return percentile(sample.took, 0.5)


def _ms(rounds: list[dict[str, Sample]], name: str, share: float) -> Spread:
    return alone(rounds, name, lambda sample: percentile(sample.took, share) * 1000)


def _shares(sample: Sample) -> str:
    return " / ".join(f"{name} {spent:.0f}" for name, spent in sample.cpu.items()) + " µs"
