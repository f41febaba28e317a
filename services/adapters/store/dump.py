"""The database as one file, taken while all runs, and put back into an empty one.

SQLite by its online backup. PostgreSQL by its own ``pg_dump`` and ``pg_restore``, over one snapshot, from
which the rows are counted too: a restored database is held against what was dumped, not what came later.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, NullPool, func, inspect, make_url, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from services.adapters.store.tables import metadata

SQLITE_FILE = "xinfang.db"
POSTGRES_FILE = "xinfang.dump"
PAGES_AT_ONCE = 2000
LOADING_JOBS = 2


class DumpFault(Exception):
    """A backup or a restore that cannot be; the message says what the operator is to do."""


async def dump(url: str, folder: Path) -> dict[str, int]:
    """Write the database into ``folder``. Returns how many rows of each table are in it."""
    if make_url(url).get_backend_name() == "sqlite":
        target = folder / SQLITE_FILE
        await asyncio.to_thread(_copy_sqlite, Path(make_url(url).database or ""), target)
        return await count_rows(f"sqlite+aiosqlite:///{target}")
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        snapshot = str(await connection.scalar(text("SELECT pg_export_snapshot()")))
        target = folder / POSTGRES_FILE
        command = ("pg_dump", "--format=custom", "--no-owner", f"--snapshot={snapshot}", f"--file={target}")
        await _run(url, *command)
        return await _counted(connection)


async def load(url: str, folder: Path) -> None:
    """Put the database of ``folder`` into the empty one at ``url``. Raises :class:`DumpFault`."""
    if make_url(url).get_backend_name() == "sqlite":
        target = Path(make_url(url).database or "")
        if await asyncio.to_thread(target.exists):
            raise DumpFault(f"{target} 已经存在;请恢复到一个空的数据目录。")
        await asyncio.to_thread(_copy_sqlite, folder / SQLITE_FILE, target)
        return
    if await count_tables(url):
        raise DumpFault("目标数据库中已经有表;请先用 createdb 另建一个空的数据库,再恢复到其中。")
    into = f"--dbname={make_url(url).database}"
    command = ("pg_restore", "--no-owner", "--exit-on-error", f"--jobs={LOADING_JOBS}", into)
    await _run(url, *command, str(folder / POSTGRES_FILE))


async def count_rows(url: str) -> dict[str, int]:
    """How many rows each of our tables has."""
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        return await _counted(connection)


async def count_tables(url: str) -> int:
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        return len(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))


async def _counted(connection: AsyncConnection) -> dict[str, int]:
    there = set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))
    return {
        table.name: int(await connection.scalar(select(func.count()).select_from(table)) or 0)
        for table in metadata.sorted_tables
        if table.name in there
    }


def _copy_sqlite(source: Path, target: Path) -> None:
    """Whole and of one moment, while others write. Synced: a backup that a crash takes was none."""
    if not source.exists():
        raise DumpFault(f"没有数据库文件 {source}。")
    draft = target.with_name(f".{target.name}.draft")
    draft.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(draft)) as copy:
        live.backup(copy, pages=PAGES_AT_ONCE)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(target)


async def _run(url: str, program: str, *arguments: str) -> None:
    """One of PostgreSQL's own programs."""
    process = await asyncio.create_subprocess_exec(
        _program(program),
        *arguments,
        env=os.environ | _surroundings(make_url(url)),
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    if process.returncode != 0:
        raise DumpFault(f"{program} 失败:{said.decode(errors='replace').strip()[-2000:]}")


def _surroundings(address: URL) -> dict[str, str]:
    """The address as PostgreSQL's programs find it in their environment, where no ``ps`` shows a password."""
    told = {
        "PGHOST": address.host,
        "PGPORT": str(address.port or 5432),
        "PGUSER": address.username,
        "PGPASSWORD": address.password,
        "PGDATABASE": address.database,
        "PGSSLMODE": address.query.get("ssl"),
    }
    return {name: value for name, value in told.items() if isinstance(value, str)}


def _program(name: str) -> str:
    """The newest there is: a ``pg_dump`` older than its server refuses."""
    packaged = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: path.parts[-3].zfill(4)
    )
    found = str(packaged[-1]) if packaged else shutil.which(name)
    if found is None:
        raise DumpFault(f"没有 {name} 程序,请安装与服务器同版本的 postgresql-client。")
    return found
