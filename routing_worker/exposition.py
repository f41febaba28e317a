"""A worker's figures for Prometheus, where a port is set for them: it has no API to tell them by."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from prometheus_client import REGISTRY, CollectorRegistry, Metric, start_http_server

from services.bootstrap import Deployment

PATIENCE_SECONDS = 5.0
log = structlog.get_logger()


class _Fresh(CollectorRegistry):
    """The process's figures, those of the database asked anew. Read in the server's thread."""

    def __init__(self, world: Deployment, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._world = world
        self._loop = loop

    def collect(self) -> Iterator[Metric]:
        asked = asyncio.run_coroutine_threadsafe(self._world.refresh_gauges(), self._loop)
        try:
            asked.result(PATIENCE_SECONDS)
        except Exception as error:
            asked.cancel()
            log.warning("gauges_not_fresh", error=type(error).__name__)
        yield from REGISTRY.collect()


@contextmanager
def exposed(world: Deployment) -> Iterator[None]:
    """Serve the figures while the block runs. A port that is taken ends the process, by ``OSError``."""
    settings = world.settings
    if settings.metrics_port is None:
        yield
        return
    registry = _Fresh(world, asyncio.get_running_loop())
    server, thread = start_http_server(settings.metrics_port, settings.metrics_host, registry)
    try:
        yield
    finally:
        # A scrape under way waits for this very loop, which is at its end: do not wait for the scrape.
        server.shutdown()
        server.server_close()
        thread.join(0)
