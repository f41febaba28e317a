"""The rig: an API and two workers, a proxy before PostgreSQL, Redis and the API, callers and organs."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg

from bench.faults.acting import Actors
from bench.faults.checker import End, Entry, Finding, Lead, Petition, Step, check
from bench.faults.clients import Clients
from bench.faults.history import History
from bench.faults.proxy import Proxy
from bench.faults.servers import Cluster, Redis
from bench.system import XINFANG, System, free_port
from services.cli.demo.callers import read_credentials

CITY = "430900000000"
DATABASE = "faults"
PATIENCE_SECONDS = 120.0
POLLED = 4
WORKERS = ("worker1", "worker2")
UNDONE = "SELECT count(*) FROM outbox"
STEPS = "SELECT petition_id, seq, kind, prev_hash, hash, data->>'supplement_id' AS added FROM events"


class Rig:
    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.seed = seed
        self.postgres = Cluster(folder, "primary")
        self.redis = Redis(folder)
        self.history = History()
        self.known: set[Finding] = set()
        self.to_postgres = Proxy("127.0.0.1", self.postgres.port)
        self.to_redis = Proxy("127.0.0.1", self.redis.port)
        self.port = free_port()
        self.to_api = Proxy("127.0.0.1", self.port)
        self.fired = folder / "fired"
        self.system: System
        self.clients: Clients
        self.actors: Actors
        self.walking: dict[str, asyncio.Task[None]] = {}

    def start(self, name: str, *, fault: str = "") -> None:
        told = {"XINFANG_FAULT": fault, "XINFANG_FAULT_LOG": str(self.fired)} if fault else {}
        plain = self.system.environment
        self.system.environment = plain | told
        try:
            self.system.start(name)
        finally:
            self.system.environment = plain

    async def end_process(self, name: str) -> None:
        if name in self.system.processes:
            await asyncio.to_thread(self.system.end, name)

    async def restart(self, name: str, *, fault: str = "") -> None:
        await self.end_process(name)
        self.start(name, fault=fault)
        if name == "api":
            await self.system.ready(name)
        else:
            await self.worker_lives(name)

    async def worker_lives(self, name: str) -> None:
        named = f"%:{self.system.processes[name].pid}:%"

        async def seen() -> bool:
            return bool(await self.ask("SELECT count(*) FROM workers WHERE name LIKE $1", named))

        await self.until(seen)

    async def dies(self, name: str) -> float:
        """When it died. Raises TimeoutError if it does not."""

        async def dead() -> bool:
            return self.system.processes[name].poll() is not None

        await self.until(dead)
        return time.monotonic()

    def times_fired(self, name: str) -> int:
        lines = self.fired.read_text().splitlines() if self.fired.exists() else []
        return sum(line.startswith(f"{name} ") for line in lines)

    async def ask(self, query: str, *given: Any) -> Any:
        """Directly, past the proxy."""
        async with self.direct() as connection:
            return await connection.fetchval(query, *given)

    @asynccontextmanager
    async def direct(self) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(self.postgres.url(DATABASE), timeout=10)
        try:
            yield connection
        finally:
            await connection.close()

    async def until(self, reached: Callable[[], Awaitable[bool]]) -> float:
        """When it was reached. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                with suppress(OSError, asyncpg.PostgresError):
                    if await reached():
                        return time.monotonic()
                await asyncio.sleep(0.05)

    async def quiet(self) -> float:
        """When nothing waited for work any more."""

        async def nothing_waits() -> bool:
            return not await self.ask(UNDONE)

        return await self.until(nothing_waits)

    async def served_since(self, moment: float) -> float:
        """Seconds from ``moment`` until a registration was acknowledged that was sent after it."""

        async def served() -> bool:
            return any(sent > moment for sent, _ in self.clients.acknowledged)

        await self.until(served)
        return min(answered for sent, answered in self.clients.acknowledged if sent > moment) - moment

    async def findings(self) -> list[Finding]:
        """What does not fit now, and was not told before. Raises what an organ's walk failed with."""
        found = set(check(self.history, await self._settled())) - self.known
        self.known |= found
        return sorted(found, key=lambda each: (each.kind, each.what))

    async def _settled(self) -> End:
        """The end, once nothing waits for work, and those who walk have come to the end of their feeds, and
        acted. Whoever does not get there in time: the checker tells.
        """
        await self.quiet()
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    heads = await self._heads()
                    if all(seen >= heads.get(organ, 0) for organ, seen in self._walked().items()):
                        end = await self.end()
                        if end.last == heads and not end.jobs:
                            return end
                    await asyncio.sleep(0.2)
        return await self.end()

    async def _heads(self) -> dict[str, int]:
        async with self.direct() as db:
            return {str(r["organ_id"]): r["last"] for r in await db.fetch("SELECT * FROM feed_heads")}

    def _walked(self) -> dict[str, int]:
        seen = dict.fromkeys(self.walking, 0)
        for organ, walk in self.walking.items():
            if walk.done():
                walk.result()
            numbers = (
                seq
                for each in self.history.of("poll", "ok")
                if each.key == organ
                for seq in each.told["seqs"]
            )
            seen[organ] = max(numbers, default=0)
        return seen

    def keep(self, folder: Path) -> None:
        """What callers were told so far, and what the processes said, out of a folder that is thrown away."""
        folder.mkdir(parents=True, exist_ok=True)
        self.history.write(folder / "history.jsonl")
        for log in self.system.logs.glob("*.log"):
            shutil.copy(log, folder)
        shutil.copy(self.postgres.folder / "log", folder / "postgres.log")

    def acts_done(self) -> int:
        """Edits, acceptances and readings of names that were answered."""
        return sum(1 for op in ("edit", "accept", "unmask") for _ in self.history.of(op, "ok"))

    async def end(self) -> End:
        end = End()
        async with self.direct() as db, db.transaction(isolation="repeatable_read"):
            for row in await db.fetch("SELECT * FROM petitions"):
                one, holder = str(row["id"]), row["holder_id"] and str(row["holder_id"])
                end.petitions[one] = Petition(
                    one,
                    row["client_id"],
                    row["external_ref"],
                    row["state"],
                    holder,
                    row["version"],
                    row["head"],
                )
            end.keys = {
                r["key"]: str(r["id"]) for r in await db.fetch("SELECT id, key FROM idempotency_keys")
            }
            leads = await db.fetch("SELECT petition_id, organ_id, open FROM dispatches WHERE role = 'lead'")
            end.leads = [Lead(str(r["petition_id"]), str(r["organ_id"]), r["open"]) for r in leads]
            entries = await db.fetch("SELECT organ_id, seq, petition_id, type FROM inbox_entries")
            end.entries = [
                Entry(str(r["organ_id"]), r["seq"], str(r["petition_id"]), r["type"]) for r in entries
            ]
            end.last = {str(r["organ_id"]): r["last"] for r in await db.fetch("SELECT * FROM feed_heads")}
            end.steps = [
                Step(str(r["petition_id"]), r["seq"], r["kind"], r["prev_hash"], r["hash"], r["added"] or "")
                for r in await db.fetch(STEPS)
            ]
            added = await db.fetch("SELECT id, petition_id FROM supplements")
            end.supplements = {str(r["id"]): str(r["petition_id"]) for r in added}
            jobs = await db.fetch("SELECT petition_id, state FROM outbox")
            end.jobs = {str(r["petition_id"]): r["state"] for r in jobs}
        return end


