"""What makes a directory unusable: found before it is loaded, each fault with its line and its reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from uuid import UUID

from services.domain.organ import Organ
from services.domain.power import Power, PowerRole
from services.domain.region import Gazetteer, RegionLevel

NOT_IN_THE_FILE = 0
MISSING = "缺少"
MOST_NAMED = 3
"""So many organs are named in one reason."""


@dataclass(slots=True, frozen=True, order=True)
class Problem:
    """``line`` counts from 1 as a person sees the file, 0 is not in the file; ``reason`` is Chinese."""

    line: int
    reason: str

    @property
    def place(self) -> str:
        return f"第{self.line}行" if self.line else "现有数据"

    def __str__(self) -> str:
        return f"{self.place}:{self.reason}"


def validate(
    organs: Sequence[Organ],
    powers: Sequence[Power],
    gazetteer: Gazetteer,
    *,
    functions: Collection[str],
    categories: Container[str],
    organ_lines: Mapping[str, int] | None = None,
    power_lines: Mapping[Power, int] | None = None,
    whole: bool = True,
) -> list[Problem]:
    """All faults by line. ``organ_lines``: organ code → line; ``power_lines``: power → line.

    Not ``whole``: some powers could not be read, so that it cannot be said that a lead is missing.
    """
    lines = organ_lines or {}
    found = [
        Problem(lines.get(organ.code, NOT_IN_THE_FILE), f"{organ.name}({organ.code}):{reason}")
        for organ, reason in _organ_faults(organs, gazetteer, functions, lines)
    ]
    places = power_lines or {}
    found += [
        Problem(places.get(power, NOT_IN_THE_FILE), reason)
        for power, reason in _power_faults(powers, gazetteer, functions, categories, places)
    ]
    if whole:
        found += [
            Problem(places.get(power, NOT_IN_THE_FILE), f"分类 {power.category_code} 只有协办、没有主办")
            for power in _without_lead(powers)
        ]
    return sorted(set(found))


def _organ_faults(
    organs: Sequence[Organ], gazetteer: Gazetteer, functions: Collection[str], lines: Mapping[str, int]
) -> Iterator[tuple[Organ, str]]:
    by_id = {organ.id: organ for organ in organs}
    for organ in organs:
        region = gazetteer.find(organ.region_code)
        if region is None:
            yield organ, f"行政区划 {organ.region_code} 不存在"
        elif region.level != organ.level:
            yield organ, f"级别与行政区划 {region.name} 不一致"
        for function in organ.functions:
            if function not in functions:
                yield organ, f"职能 {function} 不在职能表中"
        if organ.valid_from and organ.valid_to and organ.valid_to <= organ.valid_from:
            yield organ, "撤销日期不晚于设立日期"
        for reason in _reference_faults(organ, by_id):
            yield organ, reason
    yield from _circles(organs, by_id, lines, "上级", lambda organ: organ.superior_id)
    yield from _circles(organs, by_id, lines, "承接", lambda organ: organ.successor_id)
    yield from _left_without_superior(organs, by_id, lines)
    yield from _repeated_codes(organs)
    yield from _double_functions(organs, lines)


def _reference_faults(organ: Organ, known: Mapping[UUID, Organ]) -> Iterator[str]:
    if organ.superior_id is None and organ.level != RegionLevel.PROVINCE:
        yield f"{MISSING}上级机关"
    if organ.superior_id is not None and organ.superior_id not in known:
        yield "上级机关不存在"
    if organ.successor_id is not None and organ.successor_id not in known:
        yield "承接机关不存在"
    if any(reviewer not in known for reviewer in organ.reviewer_ids):
        yield "复查机关不存在"
    if organ.id in organ.reviewer_ids:
        yield "复查机关不能是本机关(信访工作条例第三十五条)"
    if not organ.reviewer_ids and organ.level != RegionLevel.PROVINCE:
        yield f"{MISSING}复查机关(信访工作条例第三十五条)"


def _circles(
    organs: Iterable[Organ],
    by_id: Mapping[UUID, Organ],
    lines: Mapping[str, int],
    relation: str,
    follow: Callable[[Organ], UUID | None],
) -> Iterator[tuple[Organ, str]]:
    """Each circle of superiors, or of successors, once, at the line of the file that closes it."""
    seen: set[UUID] = set()
    for organ in organs:
        steps = _circle(organ, by_id, follow) if organ.id not in seen else []
        seen.update(steps)
        if steps:
            ring = [by_id[step] for step in steps]
            start = max(ring, key=lambda each: lines.get(each.code, NOT_IN_THE_FILE))
            at = ring.index(start)
            names = (each.name for each in (*ring[at:], *ring[: at + 1]))
            yield start, f"{relation}关系成环:" + "→".join(names)


def _circle(organ: Organ, by_id: Mapping[UUID, Organ], follow: Callable[[Organ], UUID | None]) -> list[UUID]:
    """The steps from an organ to itself; nothing when they never come back."""
    steps: dict[UUID, None] = {organ.id: None}
    onward = follow(organ)
    while onward is not None and onward in by_id and onward not in steps:
        steps[onward] = None
        onward = follow(by_id[onward])
    return list(steps) if onward == organ.id else []


def _left_without_superior(
    organs: Iterable[Organ], by_id: Mapping[UUID, Organ], lines: Mapping[str, int]
) -> Iterator[tuple[Organ, str]]:
    """Organs that go on beneath one that ended and has no successor: at its own line, if the file ends it."""
    orphans: dict[UUID, list[Organ]] = defaultdict(list)
    for organ in organs:
        superior = by_id.get(organ.superior_id) if organ.superior_id is not None else None
        if superior is None or superior.valid_to is None or superior.successor_id is not None:
            continue
        if organ.valid_to is None or organ.valid_to > superior.valid_to:
            orphans[superior.id].append(organ)
    for superior_id, left in orphans.items():
        superior = by_id[superior_id]
        names = "、".join(each.name for each in left[:MOST_NAMED]) + ("等" if len(left) > MOST_NAMED else "")
        if superior.code in lines:
            yield superior, f"撤销而没有承接机关,其下级{names}(共{len(left)}个)仍在"
        else:
            yield left[0], f"上级机关{superior.name}已撤销而没有承接机关"


def _repeated_codes(organs: Iterable[Organ]) -> Iterator[tuple[Organ, str]]:
    seen: set[str] = set()
    for organ in organs:
        if organ.code in seen:
            yield organ, "机关代码重复"
        seen.add(organ.code)


def _double_functions(organs: Iterable[Organ], lines: Mapping[str, int]) -> Iterator[tuple[Organ, str]]:
    """Two organs with one function in one place at one time: nobody could say which is competent."""
    holders: dict[tuple[str, str], list[Organ]] = defaultdict(list)
    for organ in organs:
        for function in organ.functions:
            holders[organ.region_code, function].append(organ)
    for (_, function), sharing in holders.items():
        for one, other in combinations(sharing, 2):
            if one.overlaps(other):
                earlier, later = sorted((one, other), key=lambda organ: lines.get(organ.code, 0))
                yield later, f"与{earlier.name}({earlier.code})在同一地区同一时期具有同一职能 {function}"


def _power_faults(
    powers: Sequence[Power],
    gazetteer: Gazetteer,
    functions: Collection[str],
    categories: Container[str],
    lines: Mapping[Power, int],
) -> Iterator[tuple[Power, str]]:
    seen: set[tuple[object, ...]] = set()
    for power in powers:
        if power.category_code not in categories:
            yield power, f"分类 {power.category_code} 不存在"
        if power.function not in functions:
            yield power, f"职能 {power.function} 不在职能表中"
        if power.region_code and gazetteer.find(power.region_code) is None:
            yield power, f"行政区划 {power.region_code} 不存在"
        if power.valid_from and power.valid_to and power.valid_to <= power.valid_from:
            yield power, "失效日期不晚于生效日期"
        key = (power.category_code, power.region_code, power.function, power.role, power.valid_from)
        if key in seen:
            yield power, f"分类 {power.category_code} 的职权 {power.function} 重复登记"
        seen.add(key)
    yield from _double_leads(powers, lines)


def _without_lead(powers: Sequence[Power]) -> list[Power]:
    led = {power.category_code for power in powers if power.role is PowerRole.LEAD}
    return [power for power in powers if not any(power.category_code.startswith(code) for code in led)]


def _double_leads(powers: Iterable[Power], lines: Mapping[Power, int]) -> Iterator[tuple[Power, str]]:
    """One power with two organs in one place at one time: nobody could say which of them leads."""
    leads: dict[tuple[str, str], list[Power]] = defaultdict(list)
    for power in powers:
        if power.role is PowerRole.LEAD:
            leads[power.category_code, power.region_code].append(power)
    for (category, region), sharing in leads.items():
        for one, other in combinations(sharing, 2):
            if one.overlaps(other):
                earlier, later = sorted((one, other), key=lambda power: lines.get(power, NOT_IN_THE_FILE))
                where = f"行政区划 {region}" if region else "全域"
                yield (
                    later,
                    (
                        f"分类 {category} 在{where}已由 {earlier.function}({earlier.level.value})主办,"
                        f"与 {later.function}({later.level.value})的生效期间重叠"
                    ),
                )
