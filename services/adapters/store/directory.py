"""The directory in the database: versions that take force on their day, each of which can be read again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Table, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from services.adapters.directory_files import load_categories, load_powers
from services.adapters.gazetteer import load_gazetteer, with_own_regions
from services.adapters.store.database import Database
from services.adapters.store.directory_rows import (
    organ_of,
    organ_row,
    past_body,
    past_row,
    place_of,
    place_row,
    power_of,
    power_row,
    region_change,
    region_row,
)
from services.adapters.store.tables.directory import (
    directory_versions,
    organs,
    own_places,
    own_powers,
    own_regions,
    past_organs,
)
from services.domain.directory import Directory
from services.domain.directory_version import Base, DirectoryVersion, VersionNotKept, bases, in_force
from services.domain.organ import Organ
from services.domain.own_place import OwnPlace
from services.domain.power import Power
from services.domain.region import Region

T = TypeVar("T", Power, OwnPlace)
REMEMBERED = 4
"""Versions other than the one in force that are held in memory."""


@dataclass(frozen=True, slots=True)
class DirectoryState:
    """All of a version to publish. ``powers`` are all that hold, those that come with the system included."""

    organs: Sequence[Organ]
    powers: Sequence[Power]
    places: Sequence[OwnPlace]
    in_force_from: date | None = None
    regions: Sequence[Region] = ()
    """Only those to be added."""


class SqlDirectory:
    """Organs and a city's own powers, places and regions, over the national gazetteer and common powers."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._snapshot: Directory | None = None
        self._version = -1
        self._on: date | None = None
        self._others: dict[int, Directory] = {}

    async def snapshot(self) -> Directory:
        """The version in force when it was last looked for."""
        if self._snapshot is None:
            await self.refresh()
            self._snapshot = await self._load(self._version)
        return self._snapshot

    async def refresh(self, on: date | None = None) -> None:
        """Forget the snapshot when another version is in force: on that day, or the day last asked for.

        Until a day was given at all, the newest is.
        """
        self._on = on or self._on
        version = in_force(await self.versions(), self._on)
        if version != self._version:
            self._version, self._snapshot = version, None

    async def versions(self) -> list[DirectoryVersion]:
        """All that were published, oldest first."""
        query = select(directory_versions).order_by(directory_versions.c.version)
        async with self._database.reading() as connection:
            return [DirectoryVersion(**row) for row in (await connection.execute(query)).mappings()]

    async def bases(self, on: date) -> list[Base]:
        """On what a change that takes force on that day rests: see :func:`directory_version.bases`."""
        return bases(await self.versions(), on)

    async def at(self, version: int) -> Directory:
        """The directory as that version has it. Raises ``VersionNotKept``."""
        if version == self._version and self._snapshot is not None:
            return self._snapshot
        if version not in self._others:
            known = {each.version: each for each in await self.versions()}
            if version and (version not in known or not known[version].kept):
                raise VersionNotKept(version=version)
            while len(self._others) >= REMEMBERED:
                del self._others[next(iter(self._others))]
            self._others[version] = await self._load(version)
        return self._others[version]

    async def publish(self, *states: DirectoryState, by: str, note: str, at: datetime) -> list[int]:
        """Write checked states in one transaction, as the next versions. Returns their numbers."""
        async with self._database.writing() as connection:
            last = await connection.scalar(select(func.max(directory_versions.c.version))) or 0
            for number, state in enumerate(states, start=last + 1):
                await _keep_organs(connection, state.organs, number)
                own = [power for power in state.powers if power not in _common_powers()]
                await _keep(connection, own_powers, own, number, power_of, power_row)
                await _keep(connection, own_places, state.places, number, place_of, place_row)
                if rows := [region_row(region) | {"since_version": number} for region in state.regions]:
                    await connection.execute(insert(own_regions), rows)
                version = {"version": number, "loaded_at": at, "loaded_by": by, "note": note}
                version |= {"in_force_from": state.in_force_from, "kept": True}
                await connection.execute(insert(directory_versions).values(**version))
        self._version, self._snapshot = -1, None
        return list(range(last + 1, last + 1 + len(states)))

    async def apply(
        self,
        *,
        added: Iterable[Organ] = (),
        changed: Iterable[Organ] = (),
        places: Sequence[OwnPlace] | None = None,
        regions: Sequence[Region] = (),
        by: str,
        note: str,
        at: datetime,
    ) -> int:
        """Lay a change over the newest version, in force at once: how a city is set up."""
        newest = await self.at(in_force(await self.versions(), None))
        changes = {organ.id: organ for organ in (*changed, *added)}
        kept = [changes.pop(organ.id, organ) for organ in newest.organs]
        state = DirectoryState(
            organs=[*kept, *changes.values()],
            powers=tuple(newest.powers),
            places=newest.places if places is None else places,
            regions=regions,
        )
        return (await self.publish(state, by=by, note=note, at=at))[0]

    async def _load(self, version: int) -> Directory:
        async with self._database.reading() as connection:
            found = await _organs_of(connection, version)
            powers = await _alive(connection, own_powers, version)
            places = await _alive(connection, own_places, version)
            query = select(own_regions).where(own_regions.c.since_version <= version)
            regions = (await connection.execute(query)).mappings().all()
        gazetteer = with_own_regions(map(region_change, regions)) if regions else load_gazetteer()
        return Directory(
            version=version,
            organs=found,
            powers=_overlaid(power_of(row) for row in powers),
            categories=load_categories(),
            gazetteer=gazetteer,
            places=[place_of(row) for row in places],
        )


