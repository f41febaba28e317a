"""What arq runs here: the bell. The work itself is in the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from routing_worker.loop import WorkLoop


async def ring(ctx: dict[str, Any], topics: Sequence[str]) -> None:
    """Work of these topics was committed: look into the outbox."""
    loop: WorkLoop = ctx["loop"]
    loop.wake()
