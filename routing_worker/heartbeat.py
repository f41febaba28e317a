"""A worker's sign of life: a row in the database, by which ``xinfang worker --check`` judges it."""

from __future__ import annotations

import os
import secrets
import socket

from services.bootstrap import Deployment

BEAT_SECONDS = 5
DEAD_AFTER_SECONDS = 30


def new_name() -> str:
    """A name that no worker had before, not even this process after a restart."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"


async def beat(world: Deployment, worker: str) -> None:
    await world.schedule.beat(worker, socket.gethostname())


async def is_alive(world: Deployment) -> bool:
    """Whether a worker of this machine gave a sign lately."""
    return await world.schedule.alive(socket.gethostname(), within=DEAD_AFTER_SECONDS)