@cache
def _common_powers() -> frozenset[Power]:
    return frozenset(load_powers())


def _overlaid(own: Iterable[Power]) -> list[Power]:
    """The powers that come with the system; a city's own row of the same key stands in place of one."""
    return list({power.key: power for power in (*load_powers(), *own)}.values())


def _within(table: Table, version: int) -> ColumnElement[bool]:
    since, until = table.c.since_version, table.c.until_version
    return (since <= version) & or_(until.is_(None), until > version)


async def _organs_of(connection: AsyncConnection, version: int) -> list[Organ]:
    current = select(organs).where(organs.c.since_version <= version)
    rows = [dict(row) for row in (await connection.execute(current)).mappings()]
    past = select(past_organs.c.body).where(_within(past_organs, version))
    rows += [past_row(body) for body in await connection.scalars(past)]
    return sorted((organ_of(row) for row in rows), key=lambda organ: organ.id)


async def _alive(connection: AsyncConnection, table: Table, version: int) -> list[Any]:
    query = select(table).where(_within(table, version)).order_by(table.c.id)
    return list((await connection.execute(query)).mappings())


async def _keep_organs(connection: AsyncConnection, wanted: Iterable[Organ], version: int) -> None:
    """Set an organ's earlier row aside where another takes its place, or none does."""
    target = {organ.id: organ for organ in wanted}
    gone: list[UUID] = []
    for row in (await connection.execute(select(organs))).mappings().all():
        organ = target.pop(row["id"], None)
        if organ == organ_of(row):
            continue
        past = {"id": uuid7(), "organ_id": row["id"], "since_version": row["since_version"]}
        past |= {"until_version": version, "body": past_body(row)}
        await connection.execute(insert(past_organs).values(**past))
        if organ is None:
            gone.append(row["id"])
            continue
        values = organ_row(organ) | {"since_version": version}
        await connection.execute(update(organs).where(organs.c.id == organ.id).values(**values))
    if gone:
        await connection.execute(delete(organs).where(organs.c.id.in_(gone)))
    if rows := [organ_row(organ) | {"since_version": version} for organ in target.values()]:
        await connection.execute(insert(organs), rows)


async def _keep(
    connection: AsyncConnection,
    table: Table,
    values: Iterable[T],
    version: int,
    read: Callable[[Any], T],
    write: Callable[[T], dict[str, Any]],
) -> None:
    """End the rows that are no longer so, and add those that are new."""
    query = select(table).where(table.c.until_version.is_(None))
    held = {read(row): row["id"] for row in (await connection.execute(query)).mappings()}
    wanted = dict.fromkeys(values)
    if ended := [row_id for value, row_id in held.items() if value not in wanted]:
        over = update(table).where(table.c.id.in_(ended))
        await connection.execute(over.values(until_version=version))
    more = {"since_version": version, "until_version": None}
    if rows := [write(value) | more for value in wanted if value not in held]:
        await connection.execute(insert(table), rows)
