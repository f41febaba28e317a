"""Ledgers that are archived can be verified before, after, and without the database; nothing else may go."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from services.adapters import ledger_files
from services.application import archive, audit, handbook
from services.bootstrap import Deployment
from services.cli.archive import _export, _verify
from services.domain.access import Client, ClientRole
from services.domain.calendar import local_date
from services.domain.petition import State
from tests.integration.petitions import CITY, count, register


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


async def ended(world: Deployment, many: int = 3) -> list[UUID]:
    """Petitions that were concluded, and one that goes on."""
    ids = await register(world, many + 1)
    for petition_id in ids[:many]:
        async with world.begin() as work:
            work.request_id, work.fingerprint = "request-1", "f" * 64
            petition = await work.lock(petition_id)
            petition.state = State.CONCLUDED
            await work.petitions.save(petition)
            work.record(petition, "concluded", actor="client:office", data={"件": 0.93, "日": "2026"})
    return ids


async def exported(world: Deployment, folder: Path, *, remove: bool, write: bool = True) -> Path:
    tomorrow = world.clock.now() + timedelta(days=2)
    told = await _export(world, folder, tomorrow, write=write, remove=remove)
    found = [path for path in files(folder) if path.suffix == ".ndjson"]
    assert (len(found) == 1) is write, told
    return found[0] if found else folder


async def broken(world: Deployment) -> int:
    return sum(bool(each.breaks) for each in [each async for each in audit.walk(world)])


async def test_a_dry_run_writes_and_removes_nothing(world: Deployment, tmp_path: Path) -> None:
    await ended(world)
    before = files(tmp_path)
    await exported(world, tmp_path, remove=False, write=False)
    assert files(tmp_path) == before
    assert await count(world, "archived_ledgers") == 0
    assert await count(world, "events") == 7


async def test_what_ended_is_archived_and_its_ledger_still_holds(world: Deployment, tmp_path: Path) -> None:
    ids = await ended(world)
    file = await exported(world, tmp_path, remove=True)
    assert await count(world, "events") == 1  # of the petition that goes on
    assert await broken(world) == 0
    assert "3" in await _verify(world, file)
    [first, *_] = volumes = list(ledger_files.read(file))
    assert [each.head.petition_id for each in volumes] == ids[:3]
    assert [event.kind for event in first.events] == ["registered", "concluded"]
    assert first.events[1].data == {"件": 0.93, "日": "2026"}
    assert first.calls[first.events[1].id].fingerprint == "f" * 64


async def test_the_handbook_of_an_archived_petition_can_still_be_read(
    world: Deployment, tmp_path: Path
) -> None:
    [first, *_] = await ended(world)
    await exported(world, tmp_path, remove=True)
    source = Client("portal", b"", "门户", ClientRole.PORTAL, CITY, None, (), world.clock.now())
    told = await handbook.for_caller(world, first, client=source)
    assert told.issued_on == local_date(world.clock.now())
    assert "办理记录已归档" in str(told.content())


async def test_without_remove_all_stays_and_nothing_is_archived_twice(
    world: Deployment, tmp_path: Path
) -> None:
    await ended(world)
    await exported(world, tmp_path, remove=False)
    assert await count(world, "events") == 7
    assert await count(world, "archived_ledgers") == 3
    again = await _export(world, tmp_path, world.clock.now() + timedelta(days=2), write=True, remove=True)
    assert "没有" in again
    assert await broken(world) == 0


async def test_what_happens_after_the_archive_goes_on_from_it(world: Deployment, tmp_path: Path) -> None:
    [first, *_] = await ended(world)
    await exported(world, tmp_path, remove=True)
    async with world.begin() as work:
        work.record(await work.lock(first), "evaluated", actor="client:portal")
    assert await count(world, "events") == 2
    assert await broken(world) == 0


async def test_a_head_that_does_not_fit_the_archive_is_found(world: Deployment, tmp_path: Path) -> None:
    [first, *_] = await ended(world)
    await exported(world, tmp_path, remove=True)
    async with world.database.writing() as connection:
        forged = text("UPDATE archived_ledgers SET head = :head WHERE petition_id = :id")
        key = first.hex if world.database.is_sqlite else first
        await connection.execute(forged, {"head": "0" * 64, "id": key})
    assert await broken(world) == 1


async def test_what_is_on_no_record_cannot_be_deleted(world: Deployment, tmp_path: Path) -> None:
    await ended(world)
    await exported(world, tmp_path, remove=False)
    with pytest.raises(Exception, match="append-only"):
        async with world.database.writing() as connection:
            await connection.execute(text("DELETE FROM events"))
    assert await count(world, "events") == 7


async def test_a_changed_file_is_told(world: Deployment, tmp_path: Path) -> None:
    await ended(world)
    file = await exported(world, tmp_path, remove=True)
    file.write_bytes(file.read_bytes().replace(b"concluded", b"withdrawn"))
    with pytest.raises(archive.LedgerBroken):
        archive.checked(next(ledger_files.read(file)))
    with pytest.raises(BaseException) as ended_with:  # noqa: PT011 - typer's own way to end a command
        await _verify(world, file)
    assert getattr(ended_with.value, "exit_code", 0) == 1


async def test_what_changed_since_it_was_written_down_is_left_for_the_next_time(
    world: Deployment, tmp_path: Path
) -> None:
    [first, *_] = await ended(world)
    path = tmp_path / "early.ndjson"
    moment = world.clock.now() + timedelta(days=1)
    await ledger_files.write(path, archive.volumes(world, world.archive, before=moment))
    async with world.begin() as work:
        work.record(await work.lock(first), "evaluated", actor="client:portal")
    kept = await archive.record(
        world, world.archive, lambda: ledger_files.read(path),
        file=path.name, sha256=ledger_files.sha256(path), by="test", remove=True,
    )  # fmt: skip
    assert kept == 2
    assert await count(world, "events") == 1 + 3
    assert await broken(world) == 0
