"""``xinfang classifier``: train on a city's own decisions, score, publish as a version, go back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from services.cli.session import fail
from services.domain.refusal import Refusal

app = typer.Typer(no_args_is_help=True)

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


def _columns(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not names:
        raise typer.BadParameter("至少要一列", param_hint="--text")
    return names
