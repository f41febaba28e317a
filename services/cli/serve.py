"""``xinfang serve``, ``api``, ``worker``: the processes. SIGTERM lets them finish what is in hand."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import typer
import uvloop

from routing_worker import heartbeat
from routing_worker.embedded import embedded
from services.adapters import logs
from services.adapters.keys import KeyFault
from services.application.ports import StoreUnavailable
from services.bootstrap import Deployment, TracingMissing, deploy_checked
from services.cli import demo_city
from services.cli.session import DataFolder, fail, in_world, settings_of
from services.domain.region import UnknownRegion
from services.settings import Settings

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
    gc.disable()  # until all is made
    from intake_api.app import create_app  # a worker starts faster without these
    from services.cli.server import Server

    async with _deployed(settings) as world, contextlib.AsyncExitStack() as running:
        try:
            clients = await demo_city.prepare(world, city) if settings.demo else None
        except UnknownRegion as refusal:
            fail(str(refusal))
        if settings.embedded and worker:
            await running.enter_async_context(embedded(world))
        server = Server(create_app(world), world, clients)
        if not await world.ailing():
            await world.directory()  # read before the first caller has to wait for it
        _keep()
        await server.serve()


async def _work(settings: Settings) -> None:
    gc.disable()  # until all is made
    from routing_worker import worker as worker_process  # an API starts faster without it

    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
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
