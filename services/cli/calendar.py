"""``xinfang calendar``: a year's holiday notice is loaded once, and every running process counts by it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from services.adapters.workdays import KNOWN, NoticeUnreadable, read_notices
from services.application import calendar
from services.bootstrap import Deployment
from services.cli.session import DataFolder, fail, in_world, show_rows
from services.domain.calendar import local_date
from services.domain.holiday_notice import HolidayNotice

app = typer.Typer(no_args_is_help=True)
WEEK = "一二三四五六日"


@app.command()
def load(
    file: Annotated[Path, typer.Argument(help="放假通知(TOML)", exists=True, dir_okay=False)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只显示将变动的期限,不写入")] = False,
    begun: Annotated[bool, typer.Option("--begun", help="本年已经开始,核对后仍要载入")] = False,
    first: Annotated[int, typer.Option(help="最多列出几个变动的期限", min=0)] = 20,
    by: Annotated[str, typer.Option(help="由谁载入,记录在案")] = "xinfang calendar load",
    data: DataFolder = None,
) -> None:
    """载入国务院办公厅的放假通知,重新计算各项期限;有一处错误就不载入 · Load a year's holiday notice."""
    try:
        notices = read_notices(file)
    except NoticeUnreadable as fault:
        fail(f"{fault}\n没有载入 · nothing was loaded")

    async def act(world: Deployment) -> None:
        foreseen = await calendar.foresee(world, notices, begun=begun)
        _show(foreseen, first)
        if dry_run:
            typer.echo("试运行,没有写入 · dry run, nothing was written")
        elif foreseen.new:
            await _load(world, notices, begun=begun, by=by, source=file.name)

    in_world(data, act)


def _show(foreseen: calendar.Foreseen, first: int) -> None:
    if not foreseen.new:
        typer.echo("没有变化 · nothing to change")
        return
    for notice in foreseen.new:
        typer.echo(f"{notice.year}年:放假{len(notice.holidays)}日,调休上班{len(notice.makeup)}日")
    moves = foreseen.moves
    typer.echo(
        f"涉及进行中的期限 {foreseen.touched} 个,届满日变动 {len(moves)} 个"
        f" · {foreseen.touched} running deadlines touched, {len(moves)} move"
    )
    if shown := moves[:first]:
        rows = [(move.number, move.rule, move.title, move.before, move.after) for move in shown]
        show_rows(("信访件", "期限", "内容", "原届满日", "新届满日"), rows)
    if len(moves) > first:
        typer.echo(f"…… 另有 {len(moves) - first} 个 · and {len(moves) - first} more")


async def _load(
    world: Deployment, notices: Iterable[HolidayNotice], *, begun: bool, by: str, source: str
) -> None:
    loaded = await calendar.load(world, notices, by=by, source=source, begun=begun)
    for each in loaded:
        typer.echo(f"已载入{each.year}年的放假通知(第{each.id}次载入)· loaded, sha256 {each.sha256[:12]}")
    counted = 0
    while done := await calendar.recount(world):
        counted += done
    typer.echo(f"已重新计算期限 {counted} 个 · {counted} deadlines counted again")


@app.command()
def show(
    year: Annotated[int | None, typer.Option(help="哪一年", min=KNOWN.start, max=KNOWN.stop - 1)] = None,
    data: DataFolder = None,
) -> None:
    """显示一年的放假和调休,以及载入的记录 · Show a year's days off, worked weekends, and what was loaded."""

    async def read(world: Deployment) -> calendar.Year:
        return await calendar.read_year(world, year or world.clock.today().year)

    found = in_world(data, read)
    days = [(day, "放假") for day in found.days_off] + [(day, "调休上班") for day in found.makeup]
    show_rows(("日期", "星期", "安排"), [(day, WEEK[day.weekday()], what) for day, what in sorted(days)])
    for each in found.loads:
        when, mark = local_date(each.loaded_at), each.sha256[:12]
        typer.echo(f"第{each.id}次载入:{when} {each.loaded_by} {each.source} {mark}", err=True)
    standing = "尚无通知,暂按法定节日 · provisional" if found.provisional else "已有通知 · published"
    typer.echo(f"{found.year}年:{standing};日历版本 {found.version}", err=True)
