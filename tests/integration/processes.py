"""Real processes of ours, over a database and keys that the test shares with them."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from services.bootstrap import Deployment
from services.domain.access import ROLE_SCOPES, Client, ClientRole
from tests.integration.petitions import CITY

COMMAND = (sys.executable, "-m", "services.cli.main")
STARTS_WITHIN = 180.0  # tests run side by side on small machines
SECRET = "a secret of the tests"

ONLINE: dict[str, Any] = {
    "channel": "online",
    "online": {"mailbox": "portal"},
    "title": "南县茅草街镇征地补偿款没有发放",
    "content": "去年征收了八百弓村的承包地,补偿款至今没有发放,多次询问没有答复。",
    "place": {"address": "南县茅草街镇八百弓村"},
    "petitioners": [{"name": "张三", "phone": "139 0000 0001", "address": "南县茅草街镇八百弓村3组"}],
}


@dataclass(frozen=True)
class Running:
    """A process with its log, and the port it serves at."""

    process: asyncio.subprocess.Process
    log: Path
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def lines(self) -> list[dict[str, Any]]:
        text = self.log.read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(world: Deployment, **given: str) -> dict[str, str]:
    settings = world.settings
    told = {"XINFANG_DATA": str(settings.data), "XINFANG_DATABASE_URL": settings.database}
    if settings.redis_url:
        told["XINFANG_REDIS_URL"] = settings.redis_url
    return os.environ | told | given


@asynccontextmanager
async def running(
    world: Deployment, *command: str, name: str, port: int = 0, **given: str
) -> AsyncIterator[Running]:
    """``xinfang COMMAND`` for as long as the block; whoever has not ended by then is asked to."""
    log = world.settings.data / f"{name}.log"
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *COMMAND,
            *command,
            env=environment(world, **given),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=output,
        )
    try:
        yield Running(process, log, port)
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


@asynccontextmanager
async def api(world: Deployment, **given: str) -> AsyncIterator[Running]:
    """The API, when it is ready."""
    port = free_port()
    async with running(world, "api", "--port", str(port), name="api", port=port, **given) as found:
        await until_ready(found)
        yield found


async def until_ready(server: Running) -> None:
    patience = time.monotonic() + STARTS_WITHIN
    async with httpx.AsyncClient(base_url=server.url) as client:
        while time.monotonic() < patience and server.process.returncode is None:
            try:
                if (await client.get("/readyz")).status_code == 200:
                    return
            except httpx.TransportError:
                pass  # it does not listen yet
            await asyncio.sleep(0.1)
    raise AssertionError(server.log.read_text(encoding="utf-8")[-4000:])


async def add_portal(world: Deployment) -> None:
    async with world.begin() as work:
        await work.clients.add(
            Client(
                id="portal",
                secret_hash=world.codes.secret_hash(SECRET),
                name="portal",
                role=ClientRole.PORTAL,
                region_code=CITY,
                organ_id=None,
                scopes=tuple(scope.value for scope in ROLE_SCOPES[ClientRole.PORTAL]),
                created_at=world.clock.now(),
            )
        )


@asynccontextmanager
async def portal(server: Running) -> AsyncIterator[httpx.AsyncClient]:
    """A client with a token, on connections that are kept open."""
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
        form = {"grant_type": "client_credentials"}
        answer = await client.post("/oauth/token", data=form, auth=("portal", SECRET))
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client
