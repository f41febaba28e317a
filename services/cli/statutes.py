"""``xinfang statutes``: a rule pack as a lawyer reads it, and the end of a period for any day."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from services.adapters.statutes import load_pack, load_packs
from services.adapters.workdays import NoticeUnreadable, read_notices, work_calendar
from services.application.calendar import calendar_in_force
from services.cli.session import in_world
from services.domain.calendar import Unit, WorkCalendar, end_of_period
from services.domain.pack import PackError
from services.domain.review import TIER_NAMES
from services.domain.statute import (
    Basis,
    Citation,
    Ground,
    NoSuchRule,
    Obliged,
    Outcome,
    Period,
    Rule,
    RulePack,
    Source,
    Trigger,
)

app = typer.Typer(help="规则包:期限、理由、结果及其条文。", no_args_is_help=True)

DEFAULT_PACK = "national-2022"
PackName = Annotated[str, typer.Option(help="规则包的名称,见 list")]
PackFolder = Annotated[
    Path | None, typer.Option(help="自备规则包(TOML)所在的文件夹", exists=True, file_okay=False)
]
OBLIGED = {
    Obliged.PETITION_OFFICE: "信访部门",
    Obliged.ORGAN: "有权处理的机关、单位",
    Obliged.REVIEWING_ORGAN: "复查、复核机关",
    Obliged.PETITIONER: "信访人",
}
BASIS = {
    Basis.RECEIVED: "收到信访事项",
    Basis.DISPATCHED: "收到转送、交办件",
    Basis.ACCEPTED: "受理",
    Basis.SERVED: "收到书面答复",
    Basis.REVIEW_REQUESTED: "收到复查请求",
    Basis.REVIEW_SERVED: "收到复查答复",
    Basis.RE_REVIEW_REQUESTED: "收到复核请求",
    Basis.ASSIGNED: "交办",
    Basis.SUGGESTED: "提出建议",
    Basis.REMANDED: "责令重新作出意见",
}
PRACTICE = "惯例"
UNITS = {Unit.NATURAL: "日", Unit.WORKING: "个工作日"}


@app.command("list")
def list_packs(packs: PackFolder = None) -> None:
    """列出规则包:名称、法规、适用地区和施行日期。"""
    with _faults("--packs"):
        found = load_packs(packs)
    for pack in found.values():
        where = f"行政区划代码 {pack.region_prefix} 开头的地区" if pack.region_prefix else "全国"
        base = f",其余从 {pack.base.id}" if pack.base else ""
        typer.echo(f"{pack.id:<16}{pack.title}:{where},{_dates(pack)}{base}")


@app.command()
def show(pack: PackName = DEFAULT_PACK, packs: PackFolder = None) -> None:
    """逐条列出规则包:编号、内容、条文和原文。"""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    for line, style in pack_lines(_load(pack, packs)):
        console.print(line, style=style)


@app.command()
def due(
    rule: Annotated[str, typer.Option(help="期限的编号,如 D5;延期的编号(D6)算到最长可以延至的一日")],
    from_: Annotated[str, typer.Option("--from", help="起算之日(当日不计入),如 2026-11-22")],
    pack: PackName = DEFAULT_PACK,
    notices: Annotated[
        Path | None, typer.Option(help="试用尚未载入的放假通知(TOML)", exists=True, dir_okay=False)
    ] = None,
    packs: PackFolder = None,
    data: Annotated[Path | None, typer.Option(help="按该数据目录中已载入的放假通知计算")] = None,
) -> None:
    """算出期限的最后一日,输出 JSON。"""
    facts = due_facts(_load(pack, packs), _calendar(notices, data), rule=rule, on=_day(from_))
    typer.echo(json.dumps(facts))


def _calendar(notices: Path | None, data: Path | None) -> WorkCalendar:
    """That of a database with what was loaded there; else the library's, with a notice to be tried."""
    if data is not None:
        return in_world(data, calendar_in_force)
    try:
        return work_calendar(read_notices(notices) if notices else frozenset())
    except NoticeUnreadable as fault:
        raise typer.BadParameter(str(fault), param_hint="--notices") from fault


def due_facts(pack: RulePack, calendar: WorkCalendar, *, rule: str, on: date) -> dict[str, object]:
    """``{"due_on", "raw_last_day", "provisional"}`` of a period that begins on the day ``on``.

    The id of an extension (D6) stands for the period it lengthens, by as much as the law allows.
    """
    lengthened = next((row.rule for row in pack.periods if _extension_rule(row) == rule), None)
    with _faults("--rule"):
        period = pack.period(lengthened or _single(pack, rule), on=on)
    length = period.longest if lengthened else period.length or period.default_length
    if length is None:
        raise typer.BadParameter(
            f"{rule} 的期限由有关文书自行指定,不能推算({period.article})", param_hint="--rule"
        )
    end = end_of_period(calendar, on, length, period.unit, roll_forward=period.roll_forward)
    return {
        "due_on": end.due_on.isoformat(),
        "raw_last_day": end.raw_last_day.isoformat(),
        "provisional": end.provisional,
    }


