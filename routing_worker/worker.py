"""A worker process: the loop, and beside it arq as its ear for the bell whenever Redis is there."""

from __future__ import annotations

import asyncio
import gc

import structlog
from arq.worker import Worker, create_worker
from redis.exceptions import RedisError

from routing_worker.exposition import exposed
from routing_worker.loop import WorkLoop
from routing_worker.settings import WorkerSettings
from services.bootstrap import Deployment

RECONNECT_SECONDS = 3.0
COLLECT_AFTER = (50_000, 20, 20)
"""Allocations before the collector looks for rings. A batch leaves none behind, and to walk all that a worker
keeps in memory, the directory and the words, takes as long as a hundred petitions.
"""
log = structlog.get_logger()


async def run(world: Deployment, stopping: asyncio.Event) -> None:
    """Work until ``stopping`` is set; then finish or give back what is in hand."""
    gc.set_threshold(*COLLECT_AFTER)
    loop = WorkLoop(world)
    with exposed(world):
        loop.start()
        ear = asyncio.create_task(_listen(world, loop))
        log.info("worker_started", worker=loop.name, bell=world.settings.redis_url is not None)
        await stopping.wait()
        ear.cancel()
        await asyncio.gather(loop.stop(), ear, return_exceptions=True)
    log.info("worker_stopped", worker=loop.name)


async def _listen(world: Deployment, loop: WorkLoop) -> None:
    """Hear the bell while Redis is there; while it is not, the sweeper finds the work."""
    connection = world.bell_connection
    if connection is None:
        return
    while True:
        arq = create_worker(dict(vars(WorkerSettings)), ctx={"loop": loop}, **connection)
        try:
            await arq.async_run()
        except (RedisError, OSError) as error:
            log.warning("bell_not_heard", error=type(error).__name__)
        finally:
            await _close(arq)
        await asyncio.sleep(RECONNECT_SECONDS)


async def _close(arq: Worker) -> None:
    pool = arq._pool
    try:
        await arq.close()
    except (RedisError, OSError) as error:
        log.info("bell_was_gone", error=type(error).__name__)  # there is nothing in it to tidy up
    finally:
        if pool is not None:
            await pool.aclose(close_connection_pool=True)
