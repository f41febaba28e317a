from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, NullPool, inspect
from sqlalchemy.ext.asyncio import create_async_engine

import migrations
from services.adapters.store.tables import metadata

SCRIPTS = ScriptDirectory.from_config(migrations.configuration("unused"))
REVISIONS = list(SCRIPTS.walk_revisions())
Answer = TypeVar("Answer")


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))


def table_names(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


def test_migrations_have_exactly_one_head() -> None:
    assert len(SCRIPTS.get_heads()) == 1


@pytest.mark.parametrize("revision", REVISIONS, ids=lambda revision: str(revision.revision))
def test_migration_file_is_named_by_its_number(revision: Script) -> None:
    assert re.fullmatch(rf"{revision.revision}_[a-z0-9_]+\.py", Path(revision.path).name)
    assert re.fullmatch(r"\d{4}", revision.revision)


def test_migration_numbers_leave_no_gap() -> None:
    numbers = sorted(int(revision.revision) for revision in REVISIONS)
    assert numbers == list(range(1, len(REVISIONS) + 1))


async def ask(url: str, question: Callable[[Connection], Answer]) -> Answer:
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        return await connection.run_sync(question)


async def test_migrated_schema_equals_the_tables_in_code(database_url: str) -> None:
    assert await ask(database_url, differences) == []


def test_up_down_up_leads_back_to_the_same_schema(empty_database_url: str) -> None:
    config = migrations.configuration(empty_database_url)
    command.upgrade(config, "head")
    assert asyncio.run(ask(empty_database_url, table_names)) == set(metadata.tables)
    command.downgrade(config, "base")
    assert asyncio.run(ask(empty_database_url, table_names)) == set()
    command.upgrade(config, "head")
    assert asyncio.run(ask(empty_database_url, differences)) == []


def test_every_single_step_can_be_taken_back(empty_database_url: str) -> None:
    config = migrations.configuration(empty_database_url)
    for _ in REVISIONS:
        command.upgrade(config, "+1")
        command.downgrade(config, "-1")
        command.upgrade(config, "+1")
    assert asyncio.run(ask(empty_database_url, differences)) == []
