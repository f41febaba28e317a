"""``xinfang statutes``: a rule pack as a lawyer reads it, and the end of a period for any day."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from services.adapters.statutes import load_pack, pack_names
from services.adapters.workdays import work_calendar
from services.domain.calendar import Unit, WorkCalendar, end_of_period
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
UNITS = {Unit.NATURAL: "日", Unit.WORKING: "个工作日"}


@app.command()
def show(
    pack: Annotated[str, typer.Option(help="规则包的名称")] = DEFAULT_PACK,
) -> None:
    """逐条列出规则包:编号、内容、条文和原文。"""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    for line, style in pack_lines(_load(pack)):
        console.print(line, style=style)


@app.command()
def due(
    rule: Annotated[str, typer.Option(help="期限的编号,如 D5")],
    from_: Annotated[str, typer.Option("--from", help="起算之日(当日不计入),如 2026-11-22")],
    pack: Annotated[str, typer.Option(help="规则包的名称")] = DEFAULT_PACK,
    notices: Annotated[
        Path | None, typer.Option(help="本地的放假通知文件(TOML)", exists=True, dir_okay=False)
    ] = None,
) -> None:
    """算出期限的最后一日,输出 JSON。"""
    facts = due_facts(_load(pack), work_calendar(notices), rule=rule, on=_day(from_))
    typer.echo(json.dumps(facts))


def due_facts(pack: RulePack, calendar: WorkCalendar, *, rule: str, on: date) -> dict[str, object]:
    """``{"due_on", "raw_last_day", "provisional"}`` of a period that begins on the day ``on``."""
    try:
        period = pack.period(rule, on=on)
    except NoSuchRule as fault:
        raise typer.BadParameter(str(fault), param_hint="--rule") from fault
    if period.length is None:
        raise typer.BadParameter(f"{rule} 的期限由有关文书自行指定,不能推算", param_hint="--rule")
    end = end_of_period(calendar, on, period.length, period.unit, roll_forward=period.roll_forward)
    return {
        "due_on": end.due_on.isoformat(),
        "raw_last_day": end.raw_last_day.isoformat(),
        "provisional": end.provisional,
    }


def pack_lines(pack: RulePack) -> list[tuple[str, str | None]]:
    """The pack as lines of text, each with a rich style or none."""
    until = f"至 {pack.in_force_to} " if pack.in_force_to else ""
    warnings = pack.warnings
    lines: list[tuple[str, str | None]] = [
        (f"{pack.title}  [{pack.id}]", "bold"),
        (f"自 {pack.in_force_from} {until}起施行", None),
        (f"预警:剩 {warnings.yellow_left} 时间为黄,最后 {warnings.red_working_days} 个工作日为红", None),
    ]
    sections: list[tuple[str, Sequence[tuple[str, Citation]]]] = [
        ("期限", [entry for period in pack.periods for entry in _period_entries(period)]),
        ("不予受理、不再受理", [(_ground_entry(row), row.citation) for row in pack.grounds]),
        ("处理意见、复查意见、复核意见", [(_coded_entry(row), row.citation) for row in pack.outcomes]),
        ("终结", [(_rule_entry(row), row.citation) for row in pack.finality]),
        ("由谁复查、复核", [(_rule_entry(row), row.citation) for row in pack.reviewing]),
        ("督办", [(_coded_entry(row), row.citation) for row in pack.supervision]),
        ("转给谁", [(_rule_entry(row), row.citation) for row in pack.routing]),
    ]
    for title, entries in sections:
        lines += [("", None), (f"【{title}】", "bold cyan")]
        for text, citation in entries:
            lines += [(text, None), (f"      {_cited(citation)}", "dim")]
    return lines


def _period_entries(period: Period) -> list[tuple[str, Citation]]:
    basis = BASIS[period.starts_on]
    length = f"自{basis}之日起{period.length}{UNITS[period.unit]}" if period.length else f"{basis}时指定期限"
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


def _ground_entry(row: Ground) -> str:
    return f"{row.id:<6}{row.title}:{row.tell}"


def _coded_entry(row: Outcome | Trigger) -> str:
    return f"      {row.title}({row.code})"


def _rule_entry(row: Rule) -> str:
    return f"{row.id:<6}{row.title}:{row.text}"


def _cited(citation: Citation) -> str:
    if citation.source is Source.PRACTICE:
        return f"惯例 {citation.article}:{citation.reason}"
    silent = "(本条例没有规定,借用)" if citation.source is Source.LOCAL else ""
    also = f" 参见{'、'.join(citation.see_also)}" if citation.see_also else ""
    return f"{silent}《{citation.law}》{citation.article}:“{citation.quote}”{also}"


def _load(name: str) -> RulePack:
    if name not in pack_names():
        raise typer.BadParameter(f"没有规则包 {name};现有:{'、'.join(pack_names())}", param_hint="--pack")
    return load_pack(name)


def _day(text: str) -> date:
    """A full date only: fromisoformat alone would also take 20261122 and 2026-W47-7."""
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError as fault:
        raise typer.BadParameter(f"“{text}”不是日期,应当如 2026-11-22", param_hint="--from") from fault
