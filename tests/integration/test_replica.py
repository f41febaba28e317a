"""A standby that streams from the tests' PostgreSQL: read while it keeps up, left alone when it does not."""

from __future__ import annotations

import asyncio
import importlib.util
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import URL, make_url, text

from services.adapters.checkup.replica import examine_replica
from services.adapters.keys import new_ring
from services.adapters.store.database import Database
from services.application.lists import PetitionFilter
from services.application.petition import listing
from services.bootstrap import Deployment
from services.domain.access import Client, ClientRole, Shield
from services.settings import Settings
from tests.integration.petitions import CITY, register

MOST_SECONDS = 4.0
PATIENCE = 60.0
READY = ("standby", "ready")  # what a server that answers writes into its state file
ALL = PetitionFilter()


def services_script() -> ModuleType:
    """script/services as a module: it knows where PostgreSQL is, whom it runs as, how it is stopped."""
    path = Path(__file__).resolve().parents[2] / "script" / "services"
    loader = SourceFileLoader("services_script", str(path))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@dataclass(slots=True)
class Standby:
    script: ModuleType
    programs: Path
    folder: Path
    primary: URL
    port: int
    process: Any = None

    @property
    def server(self) -> URL:
        return self.primary.set(port=self.port)

    def copy(self) -> None:
        """A base backup that says where it streams from."""
        address = self.primary.set(drivername="postgresql", database=None)
        command = [str(self.programs / "pg_basebackup"), "--pgdata", str(self.folder / "data")]
        command += ["--write-recovery-conf", "--wal-method", "stream", "--checkpoint", "fast", "--no-sync"]
        command += ["--dbname", address.render_as_string(hide_password=False)]
        user = self.script.as_user(self.script.unprivileged_user())
        made = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, **user)
        assert made.returncode == 0, made.stderr

    def start(self) -> None:
        settings: dict[str, object] = {"port": self.port, "unix_socket_directories": self.folder}
        settings |= {"fsync": "off", "max_connections": 200}  # as many as its primary has, at least
        command = [str(self.programs / "postgres"), "-D", str(self.folder / "data")]
        command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        log, user = self.folder / "log", self.script.unprivileged_user()
        self.process = self.script.launch(command, user=user, log=log, if_we_die="QUIT")
        state = self.folder / "data" / "postmaster.pid"
        self.script.wait_until_ready(
            "standby", self.process, log, ready=lambda: self.script.last_word(state) in READY
        )

    def stop(self) -> None:
        if self.process is not None:
            self.script.stop(self.process, self.script.signal.SIGINT, self.script.signal.SIGQUIT)

    async def has(self, database: str) -> bool:
        return bool(await self.do(f"SELECT count(*) FROM pg_database WHERE datname = '{database}'"))

    async def do(self, statement: str) -> object:
        connection = await asyncpg.connect(
            self.server.set(drivername="postgresql").render_as_string(hide_password=False)
        )
        answer: object = await connection.fetchval(statement)
        await connection.close()
        return answer


@pytest.fixture(scope="module")
def standby_server(postgresql_server: URL) -> Iterator[Standby]:
    script = services_script()
    programs = script.postgres_programs()
    if not (programs / "pg_basebackup").exists():
        pytest.skip("pg_basebackup is not installed: no standby can be made")
    with tempfile.TemporaryDirectory(prefix="xinfang-standby-") as folder:
        if (user := script.unprivileged_user()) is not None:
            shutil.chown(folder, user)
        [port] = script.free_ports(1)
        made = Standby(script, programs, Path(folder), postgresql_server, port)
        made.copy()
        made.start()
        try:
            yield made
        finally:
            made.stop()


@pytest.fixture
async def standby(standby_server: Standby) -> AsyncIterator[Standby]:
    if standby_server.process.poll() is not None:
        standby_server.start()
    await standby_server.do("SELECT pg_wal_replay_resume()")
    yield standby_server
    if standby_server.process.poll() is None:
        await standby_server.do("SELECT pg_wal_replay_resume()")


@asynccontextmanager
async def deployed(folder: Path, url: str, replica: str) -> AsyncIterator[Deployment]:
    settings = Settings(
        data=folder, database_url=url, replica_url=replica, replica_seconds=MOST_SECONDS, pool_size=4
    )
    world = Deployment(settings, new_ring())
    yield world
    await world.close()


@pytest.fixture
async def world(postgresql_url: str, standby: Standby, tmp_path: Path) -> AsyncIterator[Deployment]:
    """Its reports may be read from the standby."""
    name = make_url(postgresql_url).database
    replica = standby.server.set(database=name).render_as_string(hide_password=False)
    async with deployed(tmp_path, postgresql_url, replica) as found:
        yield found


async def until(happened: Callable[[], Awaitable[bool]]) -> None:
    patience = time.monotonic() + PATIENCE
    while not await happened():
        assert time.monotonic() < patience
        await asyncio.sleep(0.05)


