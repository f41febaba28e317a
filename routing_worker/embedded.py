"""The worker beside the API, in its process and loop: for one-command deployments without Redis."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from routing_worker.loop import WorkLoop
from services.bootstrap import Deployment


@asynccontextmanager
async def embedded(world: Deployment) -> AsyncIterator[WorkLoop]:
    """A worker that lives as long as the block; what the process commits wakes it."""
    loop = WorkLoop(world)
    loop.start()
    try:
        yield loop
    finally:
        await loop.stop()
