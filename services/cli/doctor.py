"""``xinfang doctor``: what is wrong with this deployment, and how each of it is put right."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from services.adapters.checkup.bell import examine_bell
from services.adapters.checkup.choices import examine_choices
from services.adapters.checkup.collector import examine_collector
from services.adapters.checkup.content import examine_content
from services.adapters.checkup.engine import examine_engine
from services.adapters.checkup.finding import Finding
from services.adapters.checkup.machine import FreeShare, examine_machine, free_share
from services.adapters.checkup.replica import examine_replica
from services.adapters.clock import wall_clock
from services.adapters.keys import KEY_FILE, KeyFault, KeyRing, from_settings
from services.adapters.store.database import Database
from services.application.ports import StoreUnavailable
from services.cli.session import DataFolder, is_terminal, settings_of
from services.domain.calendar import local_date
from services.settings import Settings


def doctor(
    data: DataFolder = None,
    strict: Annotated[bool, typer.Option("--strict", help="提示也算问题(退出码为 1)")] = False,
) -> None:
    """检查部署,有问题时逐条给出办法 · Find what is wrong, and how to put it right.

    查时钟、密钥、磁盘、数据库、副本、Redis、采集器、名录、日历;有问题时退出码为 1。
    """
    findings = asyncio.run(examine(settings_of(data)))
    for finding in findings:
        show(finding)
    grave = sum(finding.grave for finding in findings)
    typer.echo(
        f"检查完毕:{grave} 个问题,{len(findings) - grave} 个提示 · {grave} faults,"
        f" {len(findings) - grave} hints",
        err=True,
    )
    if grave or (strict and findings):
        raise typer.Exit(1)


async def examine(
    settings: Settings, *, now: datetime | None = None, free: FreeShare = free_share
) -> list[Finding]:
    """Everything that is wrong. One part that cannot be looked at hides no other."""
    machine = await asyncio.to_thread(examine_machine, settings, free=free)
    found = [*examine_choices(settings), *machine, *await examine_bell(settings.redis_url)]
    found += await examine_collector(settings.otlp_endpoint)
    if settings.database_url is None and not (settings.data / "xinfang.db").exists():
        return [*found, _no_database(settings)]
    database = Database(settings.database, pool_size=2)
    today = local_date(now or wall_clock())
    try:
        found += await _asked(examine_engine(database, settings, now=now))
        found += await _asked(examine_replica(database, settings))
        found += await _asked(examine_content(database, settings, _ring(settings), today=today))
    finally:
        await database.close()
    return list(dict.fromkeys(found))


async def _asked(examination: Awaitable[list[Finding]]) -> list[Finding]:
    try:
        return await examination
    except StoreUnavailable:
        wrong, english = "数据库无法访问", "the database does not answer"
        fix = "启动数据库,核对 XINFANG_DATABASE_URL 的地址和密码"
        return [Finding("database_away", wrong, english, fix)]


def _no_database(settings: Settings) -> Finding:
    wrong = f"数据目录 {settings.data} 中没有数据库"
    return Finding(
        "migrations_behind", wrong, "there is no database", "xinfang migrate,或设 XINFANG_DATABASE_URL"
    )


def _ring(settings: Settings) -> KeyRing | None:
    """The keys, if there are any that can be used; none is made here."""
    path: Path = settings.data / KEY_FILE
    try:
        if settings.keys is not None:
            return from_settings(settings.keys.get_secret_value())
        return from_settings(path.read_text(encoding="utf-8"))
    except (OSError, KeyFault):
        return None


def show(finding: Finding) -> None:
    """Two lines for a person; one with tabs for a program."""
    kind = "问题" if finding.grave else "提示"
    if not is_terminal():
        cells = (kind, finding.name, finding.wrong, finding.english, finding.fix)
        typer.echo("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in cells))
        return
    colour = "red" if finding.grave else "yellow"
    console = Console(highlight=False)
    console.print(f"[{colour}]{kind}[/{colour}]", end=" ")
    console.print(f"{finding.wrong} · {finding.english} ({finding.name})", markup=False)
    console.print(f"     办法 · fix: {finding.fix}", markup=False)
