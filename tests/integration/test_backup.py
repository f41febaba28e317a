"""The drill: back up while all runs, restore into an empty place, look at what came back."""

from __future__ import annotations

import asyncio
import io
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from services.adapters.keys import load_or_create, new_ring
from services.adapters.store.dump import count_rows
from services.bootstrap import Deployment
from services.cli.main import app
from services.domain.petition import Attachment
from services.settings import Settings
from tests.integration.petitions import build_city, petition, register

PETITIONS = 40
FILE = "征地补偿协议".encode() * 1000


@dataclass
class Place:
    """A deployment's data folder and database."""

    data: Path
    url: str

    def world(self) -> Deployment:
        return Deployment(
            Settings(data=self.data, database_url=self.url), load_or_create(self.data / "keys.json")
        )


Xinfang = Callable[..., Result]


@pytest.fixture
def here(database_url: str, tmp_path: Path) -> Place:
    """A city with petitions, one of them with an attached file."""
    place = Place(tmp_path / "here", database_url)
    place.data.mkdir(mode=0o700)

    async def fill() -> None:
        world = place.world()
        await build_city(world)
        [first, *_] = await register(world, PETITIONS)
        kept = await world.files.keep(io.BytesIO(FILE))
        attached = Attachment(
            id=world.codes.new_id(), petition_id=first, sha256=kept.sha256, size=kept.size, name="协议.pdf",
            media_type="application/pdf", added_at=world.clock.now(), client_id="portal",
        )  # fmt: skip
        async with world.begin() as work:
            await work.attachments.add(attached)
        await world.close()

    asyncio.run(fill())
    return place


