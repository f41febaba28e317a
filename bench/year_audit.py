"""The end of the year: every petition is read back from the store, and everything is counted again."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from bench.year_invariants import Record, Violation, violations
from services.adapters.store.tables.petition import petitions
from services.application.ports import Work
from services.bootstrap import Deployment

T = TypeVar("T")
PAGE = 250


async def records(world: Deployment, until: date) -> AsyncIterator[Record]:
    """Every petition in the order of its registration."""
    async with world.database.reading() as connection:
        ids = list((await connection.execute(select(petitions.c.id).order_by(petitions.c.id))).scalars())
    for start in range(0, len(ids), PAGE):
        async with world.read() as work:
            for record in await _page(work, tuple(ids[start : start + PAGE]), until):
                yield record


async def _page(work: Work, ids: tuple[UUID, ...], until: date) -> list[Record]:
    def by_petition(found: Iterable[T]) -> dict[UUID, list[T]]:
        grouped: dict[UUID, list[T]] = defaultdict(list)
        for each in found:
            grouped[each.petition_id].append(each)  # type: ignore[attr-defined]  # each belongs to one
        return grouped

    events = by_petition(await work.events.find(petition_id=ids))
    deadlines = by_petition(await work.deadlines.find(petition_id=ids))
    dispatches = by_petition(await work.dispatches.find(petition_id=ids))
    objections = by_petition(await work.objections.find(petition_id=ids))
    opinions = by_petition(await work.opinions.find(petition_id=ids))
    reviews = by_petition(await work.reviews.find(petition_id=ids))
    recusals = by_petition(await work.recusals.find(petition_id=ids))
    notices = by_petition(await work.notices.find(petition_id=ids))
    shields = by_petition(await work.shields.find(petition_id=ids))
    entries = by_petition(await work.inbox.find(petition_id=ids)) if shields else {}
    return [
        Record(
            petition, sorted(events[petition.id], key=lambda event: event.seq), deadlines[petition.id],
            dispatches[petition.id], objections[petition.id], opinions[petition.id], reviews[petition.id],
            recusals[petition.id], notices[petition.id],
            frozenset(each.organ_id for each in shields[petition.id]), entries.get(petition.id, []), until,
        )
        for petition in await work.petitions.find(id=ids)
    ]  # fmt: skip


async def audit(
    world: Deployment, until: date, see: Callable[[Record], None]
) -> tuple[Counter[str], list[Violation]]:
    """Check all. Returns how often each invariant was violated, and the violations."""
    found: list[Violation] = []
    async for record in records(world, until):
        see(record)
        found.extend(violations(record))
    return Counter(each.invariant for each in found), found
