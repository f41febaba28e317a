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
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command as made_of

COMMANDS = {
    "serve": ("serve", "一个进程运行全部:建库、接口、后台任务 · Run everything in one process."),
    "api": ("serve", "只运行接口(没有 Redis 时也运行后台任务) · Run the API; without Redis the worker too."),
    "worker": ("serve", "运行后台任务:分流、到期、清理 · Run the background worker."),
    "migrate": ("migrate", "建立或升级数据库 · Create or upgrade the database."),
    "doctor": ("doctor", "检查部署,有问题时逐条给出办法 · Find what is wrong, and how to put it right."),
    "backup": (
        "backup",
        "备份数据库和附件(运行中即可),密钥另存 · Back up while all runs; the keys go elsewhere.",
    ),
    "restore": (
        "backup",
        "恢复到空的数据目录或空的数据库,并核对 · Restore into an empty place, then check what came back.",
    ),
}
"""The modules of single commands, each the function of its name, and what the list of commands says."""
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
    """Knows all commands by name, and loads the one that is asked for; to list them it loads none."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._given = given
        [own] = self.commands.values()  # in the places of the others, of which only the names are asked
        self.commands = dict.fromkeys([*COMMANDS, *self.commands, *NOUNS], own)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in COMMANDS:
            module = _load(COMMANDS[cmd_name][0])
            single = typer.Typer(add_completion=False)
            single.command(cmd_name)(getattr(module, cmd_name))
            return made_of(single)
        if cmd_name in NOUNS:
            nouns = typer.Typer(add_completion=False)
            nouns.add_typer(_load(cmd_name).app, name=cmd_name, help=NOUNS[cmd_name])
            nouns.callback()(main)
            return made_of(nouns).commands[cmd_name]  # type: ignore[attr-defined]  # a group, having a callback
        return super().get_command(ctx, cmd_name)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        lines = {name: line for name, (_, line) in COMMANDS.items()} | {"version": version.__doc__} | NOUNS
        listed = {name: TyperCommand(name, help=line) for name, line in lines.items()}
        TyperGroup(**self._given | {"commands": listed, "params": self.params}).format_help(ctx, formatter)


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
