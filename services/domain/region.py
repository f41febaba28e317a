"""Regions (行政区划): province, prefecture, county, township; their codes, their tree and their history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from services.domain.refusal import Refusal

CODE_LENGTH: Final = 12
NO_LEVEL_BETWEEN: Final = frozenset({"1101", "1201", "3101", "4190", "4290", "4690", "5001", "5002", "6590"})
"""市辖区, 县 and 省直辖县级行政区划: nobody governs at these, so they are no regions."""

_MOST_SUCCESSORS: Final = 8


class UnknownRegion(Refusal):
    """行政区划代码{code}不存在,请核对。"""

    english = "There is no region with code {code}."


class RegionLoop(Refusal):
    """行政区划代码{code}的上级或后继关系成环,请核对区划数据。"""

    english = "The superiors or successors of region {code} run in a circle."


class RegionLevel(StrEnum):
    """省级、地级、县级、乡级, from the outermost to the innermost."""

    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"
    TOWNSHIP = "township"

    @property
    def rank(self) -> int:
        """1 for a province … 4 for a township."""
        return _RANKS[self]


_RANKS: Final = {level: rank for rank, level in enumerate(RegionLevel, start=1)}


class Region(NamedTuple):
    """One region under one name. ``valid_to`` is the first day on which it is no longer in force.

    A named tuple, for a process makes 44,000 when it starts: a frozen dataclass takes three times as long.
    """

    code: str
    name: str
    level: RegionLevel
    parent: str | None
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str | None = None

    def in_force(self, on: date) -> bool:
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_to is None or on < self.valid_to
        )

    @property
    def is_management_district(self) -> bool:
        """开发区、管理区 and the like: no level of government by law, counted in the 7x (own: 9x) codes.

        In a city without counties it has a town's code, 4xx (洋浦).
        """
        if self.level is RegionLevel.COUNTY:
            return self.code[4] == "7" or self.code[6] == "4"
        return self.level is RegionLevel.PREFECTURE and self.code[2:4] > "90"


def padded(code: str) -> str:
    """The 12-digit form of a 2-, 4-, 6-, 9- or 12-digit code; 110100 (市辖区) is read as 110000."""
    full = code.strip().ljust(CODE_LENGTH, "0")
    if full[:4] in NO_LEVEL_BETWEEN and full[4:] == "00000000":
        return full[:2] + "0" * 10
    return full


class Gazetteer:
    """The tree of regions, held in memory.

    Several rows may share a code: the first one still in force is the proper name, the others are its
    earlier and further names. Asking for an unknown code raises ``UnknownRegion``.
    """

    def __init__(self, regions: Iterable[Region], *, version: str = "") -> None:
        self.version = version
        self._regions: dict[str, Region] = {}
        self._names: dict[str, list[Region]] = {}
        self._children: dict[str | None, list[str]] = {}
        self._ancestors: dict[str, tuple[Region, ...]] = {}
        for region in regions:
            known = self._regions.get(region.code)
            if known is None:
                self._regions[region.code] = region
                continue
            self._names.setdefault(region.code, [known]).append(region)
            if known.valid_to is not None and region.valid_to is None:
                self._regions[region.code] = region
        for region in self._regions.values():
            self._children.setdefault(region.parent, []).append(region.code)

    def __len__(self) -> int:
        return len(self._regions)

    def __iter__(self) -> Iterator[Region]:
        """Every region under its proper name."""
        return iter(self._regions.values())

    def get(self, code: str) -> Region:
        region = self._regions.get(code) or self.find(code)
        if region is None:
            raise UnknownRegion(code=code)
        return region

    def find(self, code: str) -> Region | None:
        return self._regions.get(code) or self._regions.get(padded(code))

    def names(self, code: str) -> tuple[Region, ...]:
        """The region under its proper name first, then under its earlier and further ones."""
        proper = self.get(code)
        return (proper, *(other for other in self._names.get(proper.code, ()) if other is not proper))

    def children(self, code: str | None, *, on: date | None = None) -> tuple[Region, ...]:
        """Those directly beneath (``None``: the provinces) on the day; without a day, those not abolished."""
        parent = None if code is None else self.get(code).code
        below = (self._regions[child] for child in self._children.get(parent, ()))
        if on is None:
            return tuple(region for region in below if region.valid_to is None)
        return tuple(region for region in below if region.in_force(on))

    def ancestors(self, code: str) -> tuple[Region, ...]:
        """Nearest first, without the region itself."""
        known = self._ancestors.get(code)
        if known is None:
            known = self._ancestors[code] = self._upwards(code)
        return known

    def _upwards(self, code: str) -> tuple[Region, ...]:
        found: list[Region] = []
        parent = self.get(code).parent
        while parent is not None:
            if len(found) == len(RegionLevel):
                raise RegionLoop(code=code)
            found.append(self.get(parent))
            parent = found[-1].parent
        return tuple(found)

    def lineage(self, code: str) -> tuple[Region, ...]:
        """The region and its ancestors, nearest first."""
        return (self.get(code), *self.ancestors(code))

    def contains(self, outer: str, inner: str) -> bool:
        """Is ``inner`` the same region as ``outer``, or beneath it?"""
        sought = self.get(outer).code
        return any(region.code == sought for region in self.lineage(inner))

    def at_level(self, code: str, level: RegionLevel) -> Region | None:
        """The region or its ancestor at the level; ``None`` where there is none (直辖市: prefecture)."""
        return next((region for region in self.lineage(code) if region.level is level), None)

    def full_name(self, code: str) -> str:
        """湖南省益阳市南县茅草街镇; a name that the next one repeats (唐山市汉沽管理区) stands once."""
        written = ""
        for region in reversed(self.lineage(code)):
            outer = self._regions.get(region.parent or "")
            if outer is not None and region.name.startswith(outer.name):
                written = written.removesuffix(outer.name)
            written += region.name
        return written

    def current(self, code: str, on: date) -> Region:
        """What the region is on that day: itself, itself under another name, or its successor."""
        region = self.get(code)
        for _ in range(_MOST_SUCCESSORS):
            version = next((name for name in self.names(region.code) if name.in_force(on)), None)
            if version is not None:
                return version
            if region.successor is None or region.valid_to is None or on < region.valid_to:
                return region
            region = self.get(region.successor)
        raise RegionLoop(code=code)
