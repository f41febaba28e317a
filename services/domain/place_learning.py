"""Names of places learnt from petitions whose place is settled: proposals for a person to review.

What leaves here is a name with the look of a place (路、社区、市场 …) that several petitioners wrote, and
the region in which their matters lay; never a sentence, and never a name that one petitioner alone wrote.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from services.domain.region import Gazetteer, RegionLevel
from services.domain.region_names import ORDINARY, short_forms

LEAST_PEOPLE: Final = 3
LEAST_PRECISION: Final = 0.9
_ENDINGS: Final = {
    "社区": "社区",
    "居委会": "社区",
    "村": "村",
    "大道": "道路",
    "大街": "道路",
    "路": "道路",
    "街": "道路",
    "巷": "道路",
    "市场": "市场",
    "商场": "市场",
    "广场": "楼宇",
    "大厦": "楼宇",
    "小区": "小区",
    "花园": "小区",
    "花苑": "小区",
    "家园": "小区",
    "公寓": "小区",
    "学校": "学校",
    "小学": "学校",
    "中学": "学校",
    "幼儿园": "学校",
    "医院": "医院",
    "工业园": "园区",
    "公园": "景点",
}
_ENDING: Final = re.compile("|".join(sorted(_ENDINGS, key=len, reverse=True)))
_RUN: Final = re.compile(r"[\u4e00-\u9fff]+$")
_SHORTEST, _LONGEST = 2, 6
"""Characters before the ending."""
_CUT: Final = re.compile(
    r".*(?:[在到于从往至与和及的是住由对向把被让给了我你他她它们本该此某各每这那位]|附近|旁边|对面|门口|位于"
    r"|[省市县区镇乡号第说])"
)
_VAGUE: Final = re.compile(
    r"[一二三四五六七八九十两几多整全新老旧大小东西南北中前后上下内外条个家所间]{1,3}"
    r"|农贸|人民|中心|安置|居民|住宅|商业|步行|菜|农|学|公|道|马|铁|公交|乡村|高速|城中|美食|购物|文化|实验|第.*"
)
"""What stands before an ending without naming anything: 菜市场, 安置小区, 第一小学, 一条路."""
_NESTED: Final = 0.8


@dataclass(frozen=True, slots=True)
class SettledMatter:
    """A petition whose place is settled: what it says, who wrote it (any stable tokens), where it lay."""

    text: str
    people: frozenset[bytes]
    region_code: str


@dataclass(frozen=True, slots=True)
class LearntPlace:
    """A proposal: how many ``petitioners`` wrote the name in how many ``petitions``; ``precision`` is
    the share of these that lay in the region.
    """

    name: str
    region_code: str
    kind: str
    petitioners: int
    petitions: int
    precision: float


@dataclass(slots=True)
class _Seen:
    people: set[bytes] = field(default_factory=set)
    regions: Counter[str] = field(default_factory=Counter)

    @property
    def petitions(self) -> int:
        return self.regions.total()


class PlaceLearner:
    """Counts names over any number of matters, one after the other; keeps no text."""

    def __init__(self, gazetteer: Gazetteer, known: Iterable[str] = ()) -> None:
        self._gazetteer = gazetteer
        self._known = set(known)
        self._regions: dict[str, set[str]] = {}
        self._seen: defaultdict[str, _Seen] = defaultdict(_Seen)

    def hear(self, matter: SettledMatter) -> None:
        if not matter.people:
            return  # who wrote anonymously cannot be told apart from who wrote before
        for name in set(names_in(matter.text)):
            seen = self._seen[name]
            seen.people |= matter.people
            seen.regions[matter.region_code] += 1

    def proposals(self) -> list[LearntPlace]:
        """The names that may be loaded, those of the most petitioners first."""
        supported = {name: seen for name, seen in self._seen.items() if len(seen.people) >= LEAST_PEOPLE}
        found = (
            self._proposal(name, seen)
            for name, seen in supported.items()
            if name not in self._known and not _is_part(name, supported)
        )
        return sorted(
            (each for each in found if each is not None), key=lambda each: (-each.petitioners, each.name)
        )

    def _region_names(self, code: str) -> set[str]:
        """What the regions of the same city are called: 茅草街 is no road in the city of 茅草街镇."""
        lineage = self._gazetteer.lineage(code)
        top = lineage[max(0, len(lineage) - 2)].code
        if top not in self._regions:
            self._regions[top] = set(_names_beneath(self._gazetteer, top))
        return self._regions[top]

    def _proposal(self, name: str, seen: _Seen) -> LearntPlace | None:
        """The innermost region, county or town, in which nearly all of the matters lay."""
        for level in (RegionLevel.TOWNSHIP, RegionLevel.COUNTY):
            within: Counter[str] = Counter()
            for code, times in seen.regions.items():
                region = self._gazetteer.at_level(code, level)
                if region is not None:
                    within[region.code] += times
            if not within:
                continue
            code, times = within.most_common(1)[0]
            if times / seen.petitions >= LEAST_PRECISION:
                if name in self._region_names(code):
                    return None
                kind = next(_ENDINGS[ending] for ending in _ENDINGS if name.endswith(ending))
                precision = round(times / seen.petitions, 3)
                return LearntPlace(name, code, kind, len(seen.people), seen.petitions, precision)
        return None


def _names_beneath(gazetteer: Gazetteer, code: str) -> Iterator[str]:
    for name in gazetteer.names(code):
        yield name.name
        yield from (form for form, _ in short_forms(name))
    for child in gazetteer.children(code):
        yield from _names_beneath(gazetteer, child.code)


def names_in(text: str) -> Iterator[str]:
    """Every reading of what may be a place's name: the words before an ending, of each length."""
    for ending in _ENDING.finditer(text):
        run = _RUN.search(text, max(0, ending.start() - _LONGEST), ending.start())
        if run is None:
            continue
        before = _CUT.sub("", run.group())
        for length in range(_SHORTEST, min(_LONGEST, len(before)) + 1):
            stem = before[-length:]
            if _VAGUE.fullmatch(stem) is None and stem not in ORDINARY:
                yield stem + ending.group()


def _is_part(name: str, supported: Mapping[str, _Seen]) -> bool:
    """富南路 of 康富南路, and 反映康富南路 around it: the reading that stands in most texts is the name.

    A shorter reading goes when a longer one has nearly all of its petitions, a longer one when it has less.
    """
    seen = supported[name]
    for other, theirs in supported.items():
        if other == name:
            continue
        if other.endswith(name) and theirs.petitions >= _NESTED * seen.petitions:
            return True
        if name.endswith(other) and seen.petitions < _NESTED * theirs.petitions:
            return True
    return False
