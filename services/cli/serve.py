"""``xinfang serve``, ``api``, ``worker``: the processes. SIGTERM lets them finish what is in hand."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
import uvloop
from fastapi import FastAPI

from routing_worker import heartbeat
from routing_worker.embedded import embedded
from services.adapters import logs
from services.adapters.keys import KeyFault
from services.application.ports import StoreUnavailable
from services.bootstrap import Deployment, TracingMissing, deploy_checked
from services.cli import demo_city, welcome
from services.cli.session import DataFolder, fail, in_world, settings_of
from services.domain.region import UnknownRegion
from services.settings import Settings

# Told to end, a process is gone within 20 seconds: two in which it says so, these, and its worker's.
DRAIN_SECONDS = 12
ROUTER_AFTER_SECONDS = 0.5
KEEP_ALIVE_SECONDS = 75  # longer than callers keep an idle connection, lest they send into a closing one
Host = Annotated[str | None, typer.Option(help="监听地址(默认 127.0.0.1)")]
Port = Annotated[int | None, typer.Option(help="端口(默认 8000)", min=1, max=65535)]
Worker = Annotated[
    bool, typer.Option("--worker/--no-worker", help="没有 Redis 时,同一进程是否也运行后台任务")
]


def serve(
    demo: Annotated[bool, typer.Option("--demo", help="演示:一个市的机关和全部调用方")] = False,
    city: Annotated[str, typer.Option(help="演示城市的区划代码(默认益阳市)")] = demo_city.CITY,
    host: Host = None,
    port: Port = None,
    data: DataFolder = None,
    worker: Worker = True,
) -> None:
    """一个进程运行全部:建库、接口、后台任务 · Run everything in one process."""
    settings = settings_of(data, host=host, port=port, demo=demo or None)
    logs.configure(settings.log_level)
    from services.cli.migrate import upgrade  # a server that migrates nothing starts faster without it

    upgrade(settings)
    uvloop.run(_serve(settings, city, worker=worker))


def api(host: Host = None, port: Port = None, data: DataFolder = None, worker: Worker = True) -> None:
    """只运行接口(没有 Redis 时也运行后台任务) · Run the API; without Redis the worker too."""
    settings = settings_of(data, host=host, port=port)
    logs.configure(settings.log_level)
    uvloop.run(_serve(settings, worker=worker))


def worker(
    check: Annotated[bool, typer.Option("--check", help="只检查本机的后台进程是否在运行")] = False,
    data: DataFolder = None,
) -> None:
    """运行后台任务:分流、到期、清理 · Run the background worker."""
    if check:
        if not in_world(data, heartbeat.is_alive):
            fail("本机没有后台进程在运行 · no worker of this machine is alive")
        typer.echo("后台进程正常 · the worker is alive")
        return
    settings = settings_of(data)
    logs.configure(settings.log_level)
    uvloop.run(_work(settings))


async def _serve(settings: Settings, city: str = demo_city.CITY, *, worker: bool = True) -> None:
    from intake_api.app import create_app  # the other commands start faster without it

    gc.disable()  # until all is made
    async with _deployed(settings) as world, contextlib.AsyncExitStack() as running:
        try:
            clients = await demo_city.prepare(world, city) if settings.demo else None
        except UnknownRegion as refusal:
            fail(str(refusal))
        if settings.embedded and worker:
            await running.enter_async_context(embedded(world))
        server = _Server(create_app(world), world, clients)
        _keep()
        await server.serve()


async def _work(settings: Settings) -> None:
    from routing_worker import worker as worker_process  # an API starts faster without it

    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    gc.disable()  # until all is made
    async with _deployed(settings) as world:
        await world.router()  # built before the first petition has to wait for it
        _keep()
        await worker_process.run(world, stopping)


def _keep() -> None:
    """What was made until now stays. To look through it for garbage takes a fifth of a second, in which
    nobody is answered; and while it was made, it would have been looked through again and again.
    """
    gc.freeze()
    gc.enable()


@asynccontextmanager
async def _deployed(settings: Settings) -> AsyncIterator[Deployment]:
    try:
        world = await deploy_checked(settings)
    except (KeyFault, StoreUnavailable, TracingMissing) as refusal:
        fail(str(refusal))
    try:
        yield world
    except StoreUnavailable as refusal:
        fail(str(refusal))
    finally:
        await world.close()


class _Server(uvicorn.Server):
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
        """Make what the first acts need before they ask for it. A thread that makes a router halves the speed
        of everyone else, so whoever waits for us to be ready is answered first; registering needs none.
        """
        with contextlib.suppress(StoreUnavailable):  # whoever needs them has them made then
            await self._world.directory()
            await asyncio.sleep(ROUTER_AFTER_SECONDS)
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
