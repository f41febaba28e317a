"""Publishing a draft of the directory: one version from its day, and one for every version that waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from uuid import UUID

import typer

from services.adapters.directory_files import load_functions
from services.adapters.draft_files import read_draft
from services.adapters.store.directory import DirectoryState
from services.bootstrap import Deployment
from services.cli import directory_text
from services.cli.session import fail
from services.domain.directory_check import Problem
from services.domain.directory_load import LoadPlan, PowerPlan
from services.domain.directory_version import Base
from services.domain.draft import Draft, DraftPlan, plan_draft
from services.domain.rule_set import NotBefore


def drafted(paths: list[Path], threshold: float | None = None) -> Draft:
    """The draft of these files. Nothing at all in it ends the command."""
    draft = read_draft(paths, threshold=threshold)
    if not draft.files and threshold is None:
        fail("草案中没有文件,也没有 --threshold · the draft is empty")
    return draft


def a_day(text: str | None, option: str) -> date | None:
    """The day that an option names."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("应写作 2026-12-01", param_hint=option) from None


def first_day(text: str | None, today: date) -> date:
    """The day from which a version holds: today, or a later one."""
    day = a_day(text, "--from") or today
    if day < today:
        raise NotBefore(day=day)
    return day


async def planned(world: Deployment, draft: Draft, base: Base, ids: Callable[[str], UUID]) -> DraftPlan:
    """What the draft makes of a version. With problems the command ends: nothing is loaded."""
    directory = await world.organs.at(base.version)
    plan = plan_draft(directory, draft, functions=load_functions(), new_id=ids)
    waiting = f"与{base.pending_from}起施行的第{base.version}版合并时:" if base.pending_from else ""
    refuse(waiting, plan.problems)
    return plan


async def publish(world: Deployment, draft: Draft, *, day: date, by: str, dry_run: bool = False) -> bool:
    """Show what the draft changes, and publish it from that day. False: it changes nothing."""
    ids = new_ids(world)
    plans = [(base, await planned(world, draft, base, ids)) for base in await world.organs.bases(day)]
    for line in changes(plans[0][1]):
        typer.echo(line)
    if not any(plan.changes for _, plan in plans):
        return False
    if not dry_run:
        states = [
            DirectoryState(plan.organs, plan.powers, plan.places, in_force_from=base.pending_from or day)
            for base, plan in plans
        ]
        note = "、".join(file.name for file in draft.files)
        numbers = await world.organs.publish(*states, by=by, note=note, at=world.clock.now())
        typer.echo(f"已载入,名录版本 {numbers[0]} · loaded as version {numbers[0]}")
        if day > world.clock.today():
            typer.echo(f"{day}起施行 · in force from {day}")
        for number, (base, _) in zip(numbers[1:], plans[1:], strict=True):
            typer.echo(f"{base.pending_from}起施行的第{base.version}版并入本次变动,改为第{number}版")
    return True


def new_ids(world: Deployment) -> Callable[[str], UUID]:
    """A new organ has one id in all versions of one load."""
    known: dict[str, UUID] = {}
    return lambda code: known.setdefault(code, known.get(code) or world.codes.new_id())


def changes(plan: DraftPlan) -> Iterator[str]:
    for each in plan.plans:
        match each:
            case LoadPlan():
                yield from directory_text.organ_changes(each)
            case PowerPlan():
                yield from directory_text.power_changes(each)
            case _:
                yield from directory_text.place_changes(each)


def refuse(where: str, problems: list[tuple[str, Problem]]) -> None:
    """End the command when a draft has faults, with the file, the line and the reason of each."""
    if problems:
        lines = [f"{where}{name} {problem.place}:{problem.reason}" for name, problem in problems]
        fail("\n".join([*lines, f"共 {len(problems)} 处错误,没有载入 · nothing was loaded"]))
