"""Redis: it may be lost, but it should not forget by itself."""

from __future__ import annotations

import redis.asyncio
from redis.exceptions import RedisError

from services.adapters.checkup.finding import Finding


async def examine_bell(url: str | None) -> list[Finding]:
    if url is None:
        return []
    pool = redis.asyncio.ConnectionPool.from_url(
        url, socket_connect_timeout=2, socket_timeout=2, decode_responses=True
    )
    client = redis.asyncio.Redis(connection_pool=pool)
    try:
        memory, kept = await client.info("memory"), await client.info("persistence")
    except (RedisError, OSError) as error:
        return [
            Finding(
                "redis_away",
                f"连不上 Redis({type(error).__name__}):登记照常,分流由巡检完成,稍慢",
                "Redis does not answer",
                "启动 Redis,核对 XINFANG_REDIS_URL 的地址和密码",
            )
        ]
    finally:
        await pool.disconnect()
    return [*_eviction(str(memory.get("maxmemory_policy", ""))), *_persistence(kept)]


def _eviction(policy: str) -> list[Finding]:
    if policy in ("", "noeviction"):
        return []
    return [
        Finding(
            "redis_evicts",
            f"Redis 内存满时会自行删除数据(maxmemory-policy {policy}):通知和限流计数会无声丢失",
            "Redis forgets by itself when its memory is full",
            "redis-cli CONFIG SET maxmemory-policy noeviction,并写进 redis.conf",
        )
    ]


def _persistence(kept: dict[str, object]) -> list[Finding]:
    if kept.get("aof_enabled"):
        return []
    return [
        Finding(
            "redis_not_persistent",
            "Redis 没有开 AOF:它重启时,通知和限流计数会丢失;信访件不受影响",
            "no AOF: a restart of Redis loses rings and limits, no petition",
            "redis-cli CONFIG SET appendonly yes,并写进 redis.conf",
            grave=False,
        )
    ]
