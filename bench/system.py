"""The system under replay, started for it and ended by its process ids: embedded, or the real thing."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx

XINFANG = Path(sys.executable).with_name("xinfang")
STARTS_WITHIN_SECONDS = 120.0
ENDS_WITHIN_SECONDS = 30.0
WORKERS = 2
# Killed without a goodbye, we take our processes along.
IF_WE_DIE = ["setpriv", "--pdeathsig", "TERM", "--"] if shutil.which("setpriv") else []


@dataclass(slots=True)
class System:
    """Where it is, and its processes by name. ``victims`` are those that a test may kill."""

    url: str
    clients: Path
    logs: Path
    environment: dict[str, str]
    commands: dict[str, list[str]] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    victims: tuple[str, ...] = ()

    def start(self, name: str) -> None:
        with (self.logs / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [*IF_WE_DIE, *self.commands[name]],
                env=os.environ | self.environment,
                stdout=log,
                stderr=log,
            )

    def kill(self, name: str) -> None:
        """SIGKILL: no goodbye."""
        process = self.processes[name]
        process.send_signal(signal.SIGKILL)
        process.wait()

    def end(self, name: str) -> None:
        """SIGTERM, and SIGKILL for one that does not go; frozen ones are let go on first."""
        process = self.processes.pop(name)
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.send_signal(signal.SIGCONT)
        try:
            process.wait(ENDS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def stop(self) -> None:
        for process in self.processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for name in list(self.processes):
            self.end(name)

    async def ready(self, name: str) -> None:
        """Return once it answers. Raises RuntimeError with its last words when it does not."""
        async with httpx.AsyncClient(base_url=self.url, trust_env=False) as probe:
            for _ in range(int(STARTS_WITHIN_SECONDS / 0.2)):
                if self.processes[name].poll() is not None:
                    break
                if await _answers(probe):
                    return
                await asyncio.sleep(0.2)
        raise RuntimeError(f"{name} 未能启动 · did not start:\n{self.last_words(name)}")

    def last_words(self, name: str) -> str:
        return (self.logs / f"{name}.log").read_text(encoding="utf-8", errors="replace")[-3000:]


async def _answers(probe: httpx.AsyncClient) -> bool:
    try:
        return (await probe.get("/readyz")).is_success
    except httpx.TransportError:
        return False


@asynccontextmanager
async def started(kind: str, city: str) -> AsyncIterator[System]:
    """A fresh system of ``kind`` (sqlite: one process; postgres: an API and two workers) for a block."""
    with tempfile.TemporaryDirectory(prefix="xinfang-replay-") as folder:
        async with _database(kind) as environment:
            system = _planned(kind, city, Path(folder), environment)
            try:
                system.start("api")
                await system.ready("api")
                for name in system.commands.keys() - {"api"}:
                    system.start(name)
                yield system
            finally:
                system.stop()


def _planned(kind: str, city: str, folder: Path, environment: dict[str, str]) -> System:
    port = free_port()
    serve = [str(XINFANG), "serve", "--demo", "--city", city, "--port", str(port), "--data", str(folder)]
    system = System(f"http://127.0.0.1:{port}", folder / "demo-clients.json", folder, environment)
    system.commands["api"] = serve
    system.victims = ("api",)
    if kind == "postgres":
        system.victims = tuple(f"worker{number}" for number in range(1, WORKERS + 1))
        for name in system.victims:
            system.commands[name] = [str(XINFANG), "worker", "--data", str(folder)]
    return system


@asynccontextmanager
async def _database(kind: str) -> AsyncIterator[dict[str, str]]:
    """The settings of a database of this run's own; the embedded one lies in the data folder."""
    if kind == "sqlite":
        yield {"XINFANG_LOG_LEVEL": "WARNING"}
        return
    server, bell = os.environ["XINFANG_TEST_POSTGRES_URL"], os.environ["XINFANG_TEST_REDIS_URL"]
    name = f"replay_{os.getpid()}_{free_port()}"
    connection = await asyncpg.connect(server.replace("+asyncpg", ""))
    try:
        await connection.execute(f'CREATE DATABASE "{name}"')
        parts = urlsplit(server)
        yield {
            "XINFANG_DATABASE_URL": urlunsplit(parts._replace(path=f"/{name}")),
            "XINFANG_REDIS_URL": bell,
            "XINFANG_DEMO": "true",
            "XINFANG_LOG_LEVEL": "WARNING",
        }
        await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await connection.close()


def free_port() -> int:
    with _listening() as found:
        return int(found.getsockname()[1])


@contextmanager
def _listening() -> Iterator[socket.socket]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        yield found
