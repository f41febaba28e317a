"""The replica: whether it is there, follows the database, and keeps up with it."""

from __future__ import annotations

import asyncio
import time

from sqlalchemy.exc import DBAPIError

from services.adapters.checkup.finding import Finding
from services.adapters.store.database import Database
from services.adapters.store.replica import REPLAYED, WRITTEN
from services.application.ports import StoreUnavailable
from services.settings import Settings

LOOK_SECONDS = 0.2


async def examine_replica(primary: Database, settings: Settings) -> list[Finding]:
    """Raises ``StoreUnavailable`` when it is the primary that is away."""
    if settings.replica_url is None:
        return []
    if primary.is_sqlite:
        return [
            Finding(
                "replica_of_sqlite",
                "设了 XINFANG_REPLICA_URL,而数据库是 SQLite,没有副本可读",
                "a replica is named, but SQLite has none",
                "取消 XINFANG_REPLICA_URL,或用 XINFANG_DATABASE_URL 指定 PostgreSQL 主库",
            )
        ]
    try:
        async with primary.reading() as connection:
            written = int((await connection.execute(WRITTEN)).scalar_one())
    except DBAPIError:
        return [
            Finding(
                "database_is_standby",
                "XINFANG_DATABASE_URL 指的是备库(正在恢复),不能写入",
                "the database is a standby: nothing can be written to it",
                "改为主库的地址;主备刚切换过的,改为新的主库",
            )
        ]
    replica = Database(settings.replica_url, pool_size=1)
    try:
        return await _behind(replica, written, settings.replica_seconds)
    except (StoreUnavailable, DBAPIError) as error:
        return [
            Finding(
                "replica_away",
                f"连不上副本({type(error).__name__}):长清单和报表改读主库,主库更忙",
                "the replica does not answer; the database is read in its place",
                "启动副本,核对 XINFANG_REPLICA_URL 的地址和密码;不用副本就取消该项",
            )
        ]
    finally:
        await replica.close()


async def _behind(replica: Database, written: int, most_seconds: float) -> list[Finding]:
    """It has as long as its answers may be old to come to where the database was when we asked."""
    patience = time.monotonic() + most_seconds
    while True:
        async with replica.reading() as connection:
            replayed = await connection.scalar(REPLAYED)
        if replayed is None:
            wrong = "XINFANG_REPLICA_URL 指的不是副本(不在恢复状态):它不会被读"
            fix = "改为副本的地址;若它已被提升为主库,XINFANG_DATABASE_URL 也要跟着改"
            return [Finding("replica_is_none", wrong, "it is no replica: it does not follow", fix)]
        if replayed >= written:
            return []
        if time.monotonic() > patience:
            break
        await asyncio.sleep(LOOK_SECONDS)
    return [
        Finding(
            "replica_behind",
            f"副本落后主库 {most_seconds:g} 秒以上:它不会被读,长清单和报表改读主库",
            "the replica does not keep up; the database is read in its place",
            "看主库的 pg_stat_replication 和副本的日志;副本只是忙,可调大 XINFANG_REPLICA_SECONDS",
            grave=False,
        )
    ]