@asynccontextmanager
async def rigged(seed: int) -> AsyncIterator[Rig]:
    """All of it, started; ended by its process ids."""
    with tempfile.TemporaryDirectory(prefix="xinfang-faults-") as made:
        folder = Path(made)
        os.chmod(folder, 0o711)  # noqa: S103  # the servers run as another user, in folders of their own
        rig = Rig(folder, seed)
        async with AsyncExitStack() as running:
            running.callback(lambda: rig.postgres.stop())  # whichever is the primary by then
            running.callback(rig.redis.stop)
            rig.postgres.make()
            rig.postgres.start()
            rig.redis.start()
            await running.enter_async_context(rig.to_postgres.serving())
            await running.enter_async_context(rig.to_redis.serving())
            await running.enter_async_context(rig.to_api.serving())
            admin = await asyncpg.connect(rig.postgres.url())
            await admin.execute(f'CREATE DATABASE "{DATABASE}"')
            await admin.close()
            await _city(rig, running)
            yield rig


async def _city(rig: Rig, running: AsyncExitStack) -> None:
    data = rig.folder / "data"
    data.mkdir()
    through = rig.postgres.url(DATABASE, port=rig.to_postgres.port)
    environment = {
        "XINFANG_DATABASE_URL": through.replace("postgresql://", "postgresql+asyncpg://"),
        "XINFANG_REDIS_URL": rig.redis.url(port=rig.to_redis.port),
        "XINFANG_LOG_LEVEL": "WARNING",
    }
    system = System(f"http://127.0.0.1:{rig.port}", data / "demo-clients.json", data, environment)
    told = ["--port", str(rig.port), "--data", str(data)]
    system.commands["base"] = [str(XINFANG), "serve", "--demo", "--city", CITY, *told]
    system.commands["api"] = [str(XINFANG), "api", *told]
    for name in WORKERS:
        system.commands[name] = [str(XINFANG), "worker", "--data", str(data)]
    rig.system = system
    running.push_async_callback(asyncio.to_thread, system.stop)
    system.start("base")
    await system.ready("base")
    await asyncio.to_thread(system.end, "base")
    system.start("api")
    await system.ready("api")
    for name in WORKERS:
        system.start(name)
        await rig.worker_lives(name)
    through = f"http://127.0.0.1:{rig.to_api.port}"
    rig.clients = Clients(through, read_credentials(system.clients), rig.history, rig.seed)
    rig.actors = Actors(rig.clients)
    running.push_async_callback(rig.clients.close)
    await _walks(rig, running)


async def _walks(rig: Rig, running: AsyncExitStack) -> None:
    """A few petitions first: they show which organs have a feed to walk. The first of them acts, too."""
    stop = asyncio.Event()
    stop.set()
    await rig.clients.load(stop, callers=4, pause=0.01, least=16)
    await rig.quiet()
    organs = set((await rig.end()).last)
    polled = [each for each in read_credentials(rig.system.clients) if each.organ_id in organs][:POLLED]
    for number, organ in enumerate(polled):
        walk = asyncio.create_task(rig.actors.poll(organ, acts=number == 0))
        rig.walking[organ.organ_id or ""] = walk
        running.callback(walk.cancel)
