"""A disk that is full refuses for the time being, keeps what was acknowledged, and half of nothing."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest
from alembic import command

import migrations
from bench.faults.servers import Cluster
from services.adapters.files import FileStore
from services.adapters.keys import new_ring
from services.application.ports import StoreUnavailable
from services.bootstrap import Deployment
from services.settings import Settings
from tests.arrivals import arrival
from tests.conftest import service
from tests.integration.petitions import count

MEGABYTE = 1024 * 1024
MOST = 5_000  # registrations for which the space that is left never suffices


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="xinfang-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=711", "tmpfs", str(folder)]
    try:
        if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
            pytest.skip("a small disk of its own can be mounted by root only")
        try:
            yield folder
        finally:
            subprocess.run(["umount", str(folder)], check=True)
    finally:
        folder.rmdir()


def fill(folder: Path) -> Path:
    """Take all the space that is left."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (MEGABYTE, 4096):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue
    return ballast


async def test_of_a_file_too_large_for_the_disk_nothing_stays() -> None:
    with small_disk(2) as disk:
        store = FileStore(disk / "attachments")
        kept = await store.keep(io.BytesIO(b"a" * MEGABYTE))
        with pytest.raises(StoreUnavailable):
            await store.keep(io.BytesIO(b"b" * 2 * MEGABYTE))
        assert [path for path in disk.rglob("*") if path.is_file()] == [store.path(kept.sha256)]
        assert (await store.keep(io.BytesIO(b"c" * (MEGABYTE // 2)))).size == MEGABYTE // 2


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    service("XINFANG_TEST_POSTGRES_URL")  # where the tests have one, the programs are there to start another
    with small_disk(192) as disk:
        server = Cluster(disk, "primary")
        server.make()
        server.start()
        yield server
        server.stop()


@pytest.fixture
async def world(cluster: Cluster, tmp_path: Path) -> AsyncIterator[Deployment]:
    admin = await asyncpg.connect(cluster.url())
    await admin.execute("CREATE DATABASE small")
    await admin.close()
    url = cluster.url("small").replace("postgresql://", "postgresql+asyncpg://")
    await asyncio.to_thread(command.upgrade, migrations.configuration(url), "head")
    deployed = Deployment(Settings(data=tmp_path, database_url=url), new_ring())
    yield deployed
    await deployed.close()


async def test_postgresql_without_space_refuses_and_goes_on_when_there_is_some(
    cluster: Cluster, world: Deployment
) -> None:
    ballast = fill(cluster.folder.parent)
    os.truncate(ballast, ballast.stat().st_size - 2 * MEGABYTE)
    acknowledged = await _stored_until_refused(world)
    assert 0 < acknowledged < MOST
    ballast.unlink()
    if await asyncio.to_thread(cluster.ended):  # a log that cannot be written ends the server
        await asyncio.to_thread(cluster.start)
    assert await _again(world)
    for table in ("petitions", "petitioners", "events", "outbox", "idempotency_keys"):
        assert await count(world, table) == acknowledged + 1, table


async def _stored_until_refused(world: Deployment) -> int:
    for number in range(MOST):
        try:
            await world.intake.store(arrival(key=f"full {number}"))
        except StoreUnavailable:
            return number
    return MOST


async def _again(world: Deployment) -> bool:
    """What a caller does that was told 503: the same, a little later."""
    made = arrival(key="again")
    for _ in range(100):
        try:
            return await world.intake.store(made)
        except StoreUnavailable:
            await asyncio.sleep(0.2)
    return False