def pack_lines(pack: RulePack) -> list[tuple[str, str | None]]:
    """The pack as lines of text, each with a rich style or none."""
    warnings = pack.warnings
    lines: list[tuple[str, str | None]] = [(f"{pack.title}  [{pack.id}]", "bold"), (_dates(pack), None)]
    if pack.region_prefix:
        lines.append((f"适用于行政区划代码 {pack.region_prefix} 开头的地区", None))
    if pack.base:
        lines.append((f"没有另行规定的条目,从{pack.base.title}[{pack.base.id}],逐条注明", None))
    if pack.predecessor:
        lines.append((f"取代 {pack.predecessor.title}[{pack.predecessor.id}],此前的信访件仍依其规定", None))
    if pack.note:
        lines.append((f"注:{pack.note}", None))
    yellow, red = warnings.yellow_left, warnings.red_working_days
    lines.append((f"预警:剩 {yellow} 时间为黄,最后 {red} 个工作日为红", None))
    sections: list[tuple[str, Sequence[tuple[str, Citation]]]] = [
        ("期限", [entry for period in pack.periods for entry in _period_entries(period)]),
        ("不予受理、不再受理", [(_ground_entry(row, pack), row.citation) for row in pack.grounds]),
        ("处理意见、复查意见、复核意见", [(_outcome_entry(row), row.citation) for row in pack.outcomes]),
        ("终结", [(_rule_entry(row), row.citation) for row in pack.finality]),
        ("由谁复查、复核", [(_rule_entry(row), row.citation) for row in pack.reviewing]),
        ("督办", [(_trigger_entry(row), row.citation) for row in pack.supervision]),
        ("转给谁", [(_rule_entry(row), row.citation) for row in pack.routing]),
    ]
    for title, entries in sections:
        lines += [("", None), (f"【{title}】", "bold cyan")]
        for text, citation in entries:
            lines += [(text, None), (f"      {_cited(citation, pack)}", "dim")]
            lines += [(f"      注:{citation.note}", "yellow")] if citation.note else []
    return lines


def _extension_rule(period: Period) -> str | None:
    return period.extension.rule if period.extension else None


def _single(pack: RulePack, rule: str) -> str:
    """The id itself; one that only names a family (D13) is told its members."""
    family = [row.rule for row in pack.periods if row.rule.startswith(f"{rule}.")]
    if family and all(row.rule != rule for row in pack.periods):
        raise NoSuchRule(f"{rule} 有几个期限,请写明其中一个:{'、'.join(family)}")
    return rule


def _dates(pack: RulePack) -> str:
    until = f",至 {pack.in_force_to}" if pack.in_force_to else ""
    return f"自 {pack.in_force_from} 起施行{until}"


def _period_entries(period: Period) -> list[tuple[str, Citation]]:
    counted = f"自{BASIS[period.starts_on]}之日起{{}}{UNITS[period.unit]}"
    length = counted.format(period.length) if period.length else f"{BASIS[period.starts_on]}时指定期限"
    if period.default_length:
        length += f";没有指定的,{counted.format(period.default_length)}"
    dated = "" if period.in_force_to is None else f"(施行至 {period.in_force_to})"
    hearing = ",听证时间不计入" if period.excludes_hearing else ""
    fixed = "" if period.roll_forward else ",休息日不顺延"
    text = f"{period.rule:<6}{period.title}:{OBLIGED[period.obliged]},{length}{hearing}{fixed}{dated}"
    extension = period.extension
    if extension is None:
        return [(text, period.citation)]
    limits = [f"延长不超过{extension.max_days}日"] if extension.max_days else []
    limits += [f"总共不超过{extension.max_total_days}日"] if extension.max_total_days else []
    granted = f"{extension.rule:<6}延期:经{extension.approver}批准,{','.join(limits)}"
    return [(text, period.citation), (granted, extension.citation)]


def _ground_entry(row: Ground, pack: RulePack) -> str:
    """With the endings of the earlier petition after which it bars a repetition."""
    endings = "、".join(pack.finality_ground(code).title for code in row.after)
    return f"{row.id:<6}{row.title}:{row.tell}" + (f"(原信访件以下列情形终结的:{endings})" if endings else "")


def _outcome_entry(row: Outcome) -> str:
    return f"      {row.title}({row.code}):{'、'.join(TIER_NAMES[tier] for tier in row.tiers)}意见"


def _trigger_entry(row: Trigger) -> str:
    times = f"第{row.threshold}次起" if row.threshold > 1 else ""
    return f"      {row.title}({row.code}){f':{times}系统自动提出' if row.automatic else ''}"


def _rule_entry(row: Rule) -> str:
    return f"{row.id:<6}{row.title}:{row.text}"


def _cited(citation: Citation, pack: RulePack) -> str:
    origin = _origin(citation, pack)
    if citation.source is Source.PRACTICE:
        basis = "" if citation.article == PRACTICE else f" {citation.article}"
        return f"{origin}{PRACTICE}{basis}:{citation.reason}"
    also = f" 参见{'、'.join(citation.see_also)}" if citation.see_also else ""
    return f"{origin}《{citation.law}》{citation.article}:“{citation.quote}”{also}"


def _origin(citation: Citation, pack: RulePack) -> str:
    """Why a row quotes another law than the pack's own."""
    borrowed = citation.source is Source.LOCAL
    if pack.states(citation):
        return "(本条例没有规定,借用)" if borrowed else ""
    return (
        f"(本条例和 {citation.pack} 都没有规定,借用)" if borrowed else f"(本条例没有规定,从 {citation.pack})"
    )


def _load(name: str, folder: Path | None) -> RulePack:
    with _faults("--pack"):
        return load_pack(name, folder)


@contextmanager
def _faults(option: str) -> Iterator[None]:
    """What is wrong with the law's data or with the question, said of the option that named it."""
    try:
        yield
    except (PackError, NoSuchRule) as fault:
        raise typer.BadParameter(str(fault), param_hint=option) from fault


def _day(text: str) -> date:
    """A full date only: fromisoformat alone would also take 20261122 and 2026-W47-7."""
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError as fault:
        raise typer.BadParameter(f"“{text}”不是日期,应当如 2026-11-22", param_hint="--from") from fault
