"""The command ``xinfang``: each noun is a module beside this one with a typer ``app``, added here."""

from __future__ import annotations

from importlib.metadata import version as installed_version

import typer

from services.cli import (
    archive,
    audit,
    backup,
    calendar,
    classifier,
    clients,
    demo,
    directory,
    doctor,
    jobs,
    migrate,
    places,
    routing,
    serve,
    statutes,
)

app = typer.Typer(
    no_args_is_help=True, help="信访件管理系统 · petition case system", pretty_exceptions_show_locals=False
)
app.command("serve")(serve.serve)
app.command("api")(serve.api)
app.command("worker")(serve.worker)
app.command("migrate")(migrate.migrate)
app.command("doctor")(doctor.doctor)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.add_typer(archive.app, name="archive", help="归档 · archives of old ledgers")
app.add_typer(audit.app, name="audit", help="台账核对 · check the ledger")
app.add_typer(calendar.app, name="calendar", help="工作日历 · the working calendar")
app.add_typer(classifier.app, name="classifier", help="分类模型 · the trained classifier")
app.add_typer(clients.app, name="clients", help="调用方 · calling systems")
app.add_typer(demo.app, name="demo", help="演示 · the demonstration")
app.add_typer(directory.app, name="directory", help="机关名录 · the directory of organs")
app.add_typer(jobs.app, name="jobs", help="后台任务 · background work")
app.add_typer(places.app, name="places", help="行政区划与地名 · regions and places")
app.add_typer(routing.app, name="routing", help="分流规则 · routing")
app.add_typer(statutes.app, name="statutes", help="法规与期限 · statutes and periods")


@app.callback()
def main() -> None:
    """信访件管理系统 · petition case system"""


@app.command()
def version() -> None:
    """显示版本 · Print the version."""
    typer.echo(installed_version("xinfang"))


if __name__ == "__main__":
    app()
