"""Replay a city's real work orders and messages through a running system: nothing may be lost or doubled.

    python -m bench.replay [--url … --clients …] [--limit N] [--rate N] [--connections 16] [--json out]
    python -m bench.replay --serve sqlite|postgres [--kill-worker] [--repeat N]

See ``bench/README.md``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from bench.feeds import Feeds, Walk, organ_callers
from bench.figures import Run, as_json, machine, percentile_ms, show
from bench.intake import Intake, moments
from bench.material import NoData, Row, read_rows
from bench.system import System, started
from services.cli.demo.callers import Caller, Callers, connection, read_credentials

SCRIPT_SERVICES = Path(__file__).resolve().parents[1] / "script" / "services"
LOOK_EVERY_SECONDS = 2.0
PATIENCE_SECONDS = 90.0
DEAD_FOR_SECONDS = 2.0
KILLS = 3


async def replay(
    url: str,
    clients: Path,
    rows: Sequence[Row],
    run: str,
    *,
    options: argparse.Namespace,
    system: System | None,
) -> Run:
    """One replay against the system at ``url``. ``system`` is given when its processes are to be killed."""
    async with AsyncExitStack() as stack:
        credentials = read_credentials(clients)
        pool = await stack.enter_async_context(connection(url))
        sources = Callers(credentials, pool, pool)
        organs = await organ_callers(url, credentials, stack)
        feeds, intake = Feeds(organs), Intake(sources.role("portal"), sources.role("hotline"))
        reaper = Reaper(system, len(rows), options)
        watching = asyncio.create_task(feeds.watch())
        try:
            await _first_of(feeds.polled_by_all(), watching)
            began = time.perf_counter()
            await intake.register(
                rows, connections=options.connections, rate=options.rate, after_each=reaper.progress
            )
            await reaper.finished()
            offices = [caller for caller in organs if caller.credentials.role == "petition_office"]
            triage = await _until_placed(intake, feeds, offices, watching)
            took = time.perf_counter() - began
            walk = await feeds.walk()
            await asyncio.sleep(1.0)  # what the last walk found, the live polls have found by now
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
        stored = await intake.stored(run)
        twice = [*intake.twice, *feeds.twice]
        accounts = Accounts(intake.references, walk, triage, stored, twice)
        callers = [*sources.all, *organs]
        more = {"kills": reaper.kills, "all_routed_after_s": round(took, 1)}
        return _figures(rows, intake, feeds, accounts, callers, **more)


async def _first_of(wanted: Coroutine[Any, Any, None], watching: asyncio.Task[None]) -> None:
    """Await ``wanted``; a poller that fails meanwhile is the run's failure."""
    task = asyncio.ensure_future(wanted)
    await asyncio.wait({task, watching}, return_when=asyncio.FIRST_COMPLETED)
    if watching.done():
        task.cancel()
        watching.result()


async def _until_placed(
    intake: Intake, feeds: Feeds, offices: Sequence[Caller], watching: asyncio.Task[None]
) -> set[str]:
    """Wait until each registered petition was seen in an inbox or lies on a triage desk; those that do."""
    waiting_since, last = time.perf_counter(), -1
    while True:
        if watching.done():
            watching.result()  # a poller that failed is the run's failure
        missing = intake.answered_at.keys() - feeds.seen_at.keys()
        triage = await _on_desks(offices) if missing else set()
        missing -= triage
        if len(missing) != last:
            waiting_since, last = time.perf_counter(), len(missing)
        if not missing or time.perf_counter() - waiting_since > PATIENCE_SECONDS:
            return await _on_desks(offices)
        await asyncio.sleep(LOOK_EVERY_SECONDS)


async def _on_desks(offices: Sequence[Caller]) -> set[str]:
    """A petition that no rule could place lies on its office's desk, or on a higher one's."""
    found: set[str] = set()
    for office in offices:
        position: dict[str, Any] = {}
        more = True
        while more:
            page = await office.get("/v1/triage", **position, limit=200)
            found.update(item["petition"]["id"] for item in page["items"])
            position, more = {"after": page["next"]}, page["has_more"]
    return found


@dataclass(frozen=True, slots=True)
class Accounts:
    """Where each petition of the run was found at the end.

    ``references``: the source's number → petition id as answered; ``stored``: how often the sources hold
    each number; ``triage``: ids on a desk; ``twice``: ids answered or polled twice.
    """

    references: Mapping[str, str]
    walk: Walk
    triage: set[str]
    stored: Counter[str]
    twice: Sequence[str]

    @property
    def registered(self) -> set[str]:
        return set(self.references.values())

    @property
    def routed(self) -> set[str]:
        return self.registered & {petition for petition, count in self.walk.leads.items() if count}

    @property
    def lost(self) -> int:
        """Registered, but neither in an organ's feed nor on a desk; no longer listed; missing in a feed."""
        nowhere = self.registered - self.routed - self.triage
        unlisted = {self.references[each] for each in self.references.keys() - self.stored.keys()}
        return len(nowhere | unlisted) + self.walk.gaps

    @property
    def doubled(self) -> int:
        """Dispatched twice, or dispatched and on a desk; registered twice; an entry that was met twice."""
        leads = sum(count > 1 for count in self.walk.leads.values())
        stored = sum(count > 1 for count in self.stored.values())
        return leads + len(self.routed & self.triage) + stored + len(self.twice) + self.walk.twice


