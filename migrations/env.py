"""How alembic runs here: async drivers, one transaction per migration, one migrating process at a time."""

from __future__ import annotations

import asyncio
import os
from logging.config import fileConfig

from alembic import context
from sqlalchemy import Connection, event, pool
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from migrations import drafting
from services.adapters.store.tables import metadata

MIGRATION_LOCK = 0x78696E66616E67  # "xinfang": the PostgreSQL advisory lock held while migrating
LOCK_MILLISECONDS = 500

config = context.config


def database_url() -> str:
    found = (
        config.attributes.get("url")
        or config.get_main_option("sqlalchemy.url")
        or os.environ.get("XINFANG_DATABASE_URL")
    )
    if not found:
        raise SystemExit("请设置数据库地址 · no database is named: set XINFANG_DATABASE_URL")
    return str(found)


def engine_for(url: str) -> AsyncEngine:
    engine = create_async_engine(url, poolclass=pool.NullPool)
    if engine.dialect.name == "sqlite":
        # The driver would start no transaction for DDL: a migration that fails half-way must leave no half.
        @event.listens_for(engine.sync_engine, "connect")
        def leave_transactions_to_us(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
            connection.isolation_level = None

        @event.listens_for(engine.sync_engine, "begin")
        def begin_as_the_writer(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def migrate(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # Freed when the connection ends.
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({MIGRATION_LOCK})")
        # Whoever waits for a lock on a table holds up all who come after: better to let go, and try again.
        connection.exec_driver_sql(f"SET lock_timeout = {LOCK_MILLISECONDS}")
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,
        transaction_per_migration=True,
        compare_type=True,
        process_revision_directives=drafting.number_revision,
        render_item=drafting.write_type,
    )
    with context.begin_transaction():
        context.run_migrations()


async def migrate_online(url: str) -> None:
    engine = engine_for(url)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(migrate)
    finally:
        await engine.dispose()


def print_sql(url: str) -> None:
    context.configure(url=url, target_metadata=metadata, literal_binds=True, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


if config.config_file_name is not None:
    fileConfig(config.config_file_name, disable_existing_loggers=False)

if context.is_offline_mode():
    print_sql(database_url())
else:
    asyncio.run(migrate_online(database_url()))
