"""The directory in the database: one snapshot a version, loaded again when the version has grown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from services.adapters.directory_files import load_categories, load_powers
from services.adapters.gazetteer import load_gazetteer, with_own_regions
from services.adapters.store.database import Database
from services.adapters.store.tables.directory import (
    directory_versions,
    organs,
    own_places,
    own_powers,
    own_regions,
)
from services.domain.directory import Directory
from services.domain.organ import Organ, OrganKind
from services.domain.own_place import OwnPlace
from services.domain.power import Power, PowerRole
from services.domain.region import Region, RegionLevel


class SqlDirectory:
    """Organs and a city's own powers and regions, over the national gazetteer and the common powers."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._snapshot: Directory | None = None
        self._version = -1

    async def snapshot(self) -> Directory:
        if self._snapshot is None:
            await self.refresh()
            self._snapshot = await self._load()
        return self._snapshot

    async def own_powers(self) -> list[Power]:
        """The powers that the city has loaded itself."""
        async with self._database.reading() as connection:
            return [_power(row) for row in (await connection.execute(select(own_powers))).mappings()]

    async def refresh(self) -> None:
        """Forget the snapshot when a newer version was loaded, here or by another process."""
        async with self._database.reading() as connection:
            version = await connection.scalar(select(func.max(directory_versions.c.version))) or 0
        if version != self._version:
            self._version, self._snapshot = version, None

    async def apply(
        self,
        *,
        added: Iterable[Organ] = (),
        changed: Iterable[Organ] = (),
        powers: Sequence[Power] | None = None,
        places: Sequence[OwnPlace] | None = None,
        regions: Iterable[Region] = (),
        by: str,
        note: str,
        at: datetime,
    ) -> int:
        """Write a checked load in one transaction, as the next version. Returns its number."""
        async with self._database.writing() as connection:
            last = await connection.scalar(select(func.max(directory_versions.c.version))) or 0
            if rows := [_row(organ) for organ in added]:
                await connection.execute(insert(organs), rows)
            for organ in changed:
                row = _row(organ)
                await connection.execute(update(organs).where(organs.c.id == organ.id).values(**row))
            if powers is not None:
                await connection.execute(own_powers.delete())
                if rows := [_power_row(power) for power in powers]:
                    await connection.execute(insert(own_powers), rows)
            if places is not None:
                await _replace_places(connection, places, version=last + 1)
            if rows := [_region_row(region) for region in regions]:
                await connection.execute(insert(own_regions), rows)
            version = {"version": last + 1, "loaded_at": at, "loaded_by": by, "note": note}
            await connection.execute(insert(directory_versions).values(**version))
        await self.refresh()
        return int(last) + 1

    async def _load(self) -> Directory:
        async with self._database.reading() as connection:
            organ_rows = (await connection.execute(select(organs))).mappings().all()
            power_rows = (await connection.execute(select(own_powers))).mappings().all()
            region_rows = (await connection.execute(select(own_regions))).mappings().all()
            places = await _places(connection)
        gazetteer = with_own_regions(map(_change, region_rows)) if region_rows else load_gazetteer()
        own = [_power(row) for row in power_rows]
        return Directory(
            version=self._version,
            organs=[_organ(row) for row in organ_rows],
            powers=own or load_powers(),
            categories=load_categories(),
            gazetteer=gazetteer,
            places=places.values(),
        )


async def _places(connection: AsyncConnection) -> dict[UUID, OwnPlace]:
    """The own places of the newest version, by the row that holds them."""
    query = select(own_places).where(own_places.c.until_version.is_(None)).order_by(own_places.c.id)
    return {row["id"]: _place(row) for row in (await connection.execute(query)).mappings()}


async def _replace_places(connection: AsyncConnection, places: Sequence[OwnPlace], *, version: int) -> None:
    """End the rows that are no longer so, and add those that are new."""
    held = await _places(connection)
    wanted = set(places)
    for row_id, place in held.items():
        if place not in wanted:
            ended = update(own_places).where(own_places.c.id == row_id)
            await connection.execute(ended.values(until_version=version))
    new = wanted - set(held.values())
    if rows := [_place_row(place, version) for place in places if place in new]:
        await connection.execute(insert(own_places), rows)


def _row(organ: Organ) -> dict[str, Any]:
    return {
        "id": organ.id,
        "code": organ.code,
        "name": organ.name,
        "kind": organ.kind.value,
        "region_code": organ.region_code,
        "level": organ.level.value,
        "functions": list(organ.functions),
        "superior_id": organ.superior_id,
        "reviewer_ids": [str(reviewer) for reviewer in organ.reviewer_ids],
        "vertical": organ.vertical,
        "aliases": list(organ.aliases),
        "valid_from": organ.valid_from,
        "valid_to": organ.valid_to,
        "successor_id": organ.successor_id,
        "document_word": organ.document_word,
    }


def _organ(row: Any) -> Organ:
    values = dict(row)
    values["kind"], values["level"] = OrganKind(values["kind"]), RegionLevel(values["level"])
    values["functions"] = tuple(values["functions"])
    values["aliases"] = tuple(values["aliases"])
    values["reviewer_ids"] = tuple(UUID(reviewer) for reviewer in values["reviewer_ids"])
    return Organ(**values)


def _power_row(power: Power) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "category_code": power.category_code,
        "function": power.function,
        "level": power.level.value,
        "role": power.role.value,
        "basis": power.basis,
        "region_code": power.region_code,
        "valid_from": power.valid_from,
        "valid_to": power.valid_to,
    }


def _power(row: Any) -> Power:
    values = {name: value for name, value in dict(row).items() if name != "id"}
    values["level"], values["role"] = RegionLevel(values["level"]), PowerRole(values["role"])
    return Power(**values)


def _place_row(place: OwnPlace, version: int) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "name": place.name,
        "region_code": place.region_code,
        "kind": place.kind,
        "valid_from": place.valid_from,
        "valid_to": place.valid_to,
        "since_version": version,
        "until_version": None,
    }


def _place(row: Any) -> OwnPlace:
    columns = ("name", "region_code", "kind", "valid_from", "valid_to")
    return OwnPlace(**{column: row[column] for column in columns})


def _change(row: Any) -> dict[str, str]:
    """A row in the form of the national table of changes."""
    values = {name: "" if value is None else str(value) for name, value in dict(row).items()}
    return values | {"successor_code": values["successor"], "kind": "new", "note": ""}


def _region_row(region: Region) -> dict[str, Any]:
    return {
        "code": region.code,
        "name": region.name,
        "level": region.level.value,
        "parent": region.parent,
        "valid_from": region.valid_from,
        "valid_to": region.valid_to,
        "successor": region.successor,
    }
