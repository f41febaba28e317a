"""``xinfang classifier``: train on a city's own decisions, score, publish as a version, go back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.adapters.clock import SystemClock
from services.adapters.store.models import Published
from services.application import classifier
from services.bootstrap import Deployment
from services.cli.session import DataFolder, fail, in_world, show_rows
from services.domain.calendar import local_date
from services.domain.refusal import Refusal
from services.domain.witness import Kind

if TYPE_CHECKING:
    from services.adapters.classifier.training import Trained

app = typer.Typer(no_args_is_help=True)
LISTED = ("版本", "用途", "在用", "件数", "标签", "起止", "正确率", "前三", "自动", "发布", "由谁", "SHA-256")
"""「自动」: the share that is answered at 95 % precision, out of fold."""

TextColumns = Annotated[str, typer.Option("--text", help="文本列,多列用逗号分隔;取值很少的列作为类别")]
LabelColumn = Annotated[str, typer.Option("--label", help="标签列")]
Reference = Annotated[
    str | None, typer.Option("--reference", help="编号列,编号以年月开头(默认 order_no,如果有)")
]
TrainFiles = Annotated[list[Path] | None, typer.Option("--train", help="训练用的 CSV,可以给多个")]


@app.callback()
def main() -> None:
    """分类模型 · the trained classifier"""


@app.command()
def evaluate(
    test: Annotated[Path, typer.Option(help="检验用的 CSV")],
    text: TextColumns,
    label: LabelColumn,
    train: TrainFiles = None,
    reference: Reference = None,
    plot: Annotated[Path | None, typer.Option(help="把可靠性曲线和混淆情况画成 PNG")] = None,
    lexicon: Annotated[bool, typer.Option("--lexicon", help="不训练,只用词表")] = False,
    map_file: Annotated[
        Path | None, typer.Option("--map", help="词表用:标签与分类编码对照的 CSV,列为 label、codes")
    ] = None,
) -> None:
    """在另外的数据上检验,输出 JSON · Score on rows kept aside, as JSON."""
    from services.adapters.classifier import figures, lexicon_trial
    from services.adapters.classifier.evaluation import Wanted
    from services.adapters.classifier.evaluation import evaluate as run

    if lexicon == bool(train):
        fail("请给出 --train,或者用 --lexicon · give --train, or --lexicon")
    wanted = Wanted(_columns(text), label, reference)
    try:
        if lexicon:
            report, judged = lexicon_trial.evaluate(test, wanted, map_file)
        else:
            report, judged = run(train or [], test, wanted)
    except Refusal as refusal:
        fail(str(refusal))
    typer.echo(json.dumps(report, ensure_ascii=False, indent=1))
    if plot is not None:
        figures.draw(judged, plot, title=f"{test.name}:n={report['n']},accuracy={report['accuracy']}")


@app.command("train")
def learn(
    out: Annotated[Path, typer.Option(help="模型写到这个文件")],
    kind: Annotated[Kind, typer.Option(help="matter 判断事项类别,precedent 判断由谁办理")] = Kind.MATTER,
    train: TrainFiles = None,
    text: Annotated[str, typer.Option("--text", help="用 CSV 训练时的文本列")] = "",
    label: Annotated[str, typer.Option("--label", help="用 CSV 训练时的标签列")] = "",
    reference: Reference = None,
    data: DataFolder = None,
) -> None:
    """用本系统已经办定的信访件训练,或者用 CSV;不涉及检举控告和要求保密的信访件 · Train a model file."""
    from services.adapters.classifier import artifact
    from services.adapters.classifier.evaluation import Wanted, out_of_fold, train_on

    now = SystemClock().now().isoformat(timespec="seconds")
    try:
        if train:
            wanted = Wanted(_columns(text), label, reference)
            trained = train_on(train, wanted, kind=kind.value, trained_at=now)
        else:
            trained = in_world(data, lambda world: _of_history(world, kind))
    except Refusal as refusal:
        fail(str(refusal))
    own = out_of_fold(trained)
    scores = own.report() | own.covered(own.thresholds())
    out.write_bytes(artifact.to_bytes(trained.model.described(scores)))
    typer.echo(json.dumps({"labels": len(trained.model.labels), **scores}, ensure_ascii=False, indent=1))
    typer.echo(f"模型已写入 {out},用 xinfang classifier publish 发布 · written, not yet published", err=True)


async def _of_history(world: Deployment, kind: Kind) -> Trained:
    from services.adapters.classifier.history import train_on_lessons

    now = world.clock.now().isoformat(timespec="seconds")
    return train_on_lessons(await classifier.lessons(world, kind), kind=kind.value, trained_at=now)


@app.command()
def publish(
    file: Annotated[Path, typer.Argument(help="模型文件", exists=True, dir_okay=False)],
    by: Annotated[str, typer.Option(help="由谁发布,记录在案")] = "xinfang classifier publish",
    data: DataFolder = None,
) -> None:
    """发布一个模型,各进程随即使用;损坏的或者标签不符的不予采用 · Publish a model as the next version."""

    async def act(world: Deployment) -> int:
        directory = await world.directory()
        return await world.models.publish(file.read_bytes(), directory=directory, by=by, at=world.clock.now())

    version = in_world(data, act)
    typer.echo(f"已发布,模型版本 {version} · published as version {version}")


@app.command("list")
def show(data: DataFolder = None) -> None:
    """列出各版本及其成绩 · List every version with its scores."""

    async def read(world: Deployment) -> list[tuple[object, ...]]:
        return [_shown(each) for each in await world.models.listing()]

    show_rows(LISTED, in_world(data, read))


def _shown(each: Published) -> tuple[object, ...]:
    about = each.about
    scores = about["scores"]
    span = "—".join(filter(None, (about["first"], about["last"])))
    covered = scores.get("coverage_at_precision", {}).get("0.95")
    figures = (scores.get("accuracy"), scores.get("top3"), covered)
    stands = "是" if each.stands else ""
    when = local_date(each.published_at)
    return (
        *(each.version, each.kind, stands, about["rows"], each.labels, span),
        *figures,
        *(when, each.published_by, each.sha256[:12]),
    )


@app.command()
def restore(
    version: Annotated[int, typer.Argument(help="要恢复的版本,见 list")],
    by: Annotated[str, typer.Option(help="由谁恢复,记录在案")] = "xinfang classifier restore",
    data: DataFolder = None,
) -> None:
    """恢复使用一个以前的版本 · Let an older version stand again."""

    async def act(world: Deployment) -> Kind:
        directory = await world.directory()
        return await world.models.restore(version, directory=directory, by=by, at=world.clock.now())

    kind = in_world(data, act)
    typer.echo(f"{kind} 模型现在是版本 {version} · version {version} stands")


@app.command()
def withdraw(
    kind: Annotated[Kind, typer.Argument(help="matter 或 precedent")],
    by: Annotated[str, typer.Option(help="由谁停用,记录在案")] = "xinfang classifier withdraw",
    data: DataFolder = None,
) -> None:
    """停用一种模型,只按规则和词表判断 · Let no model of this kind stand."""
    in_world(data, lambda world: world.models.withdraw(kind, by=by, at=world.clock.now()))
    typer.echo(f"{kind} 模型已停用 · withdrawn")


def _columns(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not names:
        raise typer.BadParameter("至少要一列", param_hint="--text")
    return names
