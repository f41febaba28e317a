"""``xinfang routing replay|publish|recompute|verify``: rules as data that is drafted, tried and published."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from services.application import recompute as again
from services.application.recompute import Recomputed, Verdict
from services.application.routing_replay import replay as replayed
from services.bootstrap import Deployment
from services.cli import publishing
from services.cli.session import DataFolder, fail, in_world, show_rows
from services.domain.directory import Directory
from services.domain.directory_version import Base
from services.domain.draft import Draft, drafted_rules
from services.domain.routing_replay import Replay

DraftFiles = Annotated[
    list[Path],
    typer.Option("--draft", help="草案:文件夹,或者机关、职权、地名、词表、线索的 CSV 或 XLSX;可以多次"),
]
Threshold = Annotated[float | None, typer.Option(min=0, max=1, help="把握低于它就转人工分流")]
Since = Annotated[str | None, typer.Option("--from", help="收到日期自,如 2026-01-01")]
Until = Annotated[str | None, typer.Option("--to", help="收到日期至")]
VERDICTS = {Verdict.SAME: "一致", Verdict.DIFFERENT: "不一致", Verdict.IMPOSSIBLE: "不能重算"}
SUMMARY = (
    ("n", "信访件"), ("same_lead", "承办单位不变"), ("changed_lead", "承办单位改变"),
    ("newly_triaged", "改由人工分流"), ("no_longer_triaged", "不再人工分流"),
    ("still_triaged", "仍由人工分流"), ("co_changed", "协办单位改变"), ("restricted", "检举控告和保密件"),
)  # fmt: skip


def replay(
    draft: DraftFiles,
    threshold: Threshold = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int | None, typer.Option(min=1, help="最多多少件,从最近的起")] = None,
    on: Annotated[str | None, typer.Option("--on", help="按这一天施行的内容比较,默认今天")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    data: DataFolder = None,
) -> None:
    """用过去的信访件试算草案:哪些单位多了、少了什么;不写入 · Try a draft on past petitions."""

    async def run(world: Deployment) -> Replay:
        day = publishing.a_day(on, "--on") or world.clock.today()
        given = publishing.drafted(draft, threshold)
        base = (await world.organs.bases(day))[0]
        router = world.router_over(
            await _drafted(world, given, base), drafted_rules(await world.rules.in_force_on(day), given)
        )
        begin, end = publishing.a_day(since, "--from"), publishing.a_day(until, "--to")
        return await replayed(world, router, on=day, since=begin, until=end, limit=limit)

    found = in_world(data, run)
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=1))
        return
    _show(found)


async def _drafted(world: Deployment, draft: Draft, base: Base) -> Directory:
    plan = await publishing.planned(world, draft, base, publishing.new_ids(world))
    now = await world.organs.at(base.version)
    return Directory(now.version, plan.organs, plan.powers, now.categories, now.gazetteer, places=plan.places)


def _show(found: Replay) -> None:
    counts = found.as_json()
    typer.echo(";".join(f"{title} {counts[name]}" for name, title in SUMMARY))
    if found.unknown:
        typer.echo(f"另有 {found.unknown} 件作出决定时的事实没有保存,未试算")
    moved = [balance for _, balance in found.ranked if balance.moved]
    if not moved:
        typer.echo("草案不改变任何一件的承办单位 · the draft changes no lead")
        return
    columns = ("单位", "增加", "减少", "不变", "转人工分流", "来自人工分流")
    rows = [
        (each.name, each.gained, each.lost, each.unchanged, each.to_triage, each.from_triage)
        for each in moved
    ]
    show_rows(columns, rows)
    for example in found.shown():
        typer.echo(f"例  {example.number}  {example.before} → {example.after}  {example.reason}")


def publish(
    draft: DraftFiles,
    since: Annotated[str, typer.Option("--from", help="从这一天起施行,如 2026-12-01")],
    threshold: Threshold = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只显示差异,不写入")] = False,
    by: Annotated[str, typer.Option(help="由谁公布,记录在案")] = "xinfang routing publish",
    data: DataFolder = None,
) -> None:
    """公布草案,从写明的一天起施行;有一处错误就全部不公布 · Publish a draft, in force from a day."""
    in_world(data, lambda world: _publish(world, draft, since, threshold, dry_run=dry_run, by=by))
    if dry_run:
        typer.echo("试运行,没有写入 · dry run, nothing was written")


async def _publish(
    world: Deployment, files: list[Path], since: str, threshold: float | None, *, dry_run: bool, by: str
) -> None:
    draft = publishing.drafted(files, threshold)
    day = publishing.first_day(since, world.clock.today())
    base = (await world.organs.bases(day))[0]
    await publishing.planned(world, draft, base, publishing.new_ids(world))
    if draft.of_rules and not dry_run:
        rules = drafted_rules(await world.rules.in_force_on(day), draft)
        note = "、".join(file.name for file in draft.files)
        number = await world.rules.publish(rules, in_force_from=day, by=by, note=note, at=world.clock.now())
        typer.echo(f"规则第 {number} 版,{day}起施行 · rules version {number}, in force from {day}")
    changed = draft.of_directory and await publishing.publish(world, draft, day=day, by=by, dry_run=dry_run)
    if not changed and not draft.of_rules:
        typer.echo("没有变化 · nothing to change")


def recompute(number: Annotated[str, typer.Argument(help="信访件编号")], data: DataFolder = None) -> None:
    """按当时的事实、名录和规则重新作出分流决定,与存档比较 · Make a petition's decision again."""
    found = in_world(data, lambda world: again.of_petition(world, number, world.router_of))
    if not found:
        fail("本件没有系统作出的分流决定 · the router decided nothing on it")
    for each in found:
        typer.echo("  ".join(_described(each)))
    if any(each.verdict is not Verdict.SAME for each in found):
        raise typer.Exit(1)


def verify(since: Since = None, until: Until = None, data: DataFolder = None) -> None:
    """重新作出一段时间内的全部分流决定,与存档比较 · Make all decisions of a span again."""

    async def run(world: Deployment) -> tuple[Counter[Verdict], list[Recomputed]]:
        counts: Counter[Verdict] = Counter()
        others: list[Recomputed] = []
        begin, end = publishing.a_day(since, "--from"), publishing.a_day(until, "--to")
        async for each in again.of_span(world, world.router_of, since=begin, until=end):
            counts[each.verdict] += 1
            others += [each] if each.verdict is not Verdict.SAME else []
        return counts, others

    counts, others = in_world(data, run)
    for each in others:
        typer.echo("  ".join(_described(each)))
    typer.echo(";".join(f"{name} {counts[verdict]}" for verdict, name in VERDICTS.items()))
    if others:
        raise typer.Exit(1)


def _described(each: Recomputed) -> Iterator[str]:
    record = each.record
    yield f"{each.number}  {record.decided_at.isoformat(timespec='seconds')}"
    yield f"名录第{record.directory_version}版  {record.rules_version}"
    yield VERDICTS[each.verdict]
    if each.differs:
        yield "不同之处:" + "、".join(each.differs)
    if each.note:
        yield each.note
