"""The worker beside the API, in its process and loop: for one-command deployments without Redis."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from routing_worker.loop import WorkLoop
from services.bootstrap import Deployment

FINISH_WITHIN_SECONDS = 4.0  # after the API beside it has finished, which takes its own time


@asynccontextmanager
async def embedded(world: Deployment) -> AsyncIterator[WorkLoop]:
    """A worker that lives as long as the block; what the process commits wakes it."""
    loop = WorkLoop(world)
    loop.start()
    try:
        yield loop
    finally:
        await loop.stop(within=FINISH_WITHIN_SECONDS)
