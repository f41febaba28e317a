"""``xinfang backup`` and ``restore``: all but the keys into a folder, and back, looked at afterwards."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from services.adapters import backup as archive
from services.adapters.backup import ATTACHMENTS, Contents
from services.adapters.clock import wall_clock
from services.adapters.crypto import DecryptError
from services.adapters.keys import KEY_FILE, KeyFault
from services.adapters.store import stored
from services.adapters.store.database import Database
from services.adapters.store.dump import DumpFault, count_rows, dump, load
from services.application import audit
from services.application.ports import StoreUnavailable
from services.bootstrap import Deployment, deploy_checked
from services.cli.migrate import upgrade
from services.cli.session import DataFolder, fail, settings_of
from services.domain.refusal import Refusal
from services.settings import Settings

T = TypeVar("T")
OPENED = 100
Say = Callable[[str], None]
Folder = Annotated[Path, typer.Argument(help="备份目录", file_okay=False)]


def backup(
    folder: Folder,
    keys: Annotated[Path | None, typer.Option(help="另把密钥存为这个文件(不得放在备份目录中)")] = None,
    data: DataFolder = None,
) -> None:
    """备份数据库和附件(运行中即可),密钥另存 · Back up while all runs; the keys go elsewhere."""
    settings = settings_of(data)
    if keys is not None and keys.resolve().is_relative_to(folder.resolve()):
        fail("密钥不得与备份放在一起:拿到备份的人就能读出全部内容 · keep the keys apart from the backup")
    if (folder / archive.LIST).exists():
        fail(f"{folder} 中已有一份备份,请另选目录 · there is a backup in it already")
    contents = _told(lambda say: _backup(settings, folder, say))
    if keys is not None:
        _save_keys(settings, keys)
    total = sum(contents.rows.values())
    typer.echo(f"已备份 {total} 行、{len(contents.files) - 1} 个附件到 {folder} · backed up")
    if keys is None:
        typer.echo(
            "密钥不在其中:没有密钥,备份打不开;请另行保存(--keys 文件)· the keys are not in it", err=True
        )


def restore(
    folder: Folder,
    keys: Annotated[Path | None, typer.Option(help="密钥文件(备份时另存的)", exists=True)] = None,
    data: DataFolder = None,
) -> None:
    """恢复到空的数据目录或空的数据库,并核对 · Restore into an empty place, then check what came back."""
    settings = settings_of(data)
    contents = _told(lambda say: _restore(settings, folder, keys, say))
    upgrade(settings)  # a backup may be older than the program
    problems = _told(lambda say: _verify(settings, say))
    for problem in problems:
        typer.echo(problem)
    if problems:
        fail("恢复后的核对没有通过 · what came back is not whole")
    total = sum(contents.rows.values())
    typer.echo(f"已恢复 {total} 行、{len(contents.files) - 1} 个附件,核对无误 · restored and checked")


async def _backup(settings: Settings, folder: Path, say: Say) -> Contents:
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True, mode=0o700)
    say("数据库 · the database")
    rows = await dump(settings.database, folder)
    say("附件 · attached files")  # after the database: every file that it names is there by now
    for _ in archive.copy_files(settings.data / ATTACHMENTS, folder / ATTACHMENTS):
        await asyncio.sleep(0)
    say("校验和 · checksums")
    files = await asyncio.to_thread(archive.listed, folder)
    database = Database(settings.database, pool_size=1)
    try:
        schema = await stored.schema_version(database)
    finally:
        await database.close()
    contents = Contents(wall_clock().isoformat(), version("xinfang"), schema, rows, files)
    archive.write_list(folder, contents)
    return contents


async def _restore(settings: Settings, folder: Path, keys: Path | None, say: Say) -> Contents:
    contents = archive.read_list(folder)
    say("校验和 · checksums")
    if broken := await asyncio.to_thread(archive.damaged, folder, contents):
        raise DumpFault(f"备份已损坏:{'、'.join(broken[:5])} 缺失或与记录的校验和不符。")
    await asyncio.to_thread(_place_keys, settings, keys)
    say("数据库 · the database")
    await load(settings.database, folder)
    found = await count_rows(settings.database)
    if found != contents.rows:
        differing = sorted(name for name in contents.rows if found.get(name) != contents.rows[name])
        raise DumpFault(f"恢复出的行数与备份时不同:{'、'.join(differing)}")
    say("附件 · attached files")
    for _ in archive.copy_files(folder / ATTACHMENTS, settings.data / ATTACHMENTS):
        await asyncio.sleep(0)
    return contents


async def _verify(settings: Settings, say: Say) -> list[str]:
    """Whether the ledgers hold, petitions open with the keys, and every attached file is there."""
    world = await deploy_checked(settings)
    try:
        say("附件 · attached files")
        problems = [
            f"附件 {sha256} 缺失或已损坏 · an attached file is gone"
            for sha256 in sorted(await stored.attached_files(world.database))
            if not await asyncio.to_thread(_is_whole, world.files.path(sha256), sha256)
        ]
        say(f"随机解密 {OPENED} 件 · opening some by chance")
        problems += await _opened(world)
        say("台账 · the ledgers")
        return problems + [
            f"信访件 {ledger.number} 的台账不完整 · its ledger is broken"
            async for ledger in audit.walk(world)
            if ledger.breaks
        ]
    finally:
        await world.close()


async def _opened(world: Deployment) -> list[str]:
    problems: list[str] = []
    for petition_id in await stored.chosen_petitions(world.database, OPENED):
        try:
            async with world.read() as work:
                await work.petitions.get(petition_id)
                await work.petitioners.find(petition_id=petition_id)
        except (KeyFault, DecryptError) as error:
            problems.append(f"信访件 {petition_id} 打不开({type(error).__name__})· it does not open")
    return problems


def _is_whole(path: Path, sha256: str) -> bool:
    return path.is_file() and archive.hash_of(path) == sha256


def _save_keys(settings: Settings, target: Path) -> None:
    if settings.keys is not None:
        text = settings.keys.get_secret_value()
    else:
        text = (settings.data / KEY_FILE).read_text(encoding="utf-8")
    target.touch(mode=0o600, exist_ok=False)
    target.write_text(text, encoding="utf-8")


def _place_keys(settings: Settings, keys: Path | None) -> None:
    """The keys must be there before the data: data without keys would let new ones be made beside it."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    own = settings.data / KEY_FILE
    if keys is not None and settings.keys is None and not own.exists():
        own.touch(mode=0o600)
        shutil.copyfile(keys, own)
    if settings.keys is None and not own.exists():
        raise DumpFault(f"没有密钥:请用 --keys 指出备份时另存的密钥文件,或放好 {own}。")


def _told(act: Callable[[Say], Awaitable[T]]) -> T:
    """Run an act that takes long: at a terminal, what it is at is shown. A refusal ends the command."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("…", total=None)

        async def run() -> T:
            return await act(lambda text: progress.update(task, description=text))

        try:
            return asyncio.run(run())
        except (DumpFault, KeyFault, StoreUnavailable, Refusal, FileExistsError) as refusal:
            fail(str(refusal))
