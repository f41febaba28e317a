"""``xinfang archive``: old ledgers into files that anyone can verify; out of the database only then."""

from __future__ import annotations

import getpass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from services.adapters import ledger_files
from services.application import archive
from services.bootstrap import Deployment
from services.cli.session import DataFolder, fail, in_world
from services.domain.calendar import start_instant

app = typer.Typer(no_args_is_help=True)


@app.callback()
def main() -> None:
    """归档 · archives of old ledgers"""


@app.command()
def export(
    to: Annotated[Path, typer.Argument(help="归档文件所在目录", file_okay=False, exists=True)],
    ended_before: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="只归档此日之前办结的")],
    write: Annotated[bool, typer.Option("--write", help="写出文件并登记;不加则只统计")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="登记之后从数据库移出台账")] = False,
    data: DataFolder = None,
) -> None:
    """归档早已办结的信访件的台账:写出、读回核对、登记;默认只统计,不写不删。"""
    if remove and not write:
        raise typer.BadParameter("--remove 须与 --write 同用")
    told = in_world(data, lambda world: _export(world, to, ended_before, write=write, remove=remove))
    typer.echo(told)


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="归档文件", dir_okay=False, exists=True)],
    data: DataFolder = None,
) -> None:
    """核对归档文件:散列值与登记相符,每件台账完整。"""
    typer.echo(in_world(data, lambda world: _verify(world, file)))


async def _export(world: Deployment, to: Path, ended_before: datetime, *, write: bool, remove: bool) -> str:
    before = start_instant(ended_before.date())
    volumes = archive.volumes(world, world.archive, before=before)
    if not write:
        counted = [len(volume.events) async for volume in volumes]
        return f"可归档 {len(counted)} 件、{sum(counted)} 条记录;加 --write 才写出 · nothing was written"
    path = to / f"ledgers-{ended_before:%Y%m%d}-{world.clock.now():%Y%m%dT%H%M%SZ}.ndjson"
    draft = path.with_suffix(".draft")
    if not await ledger_files.write(draft, volumes):
        draft.unlink()
        return "没有可归档的信访件 · nothing to archive"
    draft.rename(path)
    sha256 = ledger_files.sha256(path)
    kept = await archive.record(
        world, world.archive, lambda: ledger_files.read(path),
        file=path.name, sha256=sha256, by=getpass.getuser(), remove=remove,
    )  # fmt: skip
    done = "台账已移出数据库" if remove else "台账仍在数据库"
    return f"已归档 {kept} 件,{done}:{path}\nSHA-256 {sha256}"


async def _verify(world: Deployment, file: Path) -> str:
    recorded = await world.archive.on_record(file.name)
    if not recorded:
        fail(f"没有名为 {file.name} 的归档登记 · not on record")
    sha256 = ledger_files.sha256(file)
    if {each.sha256 for each in recorded.values()} != {sha256}:
        fail(f"{file} 的散列值与登记不符,文件被改动过 · the file was changed")
    heads = {volume.head.petition_id: archive.checked(volume).head for volume in ledger_files.read(file)}
    for petition_id, each in recorded.items():
        head = heads.get(petition_id)
        if head is None or (head.seq, head.hash) != (each.seq, each.head):
            fail(f"信访件 {petition_id} 的台账与登记不符 · not the ledger that is on record")
    return f"{len(recorded)} 件台账与登记相符 · {len(recorded)} ledgers hold"
