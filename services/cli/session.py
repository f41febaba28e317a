"""What the commands share: settings from the line and the environment, one world, refusals in plain words."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

from services.adapters.keys import KeyFault
from services.domain.refusal import Refusal
from services.settings import Settings

if TYPE_CHECKING:
    from services.bootstrap import Deployment

T = TypeVar("T")
DataFolder = Annotated[
    Path | None, typer.Option("--data", help="数据目录(默认 var) · data folder", show_default=False)
]


def settings_of(data: Path | None, **given: Any) -> Settings:
    """The settings of the environment; what was given on the line goes before."""
    chosen = {name: value for name, value in given.items() if value is not None}
    if data is not None:
        chosen["data"] = data
    return Settings(**chosen)


def in_world(data: Path | None, act: Callable[[Deployment], Awaitable[T]]) -> T:
    """Run one act in a world of its own. A refusal ends the command with its message and status 1."""
    from services.bootstrap import TracingMissing  # what needs no world starts half a second earlier without

    settings = settings_of(data)
    try:
        return asyncio.run(_within(settings, act))
    except (Refusal, KeyFault, TracingMissing) as refusal:
        fail(str(refusal))


async def _within(settings: Settings, act: Callable[[Deployment], Awaitable[T]]) -> T:
    from services.bootstrap import SPARED, deploy_checked

    if settings.database_url is None and not (settings.data / "xinfang.db").exists():
        fail(f"数据目录 {settings.data} 中没有数据库,请先运行 xinfang migrate 或 xinfang serve")
    world = await deploy_checked(settings)
    try:
        failing = await world.ailing()
        if blocking := [why for part, why in failing.items() if part not in SPARED]:
            fail(";".join(blocking))
        return await act(world)
    finally:
        await world.close()


def fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)


def is_terminal() -> bool:
    return sys.stdout.isatty()


def show_rows(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table for a person; lines with tabs, for a program."""
    if not is_terminal():
        typer.echo("\t".join(columns))
        for row in rows:
            typer.echo("\t".join("" if cell is None else str(cell).replace("\t", " ") for cell in row))
        return
    from rich.console import Console  # for a person: a program does not wait for it
    from rich.table import Table

    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    Console(highlight=False, markup=False).print(table)
