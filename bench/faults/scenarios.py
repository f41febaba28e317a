"""What goes wrong, by the number of its check. Each returns the moment from which recovery is counted."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import asyncpg
from redis.asyncio import Redis

from bench.faults.clients import TIMEOUT_SECONDS
from bench.faults.rig import WORKERS, Rig
from bench.faults.servers import Cluster
from services.domain.outbox import LEASE_SECONDS

BACKLOG = 20
BEFORE_SECONDS = 1.0
PARTS = (20, 200, 700)
"""Bytes of an answer: amid its first line, amid the headers, amid a registration's body."""
HANGS_UP_AFTER_SECONDS = 3.0
EDITORS, EDITED = 2, 25
RINGS = "arq:queue"
BACKENDS = "FROM pg_stat_activity WHERE application_name = 'xinfang' AND pid <> pg_backend_pid()"
# What a listening connection said last: the pool's others end with a COMMIT or a ROLLBACK.
LISTENING = f"{BACKENDS} AND query ~* '^(LISTEN|SELECT 1$)'"


class NotFired(Exception):
    """The fault did not happen: the run says nothing."""


@dataclass(frozen=True, slots=True)
class Mended:
    """``at``: when what failed was back, or had died, if others were to go on. ``fired``: how often."""

    at: float
    fired: int
    note: str = ""


@dataclass(slots=True)
class Size:
    """``least`` registrations, after each of which its caller makes a ``pause``; each fault so many
    ``times``; ``edits`` by each of the rivals.
    """

    least: int = 40
    pause: float = 0.3
    times: int = 1
    swallowed_seconds: float = 10.0
    edits: int = 1


Scenario = Callable[[Rig, Size], Awaitable[Mended]]


def fired(count: int, what: str) -> int:
    if count < 1:
        raise NotFired(what)
    return count


async def worker_killed_in_mid_batch(rig: Rig, size: Size) -> Mended:
    """A backlog, one worker that dies in the middle of it, another that has to take over its jobs."""
    died, before = time.monotonic(), rig.times_fired("in_mid_batch")
    for _ in range(size.times):
        for name in WORKERS:
            await rig.end_process(name)

        async def backlog() -> bool:
            return bool(await rig.ask("SELECT count(*) >= $1 FROM outbox", BACKLOG))

        await rig.until(backlog)
        rig.start("worker1", fault=f"in_mid_batch:kill:{BACKLOG // 2}")
        died = await rig.dies("worker1")
        await rig.restart("worker2")
    await rig.restart("worker1")
    return Mended(died, fired(rig.times_fired("in_mid_batch") - before, "in_mid_batch"))


async def workers_killed_at_random(rig: Rig, size: Size) -> Mended:
    chance, died = random.Random(rig.seed), time.monotonic()
    for number in range(3 * size.times):
        await asyncio.sleep(chance.uniform(0.05, 0.6))
        name = WORKERS[number % 2]
        rig.system.kill(name)
        died = time.monotonic()
        await rig.restart(name)
    return Mended(died, 3 * size.times)


async def _api_killed(rig: Rig, size: Size, point: str) -> Mended:
    ready, before = time.monotonic(), rig.times_fired(point)
    for _ in range(size.times):
        await rig.end_process("api")
        rig.start("api", fault=f"{point}:kill:5")
        await rig.dies("api")  # which may be before anyone has seen it serve
        await rig.restart("api")
        ready = time.monotonic()
    return Mended(ready, fired(rig.times_fired(point) - before, point))


async def api_killed_between_commit_and_answer(rig: Rig, size: Size) -> Mended:
    return await _api_killed(rig, size, "after_commit_before_ack")


async def api_killed_before_commit(rig: Rig, size: Size) -> Mended:
    return await _api_killed(rig, size, "before_commit")


async def postgres_crashes(rig: Rig, size: Size) -> Mended:
    back = time.monotonic()
    for _ in range(size.times):
        await asyncio.sleep(BEFORE_SECONDS)
        rig.postgres.crash()
        await asyncio.to_thread(rig.postgres.start)
        back = time.monotonic()
        await rig.served_since(back)
    recovered = (rig.postgres.folder / "log").read_text(errors="replace")
    return Mended(back, fired("not properly shut down" in recovered, "a recovery"), f"{size.times} crashes")


async def backends_terminated(rig: Rig, size: Size) -> Mended:
    ended, at = 0, time.monotonic()
    for _ in range(3 * size.times):
        await asyncio.sleep(0.7)
        at = time.monotonic()
        ended += await rig.ask(f"SELECT count(pg_terminate_backend(pid)) {BACKENDS}")
    return Mended(at, fired(ended, "no backend"), f"{ended} backends")


