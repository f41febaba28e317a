"""The command ``xinfang``: each noun is a module beside this one with a typer ``app``, added here."""

from __future__ import annotations

from importlib.metadata import version as installed_version

import typer

app = typer.Typer(no_args_is_help=True, help="信访件管理系统 · petition case system")


@app.callback()
def main() -> None:
    """信访件管理系统 · petition case system"""


@app.command()
def version() -> None:
    """显示版本 · Print the version."""
    typer.echo(installed_version("xinfang"))
