"""The play as a whole: the city is gathered, the stories run side by side, the end is judged."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Protocol

from services.cli.demo.callers import Caller, Callers, connection, read_credentials
from services.cli.demo.casting import deal
from services.cli.demo.complaints import load_complaints
from services.cli.demo.days import Days
from services.cli.demo.desk import Desk
from services.cli.demo.inboxes import Inboxes
from services.cli.demo.sources import Sources
from services.cli.demo.story import City, Story, Tale

SHANGHAI = timezone(timedelta(hours=8))
AFTERWARDS_DAYS = 3


class Screen(Protocol):
    """Where the play is shown."""

    def day(self, today: date, tales: Sequence[Tale], entries: Counter[str]) -> None: ...


@dataclass(slots=True)
class Ending:
    """What became of it all. ``failures`` are the expectations that were not met, in words."""

    tales: list[Tale]
    first: date
    last: date
    entries: Counter[str]
    retries: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Script:
    """``pause`` is how long each day stays on the screen, in seconds."""

    url: str
    clients: Path
    seed: int
    pause: float


async def play(script: Script, screen: Screen) -> Ending:
    """Play all sixty to their end.

    Raises, in groups, what the callers and the days raise.
    """
    async with connection(script.url) as acts, connection(script.url) as polls:
        callers = Callers(read_credentials(script.clients), acts, polls)
        admin = callers.role("admin")
        clock = await admin.get("/v1/demo/clock")
        days = Days(date.fromisoformat(clock["today"]), lambda by: _move(admin, by))
        tales = _cast(script.seed)
        now = datetime.fromisoformat(clock["now"]).astimezone(SHANGHAI)
        sources = Sources(callers, days, run=f"demo-{now:%Y%m%dT%H%M%S}", now=now)
        by_id = _ByIdentity(tales)
        desk = Desk(callers, days, declines=by_id.declined_by_office)
        city = City(callers, Inboxes(callers.organs), days, sources, desk)
        await _perform(city, tales, screen, script.pause)
        last = await _move(admin, AFTERWARDS_DAYS)
        for tale in tales:
            tale.progress = await sources.progress(tale.number, tale.query_code)
            tale.record = await sources.record(tale.complaint, tale.id)
        screen.day(last, tales, city.inboxes.types)
        ending = Ending(tales, days.first, last, city.inboxes.types)
        for caller in callers.all:
            ending.retries.update(caller.retries)
        ending.failures = _failures(ending, city.inboxes)
        return ending


async def _perform(city: City, tales: Sequence[Tale], screen: Screen, pause: float) -> None:
    def show(today: date) -> None:
        screen.day(today, tales, city.inboxes.types)

    async with asyncio.TaskGroup() as running:
        behind = [running.create_task(city.inboxes.poll()), running.create_task(city.desk.work())]
        for tale in tales:
            running.create_task(city.days.live(Story(city, tale).live()))
        await city.days.run(pause=pause, each_day=show)
        for each in behind:
            each.cancel()


def _cast(seed: int) -> list[Tale]:
    complaints = load_complaints()
    parts = deal(complaints, seed)
    return [
        Tale(each, parts[each.key], random.Random(f"{seed}/{each.key}"))  # noqa: S311 — repeatable on purpose
        for each in complaints
    ]


class _ByIdentity:
    """The tales by the id of their petition, as they get one."""

    def __init__(self, tales: Sequence[Tale]) -> None:
        self._tales = tales

    def declined_by_office(self, petition_id: str) -> bool | None:
        return next((tale.declined_by_office for tale in self._tales if tale.id == petition_id), None)


async def _move(admin: Caller, days: int) -> date:
    clock = await admin.post("/v1/demo/clock", {"advance_days": days})
    return date.fromisoformat(clock["today"])


def _failures(ending: Ending, inboxes: Inboxes) -> list[str]:
    """Nothing lost, nothing doubled, and every end that a petition can come to was come to."""
    tales = ending.tales
    grounds = Counter(tale.record.get("final_ground") for tale in tales)
    states = Counter(tale.state for tale in tales)
    concluded = Counter(tale.complaint.kind for tale in tales if tale.state == "concluded")
    numbers = {tale.progress.get("number") for tale in tales}
    expected = {
        "每件都查得到办理进度": numbers == {tale.number for tale in tales} and len(numbers) == len(tales),
        "收件箱没有重复的条目": not inboxes.twice,
        "有复核意见送达后终结的": grounds["re_review_served"] > 0,
        "有逾期未请求复查、复核而终结的": grounds["time_lapsed"] > 0,
        "有建议办结的": concluded["suggestion"] > 0,
        "有检举控告办结的": concluded["denunciation"] > 0,
        "有不予受理的": states["declined"] > 0,
        "有撤回的": states["withdrawn"] > 0,
        "有正在办理的": states["accepted"] + states["dispatched"] > 0,
        "有期限预警": inboxes.types["deadline.warning"] > 0,
        "有超期提示": inboxes.types["deadline.missed"] > 0,
    }
    return [what for what, met in expected.items() if not met]
