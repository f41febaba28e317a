"""The database server: whether what it says it has stored will still be there."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import make_url, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.adapters.checkup.finding import Finding
from services.adapters.clock import wall_clock
from services.adapters.store.columns import database_now
from services.adapters.store.database import Database
from services.settings import Settings

MOST_SKEW_SECONDS = 2.0
OLDEST_POSTGRES = 15
ASKED = ("fsync", "synchronous_commit", "full_page_writes", "max_connections", "server_version_num",
         "superuser_reserved_connections", "server_encoding")  # fmt: skip
SEES_ALL = text("SELECT pg_has_role('pg_read_all_stats', 'USAGE')")
# A server that is killed keeps what was acknowledged only with all of these on.
DURABLE: Mapping[str, tuple[tuple[str, ...], str, str]] = {
    "fsync": (("on",), "断电后数据库可能整个损坏", "a loss of power may destroy the database"),
    "synchronous_commit": (
        ("on", "local", "remote_write", "remote_apply"),
        "已答复登记成功的信访件,断电后可能丢失",
        "petitions that were acknowledged may be lost with the power",
    ),
    "full_page_writes": (("on",), "断电后数据页可能残缺", "pages may be torn by a loss of power"),
}


async def examine_engine(
    database: Database, settings: Settings, *, now: datetime | None = None
) -> list[Finding]:
    """``now``: this machine's moment, for whoever wants another than the true one."""
    if database.is_sqlite:
        return _sqlite(settings)
    async with database.reading() as connection:
        query = text("SELECT name, setting FROM pg_settings WHERE name = ANY(:names)")
        rows = await connection.execute(query, {"names": list(ASKED)})
        told = {name: setting for name, setting in rows}
        sees_all = bool(await connection.scalar(SEES_ALL))
        skew = await _skew(connection, now)
    return [
        *_durability(told),
        *_room(told, settings),
        *_kind(told),
        *_sight(make_url(settings.database).username, sees_all=sees_all),
        *_clock(skew),
    ]


async def _skew(connection: AsyncConnection, now: datetime | None) -> float:
    """Seconds by which the database's clock is ahead of ours."""
    theirs = await connection.scalar(select(database_now()))
    return float((theirs - (now or wall_clock())).total_seconds()) if theirs else 0.0


def _durability(told: Mapping[str, str]) -> list[Finding]:
    return [
        Finding(
            f"postgres_{name}_off",
            f"PostgreSQL 的 {name} 为 {told[name]}:{wrong}",
            f"{name} is {told[name]}: {english}",
            f"ALTER SYSTEM SET {name} = on; SELECT pg_reload_conf();",
        )
        for name, (good, wrong, english) in DURABLE.items()
        if told[name] not in good
    ]


def _room(told: Mapping[str, str], settings: Settings) -> list[Finding]:
    room = int(told["max_connections"]) - int(told["superuser_reserved_connections"])
    if settings.pool_size <= room:
        return []
    return [
        Finding(
            "pool_larger_than_server",
            f"一个进程要 {settings.pool_size} 个连接,PostgreSQL 一共只给 {room} 个",
            "one process alone may ask for more connections than the server has",
            f"XINFANG_POOL_SIZE × 进程数 要小于 {room}:调小 XINFANG_POOL_SIZE,或调大 max_connections",
        )
    ]


def _kind(told: Mapping[str, str]) -> list[Finding]:
    found: list[Finding] = []
    if int(told["server_version_num"]) < OLDEST_POSTGRES * 10000:
        wrong = f"PostgreSQL 版本过旧({told['server_version_num']})"
        fix = f"升级到 PostgreSQL {OLDEST_POSTGRES} 或更新"
        found.append(Finding("postgres_too_old", wrong, "PostgreSQL is too old", fix))
    if told["server_encoding"] != "UTF8":
        wrong = f"数据库编码为 {told['server_encoding']},生僻字姓名存不进"
        fix = "用 CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0 另建,再恢复备份"
        found.append(Finding("postgres_encoding", wrong, "the encoding cannot hold rare characters", fix))
    return found


def _sight(role: str | None, *, sees_all: bool) -> list[Finding]:
    if sees_all:
        return []
    return [
        Finding(
            "transactions_unseen",
            "看不到其他数据库用户的事务开了多久:psql、报表、备份的长事务不会告警",
            "how old transactions of other roles are cannot be seen: no alert will tell of them",
            f"以数据库管理员身份:GRANT pg_read_all_stats TO {role or 'xinfang'};",
            grave=False,
        )
    ]


def _clock(skew: float) -> list[Finding]:
    if abs(skew) <= MOST_SKEW_SECONDS:
        return []
    return [
        Finding(
            "clock_skew",
            f"数据库的时钟与本机相差 {skew:+.1f} 秒:登记时间和期限以本机为准,租期以数据库为准",
            "the clocks of the database and of this machine differ",
            "两台机器都接上同一个时间源:timedatectl set-ntp true,再核对 chronyc tracking",
        )
    ]


def _sqlite(settings: Settings) -> list[Finding]:
    path = Path(make_url(settings.database).database or "")
    if not path.exists():
        return []
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        [mode] = connection.execute("PRAGMA journal_mode").fetchone()
    if mode == "wal":
        return []
    return [
        Finding(
            "sqlite_not_wal",
            f"{path} 的日志方式为 {mode},不是 WAL:读写互相等待",
            "the database is not in WAL mode: readers and the writer wait for each other",
            "启动一次 xinfang serve 即改为 WAL;若又变回,目录在网络文件系统上,请移到本机磁盘",
        )
    ]
