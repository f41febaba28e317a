"""What is stored: whether it belongs to this program and these keys, and whether a city can work with it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import exists, func, select

from services.adapters.checkup.finding import Finding
from services.adapters.crypto import BlindIndex, FieldCipher
from services.adapters.health import NEWER, ailing
from services.adapters.keys import KeyFault, KeyRing
from services.adapters.store import stored
from services.adapters.store.columns import database_now
from services.adapters.store.database import Database
from services.adapters.store.directory import SqlDirectory
from services.adapters.store.mapping import Seal
from services.adapters.store.notices import NoticeWatch
from services.adapters.store.tables.outbox import outbox
from services.adapters.store.tables.worker import workers
from services.adapters.workdays import work_calendar
from services.domain.holiday_notice import in_force
from services.domain.outbox import JobState
from services.settings import Settings

SILENT_SECONDS = 30


async def examine_content(
    database: Database, settings: Settings, keys: KeyRing | None, *, today: date
) -> list[Finding]:
    """Without the right tables nothing else can be asked; without keys, not whether they fit."""
    failing = await ailing(database, None)
    failing = {part: why for part, why in failing.items() if part != NEWER}
    if failing:
        fix = {"migrations": "先备份,再运行 xinfang migrate"}
        return [
            Finding(f"{part}_behind" if part == "migrations" else f"{part}_away", why, f"{part} failing",
                    fix.get(part, "启动数据库,核对 XINFANG_DATABASE_URL 的地址和密码"))
            for part, why in failing.items()
        ]  # fmt: skip
    return [
        *await _keys(database, keys),
        *await _directory(database, today),
        *await _calendar(database, keys, today),
        *await _work(database, settings),
    ]


async def _keys(database: Database, keys: KeyRing | None) -> list[Finding]:
    if keys is None:
        if not await stored.holds_data(database):
            return []
        wrong, english = "数据库中已有数据,但没有密钥", "there is data, but no key"
        return [Finding("keys_missing", wrong, english, "从备份恢复 keys.json;没有它,已有的数据永远打不开")]
    try:
        fit = await stored.opens(database, FieldCipher(keys))
    except KeyFault:
        fit = False
    if fit:
        return []
    wrong, english = "密钥打不开数据库中的数据", "the keys are not those of the database"
    return [Finding("keys_foreign", wrong, english, "换回这个数据库自己的密钥(备份中的 keys.json)")]


async def _directory(database: Database, today: date) -> list[Finding]:
    organs = SqlDirectory(database)
    await organs.refresh(today)
    offices = [organ for organ in (await organs.snapshot()).organs if "petition_office" in organ.functions]
    if offices:
        return []
    return [
        Finding(
            "no_petition_office",
            "机关名录中没有信访部门:不能确定去向的信访件没有人接手",
            "the directory has no petition office: what is not certain reaches nobody",
            "xinfang directory template 区划代码 > organs.csv,核对后 xinfang directory load organs.csv",
        )
    ]


async def _calendar(database: Database, keys: KeyRing | None, today: date) -> list[Finding]:
    loaded = None
    if keys is not None:
        loaded = await NoticeWatch(database, Seal(FieldCipher(keys), BlindIndex(keys))).news()
    calendar = work_calendar(in_force(loaded)) if loaded else work_calendar()
    if not calendar.is_provisional(today):
        return []
    return [
        Finding(
            "no_calendar",
            f"没有 {today.year} 年的放假安排:期限只能暂按法定节假日计算,权利不会在这样的日子失效",
            "the year's holiday notice is missing: every date is provisional",
            "按国务院办公厅的通知写成文件,xinfang calendar load 文件",
        )
    ]


async def _work(database: Database, settings: Settings) -> list[Finding]:
    dead = select(func.count()).where(outbox.c.state == JobState.DEAD.value)
    seen = select(exists().where(workers.c.seen_at > database_now(-SILENT_SECONDS)))
    async with database.reading() as connection:
        letters, alive = await connection.scalar(dead), await connection.scalar(seen)
    found: list[Finding] = []
    if letters:
        found.append(
            Finding(
                "dead_letters",
                f"有 {letters} 件任务失败多次,已停下等人处理",
                "dead letters wait for a person",
                "xinfang jobs list --dead 看原因;排除后 xinfang jobs retry --all",
            )
        )
    if not alive and not settings.embedded:
        found.append(
            Finding(
                "no_worker",
                "没有后台进程在运行:信访件登记后没有人分流",
                "no worker is alive: petitions are registered and go nowhere",
                "启动 xinfang worker(两个或更多)",
            )
        )
    return found
