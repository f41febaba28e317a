"""Where a benchmark runs: systems of its own, cloned from one demo city that is made once a run.

Every process is started by us on loopback and a free port, and ended by its id; databases are dropped.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from redis.asyncio import Redis

from bench import wire
from bench.processor import Accounts, postmaster
from bench.registrations import Registrations
from bench.system import XINFANG, System, free_port
from bench.wire import Address
from services.cli.demo.callers import Credentials, read_credentials

CITY = "430900000000"
SOURCES = ("portal", "hotline", "window")
READY_WITHIN_SECONDS = 120.0
REDIS_DATABASES = 16
MOST_WORKERS = 2
QUIET = {"XINFANG_LOG_LEVEL": "WARNING", "XINFANG_DEMO": "false"}


@dataclass(frozen=True, slots=True)
class Options:
    """``seconds`` a case and round; ``full``: the large sizes."""

    rounds: int = 5
    seconds: float = 1.0
    full: bool = False
    connections: int = 16
    small: int = 2_000
    large: int = 20_000
    soak_seconds: float = 10.0


@dataclass(slots=True)
class Site:
    """One system: the address of its API, its processes by name, its database, and who may call it."""

    system: System
    address: Address
    credentials: list[Credentials]
    dsn: str | None
    postgres_pid: int | None
    tokens: dict[str, str] = field(default_factory=dict)

    async def launch(self, name: str, command: list[str], address: Address, path: str = "/") -> None:
        """Start a process of another kind beside the system, and wait until it answers."""
        self.system.commands[name] = command
        self.system.start(name)
        await self.answers(name, address, path)

    async def answers(self, name: str, address: Address, path: str) -> None:
        """Return as soon as it answers there. Raises RuntimeError with its last words when it does not."""
        asked = address.request("GET", path)
        try:
            async with asyncio.timeout(READY_WITHIN_SECONDS):
                while self.system.processes[name].poll() is None:
                    if await _success(address, asked):
                        return
                    await asyncio.sleep(0.01)
        except TimeoutError:
            pass
        raise RuntimeError(f"{name} did not start:\n{self.system.last_words(name)}")

    async def start_worker(self, name: str = "worker1") -> None:
        """Start a worker, and wait for its first sign of life. Raises RuntimeError."""
        self.system.start(name)
        named = f"%:{self.pid(name)}:%"
        async with self.database() as connection:
            async with asyncio.timeout(READY_WITHIN_SECONDS):
                while not await connection.fetchval("SELECT count(*) FROM workers WHERE name LIKE $1", named):
                    if self.system.processes[name].poll() is not None:
                        raise RuntimeError(f"{name} did not start:\n{self.system.last_words(name)}")
                    await asyncio.sleep(0.02)

    def pid(self, name: str) -> int:
        return self.system.processes[name].pid

    def accounts(self, **roots: int | None) -> Accounts:
        """Of the named processes, of PostgreSQL (``pg``), and of this load generator (``load``)."""
        return Accounts({**roots, "pg": self.postgres_pid})

    @property
    def async_dsn(self) -> str:
        """As SQLAlchemy wants it."""
        assert self.dsn is not None
        return self.dsn.replace("postgresql://", "postgresql+asyncpg://")

    async def token(self, credentials: Credentials) -> str:
        """A bearer token, asked for once."""
        if credentials.client_id not in self.tokens:
            self.tokens[credentials.client_id] = await wire.token(
                self.address, credentials.client_id, credentials.client_secret
            )
        return self.tokens[credentials.client_id]

    async def registrations(self, address: Address | None = None) -> Registrations:
        """What the three sources send, in turns: one alone might meet its limit of calls a minute."""
        sources = [next(each for each in self.credentials if each.role == role) for role in SOURCES]
        self.tokens = {}
        return Registrations(address or self.address, [await self.token(each) for each in sources])

    def of_organ(self, organ_id: str) -> Credentials:
        return next(each for each in self.credentials if each.organ_id == organ_id)

    @asynccontextmanager
    async def database(self) -> AsyncIterator[asyncpg.Connection]:
        """For what no caller can do or see: filling, counting."""
        assert self.dsn is not None
        connection = await asyncpg.connect(self.dsn)
        try:
            yield connection
        finally:
            await connection.close()


class Stage:
    """Makes the demo city of each kind of database when it is first needed, and clones it."""

    def __init__(self, options: Options, *, server: str, redis: str) -> None:
        self.options = options
        self.server = server
        self._redis = redis
        self._folder = Path(tempfile.mkdtemp(prefix="xinfang-bench-"))
        self._bases: dict[str, Path] = {}
        self._number = 0
        self._shared: tuple[Site, AsyncExitStack] | None = None

    @asynccontextmanager
    async def shared(self) -> AsyncIterator[Site]:
        """The system on PostgreSQL that the parts use one after the other, each starting what else it needs.

        To start one takes longer than to measure it. A part that fails takes it along.
        """
        if self._shared is None:
            async with AsyncExitStack() as starting:
                site = await starting.enter_async_context(self.postgres())
                self._shared = (site, starting.pop_all())
        site, _ = self._shared
        try:
            yield site
        except BaseException:
            await self._end_shared()
            raise
        for name in site.system.processes.keys() - {"api"}:
            site.system.end(name)

    async def _end_shared(self) -> None:
        if self._shared is not None:
            (_, ending), self._shared = self._shared, None
            await ending.aclose()

    async def close(self) -> None:
        await self._end_shared()
        for kind in self._bases:
            if kind == "postgres":
                await self._administer(f'DROP DATABASE IF EXISTS "{self._base_name}" WITH (FORCE)')
        shutil.rmtree(self._folder, ignore_errors=True)

    @asynccontextmanager
    async def postgres(self, **settings: str) -> AsyncIterator[Site]:
        """An API process on PostgreSQL and Redis; ``worker1`` and ``worker2`` may be started beside it."""
        base = await self._base("postgres")
        folder, name = self._copy(base), f"{self._base_name}_{self._number}"
        await self._administer(f'CREATE DATABASE "{name}" TEMPLATE "{self._base_name}"')
        async with self._bell() as bell:
            try:
                environment = {**self._settings(name, bell), **settings}
                async with self._running(folder, environment, dsn=self._dsn(name)) as site:
                    yield site
            finally:
                await self._administer(f'DROP DATABASE "{name}" WITH (FORCE)')

    @asynccontextmanager
    async def sqlite(self, server: str | None = None) -> AsyncIterator[Site]:
        """One process on the embedded database, without its worker. ``server``: of a floor beside it."""
        folder = self._copy(await self._base("sqlite"))
        async with self._running(folder, dict(QUIET), dsn=None) as site:
            site.postgres_pid = await postmaster(server) if server else None
            yield site

    @asynccontextmanager
    async def scratch(self) -> AsyncIterator[str]:
        """An empty database of PostgreSQL."""
        self._number += 1
        name = f"{self._base_name}_{self._number}"
        await self._administer(f'CREATE DATABASE "{name}"')
        try:
            yield self._dsn(name)
        finally:
            await self._administer(f'DROP DATABASE "{name}" WITH (FORCE)')

    @asynccontextmanager
    async def _running(
        self, folder: Path, environment: dict[str, str], *, dsn: str | None
    ) -> AsyncIterator[Site]:
        port = free_port()
        address = Address("127.0.0.1", port)
        system = System(f"http://127.0.0.1:{port}", folder / "demo-clients.json", folder, environment)
        api = [str(XINFANG), "api", "--port", str(port), "--data", str(folder)]
        system.commands["api"] = api if dsn else [*api, "--no-worker"]
        for number in range(1, MOST_WORKERS + 1):
            system.commands[f"worker{number}"] = [str(XINFANG), "worker", "--data", str(folder)]
        server = await postmaster(dsn) if dsn else None
        site = Site(system, address, read_credentials(system.clients), dsn, server)
        try:
            system.start("api")
            await site.answers("api", address, "/readyz")
            yield site
        finally:
            system.stop()
            shutil.rmtree(folder, ignore_errors=True)

    async def _base(self, kind: str) -> Path:
        """The folder of a demo city that was made and stopped: ``serve`` makes organs and clients."""
        if kind in self._bases:
            return self._bases[kind]
        folder = self._folder / f"base-{kind}"
        folder.mkdir()
        environment = dict(QUIET)
        if kind == "postgres":
            await self._administer(f'CREATE DATABASE "{self._base_name}"')
            self._bases[kind] = folder
            environment |= self._settings(self._base_name, self._redis)
        port = free_port()
        system = System(f"http://127.0.0.1:{port}", folder / "demo-clients.json", folder, environment)
        serve = [str(XINFANG), "serve", "--demo", "--city", CITY, "--port", str(port), "--data", str(folder)]
        system.commands["base"] = serve
        try:
            system.start("base")
            await system.ready("base")
        finally:
            system.stop()
        self._bases[kind] = folder
        return folder

    def _copy(self, base: Path) -> Path:
        self._number += 1
        folder = self._folder / f"site-{self._number}"
        shutil.copytree(base, folder)
        return folder

    @property
    def _base_name(self) -> str:
        return f"xinfang_bench_{os.getpid()}"

    def _settings(self, database: str, bell: str) -> dict[str, str]:
        url = urlunsplit(urlsplit(self.server)._replace(path=f"/{database}"))
        return {**QUIET, "XINFANG_DATABASE_URL": url, "XINFANG_REDIS_URL": bell}

    def _dsn(self, database: str) -> str:
        url = urlunsplit(urlsplit(self.server)._replace(path=f"/{database}"))
        return url.replace("+asyncpg", "")

    async def _administer(self, statement: str) -> None:
        connection = await asyncpg.connect(self.server.replace("+asyncpg", ""))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    @asynccontextmanager
    async def _bell(self) -> AsyncIterator[str]:
        """A database of Redis in which nothing is yet; emptied at the end."""
        parts = urlsplit(self._redis)
        for number in range(1, REDIS_DATABASES):
            url = urlunsplit(parts._replace(path=f"/{number}"))
            async with Redis.from_url(url) as redis:
                if not await redis.dbsize() and await redis.set("xinfang-bench", os.getpid(), nx=True):
                    try:
                        yield url
                    finally:
                        await redis.flushdb()
                    return
        raise RuntimeError("Redis 的各数据库都不空 · no database of Redis is empty")


async def _success(address: Address, asked: bytes) -> bool:
    try:
        connection = await wire.connect(address)
    except OSError:
        return False
    try:
        async with asyncio.timeout(10.0):
            return (await connection.ask(asked)).status < 300
    except (OSError, TimeoutError):
        return False
    finally:
        connection.close()