async def postgres_blackholed(rig: Rig, size: Size) -> Mended:
    before = rig.to_postgres.hit
    await asyncio.sleep(BEFORE_SECONDS)
    rig.to_postgres.turn("blackhole")
    await asyncio.sleep(size.swallowed_seconds)
    rig.to_postgres.turn("pass")
    return Mended(time.monotonic(), fired(rig.to_postgres.hit - before, "nothing was swallowed"))


async def postgres_half_open(rig: Rig, size: Size) -> Mended:
    """The far ends of all connections go and nobody here is told: those of the pools, and who listens."""
    at, heard, before = time.monotonic(), 0.0, rig.to_postgres.hit
    for _ in range(size.times):
        await asyncio.sleep(BEFORE_SECONDS)
        at, again = await _deaf(rig, _half_opened(rig))
        heard = max(heard, again)
    rig.to_postgres.turn("pass")
    hit = fired(rig.to_postgres.hit - before, "nobody was connected")
    return Mended(at, hit, f"all listen again after ≤ {heard:.1f} s")


async def _half_opened(rig: Rig) -> None:
    rig.to_postgres.turn("half-open")


async def redis_flushed(rig: Rig, size: Size) -> Mended:
    """With rings in it that nobody has heard: the workers stand still meanwhile, but no lease long."""
    redis = Redis.from_url(rig.redis.url())
    gone, at = 0, time.monotonic()

    async def rung() -> bool:
        return bool(await redis.zcard(RINGS))

    try:
        for _ in range(3 * size.times):
            await asyncio.sleep(BEFORE_SECONDS / 2)
            with _frozen(rig, *WORKERS):
                await rig.until(rung)
                async with redis.pipeline() as both:
                    waiting, _ = await both.zcard(RINGS).flushall().execute()
            gone += waiting
            at = time.monotonic()
    finally:
        await redis.aclose()
    return Mended(at, fired(gone, "no ring was lost"), f"{gone} rings unheard")


@contextmanager
def _frozen(rig: Rig, *names: str) -> Iterator[None]:
    """SIGSTOP: as a machine that is moved, or swaps."""
    frozen = [rig.system.processes[name] for name in names]
    for process in frozen:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in frozen:
            process.send_signal(signal.SIGCONT)


async def redis_stopped(rig: Rig, size: Size) -> Mended:
    """It stays away while they register; what they leave is done before it comes back."""
    before = rig.to_redis.hit
    rig.to_redis.turn("reset")
    rig.redis.stop()
    at = time.monotonic()
    count = len(rig.clients.acknowledged)

    async def registered_without() -> bool:
        return len(rig.clients.acknowledged) - count >= size.least // 2

    await rig.until(registered_without)
    took = time.monotonic() - at
    rig.redis.start()
    rig.to_redis.turn("pass")
    hit = fired(rig.to_redis.hit - before, "nobody went to Redis")
    return Mended(at, hit, f"{size.least // 2} registered without it in {took:.1f} s")


async def worker_frozen_over_its_lease(rig: Rig, _size: Size) -> Mended:
    """Frozen with jobs in hand, thawed when another has done them: its late writes must touch nothing."""
    await rig.end_process("worker2")
    await rig.restart("worker1", fault="after_claim:0.5")  # long enough to be met with jobs in hand
    await rig.until(_true_when(lambda: rig.times_fired("after_claim") > 0))
    with _frozen(rig, "worker1"):
        at = time.monotonic()
        held = await rig.ask("SELECT count(*) FROM outbox WHERE state = 'leased'")
        await rig.restart("worker2")
        await asyncio.sleep(max(0.0, LEASE_SECONDS + 3 - (time.monotonic() - at)))
    return Mended(at, fired(held, "frozen with nothing in hand"), f"{held} jobs in its hands")


async def listening_cut(rig: Rig, size: Size) -> Mended:
    ended, at, heard = 0, time.monotonic(), 0.0

    async def cut() -> None:
        nonlocal ended
        ended += await rig.ask(f"SELECT count(pg_terminate_backend(pid)) {LISTENING}")

    for _ in range(size.times):
        at, again = await _deaf(rig, cut())
        heard = max(heard, again)
    return Mended(at, fired(ended, "nobody listened"), f"{ended} cut; all listen again after ≤ {heard:.1f} s")


