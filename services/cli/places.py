"""``xinfang places``: which place a text speaks of, and why; how well that works; a city's own places."""

from __future__ import annotations

import json
import statistics
import time
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from services.adapters.gazetteer import load_gazetteer
from services.adapters.place_files import learnt_csv, read_places, read_trial
from services.application import places
from services.bootstrap import Deployment
from services.cli import publishing
from services.cli.session import DataFolder, fail, in_world
from services.domain.directory_check import Problem
from services.domain.draft import Draft, DraftFile
from services.domain.own_place import OwnPlace, plan_places
from services.domain.place import PlaceFinder
from services.domain.place_trial import (
    Outcome,
    TrialAnswer,
    TrialRow,
    depth_share,
    known_context,
    run,
    unknown_codes,
)
from services.domain.refusal import Refusal
from services.domain.region import Gazetteer, RegionLevel

app = typer.Typer(no_args_is_help=True)
TIMED_ROUNDS = 5
CityFolder = Annotated[
    Path | None,
    typer.Option("--data", help="也用这个数据目录里载入的地名和区划", show_default=False),
]
OwnFile = Annotated[
    Path | None, typer.Option("--own", help="也用这个文件中的本地地名,格式同 places load", show_default=False)
]


@app.callback()
def main() -> None:
    """行政区划与地名 · regions and places"""


@app.command()
def find(
    text: str,
    office: Annotated[str | None, typer.Option(help="收件机关所在的行政区划代码")] = None,
    own: OwnFile = None,
    data: CityFolder = None,
) -> None:
    """找出文中的地点和依据 · Find the place that a text speaks of."""
    gazetteer, finder = _known(data, own)
    context = gazetteer.find(office) if office else None
    if office and context is None:
        raise typer.BadParameter(f"行政区划代码 {office} 不存在", param_hint="--office")
    found = finder.find(text, context=context.code if context else None)
    if found.region is None and not found.candidates:
        typer.echo(found.evidence)
        raise typer.Exit(1)
    if found.region is not None:
        name = gazetteer.full_name(found.region.code)
        typer.echo(f"{found.region.code}\t{name}\t把握 {found.confidence:.2f}")
    typer.echo(f"依据:{found.evidence}")
    for candidate in found.candidates if found.ambiguous else ():
        typer.echo(f"也可能是\t{candidate.region.code}\t{gazetteer.full_name(candidate.region.code)}")


@app.command()
def evaluate(
    test: Annotated[Path, typer.Option(help="CSV 或 XLSX,列为 text、context_region、accept")],
    own: OwnFile = None,
    data: CityFolder = None,
) -> None:
    """用写明正确答案的文本检验地点识别,输出 JSON · Score the place finder on texts with known answers."""
    try:
        rows, problems = read_trial(test)
    except Refusal as refusal:
        fail(str(refusal))
    refuse(test, problems)
    gazetteer, finder = _known(data, own)
    answers = run(rows, finder, gazetteer)
    report = _report(answers, gazetteer) | _timed(rows, finder, gazetteer)
    typer.echo(json.dumps(report | {"misses": _misses(answers, gazetteer)}, ensure_ascii=False, indent=1))


