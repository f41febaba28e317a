"""The doctor finds each fault that is planted, says how to put it right, and finds none in a sound city."""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import redis
from alembic import command
from sqlalchemy import URL, make_url, text
from typer.testing import CliRunner

import migrations
from routing_worker.exposition import exposed
from services.adapters.checkup.finding import Finding
from services.adapters.clock import wall_clock
from services.adapters.keys import load_or_create
from services.adapters.store.database import Database
from services.adapters.store.vitals import vitals
from services.bootstrap import Deployment
from services.cli.doctor import examine
from services.cli.main import app
from services.settings import Settings
from tests.conftest import on_server
from tests.integration.petitions import build_city, register
from tests.integration.processes import free_port


async def settled(url: str, data: Path) -> None:
    """A city with its organs and keys, and nothing wrong with it."""
    data.chmod(0o700)  # noqa: ASYNC240 - a test alone in its loop
    world = Deployment(Settings(data=data, database_url=url), load_or_create(data / "keys.json"))
    await build_city(world)
    await world.close()


@pytest.fixture
async def sound(sqlite_url: str, tmp_path: Path) -> Settings:
    """On SQLite, all in one folder."""
    await settled(sqlite_url, tmp_path)
    return Settings(
        data=tmp_path,
        database_url=None,
        redis_url=None,
        keys=None,
        port=free_port(),
        public_url="https://xinfang.example.gov.cn",
    )


@pytest.fixture
async def production(postgresql_url: str, redis_url: str, tmp_path: Path) -> Settings:
    """On PostgreSQL and Redis, behind a proxy with TLS."""
    await settled(postgresql_url, tmp_path)
    return Settings(
        data=tmp_path,
        database_url=postgresql_url,
        redis_url=redis_url,
        keys=None,
        port=free_port(),
        public_url="https://xinfang.example.gov.cn",
    )


def named(findings: list[Finding]) -> set[str]:
    assert all(finding.wrong and finding.english and finding.fix for finding in findings)
    return {finding.name for finding in findings}


def with_(settings: Settings, **given: Any) -> Settings:
    return settings.model_copy(update=given)


def ring_of(settings: Settings) -> dict[str, Any]:
    ring: dict[str, Any] = json.loads((settings.data / "keys.json").read_text(encoding="utf-8"))
    return ring


def write_ring(settings: Settings, ring: object) -> None:
    (settings.data / "keys.json").write_text(json.dumps(ring), encoding="utf-8")


