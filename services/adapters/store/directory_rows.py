"""Organs, powers, places and regions as rows, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from uuid_utils.compat import uuid7

from services.domain.organ import Organ, OrganKind
from services.domain.own_place import OwnPlace
from services.domain.power import Power, PowerRole
from services.domain.region import Region, RegionLevel

Row = RowMapping | Mapping[str, Any]
DATES = ("valid_from", "valid_to")
POWER_COLUMNS = ("category_code", "function", "level", "role", "basis", "region_code", *DATES)
PLACE_COLUMNS = ("name", "region_code", "kind", *DATES)
ORGAN_COLUMNS = (
    "id", "code", "name", "kind", "region_code", "level", "functions", "superior_id", "reviewer_ids",
    "vertical", "aliases", *DATES, "successor_id", "document_word",
)  # fmt: skip
ORGAN_IDS = ("id", "superior_id", "successor_id")


def organ_row(organ: Organ) -> dict[str, Any]:
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


def organ_of(row: Row) -> Organ:
    values = {column: row[column] for column in ORGAN_COLUMNS}
    values["kind"], values["level"] = OrganKind(values["kind"]), RegionLevel(values["level"])
    values["functions"] = tuple(values["functions"])
    values["aliases"] = tuple(values["aliases"])
    values["reviewer_ids"] = tuple(UUID(reviewer) for reviewer in values["reviewer_ids"])
    return Organ(**values)


def past_body(row: Row) -> dict[str, Any]:
    """The columns of an organ's row as they go into JSON."""
    return {
        column: str(row[column]) if isinstance(row[column], UUID | date) else row[column]
        for column in ORGAN_COLUMNS
    }


def past_row(body: Mapping[str, Any]) -> dict[str, Any]:
    """What :func:`past_body` kept, as a row again."""
    row = dict(body)
    row |= {column: UUID(row[column]) for column in ORGAN_IDS if row[column]}
    return row | {column: date.fromisoformat(row[column]) for column in DATES if row[column]}


def power_row(power: Power) -> dict[str, Any]:
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


def power_of(row: Row) -> Power:
    values = {column: row[column] for column in POWER_COLUMNS}
    values["level"], values["role"] = RegionLevel(values["level"]), PowerRole(values["role"])
    return Power(**values)


def place_row(place: OwnPlace) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "name": place.name,
        "region_code": place.region_code,
        "kind": place.kind,
        "valid_from": place.valid_from,
        "valid_to": place.valid_to,
    }


def place_of(row: Row) -> OwnPlace:
    return OwnPlace(**{column: row[column] for column in PLACE_COLUMNS})


def region_change(row: Row) -> dict[str, str]:
    """A row in the form of the national table of changes."""
    values = {name: "" if value is None else str(value) for name, value in row.items()}
    return values | {"successor_code": values["successor"], "kind": "new", "note": ""}


def region_row(region: Region) -> dict[str, Any]:
    return {
        "code": region.code,
        "name": region.name,
        "level": region.level.value,
        "parent": region.parent,
        "valid_from": region.valid_from,
        "valid_to": region.valid_to,
        "successor": region.successor,
    }
