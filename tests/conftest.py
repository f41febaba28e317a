"""Fresh, migrated databases and an empty Redis for every test that asks.

``script/test`` provides PostgreSQL and Redis. Run by hand without them, the tests that need one are skipped
and say so; with XINFANG_TEST_REQUIRE_ALL set, as ``script/test`` does, they fail instead.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn
from uuid import uuid4

import pytest
import redis
from alembic import command
from hypothesis import settings
from sqlalchemy import URL, NullPool, make_url
from sqlalchemy.ext.asyncio import create_async_engine

import migrations

settings.register_profile("house", deadline=None, derandomize=True)  # shared machines are slow; runs repeat
settings.load_profile("house")


def service(variable: str) -> str:
    address = os.environ.get(variable)
    if address:
        return address
    missing(f"{variable} is not set; script/test provides the service")


def missing(why: str) -> NoReturn:
    """Something that ``script/test`` promises is not there."""
    if os.environ.get("XINFANG_TEST_REQUIRE_ALL"):
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.db"
    command.upgrade(migrations.configuration(f"sqlite+aiosqlite:///{path}"), "head")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite database of this test's own."""
    path = tmp_path / "xinfang.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite+aiosqlite:///{path}"


async def on_server(server: URL, statement: str) -> None:
    """Run one statement that no transaction may hold, such as CREATE DATABASE."""
    engine = create_async_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.exec_driver_sql(statement)


def database(server: URL, name: str, *, template: str = "template1") -> Iterator[str]:
    asyncio.run(on_server(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        asyncio.run(on_server(server, f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest.fixture(scope="session")
def postgresql_server() -> URL:
    return make_url(service("XINFANG_TEST_POSTGRES_URL"))


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: URL) -> Iterator[str]:
    name = f"template_{uuid4().hex}"
    for url in database(postgresql_server, name):
        command.upgrade(migrations.configuration(url), "head")
        yield name


@pytest.fixture
def postgresql_url(postgresql_server: URL, postgresql_template: str) -> Iterator[str]:
    """A migrated PostgreSQL database of this test's own."""
    yield from database(postgresql_server, f"test_{uuid4().hex}", template=postgresql_template)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database of this test's own: the test runs once on each kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"


@pytest.fixture
def empty_postgresql_url(postgresql_server: URL) -> Iterator[str]:
    yield from database(postgresql_server, f"empty_{uuid4().hex}")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest) -> str:
    """A database without any table, for the migrations' own tests."""
    return str(request.getfixturevalue(f"empty_{request.param}_url"))


@pytest.fixture
def redis_url(worker_id: str) -> Iterator[str]:
    """An empty Redis database; every xdist worker has a number of its own."""
    number = int(worker_id.removeprefix("gw")) + 1 if worker_id != "master" else 0
    address = make_url(service("XINFANG_TEST_REDIS_URL")).set(database=str(number))
    url = address.render_as_string(hide_password=False)
    with redis.Redis.from_url(url) as client:
        client.flushdb()
        yield url
        client.flushdb()