def stored(settings: Settings, *statements: str) -> None:
    with closing(sqlite3.connect(settings.data / "xinfang.db", isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def open_key_file(settings: Settings) -> Settings:
    (settings.data / "keys.json").chmod(0o644)
    return settings


def weak_key(settings: Settings) -> Settings:
    write_ring(
        settings, ring_of(settings) | {"token_key": base64.b64encode(b"0123456789" * 3 + b"01").decode()}
    )
    return settings


def short_key(settings: Settings) -> Settings:
    write_ring(settings, ring_of(settings) | {"token_key": base64.b64encode(b"short").decode()})
    return settings


def folder_that_is_a_file(settings: Settings) -> Settings:
    return with_(settings, data=settings.data / "keys.json")


def open_folder(settings: Settings) -> Settings:
    settings.data.chmod(0o755)
    return settings


def demo_clients(settings: Settings) -> Settings:
    (settings.data / "demo-clients.json").write_text("[]", encoding="utf-8")
    return settings


def behind(settings: Settings) -> Settings:
    stored(settings, "UPDATE alembic_version SET version_num = '0001'")
    return settings


def never_migrated(settings: Settings) -> Settings:
    (settings.data / "xinfang.db").unlink()
    return settings


def no_offices(settings: Settings) -> Settings:
    stored(settings, "DELETE FROM organs WHERE functions LIKE '%petition_office%'")
    return settings


def not_wal(settings: Settings) -> Settings:
    stored(settings, "PRAGMA journal_mode=DELETE")
    return settings


PLANTED: dict[str, Callable[[Settings], Settings]] = {
    "key_file_open": open_key_file,
    "keys_weak": weak_key,
    "keys_unusable": short_key,
    "data_not_writable": folder_that_is_a_file,
    "data_open_to_others": open_folder,
    "demo_clients_left": demo_clients,
    "migrations_behind": behind,
    "no_petition_office": no_offices,
    "sqlite_not_wal": not_wal,
    "no_tls": lambda settings: with_(settings, public_url="http://xinfang.example.gov.cn"),
    "lease_too_short": lambda settings: with_(settings, lease_seconds=1),
}


async def test_with_a_sound_city_nothing_is_found(sound: Settings) -> None:
    assert named(await examine(sound)) == set()


@pytest.mark.parametrize("name", PLANTED)
async def test_a_planted_fault_is_found_with_what_to_do(sound: Settings, name: str) -> None:
    assert name in named(await examine(PLANTED[name](sound)))


async def test_a_folder_without_a_database_is_found(sound: Settings) -> None:
    assert named(await examine(never_migrated(sound))) == {"migrations_behind"}


async def test_an_address_that_nobody_reaches_is_found_but_in_the_demo(sound: Settings) -> None:
    here = with_(sound, public_url="http://127.0.0.1:8000")
    [found] = await examine(here)
    assert (found.name, found.grave) == ("public_url_is_loopback", False)
    assert named(await examine(with_(here, demo=True))) == set()


async def test_a_disk_with_less_than_a_tenth_free_is_found(sound: Settings) -> None:
    assert named(await examine(sound, free=lambda _: 0.09)) == {"disk_nearly_full"}
    assert named(await examine(sound, free=lambda _: 0.11)) == set()


async def test_a_year_without_its_holiday_notice_is_found(sound: Settings) -> None:
    assert named(await examine(sound, now=datetime(2032, 3, 1, tzinfo=UTC))) == {"no_calendar"}


async def test_keys_that_are_lost_or_of_another_city_are_found(sound: Settings, tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{sound.data / 'xinfang.db'}"
    world = Deployment(Settings(data=sound.data, database_url=url), load_or_create(sound.data / "keys.json"))
    await register(world, 1)
    await world.close()
    kept = sound.data / "keys.json"
    kept.rename(tmp_path / "kept")
    assert named(await examine(sound)) == {"keys_missing"}
    load_or_create(kept)
    assert named(await examine(sound)) == {"keys_foreign"}
    shutil.copyfile(tmp_path / "kept", kept)
    assert named(await examine(sound)) == set()


async def test_a_dead_letter_is_found(sound: Settings) -> None:
    url = f"sqlite+aiosqlite:///{sound.data / 'xinfang.db'}"
    world = Deployment(Settings(data=sound.data, database_url=url), load_or_create(sound.data / "keys.json"))
    await register(world, 1)
    await world.close()
    stored(sound, "UPDATE outbox SET state = 'dead'")
    assert named(await examine(sound)) == {"dead_letters"}


async def test_a_port_that_another_program_has_is_found(sound: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        taken.settimeout(0.1)
        found = named(await examine(with_(sound, port=port)))
        assert found == {"port_taken"}
        assert named(await examine(with_(sound, metrics_port=port))) == {"metrics_port_taken"}


async def test_a_port_on_which_our_own_worker_tells_its_figures_is_sound(sound: Settings) -> None:
    told = with_(sound, metrics_port=free_port())
    world = Deployment(told, load_or_create(sound.data / "keys.json"))
    with exposed(world):
        assert named(await examine(told)) == set()
    await world.close()


async def test_a_collector_that_is_away_is_found(sound: Settings) -> None:
    for endpoint in ("http://127.0.0.1:1", "127.0.0.1:4318", "http://127.0.0.1:many"):
        assert named(await examine(with_(sound, otlp_endpoint=endpoint))) == {"collector_away"}
    with socket.create_server(("127.0.0.1", 0)) as listening:
        there = f"http://127.0.0.1:{listening.getsockname()[1]}"
        assert named(await examine(with_(sound, otlp_endpoint=there))) == set()


async def test_a_replica_that_is_none_is_found(sound: Settings, production: Settings) -> None:
    away = "postgresql+asyncpg://nobody@127.0.0.1:1/none"
    assert named(await examine(with_(sound, replica_url=away))) == {"replica_of_sqlite"}
    assert "replica_away" in named(await examine(with_(production, replica_url=away)))
    assert "replica_is_none" in named(await examine(with_(production, replica_url=production.database)))


@pytest.fixture
def clerk(postgresql_server: URL, production: Settings) -> Iterator[URL]:
    """A role of the database that is no superuser, as it is in the field."""
    name = f"clerk_{uuid4().hex}"
    database = make_url(production.database)

    def run(url: URL, *statements: str) -> None:
        for statement in statements:
            asyncio.run(on_server(url, statement))

    run(postgresql_server, f"CREATE ROLE {name} LOGIN PASSWORD 'clerk'")
    run(database, f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}")
    yield database.set(username=name, password="clerk")
    run(database, f"DROP OWNED BY {name}")
    run(postgresql_server, f"DROP ROLE {name}")


async def test_a_role_that_cannot_see_old_transactions_is_found(
    production: Settings, postgresql_server: URL, clerk: URL
) -> None:
    own = with_(production, database_url=clerk.render_as_string(hide_password=False))

    async def seen() -> tuple[bool, bool]:
        """Whether the doctor is content, and whether an open transaction of another role is seen."""
        asked, others = Database(own.database), Database(production.database)
        async with others.writing() as connection:
            await connection.execute(text("SELECT 1"))
            await asyncio.sleep(0.1)
            oldest = (await vitals(asked)).oldest_transaction
        await asked.close()
        await others.close()
        return "transactions_unseen" not in named(await examine(own)), oldest > 0

    assert await seen() == (False, False)
    await on_server(postgresql_server, f"GRANT pg_read_all_stats TO {clerk.username}")
    assert await seen() == (True, True)


async def test_a_database_that_cannot_hold_rare_characters_is_found(
    production: Settings, postgresql_server: URL
) -> None:
    name = f"ascii_{uuid4().hex}"
    await on_server(
        postgresql_server, f"CREATE DATABASE {name} ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0"
    )
    url = postgresql_server.set(database=name).render_as_string(hide_password=False)
    try:
        assert "postgres_encoding" in named(await examine(with_(production, database_url=url)))
    finally:
        await on_server(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")


SERVERS_OWN = {"postgres_fsync_off", "postgres_full_page_writes_off", "postgres_synchronous_commit_off"}
"""The tests' PostgreSQL runs without these: it is thrown away."""
ALWAYS = SERVERS_OWN | {"redis_not_persistent", "no_worker"}


async def test_a_server_that_may_lose_what_it_acknowledged_is_found(production: Settings) -> None:
    found = await examine(production)
    assert named(found) == ALWAYS
    assert {finding.name for finding in found if not finding.grave} == {"redis_not_persistent"}


async def test_commits_that_do_not_wait_are_found_where_only_one_database_has_them(
    production: Settings, postgresql_server: URL
) -> None:
    name = make_url(production.database).database
    await on_server(postgresql_server, f'ALTER DATABASE "{name}" SET synchronous_commit = on')
    assert "postgres_synchronous_commit_off" not in named(await examine(production))
    await on_server(postgresql_server, f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    assert "postgres_synchronous_commit_off" in named(await examine(production))


@pytest.mark.parametrize("seconds", [-5, 5])
async def test_clocks_that_differ_are_found(production: Settings, seconds: int) -> None:
    found = await examine(production, now=wall_clock() + timedelta(seconds=seconds))
    assert "clock_skew" in named(found)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("pool_larger_than_server", {"pool_size": 500}),
        ("demo_in_production", {"demo": True}),
        ("public_url_is_loopback", {"public_url": "http://127.0.0.1:8000"}),
        ("debug_in_production", {"log_level": "debug"}),
        ("redis_away", {"redis_url": "redis://127.0.0.1:1/0"}),
        ("database_away", {"database_url": "postgresql+asyncpg://nobody@127.0.0.1:1/none"}),
        ("database_away", {"database_url": "postgresql+asyncpg://nobody@nowhere.invalid/none"}),
    ],
)
async def test_a_setting_that_does_not_fit_production_is_found(
    production: Settings, name: str, given: dict[str, Any]
) -> None:
    assert name in named(await examine(with_(production, **given)))


@pytest.fixture
def evicting(redis_url: str) -> Iterator[None]:
    with redis.Redis.from_url(redis_url) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        yield
        client.config_set("maxmemory-policy", "noeviction")


@pytest.mark.usefixtures("evicting")
async def test_a_redis_that_forgets_is_found(production: Settings) -> None:
    assert "redis_evicts" in named(await examine(production))


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    for name in ("XINFANG_DATABASE_URL", "XINFANG_REDIS_URL", "XINFANG_KEYS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XINFANG_PORT", str(free_port()))
    return CliRunner()


def test_the_command_ends_with_an_error_when_something_is_wrong(
    alone: CliRunner, sqlite_url: str, tmp_path: Path
) -> None:
    command.downgrade(migrations.configuration(sqlite_url), "-1")
    tmp_path.chmod(0o700)
    told = alone.invoke(app, ["doctor", "--data", str(tmp_path)])
    assert told.exit_code == 1
    found = {line.split("\t")[1]: line.split("\t") for line in told.stdout.splitlines()}
    kind, _, _, _, fix = found["migrations_behind"]
    assert kind == "问题"
    assert "xinfang migrate" in fix
