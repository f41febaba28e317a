"""Whether the parts a process needs are there: asked by load balancers, answered in seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import cache
from importlib import resources

import redis.asyncio
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.adapters.store.database import Database
from services.application.ports import StoreUnavailable

SECONDS = 3.0
NEWER = "schema_newer"
"""A database migrated ahead of this program: a new version only adds, so that the old one serves on."""


async def ailing(database: Database, redis_url: str | None) -> Mapping[str, str]:
    """The parts that fail, each with what is wrong, in Chinese; none when all is well."""
    found: dict[str, str] = {}
    try:
        async with asyncio.timeout(SECONDS), database.reading() as connection:
            version = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    except (StoreUnavailable, TimeoutError):
        found["database"] = "数据库无法访问"
    except DBAPIError:
        found["migrations"] = "数据库尚未建表,请运行 xinfang migrate"
    else:
        newest, known = await asyncio.to_thread(_revisions)
        if version not in known:
            found[NEWER] = f"数据库结构版本{version}比程序新(程序认得{newest}):正在升级,照常服务"
        elif version != newest:
            found["migrations"] = f"数据库结构版本为{version},应为{newest},请运行 xinfang migrate"
    if redis_url and not await _pings(redis_url):
        found["redis"] = "Redis 无法访问(登记不受影响,分流由定时巡检完成)"
    return found


@cache
def _revisions() -> tuple[str, frozenset[str]]:
    """The newest schema that this program knows, and all that led to it: migrations are files with a number.

    Not asked of alembic, which a server that migrates nothing would load for this alone.
    """
    versions = resources.files("migrations").joinpath("versions")
    known = frozenset(each.name.partition("_")[0] for each in versions.iterdir() if each.name[:1].isdecimal())
    return max(known), known


async def _pings(url: str) -> bool:
    pool = redis.asyncio.ConnectionPool.from_url(url, socket_connect_timeout=1, socket_timeout=1)
    client = redis.asyncio.Redis(connection_pool=pool)
    try:
        return bool(await client.ping())
    except (redis.RedisError, OSError):
        return False
    finally:
        await pool.disconnect()
