"""The directory as callers read it: regions, organs, powers and categories, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from services.application.ports import World
from services.domain.category import Category
from services.domain.directory import Directory
from services.domain.organ import Organ
from services.domain.power import Power
from services.domain.region import Gazetteer, Region

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Filter:
    """What a listing is narrowed to; ``region`` and ``parent`` are codes, ``name`` a part of the name."""

    region: str | None = None
    parent: str | None = None
    function: str | None = None
    name: str | None = None


async def regions(world: World, wanted: Filter, *, after: str | None, limit: int) -> list[Region]:
    """Regions by code. Without a filter: the provinces. ``parent``: its children; ``region``: all within it.

    Raises UnknownRegion.
    """
    gazetteer = (await world.directory()).gazetteer
    found: Iterable[Region]
    if wanted.region is not None:
        found = _beneath(gazetteer, gazetteer.get(wanted.region))
    elif wanted.parent is not None:
        found = gazetteer.children(gazetteer.get(wanted.parent).code)
    elif wanted.name is not None:
        found = gazetteer
    else:
        found = gazetteer.children(None)
    named = (each for each in found if _named(each.name, wanted))
    return _page(named, lambda region: region.code, after=after, limit=limit)


async def organs(world: World, wanted: Filter, *, after: str | None, limit: int) -> list[Organ]:
    """Organs by code. ``region``: in it or beneath it; ``parent``: the code of their superior."""
    directory = await world.directory()
    superior = directory.find_by_code(wanted.parent) if wanted.parent is not None else None
    if wanted.parent is not None and superior is None:
        return []
    found = (
        organ
        for organ in directory.organs
        if _within(directory, wanted.region, organ.region_code)
        and (superior is None or organ.superior_id == superior.id)
        and (wanted.function is None or wanted.function in organ.functions)
        and _named(organ.name, wanted)
    )
    return _page(found, lambda organ: organ.code, after=after, limit=limit)


async def powers(world: World, wanted: Filter, *, after: str | None, limit: int) -> list[Power]:
    """Powers by category, function, level. ``parent``: the category or field; ``region``: valid there."""
    directory = await world.directory()
    found = (
        power
        for power in directory.powers
        if power.category_code.startswith(wanted.parent or "")
        and (wanted.function is None or power.function == wanted.function)
        and (not power.region_code or _within(directory, wanted.region, power.region_code))
    )
    return _page(found, power_key, after=after, limit=limit)


async def categories(world: World, wanted: Filter, *, after: str | None, limit: int) -> list[Category]:
    """The classification by code. ``parent``: everything beneath that heading."""
    directory = await world.directory()
    found = (
        category
        for category in directory.categories
        if (wanted.parent is None or category.code.startswith(wanted.parent))
        and _named(category.name, wanted)
    )
    return _page(found, lambda category: category.code, after=after, limit=limit)


def _beneath(gazetteer: Gazetteer, region: Region) -> Iterator[Region]:
    yield region
    for child in gazetteer.children(region.code):
        yield from _beneath(gazetteer, child)


def power_key(power: Power) -> str:
    """What tells powers apart, and orders them."""
    since = power.valid_from.isoformat() if power.valid_from else ""
    return "|".join(
        (power.category_code, power.region_code, power.role.value, power.function, power.level.value, since)
    )


def _page(found: Iterable[T], key: Callable[[T], str], *, after: str | None, limit: int) -> list[T]:
    behind = (each for each in found if after is None or key(each) > after)
    return sorted(behind, key=key)[:limit]


def _within(directory: Directory, region_code: str | None, inner: str) -> bool:
    return region_code is None or directory.gazetteer.contains(region_code, inner)


def _named(name: str, wanted: Filter) -> bool:
    return wanted.name is None or wanted.name in name
