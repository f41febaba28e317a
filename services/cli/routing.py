"""``xinfang routing``: whom a text would go to, and by which reasons; and the versions of the rules."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from services.bootstrap import Deployment
from services.cli import routing_versions
from services.cli.session import DataFolder, fail, in_world
from services.domain.directory import Directory
from services.domain.petition import Channel, Purpose, RespondentKind
from services.domain.routing import Decision, GivenRespondent, Matter

VOICES = {"given": "写明", "lexicon": "词语", "model": "模型"}
app = typer.Typer(no_args_is_help=True)
app.command("replay")(routing_versions.replay)
app.command("publish")(routing_versions.publish)
app.command("recompute")(routing_versions.recompute)
app.command("verify")(routing_versions.verify)


@app.callback()
def main() -> None:
    """分流规则 · routing"""


@app.command()
def explain(
    text: str,
    title: Annotated[str | None, typer.Option(help="标题,不写则与登记时一样由正文得出")] = None,
    requests: Annotated[str | None, typer.Option(help="请求")] = None,
    address: Annotated[str | None, typer.Option(help="事发地址")] = None,
    region: Annotated[str | None, typer.Option(help="写明的事发地,行政区划代码")] = None,
    office: Annotated[str | None, typer.Option(help="登记机关所在的行政区划代码")] = None,
    channel: Annotated[Channel, typer.Option(help="信、访、网、电")] = Channel.ONLINE,
    purpose: Annotated[Purpose | None, typer.Option(help="写明的信访目的")] = None,
    category: Annotated[str | None, typer.Option(help="写明的内容分类编码")] = None,
    respondent: Annotated[list[str] | None, typer.Option(help="被反映的机关、单位,可以多次")] = None,
    confidential: Annotated[bool, typer.Option("--confidential", help="要求保密")] = False,
    data: DataFolder = None,
) -> None:
    """说明一段文字会转给谁、为什么 · Say whom a text would go to, and why."""

    async def decide(world: Deployment) -> tuple[Decision, str]:
        router = await world.router()
        directory = router.directory
        if category is not None and category not in directory.categories:
            raise typer.BadParameter(f"内容分类中没有编码 {category}", param_hint="--category")
        matter = Matter.brought(
            text,
            title=title,
            office_region=_region(directory, office, "--office") or _only_office(directory),
            channel=channel,
            requests=requests,
            address=address,
            region_code=_region(directory, region, "--region"),
            category_code=category,
            purpose=purpose,
            confidential=confidential,
            respondents=tuple(GivenRespondent(RespondentKind.ORGAN, name) for name in respondent or ()),
        )
        return router.decide(matter, on=world.clock.today()), (await world.witnesses()).version

    decision, models = in_world(data, decide)
    for line in (*_lines(decision), *_voices(decision), f"模型:{models or '没有发布,只凭词语和职权'}"):
        typer.echo(line)
    typer.echo(f"版本:名录第{decision.directory_version}版  {decision.rules_version}")


def _region(directory: Directory, code: str | None, option: str) -> str | None:
    if code is None:
        return None
    found = directory.gazetteer.find(code)
    if found is None:
        raise typer.BadParameter(f"行政区划代码 {code} 不存在", param_hint=option)
    return found.code


def _only_office(directory: Directory) -> str:
    """The region of the office that takes petitions in, where the directory leaves no doubt."""
    offices = [organ for organ in directory.organs if "petition_office" in organ.functions]
    cities = [office for office in offices if office.level.value == "prefecture"]
    if len(cities) != 1:
        fail("请用 --office 指明登记机关所在的行政区划 · name the office's region with --office")
    return cities[0].region_code


def _lines(decision: Decision) -> list[str]:
    lead = str(decision.lead["name"]) if decision.lead else ""
    if decision.needs_triage:
        lead = "分流台(由人工决定)" + (f",规则所得:{lead}" if lead else "")
    lines = [f"转给:{lead}  把握 {decision.confidence:.2f}"]
    lines += [f"协办:{organ['name']}" for organ in decision.co]
    if decision.needs_triage:
        lines += [f"建议:{each.name}  {each.score:.2f}  {each.reason}" for each in decision.suggestions]
    lines += [f"{each.rule}  {each.article}  {each.text}" for each in decision.reasons]
    return lines


def _voices(decision: Decision) -> list[str]:
    """The categories considered, each with what the words and the model say of it."""
    candidates: Any = decision.category["candidates"]
    lines = []
    for each in candidates:
        said = "  ".join(f"{VOICES[who]} {share:.2f}" for who, share in each["by"].items())
        lines.append(f"类别:{each['code']} {each['name']}  {said}")
    return lines
