"""``xinfang places``: which place a text speaks of, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from services.adapters.gazetteer import load_gazetteer
from services.domain.place import PlaceFinder

app = typer.Typer(no_args_is_help=True)


@app.callback()
def main() -> None:
    """行政区划与地名 · regions and places"""


@app.command()
def find(
    text: str,
    office: Annotated[str | None, typer.Option(help="收件机关所在的行政区划代码")] = None,
) -> None:
    """找出文中的地点和依据 · Find the place that a text speaks of."""
    gazetteer = load_gazetteer()
    context = gazetteer.find(office) if office else None
    if office and context is None:
        raise typer.BadParameter(f"行政区划代码 {office} 不存在", param_hint="--office")
    found = PlaceFinder(gazetteer).find(text, context=context.code if context else None)
    if found.region is None and not found.candidates:
        typer.echo(found.evidence)
        raise typer.Exit(1)
    if found.region is not None:
        name = gazetteer.full_name(found.region.code)
        typer.echo(f"{found.region.code}\t{name}\t把握 {found.confidence:.2f}")
    typer.echo(f"依据:{found.evidence}")
    for candidate in found.candidates if found.ambiguous else ():
        typer.echo(f"也可能是\t{candidate.region.code}\t{gazetteer.full_name(candidate.region.code)}")