def _figures(
    rows: Sequence[Row],
    intake: Intake,
    feeds: Feeds,
    accounts: Accounts,
    callers: Sequence[Caller],
    **more: Any,
) -> Run:
    """``more``: ``kills`` and ``all_routed_after_s``."""
    answered, seen = intake.answered_at, feeds.seen_at
    waits = [max(0.0, seen[each] - answered[each]) for each in answered.keys() & seen.keys()]
    retries: Counter[str] = Counter()
    for caller in callers:
        retries.update(caller.retries)
    return Run(
        rows=len(rows),
        registered=len(accounts.registered),
        routed=len(accounts.routed),
        in_triage=len(accounts.registered & accounts.triage),
        polled=len(accounts.registered & seen.keys()),
        lost=accounts.lost,
        doubled=accounts.doubled,
        failed=intake.errors.total(),
        intake_per_second=round(len(answered) / intake.seconds, 1),
        registration_p50_ms=percentile_ms(intake.took, 0.5),
        registration_p99_ms=percentile_ms(intake.took, 0.99),
        inbox_p50_ms=percentile_ms(waits, 0.5),
        inbox_p99_ms=percentile_ms(waits, 0.99),
        inbox_entries=accounts.walk.entries,
        polls_answered=feeds.polls,
        retries=dict(retries),
        errors=dict(intake.errors),
        **more,
    )


class Reaper:
    """Kills a worker in the middle of the replay, several times, and starts it again."""

    def __init__(self, system: System | None, total: int, options: argparse.Namespace) -> None:
        self.kills = 0
        self._system = system
        self._at = moments(total, KILLS, seed=options.seed) if options.kill_worker else []
        self._killing: list[asyncio.Task[None]] = []

    def progress(self, done: int) -> None:
        if self._at and done >= self._at[0]:
            del self._at[0]
            self._killing.append(asyncio.create_task(self._strike()))

    async def _strike(self) -> None:
        assert self._system is not None
        name = self._system.victims[self.kills % len(self._system.victims)]
        self.kills += 1
        self._system.kill(name)
        await asyncio.sleep(DEAD_FOR_SECONDS)
        self._system.start(name)

    async def finished(self) -> None:
        await asyncio.gather(*self._killing)


async def _run_all(options: argparse.Namespace) -> list[Run]:
    runs: list[Run] = []
    for number in range(1, options.repeat + 1):
        run = f"R{os.getpid()}.{time.time_ns() % 10**9}"
        rows = read_rows(run, limit=options.limit)
        if options.serve is None:
            runs.append(await replay(options.url, options.clients, rows, run, options=options, system=None))
            continue
        async with started(options.serve, options.city) as system:
            runs.append(await replay(system.url, system.clients, rows, run, options=options, system=system))
        print(f"{number}/{options.repeat}", file=sys.stderr)
    return runs


def _options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.replay", description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--clients", type=Path, default=Path("var/demo-clients.json"))
    parser.add_argument("--limit", type=int, help="只取前 N 行 · so many rows only")
    parser.add_argument("--rate", type=float, help="每秒至多登记 N 件 · registrations a second at most")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--json", type=Path, help="结果另存为 JSON · keep the figures")
    parser.add_argument("--serve", choices=("sqlite", "postgres"), help="自行启动系统 · start the system")
    parser.add_argument("--city", default="460100000000", help="--serve 的演示城市 · the demo's city")
    parser.add_argument("--kill-worker", action="store_true", help="中途强制结束后台进程 · kill -9 a worker")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    if options.kill_worker and options.serve is None:
        parser.error("--kill-worker 需要 --serve · needs --serve")
    return options


def main() -> int:
    options = _options()
    if options.serve == "postgres" and "XINFANG_TEST_POSTGRES_URL" not in os.environ:
        again = [sys.executable, "-m", "bench.replay", *sys.argv[1:]]
        os.execv(SCRIPT_SERVICES, [str(SCRIPT_SERVICES), "--durable", *again])  # noqa: S606 — our own script
    where = machine()
    try:
        runs = asyncio.run(_run_all(options))
    except NoData as missing:
        print(missing)
        return 0
    system = f"{options.serve or options.url}{' + kill -9' if options.kill_worker else ''}"
    show(Console(highlight=False, markup=False), system, where, runs)
    if options.json:
        told = json.dumps(as_json(system, where, runs), ensure_ascii=False, indent=1)
        options.json.write_text(told + "\n", encoding="utf-8")
    return 0 if all(run.sound for run in runs) else 1


if __name__ == "__main__":
    sys.exit(main())