async def by_the_standby(world: Deployment) -> bool:
    """Whether a report that is read now comes from the standby."""
    assert world._replica is not None
    async with world._replica.reading() as connection:
        return bool(await connection.scalar(text("SELECT pg_is_in_recovery()")))


async def reported(world: Deployment) -> int:
    return len(await world.reports.petitions(ALL, after=None, limit=100))


async def test_reports_come_from_the_standby_while_it_keeps_up(world: Deployment) -> None:
    await register(world, 3)

    async def all_there() -> bool:
        return await by_the_standby(world) and await reported(world) == 3

    await until(all_there)
    async with world.lists._database.reading() as connection:
        assert not await connection.scalar(text("SELECT pg_is_in_recovery()"))


async def test_the_doctor_tells_a_standby_that_lags(world: Deployment, standby: Standby) -> None:
    await until(lambda: by_the_standby(world))
    settings = world.settings.model_copy(update={"replica_seconds": 2})

    async def is_told() -> bool:
        return [each.name for each in await examine_replica(world.database, settings)] == ["replica_behind"]

    assert not await is_told()
    await standby.do("SELECT pg_wal_replay_pause()")
    await register(world, 1)
    await until(is_told)  # the tests' server writes its log a moment after the commit
    await standby.do("SELECT pg_wal_replay_resume()")
    assert await examine_replica(world.database, settings) == []


async def test_an_idle_primary_does_not_make_its_standby_old(world: Deployment) -> None:
    await until(lambda: by_the_standby(world))
    asked = []
    for _ in range(30):
        await asyncio.sleep(0.5)
        asked.append(await by_the_standby(world))
    assert sum(asked) > 20  # a look that took long on a busy machine is no fault


async def test_a_standby_that_lags_is_not_read(world: Deployment, standby: Standby) -> None:
    await until(lambda: by_the_standby(world))
    await standby.do("SELECT pg_wal_replay_pause()")
    await register(world, 2)
    committed = time.monotonic()
    while await by_the_standby(world):
        assert time.monotonic() - committed < MOST_SECONDS + 1.0
        await asyncio.sleep(0.02)
    assert await reported(world) == 2
    assert len(await world.lists.petitions(ALL, after=None, limit=100)) == 2
    await standby.do("SELECT pg_wal_replay_resume()")
    await until(lambda: by_the_standby(world))
    assert await reported(world) == 2


async def test_who_was_accused_a_moment_ago_is_not_shown_it_from_the_standby(
    world: Deployment, standby: Standby
) -> None:
    """信访工作条例 30."""
    ours = UUID(int=7)
    office = Client("office", b"", "信访局", ClientRole.PETITION_OFFICE, CITY, ours, (), world.clock.now())
    hidden, *others = await register(world, 3)
    async with world.database.writing() as connection:
        await connection.execute(text("UPDATE petitions SET state = 'triage'"))

    async def shown() -> set[UUID]:
        found = await listing(world, ALL, client=office, after=None, limit=100)
        return {each.id for each in found}

    async def all_there() -> bool:
        return await by_the_standby(world) and len(await shown()) == 3

    await until(all_there)
    await standby.do("SELECT pg_wal_replay_pause()")
    async with world.begin() as work:
        await work.shields.add(Shield(hidden, ours))
    assert await by_the_standby(world)
    assert await shown() == set(others)
    assert await reported(world) == 3


async def test_without_the_standby_reports_go_on(world: Deployment, standby: Standby) -> None:
    await register(world, 2)
    await until(lambda: by_the_standby(world))
    standby.stop()
    assert await reported(world) == 2
    assert not await by_the_standby(world)
    standby.start()
    await until(lambda: by_the_standby(world))


async def test_a_primary_in_place_of_a_replica_is_not_read_as_one(
    postgresql_url: str, tmp_path: Path
) -> None:
    async with deployed(tmp_path, postgresql_url, postgresql_url) as world:
        for _ in range(5):
            await reported(world)
            await asyncio.sleep(0.1)
        assert world._replica is not None
        assert world._replica._next_look > 0
        assert world._replica._fresh_until == 0.0


@pytest.mark.parametrize("standby_first", [True, False])
async def test_of_several_hosts_the_one_that_writes_is_taken(
    postgresql_url: str, standby: Standby, standby_first: bool
) -> None:
    url = make_url(postgresql_url)
    places = [f"127.0.0.1:{standby.port}", f"127.0.0.1:{url.port}"]
    await until(lambda: standby.has(str(url.database)))
    hosts = tuple(places if standby_first else reversed(places))
    several = url.set(host=None, port=None, query={"host": hosts, "target_session_attrs": "read-write"})
    database = Database(several.render_as_string(hide_password=False))
    try:
        async with database.writing() as connection:
            assert not await connection.scalar(text("SELECT pg_is_in_recovery()"))
            await connection.execute(text("CREATE TABLE written_here (id int)"))
    finally:
        await database.close()
