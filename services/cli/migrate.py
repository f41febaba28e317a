"""``xinfang migrate``: bring the database's tables to the present version, or take the last step back."""

from __future__ import annotations

from typing import Annotated

import typer
from alembic import command

import migrations
from services.cli.session import DataFolder, fail, settings_of
from services.settings import Settings


def migrate(
    data: DataFolder = None,
    down: Annotated[bool, typer.Option("--down", help="退回一个版本,该版本的数据会丢失")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问")] = False,
) -> None:
    """建立或升级数据库 · Create or upgrade the database."""
    settings = settings_of(data)
    if not down:
        upgrade(settings)
        typer.echo("数据库已是最新版本 · the database is up to date")
        return
    if not yes:
        typer.confirm("退回一个版本会删除该版本的表和其中的数据,确定吗?", abort=True)
    command.downgrade(migrations.configuration(settings.database), "-1")
    typer.echo("已退回一个版本 · one step taken back")


def upgrade(settings: Settings) -> None:
    """Make the data folder, closed to others, and the newest tables. Takes its own event loop."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        migrations.upgrade(migrations.configuration(settings.database))
    except migrations.TablesBusy:
        fail(
            "有长事务占着表,升级没有做完;已做的步骤保留,稍后再运行一次 xinfang migrate · the tables are busy"
        )
