"""``xinfang demo play``: sixty made-up petitions, from registration to their end, over HTTP alone."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console

from services.cli.demo.callers import Unexpected
from services.cli.demo.complaints import load_complaints
from services.cli.demo.days import StandStill
from services.cli.demo.play import Ending, Script, play
from services.cli.demo.screen import LiveScreen, PlainScreen, show_ending

app = typer.Typer(no_args_is_help=True, help="演示 · the demonstration")
PAUSE_SECONDS = 0.3
WIDE = 200  # columns for a reader that is no terminal


@app.callback()
def demo() -> None:
    """演示 · the demonstration"""


@app.command("play")
def play_command(
    url: Annotated[str, typer.Option(help="系统的地址")] = "http://127.0.0.1:8000",
    clients: Annotated[
        Path, typer.Option(help="演示的调用方清单(xinfang serve --demo 首次启动时生成)", dir_okay=False)
    ] = Path("var/demo-clients.json"),
    seed: Annotated[int, typer.Option(help="分派剧情的种子,相同则剧情相同")] = 1,
    fast: Annotated[bool, typer.Option("--fast", help="不为观看者停顿")] = False,
) -> None:
    """演出六十件信访事项从登记到终结的全过程。会拨快演示时钟,请只对演示系统使用。"""
    if not clients.exists():
        typer.echo(
            f"没有找到调用方清单 {clients},请先运行 xinfang serve --demo,或者用 --clients 指明", err=True
        )
        raise typer.Exit(2)
    script = Script(url, clients, seed, 0.0 if fast else PAUSE_SECONDS)
    ending = _played(script)
    show_ending(_console(), ending)
    if ending.failures:
        raise typer.Exit(1)


def _console() -> Console:
    return Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else WIDE)


def _played(script: Script) -> Ending:
    console = _console()
    stage = LiveScreen(console, len(load_complaints())) if sys.stdout.isatty() else PlainScreen(console)
    try:
        with stage as screen:
            return asyncio.run(play(script, screen))
    except* (Unexpected, StandStill, LookupError, ValueError, httpx.TransportError) as failed:
        for failure in _each(failed):
            typer.echo(f"演示中断:{failure}", err=True)
        raise typer.Exit(1) from None


def _each(group: BaseExceptionGroup[Exception]) -> Iterator[BaseException]:
    for failure in group.exceptions:
        if isinstance(failure, BaseExceptionGroup):
            yield from _each(failure)
        else:
            yield failure
