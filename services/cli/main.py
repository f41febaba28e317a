"""The command ``xinfang``: each noun is a module beside this one, loaded when it is asked for.

A server would start a quarter of a second later if it had to load every other command first.
"""

from __future__ import annotations

import gc
from importlib import import_module
from importlib.metadata import version as installed_version
from types import ModuleType
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command as made_of

COMMANDS = {
    "serve": "serve",
    "api": "serve",
    "worker": "serve",
    "migrate": "migrate",
    "doctor": "doctor",
    "backup": "backup",
    "restore": "backup",
}
"""The modules of single commands; each command is the function of its name."""
NOUNS = {
    "archive": "归档 · archives of old ledgers",
    "audit": "台账核对 · check the ledger",
    "calendar": "工作日历 · the working calendar",
    "classifier": "分类模型 · the trained classifier",
    "clients": "调用方 · calling systems",
    "demo": "演示 · the demonstration",
    "directory": "机关名录 · the directory of organs",
    "jobs": "后台任务 · background work",
    "places": "行政区划与地名 · regions and places",
    "routing": "分流规则 · routing",
    "statutes": "法规与期限 · statutes and periods",
}
"""Modules with a typer ``app``, and what their help says."""


class Loaded(TyperGroup):
    """Knows all commands by name, and loads the one that is asked for."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        [own] = self.commands.values()  # in the places of the others, of which only the names are asked
        self.commands = dict.fromkeys([*COMMANDS, *self.commands, *NOUNS], own)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in COMMANDS:
            module = _load(COMMANDS[cmd_name])
            single = typer.Typer(add_completion=False)
            single.command(cmd_name)(getattr(module, cmd_name))
            return made_of(single)
        if cmd_name in NOUNS:
            nouns = typer.Typer(add_completion=False)
            nouns.add_typer(_load(cmd_name).app, name=cmd_name, help=NOUNS[cmd_name])
            nouns.callback()(main)
            return made_of(nouns).commands[cmd_name]  # type: ignore[attr-defined]  # a group, having a callback
        return super().get_command(ctx, cmd_name)


def _load(name: str) -> ModuleType:
    """A module beside this one. What is loaded stays: no garbage is looked for in it, now or later."""
    gc.disable()
    try:
        return import_module(f"services.cli.{name}")
    finally:
        gc.freeze()
        gc.enable()


app = typer.Typer(
    cls=Loaded,
    no_args_is_help=True,
    help="信访件管理系统 · petition case system",
    pretty_exceptions_show_locals=False,
)


@app.callback()
def main() -> None:
    """信访件管理系统 · petition case system"""


@app.command()
def version() -> None:
    """显示版本 · Print the version."""
    typer.echo(installed_version("xinfang"))


if __name__ == "__main__":
    app()