async def _deaf(rig: Rig, done: Awaitable[None]) -> tuple[float, float]:
    """When it was done, and how long it took from then until as many listened as before."""

    async def listening() -> int:
        return int(await rig.ask(f"SELECT count(*) {LISTENING}"))

    async def all_of(count: int) -> bool:
        return await listening() >= count

    await rig.until(partial(all_of, 1 + len(WORKERS)))
    at = time.monotonic()
    await done
    await asyncio.sleep(0.5)
    return at, await rig.until(partial(all_of, 1 + len(WORKERS))) - at


async def callers_half_open(rig: Rig, size: Size) -> Mended:
    """What callers have open leads nowhere any more, and they are not told: some amid a registration."""
    at, before = time.monotonic(), rig.to_api.hit
    rig.clients.wait_for_answers(HANGS_UP_AFTER_SECONDS)
    try:
        for _ in range(size.times):
            await asyncio.sleep(BEFORE_SECONDS)
            rig.to_api.turn("half-open")
            at = time.monotonic()
            await rig.served_since(at)
    finally:
        rig.to_api.turn("pass")
        rig.clients.wait_for_answers(TIMEOUT_SECONDS)
    return Mended(at, fired(rig.to_api.hit - before, "nobody was connected"))


async def answers_cut_short(rig: Rig, size: Size) -> Mended:
    """Callers get a part of an answer only, and send again what was carried out long ago."""
    at, before = time.monotonic(), rig.clients.replayed
    try:
        for number in range(len(PARTS) * size.times):
            rig.to_api.keep = PARTS[number % len(PARTS)]
            rig.to_api.turn("truncate")
            await asyncio.sleep(BEFORE_SECONDS)
            rig.to_api.turn("pass")
            at = time.monotonic()
            await rig.served_since(at)
    finally:
        rig.to_api.turn("pass")
    again = fired(rig.clients.replayed - before, "nobody sent again what was done")
    return Mended(at, again, f"{again} were answered as at first")


async def rivals_edit(rig: Rig, size: Size) -> Mended:
    """Several edit each of some petitions at the same time, each upon the version that it has just read."""
    source, stale = rig.clients.sources[0], rig.actors.stale
    petitions = [await rig.clients.register(source) for _ in range(EDITED)]

    async def edits(petition: str) -> int:
        return sum([await rig.actors.edit(source, petition) for _ in range(size.edits)])

    rivals = [edits(petition) for petition in petitions if petition for _ in range(EDITORS)]
    done = sum(await asyncio.gather(*rivals))
    if done < EDITORS * EDITED * size.edits:
        raise NotFired(f"{done} edits only")
    late = fired(rig.actors.stale - stale, "nobody came too late")
    return Mended(time.monotonic(), late, f"{done} edits, {late} times too late")


def _true_when(reached: Callable[[], bool]) -> Callable[[], Awaitable[bool]]:
    async def asked() -> bool:
        return reached()

    return asked


async def primary_lost(rig: Rig, _size: Size) -> Mended:
    """With a synchronous standby: the primary dies, the standby is promoted, the proxy leads there."""
    primary, standby = rig.postgres, Cluster(rig.folder, "standby")
    await asyncio.to_thread(standby.copy, primary)
    await asyncio.to_thread(standby.start)
    admin = await asyncpg.connect(primary.url())
    await admin.execute("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
    await admin.execute("SELECT pg_reload_conf()")

    async def synchronous() -> bool:
        return bool(
            await admin.fetchval("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'")
        )

    await rig.until(synchronous)
    await asyncio.sleep(2 * BEFORE_SECONDS)
    await admin.close()
    died = time.monotonic()
    primary.crash()
    promoted = await asyncpg.connect(standby.url())
    fired(await promoted.fetchval("SELECT pg_promote()"), "not promoted")
    await promoted.close()
    rig.postgres = standby
    rig.to_postgres.point_to("127.0.0.1", standby.port)
    return Mended(died, 1, f"promoted after {time.monotonic() - died:.1f} s")


SCENARIOS: Mapping[str, Scenario] = {
    "1": worker_killed_in_mid_batch,
    "1r": workers_killed_at_random,
    "2": api_killed_between_commit_and_answer,
    "3": api_killed_before_commit,
    "5": postgres_crashes,
    "7": backends_terminated,
    "8": postgres_blackholed,
    "8h": postgres_half_open,
    "9": redis_flushed,
    "10": redis_stopped,
    "13": worker_frozen_over_its_lease,
    "21": listening_cut,
    "22h": callers_half_open,
    "22t": answers_cut_short,
    "30": rivals_edit,
    "failover": primary_lost,
}
"""In the order in which they are run; the failover is the last: it leaves another server behind."""
