"""The HTTP server of ``xinfang serve`` and ``api``: how it comes up, and how it lets go of its callers."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
import uvicorn
from fastapi import FastAPI

from services.application.ports import StoreUnavailable
from services.bootstrap import Deployment
from services.cli import welcome

# Told to end, a process is gone within 20 seconds: two in which it says so, these, and its worker's.
DRAIN_SECONDS = 12
ROUTER_AFTER_SECONDS = 0.5
KEEP_ALIVE_SECONDS = 75  # longer than callers keep an idle connection, lest they send into a closing one


class Server(uvicorn.Server):
    """Says where to look once it is up; told to stop, it lets long polls go and requests finish."""

    def __init__(self, app: FastAPI, world: Deployment, clients: Path | None) -> None:
        self._app = app
        self._leaving: asyncio.Task[None] | None = None
        self._building: asyncio.Task[None] | None = None
        settings = world.settings
        config = uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            loop="none",
            http="httptools",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=DRAIN_SECONDS,
        )
        super().__init__(config)
        self._world = world
        self._clients = clients

    async def startup(self, sockets: object = None) -> None:
        await super().startup()
        if self.started:
            self._building = asyncio.create_task(self._build())
            for line in welcome.lines(self._world.settings, self._clients):
                typer.echo(line)

    async def shutdown(self, sockets: Any = None) -> None:
        if self._building is not None:
            self._building.cancel()
        await super().shutdown(sockets)

    async def _build(self) -> None:
        """Make the router before it is asked for. A thread that makes it takes half of the time from everyone
        else, so whoever waits for us to be ready is answered first: registering needs none.
        """
        await asyncio.sleep(ROUTER_AFTER_SECONDS)
        with contextlib.suppress(StoreUnavailable):  # whoever needs one has it made then
            await self._world.router()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn would raise the signal again when it is done, before the worker beside it could finish.
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._leave, number)
        yield

    def _leave(self, number: int) -> None:
        """The first signal asks politely; another, or Ctrl-C, does not wait for balancers to notice."""
        if self._leaving is not None or number == signal.SIGINT:
            self.handle_exit(number, None)
        if self._leaving is None:
            self._leaving = asyncio.create_task(self._let_go(number))

    async def _let_go(self, number: int) -> None:
        """Say that we are not ready, serve on while balancers notice, then take no more and finish."""
        self._app.state.leaving = True
        await self._world.feed.close()
        if number == signal.SIGTERM:
            await asyncio.sleep(self._world.settings.leave_seconds)
        if not self.should_exit:  # a second Ctrl-C, to uvicorn, means: at once
            self.handle_exit(number, None)
        await self._world.feed.close()  # those that came to wait meanwhile
