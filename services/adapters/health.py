"""Whether the parts a process needs are there: asked by load balancers, answered in seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from importlib import resources

import redis.asyncio
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.adapters.store.database import Database
from services.application.ports import StoreUnavailable

SECONDS = 3.0


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
        if version != _newest():
            found["migrations"] = f"数据库结构版本为{version},应为{_newest()},请运行 xinfang migrate"
    if redis_url and not await _pings(redis_url):
        found["redis"] = "Redis 无法访问(登记不受影响,分流由定时巡检完成)"
    return found


def _newest() -> str | None:
    with resources.as_file(resources.files("migrations")) as folder:
        return ScriptDirectory(str(folder)).get_current_head()


async def _pings(url: str) -> bool:
    pool = redis.asyncio.ConnectionPool.from_url(url, socket_connect_timeout=1, socket_timeout=1)
    client = redis.asyncio.Redis(connection_pool=pool)
    try:
        return bool(await client.ping())
    except (redis.RedisError, OSError):
        return False
    finally:
        await pool.disconnect()
