"""``xinfang directory``: a city's own organs and powers, loaded over the template; all or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from services.adapters import directory_files
from services.adapters.gazetteer import load_gazetteer
from services.bootstrap import Deployment
from services.cli import directory_text, publishing
from services.cli.session import DataFolder, fail, in_world, show_rows
from services.domain.calendar import local_date
from services.domain.directory_version import DirectoryVersion
from services.domain.organ import Organ
from services.domain.organ_template import template_organs
from services.domain.region import RegionLevel, UnknownRegion

app = typer.Typer(no_args_is_help=True)
DEPTHS = {"市": RegionLevel.PREFECTURE, "县": RegionLevel.COUNTY, "乡": RegionLevel.TOWNSHIP}


@app.command()
def load(
    files: Annotated[list[Path], typer.Argument(help="CSV 或 XLSX:机关名录、职权表、地名表")],
    since: Annotated[str | None, typer.Option("--from", help="从这一天起施行,如 2026-12-01;默认今天")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只显示差异,不写入")] = False,
    by: Annotated[str, typer.Option(help="由谁载入,记录在案")] = "xinfang directory load",
    data: DataFolder = None,
) -> None:
    """载入本地的机关名录和职权表;有一处错误就全部不载入 · Load organs and powers, all or nothing."""
    changed = in_world(data, lambda world: _load(world, files, since, dry_run=dry_run, by=by))
    if dry_run:
        typer.echo("试运行,没有写入 · dry run, nothing was written")
    elif not changed:
        typer.echo("没有变化 · nothing to change")


async def _load(world: Deployment, files: list[Path], since: str | None, *, dry_run: bool, by: str) -> bool:
    draft = publishing.drafted(files)
    if draft.of_rules:
        fail(
            "词表、线索用 xinfang routing publish 公布 · publish words and cues with xinfang routing publish"
        )
    day = publishing.first_day(since, world.clock.today())
    return await publishing.publish(world, draft, day=day, by=by, dry_run=dry_run)


@app.command()
def versions(data: DataFolder = None) -> None:
    """列出名录的各个版本 · List the versions of the directory."""

    async def listed(world: Deployment) -> tuple[int, list[DirectoryVersion]]:
        return (await world.directory()).version, await world.organs.versions()

    current, found = in_world(data, listed)
    rows = [
        (
            each.version,
            "现行" if each.version == current else "",
            each.in_force_from or local_date(each.loaded_at),
            each.loaded_by,
            each.note,
        )
        for each in found
    ]
    show_rows(("版本", "", "施行日期", "载入者", "文件"), rows)


@app.command()
def template(
    region: Annotated[str, typer.Argument(help="行政区划代码,如 430900000000")],
    depth: Annotated[str, typer.Option(help="到哪一级:市、县、乡")] = "乡",
) -> None:
    """按模板输出一个地区的机关名录(CSV),可修改后载入 · Print a region's organs by the template."""
    if depth not in DEPTHS:
        raise typer.BadParameter(f"应为:{'、'.join(DEPTHS)}", param_hint="--depth")
    try:
        organs = template_organs(
            region,
            load_gazetteer(),
            functions=directory_files.load_functions(),
            new_id=uuid4,
            depth=DEPTHS[depth],
        )
    except UnknownRegion as refusal:
        fail(str(refusal))
    typer.echo(directory_text.as_csv(organs), nl=False)


@app.command()
def show(
    region: Annotated[str | None, typer.Option(help="只看这个行政区划的机关")] = None,
    data: DataFolder = None,
) -> None:
    """显示名录 · Show the directory."""

    async def organs(world: Deployment) -> tuple[int, tuple[Organ, ...]]:
        directory = await world.directory()
        return directory.version, directory.in_region(region) if region else directory.organs

    version, found = in_world(data, organs)
    rows = [(each.code, each.name, each.kind.chinese, "、".join(each.functions)) for each in found]
    show_rows(("机关代码", "名称", "类别", "职能"), rows)
    typer.echo(f"共 {len(rows)} 个,名录版本 {version}", err=True)