@pytest.fixture
def there(here: Place, request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty place of the same kind."""
    if here.url.startswith("sqlite"):
        return Place(tmp_path / "there", f"sqlite+aiosqlite:///{tmp_path / 'there' / 'xinfang.db'}")
    return Place(tmp_path / "there", request.getfixturevalue("empty_postgresql_url"))


@pytest.fixture
def xinfang(monkeypatch: pytest.MonkeyPatch) -> Xinfang:
    """A command at a place."""
    for name in ("XINFANG_REDIS_URL", "XINFANG_KEYS"):
        monkeypatch.delenv(name, raising=False)

    def run(place: Place, *arguments: object) -> Result:
        monkeypatch.setenv("XINFANG_DATABASE_URL", place.url)
        return CliRunner().invoke(app, [*(str(each) for each in arguments), "--data", str(place.data)])

    return run


@pytest.fixture
def kept(here: Place, xinfang: Xinfang, tmp_path: Path) -> Path:
    """A backup, and its keys beside it: ``kept.keys``."""
    told = xinfang(here, "backup", tmp_path / "kept", "--keys", tmp_path / "kept.keys")
    assert told.exit_code == 0, told.output
    return tmp_path / "kept"


def keys_of(kept: Path) -> Path:
    return kept.with_suffix(".keys")


def test_what_comes_back_is_what_was_there(here: Place, there: Place, kept: Path, xinfang: Xinfang) -> None:
    told = xinfang(there, "restore", kept, "--keys", keys_of(kept))
    assert told.exit_code == 0, told.output
    assert "核对无误" in told.stdout
    assert asyncio.run(count_rows(there.url)) == asyncio.run(count_rows(here.url))
    assert (there.data / "keys.json").stat().st_mode & 0o777 == 0o600

    async def read() -> tuple[str, bytes]:
        world = there.world()
        async with world.read() as work:
            [attached] = await work.attachments.find()
            found = await work.petitions.get(attached.petition_id)
        content = b"".join([piece async for piece in world.files.chunks(attached.sha256)])
        await world.close()
        return found.title, content

    assert asyncio.run(read()) == ("南县茅草街镇征地补偿没有发放", FILE)


def test_a_backup_holds_no_key(here: Place, kept: Path) -> None:
    ring = json.loads((here.data / "keys.json").read_text(encoding="utf-8"))
    secrets = [*ring.pop("data_keys").values(), *(value for value in ring.values() if isinstance(value, str))]
    for path in kept.rglob("*"):
        if path.is_file():
            assert not [secret for secret in secrets if secret.encode() in path.read_bytes()]
    assert keys_of(kept).stat().st_mode & 0o777 == 0o600


def test_a_backup_under_load_is_of_one_moment(
    here: Place, there: Place, xinfang: Xinfang, tmp_path: Path
) -> None:
    stop, written = threading.Event(), list[int]()

    async def write() -> None:
        world = here.world()
        while not stop.is_set():
            async with world.begin() as work:
                added = petition(world, PETITIONS + 1 + len(written))
                await work.petitions.add(added)
                work.record(added, "registered", actor="client:portal")
            written.append(1)
        await world.close()

    writer = threading.Thread(target=lambda: asyncio.run(write()))
    writer.start()
    try:
        while not written:
            pass
        told = xinfang(here, "backup", tmp_path / "kept", "--keys", tmp_path / "kept.keys")
    finally:
        stop.set()
        writer.join()
    assert told.exit_code == 0, told.output
    back = xinfang(there, "restore", tmp_path / "kept", "--keys", tmp_path / "kept.keys")
    assert back.exit_code == 0, back.output
    rows = asyncio.run(count_rows(there.url))
    assert PETITIONS < rows["petitions"] <= PETITIONS + len(written)
    assert rows["events"] == rows["petitions"]


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))


def damage_database(kept: Path) -> None:
    flip(next(path for path in kept.iterdir() if path.name.startswith("xinfang.")))


def damage_file(kept: Path) -> None:
    flip(next((kept / "attachments").glob("*/*")))


def lose_file(kept: Path) -> None:
    next((kept / "attachments").glob("*/*")).unlink()


def lose_list(kept: Path) -> None:
    (kept / "backup.json").unlink()


def false_count(kept: Path) -> None:
    told = json.loads((kept / "backup.json").read_text(encoding="utf-8"))
    told["rows"]["petitions"] += 1
    (kept / "backup.json").write_text(json.dumps(told), encoding="utf-8")


def other_keys(kept: Path) -> None:
    keys_of(kept).write_text(new_ring().to_json(), encoding="utf-8")


@pytest.mark.parametrize(
    "damage", [damage_database, damage_file, lose_file, lose_list, false_count, other_keys]
)
def test_a_backup_that_is_not_whole_is_refused(
    there: Place, kept: Path, xinfang: Xinfang, damage: Callable[[Path], None]
) -> None:
    damage(kept)
    told = xinfang(there, "restore", kept, "--keys", keys_of(kept))
    assert told.exit_code == 1
    assert "核对无误" not in told.output


def test_what_was_tampered_with_before_is_told_after(
    here: Place, there: Place, xinfang: Xinfang, tmp_path: Path
) -> None:
    async def tamper() -> None:
        world = here.world()
        async with world.database.writing() as connection:
            if world.database.is_sqlite:
                await connection.execute(text("DROP TRIGGER events_no_update"))
            else:
                await connection.execute(text("ALTER TABLE events DISABLE TRIGGER ALL"))
            await connection.execute(text("UPDATE events SET actor = 'client:other'"))
        await world.close()

    asyncio.run(tamper())
    keys = tmp_path / "kept.keys"
    assert xinfang(here, "backup", tmp_path / "kept", "--keys", keys).exit_code == 0
    told = xinfang(there, "restore", tmp_path / "kept", "--keys", keys)
    assert told.exit_code == 1
    assert told.output.count("台账不完整") == PETITIONS


def test_nothing_is_written_over(here: Place, kept: Path, xinfang: Xinfang) -> None:
    before = asyncio.run(count_rows(here.url))
    assert xinfang(here, "restore", kept, "--keys", keys_of(kept)).exit_code == 1
    assert asyncio.run(count_rows(here.url)) == before
    assert xinfang(here, "backup", kept).exit_code == 1
    assert xinfang(here, "backup", kept.with_name("more"), "--keys", keys_of(kept)).exit_code == 1


def test_keys_are_not_put_into_the_backup(here: Place, xinfang: Xinfang, tmp_path: Path) -> None:
    told = xinfang(here, "backup", tmp_path / "kept", "--keys", tmp_path / "kept" / "keys.json")
    assert told.exit_code == 1
    assert not (tmp_path / "kept").exists()


def test_without_keys_nothing_is_restored(there: Place, kept: Path, xinfang: Xinfang) -> None:
    told = xinfang(there, "restore", kept)
    assert told.exit_code == 1
    assert "密钥" in told.output