@app.command()
def load(
    file: Annotated[Path, typer.Argument(help="CSV 或 XLSX,列为 名称、行政区划、类别、生效日期、失效日期")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只显示差异,不写入")] = False,
    by: Annotated[str, typer.Option(help="由谁载入,记录在案")] = "xinfang places load",
    data: DataFolder = None,
) -> None:
    """载入本地的社区、道路、市场、小区等地名;有一处错误就全部不载入 · Load a city's own places."""
    changed = in_world(data, lambda world: _load(world, file, dry_run=dry_run, by=by))
    if dry_run:
        typer.echo("试运行,没有写入 · dry run, nothing was written")
    elif not changed:
        typer.echo("没有变化 · nothing to change")


async def _load(world: Deployment, path: Path, *, dry_run: bool, by: str) -> bool:
    rows, problems = read_places(path)
    draft = Draft((DraftFile(path.name, problems, places=rows),))
    return await publishing.publish(world, draft, day=world.clock.today(), by=by, dry_run=dry_run)


@app.command()
def learn(
    out: Annotated[Path, typer.Option(help="写到这个 CSV 文件,人工核对后可以载入")],
    data: DataFolder = None,
) -> None:
    """从单位已受理的信访件中找出可能的地名,供人工核对 · Propose places from petitions that were accepted."""
    found = in_world(data, places.learn)
    out.write_text(learnt_csv(found), encoding="utf-8-sig")
    typer.echo(f"{len(found)} 个地名写入 {out},请核对后用 xinfang places load 载入")


def refuse(path: Path, problems: list[Problem]) -> None:
    """End the command when a file has faults, with the line and the reason of each."""
    if problems:
        lines = [f"{path.name} 第{problem.line}行:{problem.reason}" for problem in problems]
        fail("\n".join([*lines, f"共 {len(problems)} 处错误,没有采用 · nothing was taken"]))


def _known(data: Path | None, own: Path | None) -> tuple[Gazetteer, PlaceFinder]:
    """The nation's regions; with them a city's own regions and places, and those of a file."""
    gazetteer, names = load_gazetteer(), tuple[OwnPlace, ...]()
    if data is not None:
        directory = in_world(data, lambda world: world.directory())
        gazetteer, names = directory.gazetteer, directory.places
    if own is not None:
        try:
            rows, problems = read_places(own)
        except Refusal as refusal:
            fail(str(refusal))
        plan = plan_places(names, rows, gazetteer=gazetteer)
        refuse(own, problems or list(plan.problems))
        names = plan.places
    return gazetteer, PlaceFinder(gazetteer, names)


def _report(answers: list[TrialAnswer], gazetteer: Gazetteer) -> dict[str, object]:
    counts = Counter(answer.outcome for answer in answers)
    report: dict[str, object] = {
        "n": len(answers),
        "right": counts[Outcome.RIGHT],
        "wrong": counts[Outcome.WRONG],
        "silent_ambiguities": counts[Outcome.SILENT_AMBIGUITY],
        "invented": counts[Outcome.INVENTED],
    }
    for level in (RegionLevel.COUNTY, RegionLevel.TOWNSHIP):
        share = depth_share(answers, level, gazetteer)
        report[level.value] = {"n": share.n, "right": share.right}
    return report | {"unknown_codes": unknown_codes((answer.row for answer in answers), gazetteer)}


def _timed(rows: list[TrialRow], finder: PlaceFinder, gazetteer: Gazetteer) -> dict[str, object]:
    """Processor time a text in microseconds, warm: the median of several rounds, and the extremes."""
    asked = [(row.text, known_context(row.context, gazetteer)) for row in rows]
    rounds = []
    for _ in range(TIMED_ROUNDS):
        begun = time.process_time()
        for text, context in asked:
            finder.find(text, context=context)
        rounds.append((time.process_time() - begun) / len(asked) * 1e6)
    spread = [round(min(rounds), 1), round(max(rounds), 1)]
    return {"us_per_text": round(statistics.median(rounds), 1), "us_spread": spread, "rounds": TIMED_ROUNDS}


def _misses(answers: list[TrialAnswer], gazetteer: Gazetteer) -> list[dict[str, object]]:
    return [
        {
            "line": answer.row.line,
            "text": answer.row.text[:200],
            "context_region": answer.row.context,
            "accept": "|".join(answer.row.accept),
            "outcome": answer.outcome.value,
            "found": answer.finding.region.code if answer.finding.region else None,
            "name": gazetteer.full_name(answer.finding.region.code) if answer.finding.region else None,
            "ambiguous": answer.finding.ambiguous,
            "confidence": answer.finding.confidence,
            "evidence": answer.finding.evidence,
        }
        for answer in answers
        if answer.outcome is not Outcome.RIGHT
    ]
