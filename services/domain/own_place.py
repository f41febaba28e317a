"""A city's own places (社区、道路、市场、小区): names that lie in a region, from a day to a day."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.domain.directory_check import Problem
from services.domain.region import Gazetteer, RegionLevel
from services.domain.region_names import BARE_DISTRICTS, ORDINARY, is_han

KINDS: Final = ("社区", "村", "道路", "市场", "小区", "学校", "医院", "楼宇", "园区", "景点", "其他")
MOST_NAME_CHARS: Final = 30
_NAME: Final = re.compile(r"[\w·]{2,30}")


@dataclass(frozen=True, slots=True)
class OwnPlace:
    """A name and the region that it lies in. ``valid_to`` is the first day on which it no longer holds.

    A name may lie in several regions (a road through two districts): it stays open which one is meant.
    """

    name: str
    region_code: str
    kind: str
    valid_from: date | None = None
    valid_to: date | None = None

    def in_force(self, on: date) -> bool:
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_to is None or on < self.valid_to
        )

    @property
    def key(self) -> tuple[str, str]:
        """What tells places apart: the same name in the same region is the same place."""
        return self.name, self.region_code


@dataclass(frozen=True, slots=True)
class PlacePlan:
    """What a load would do; ``places`` is all of the city's own places after it. Empty with problems."""

    problems: tuple[Problem, ...]
    added: tuple[OwnPlace, ...] = ()
    changed: tuple[tuple[OwnPlace, OwnPlace], ...] = ()
    places: tuple[OwnPlace, ...] = ()


def plan_places(
    current: Sequence[OwnPlace], rows: Iterable[tuple[int, OwnPlace]], *, gazetteer: Gazetteer
) -> PlacePlan:
    """What loading ``rows`` (line, place) over ``current`` would do: all of them, or with a problem none."""
    before = {place.key: place for place in current}
    taken = list(rows)
    first: dict[tuple[str, str], int] = {}
    problems: list[Problem] = []
    names: dict[str, set[str]] = {}
    for line, place in taken:
        problems += [Problem(line, reason) for reason in _faults(place, gazetteer, names)]
        if first.setdefault(place.key, line) != line:
            problems.append(Problem(line, f"“{place.name}”与第{first[place.key]}行重复"))
    if problems:
        return PlacePlan(tuple(sorted(problems)))
    after = before | {place.key: place for _, place in taken}
    return PlacePlan(
        (),
        added=tuple(place for key, place in after.items() if key not in before),
        changed=tuple(
            (before[key], place) for key, place in after.items() if before.get(key, place) != place
        ),
        places=tuple(after.values()),
    )


def _faults(place: OwnPlace, gazetteer: Gazetteer, names: dict[str, set[str]]) -> Iterator[str]:
    """Why it cannot be loaded; ``names`` keeps each city's region names from one row to the next."""
    name = place.name
    if not _NAME.fullmatch(name) or not any(map(is_han, name)):
        yield f"名称“{name[:MOST_NAME_CHARS]}”应为2至{MOST_NAME_CHARS}个字,不含空格和标点"
    if name in ORDINARY or name in BARE_DISTRICTS:
        yield f"“{name}”是日常用语,不能作为地名"
    if place.valid_from and place.valid_to and place.valid_from >= place.valid_to:
        yield f"失效日期{place.valid_to}应晚于生效日期{place.valid_from}"
    yield from _faults_of_region(place, gazetteer, names)


def _faults_of_region(place: OwnPlace, gazetteer: Gazetteer, names: dict[str, set[str]]) -> Iterator[str]:
    region = gazetteer.find(place.region_code)
    if region is None:
        yield f"行政区划代码{place.region_code}不存在"
    elif region.valid_to is not None:
        now = f",现为{region.successor}" if region.successor else ""
        yield f"{region.name}({region.code})已于{region.valid_to}撤销{now}"
    elif region.level is RegionLevel.PROVINCE:
        yield f"{region.name}是省级,应写到县级或者乡级"
    else:
        top = gazetteer.at_level(region.code, RegionLevel.PREFECTURE) or gazetteer.lineage(region.code)[-1]
        if top.code not in names:
            names[top.code] = _region_names(gazetteer, top.code)
        if place.name in names[top.code]:
            yield f"“{place.name}”已是{top.name}内行政区划的名称"


def _region_names(gazetteer: Gazetteer, code: str) -> set[str]:
    """The names of a region and of all beneath it."""
    found = {each.name for each in gazetteer.names(code)}
    for child in gazetteer.children(code):
        found |= _region_names(gazetteer, child.code)
    return found
