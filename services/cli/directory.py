"""``xinfang directory``: a city's own organs and powers, loaded over the template; all or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from services.adapters import directory_files
from services.adapters.gazetteer import load_gazetteer
from services.bootstrap import Deployment
from services.cli import directory_text
from services.cli.session import DataFolder, fail, in_world, show_rows
from services.domain.directory import Directory
from services.domain.directory_check import Problem
from services.domain.directory_load import LoadPlan, PowerPlan, plan_load, plan_powers
from services.domain.organ import Organ
from services.domain.organ_template import template_organs
from services.domain.power import Power
from services.domain.region import RegionLevel, UnknownRegion

app = typer.Typer(no_args_is_help=True)
DEPTHS = {"市": RegionLevel.PREFECTURE, "县": RegionLevel.COUNTY, "乡": RegionLevel.TOWNSHIP}


@app.command()
def load(
    files: Annotated[list[Path], typer.Argument(help="CSV 或 XLSX:机关名录,或者职权表")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只显示差异,不写入")] = False,
    by: Annotated[str, typer.Option(help="由谁载入,记录在案")] = "xinfang directory load",
    data: DataFolder = None,
) -> None:
    """载入本地的机关名录和职权表;有一处错误就全部不载入 · Load organs and powers, all or nothing."""
    changed = in_world(data, lambda world: _load(world, files, dry_run=dry_run, by=by))
    if dry_run:
        typer.echo("试运行,没有写入 · dry run, nothing was written")
    elif not changed:
        typer.echo("没有变化 · nothing to change")


async def _load(world: Deployment, files: list[Path], *, dry_run: bool, by: str) -> bool:
    directory = await world.directory()
    organs, powers = list(directory.organs), await world.organs.own_powers()
    for path in files:
        if directory_files.holds_powers(path):
            powers = _planned_powers(directory, powers, path)
        else:
            organs = _planned_organs(directory, organs, path)
    before = {organ.id: organ for organ in directory.organs}
    added = [organ for organ in organs if organ.id not in before]
    changed = [organ for organ in organs if before.get(organ.id, organ) != organ]
    new_powers = powers if set(powers) != set(await world.organs.own_powers()) else None
    if not added and not changed and new_powers is None:
        return False
    if not dry_run:
        note = "、".join(path.name for path in files)
        version = await world.organs.apply(
            added=added, changed=changed, powers=new_powers, by=by, note=note, at=world.clock.now()
        )
        typer.echo(f"已载入,名录版本 {version} · loaded as version {version}")
    return True


def _planned_organs(directory: Directory, organs: list[Organ], path: Path) -> list[Organ]:
    rows, problems = directory_files.read_organs(path)
    plan = LoadPlan(tuple(problems))
    if not problems:
        functions = directory_files.load_functions()
        plan = plan_load(organs, rows, gazetteer=directory.gazetteer, functions=functions, new_id=uuid4)
    _refuse(path, plan.problems)
    for line in directory_text.organ_changes(plan):
        typer.echo(line)
    return list(plan.organs)


def _planned_powers(directory: Directory, powers: list[Power], path: Path) -> list[Power]:
    rows, problems = directory_files.read_powers(path)
    plan = PowerPlan(tuple(problems))
    if not problems:
        plan = plan_powers(
            powers,
            rows,
            gazetteer=directory.gazetteer,
            functions=directory_files.load_functions().keys(),
            categories=[category.code for category in directory.categories],
        )
    _refuse(path, plan.problems)
    for line in directory_text.power_changes(plan):
        typer.echo(line)
    return list(plan.powers)


def _refuse(path: Path, problems: tuple[Problem, ...]) -> None:
    if problems:
        lines = [f"{path.name} 第{problem.line}行:{problem.reason}" for problem in problems]
        fail("\n".join([*lines, f"共 {len(problems)} 处错误,没有载入 · nothing was loaded"]))


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
