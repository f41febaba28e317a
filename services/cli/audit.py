"""``xinfang audit verify``: is every ledger what it was when it was written?"""

from __future__ import annotations

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from services.application import audit
from services.application.audit import Checked
from services.bootstrap import Deployment
from services.cli.session import DataFolder, in_world

app = typer.Typer(no_args_is_help=True)


@app.callback()
def main() -> None:
    """台账核对 · check the ledger"""


@app.command()
def verify(data: DataFolder = None) -> None:
    """核对每件信访件的台账;有改动、缺失、调换的,逐条列出,退出码为 1。"""
    petitions, events, broken = in_world(data, _walk)
    for ledger in broken:
        typer.echo(f"信访件 {ledger.number}:")
        for found in ledger.breaks:
            typer.echo(f"  {found.text}")
    if broken:
        typer.echo(
            f"共核对 {petitions} 件,其中 {len(broken)} 件的台账被动过 · {len(broken)} ledgers are broken"
        )
        raise typer.Exit(1)
    typer.echo(f"共核对 {petitions} 件、{events} 条记录,台账完整 · all {petitions} ledgers hold")


async def _walk(world: Deployment) -> tuple[int, int, list[Checked]]:
    petitions = events = 0
    broken: list[Checked] = []
    columns = (SpinnerColumn(), TextColumn("已核对 {task.completed} 件"), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("verify", total=None)
        async for ledger in audit.walk(world):
            petitions += 1
            events += ledger.events
            broken += [ledger] if ledger.breaks else []
            progress.advance(task)
    return petitions, events, broken
