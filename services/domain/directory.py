"""The directory of organs in one version: who is competent, who is above whom, who reviews whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from services.domain.category import Categories
from services.domain.organ import Organ, OrganKind
from services.domain.organ_names import Mention, OrganNames
from services.domain.own_place import OwnPlace
from services.domain.power import Power, PowerRole, Powers
from services.domain.refusal import NotFound
from services.domain.region import Gazetteer, Region, RegionLevel

MOST_SUCCESSIONS = 16
"""So many mergers in a row are a mistake in the data, not history."""
MOST_ANSWERS = 20_000
"""Answers to «谁主管» that are kept: the same few matters come from the same places every day."""
LEVEL_NAMES = {
    RegionLevel.PROVINCE: "省级",
    RegionLevel.PREFECTURE: "市级",
    RegionLevel.COUNTY: "县级",
    RegionLevel.TOWNSHIP: "乡级",
}


@dataclass(slots=True, frozen=True)
class Competence:
    """The answer to «谁主管»: one lead or none, those that handle with it, and why, in Chinese.

    ``level`` is the level of the lead; ``alternatives`` are further organs a person may choose, best first;
    ``coarse``: the place is known only above the level that decides.
    """

    lead: Organ | None
    co: tuple[Organ, ...]
    level: RegionLevel | None
    power: Power | None
    reason: str
    alternatives: tuple[Organ, ...]
    coarse: bool = False


class Directory:
    """An immutable snapshot, indexed once. Unknown organs raise NotFound, unknown regions UnknownRegion."""

    def __init__(
        self,
        version: int,
        organs: Iterable[Organ],
        powers: Iterable[Power],
        categories: Categories,
        gazetteer: Gazetteer,
        places: Iterable[OwnPlace] = (),
    ) -> None:
        self.version = version
        self.places = tuple(places)
        self.organs = tuple(organs)
        self.powers = Powers(powers)
        self.categories = categories
        self.gazetteer = gazetteer
        self._competences: dict[tuple[str, str, date | None], Competence] = {}
        self._lowest: dict[tuple[str, str, date | None], Organ | None] = {}
        self._by_id = {organ.id: organ for organ in self.organs}
        self._by_code = {organ.code: organ for organ in self.organs}
        self._by_region: dict[str, list[Organ]] = defaultdict(list)
        self._by_function: dict[tuple[str, str], list[Organ]] = defaultdict(list)
        self._below: dict[UUID, list[Organ]] = defaultdict(list)
        for organ in self.organs:
            self._by_region[organ.region_code].append(organ)
            for function in organ.functions:
                self._by_function[organ.region_code, function].append(organ)
            if organ.superior_id is not None:
                self._below[organ.superior_id].append(organ)

    def organ(self, organ_id: UUID) -> Organ:
        organ = self.find(organ_id)
        if organ is None:
            raise NotFound("机关、单位", "organ")
        return organ

    def find(self, organ_id: UUID) -> Organ | None:
        return self._by_id.get(organ_id)

    def find_by_code(self, code: str) -> Organ | None:
        return self._by_code.get(code)

    @cached_property
    def _names(self) -> OrganNames:
        return OrganNames(self.organs, self.gazetteer)  # a tenth of a second: built when first asked

    def find_by_name(self, text: str, *, region_code: str | None = None) -> tuple[Organ, ...]:
        """The organs named in a text; with a place also 县自然资源局, 镇政府 (see ``OrganNames.find``)."""
        return self._names.find(text, region_code)

    def mentions(
        self, text: str, *, region_code: str | None = None, loosely: bool = False
    ) -> Iterator[Mention]:
        """Where a text names organs (see ``OrganNames.mentions``)."""
        return self._names.mentions(text, region_code, loosely=loosely)

    def in_region(self, region_code: str) -> tuple[Organ, ...]:
        """The organs of exactly this region."""
        return tuple(self._by_region.get(self.gazetteer.get(region_code).code, ()))

    # — above and below —

    def superiors(self, organ_id: UUID) -> tuple[Organ, ...]:
        """The chain above an organ, nearest first."""
        chain: dict[UUID, Organ] = {}
        above = self.organ(organ_id).superior_id
        while above is not None and above not in chain:
            chain[above] = self.organ(above)
            above = chain[above].superior_id
        return tuple(chain.values())

    def subordinates(self, organ_id: UUID) -> tuple[Organ, ...]:
        """Everything below an organ, however deep."""
        found: dict[UUID, Organ] = {}
        waiting = list(self._below.get(self.organ(organ_id).id, ()))
        while waiting:
            organ = waiting.pop(0)
            if organ.id not in found:
                found[organ.id] = organ
                waiting.extend(self._below.get(organ.id, ()))
        return tuple(found.values())

    def is_subordinate(self, organ_id: UUID, *, of: UUID) -> bool:
        return any(superior.id == of for superior in self.superiors(organ_id))

    def shielded_from(self, respondent_ids: Iterable[UUID]) -> frozenset[UUID]:
        """Whom a denunciation must never reach: those denounced and all below them (条例 art. 30, 46)."""
        denounced = frozenset(respondent_ids)
        below = (organ.id for respondent in denounced for organ in self.subordinates(respondent))
        return denounced | frozenset(below)

    def reviewers(self, organ_id: UUID) -> tuple[Organ, ...]:
        """Who may review its opinions, in order of preference (条例 art. 35)."""
        return tuple(self.organ(reviewer) for reviewer in self.organ(organ_id).reviewer_ids)

    # — by function —

    def by_function(self, function: str, region_code: str, *, on: date | None) -> Organ | None:
        """The lowest organ with the function at the place or above it, of those that exist on the day."""
        asked = (function, region_code, on)
        if asked not in self._lowest:
            if len(self._lowest) >= MOST_ANSWERS:
                self._lowest.clear()
            found = (self._holding(function, region, on) for region in self.gazetteer.lineage(region_code))
            self._lowest[asked] = next((organ for organ in found if organ is not None), None)
        return self._lowest[asked]

    def superior_of_same_line(self, organ_id: UUID, *, on: date) -> Organ | None:
        """The nearest organ of the same function above: 南县自然资源局 → 益阳市自然资源局."""
        organ = self.organ(organ_id)
        for region in self.gazetteer.ancestors(organ.region_code):
            above = self._holding(organ.functions[0], region, on)
            if above is not None:
                return above
        return None

    def petition_office(self, region_code: str, *, on: date) -> Organ | None:
        return self.by_function("petition_office", region_code, on=on)

    def discipline(self, region_code: str, *, on: date) -> Organ | None:
        return self.by_function("discipline", region_code, on=on)

    def political_legal(self, region_code: str, *, on: date) -> Organ | None:
        return self.by_function("political_legal", region_code, on=on)

    def _holding(self, function: str, region: Region, on: date | None) -> Organ | None:
        holders = self._by_function.get((region.code, function), ())
        return next((organ for organ in holders if organ.in_force(on)), None)

    # — who is competent —

    def competent(self, category_code: str, region_code: str, on: date | None) -> Competence:
        """The organ competent for a matter at a place on a day (条例 art. 22: 属地管理、分级负责).

        The lowest organ that has the function at the deciding level; where that level has none, the next
        above; where the place is known only above the deciding level, the organ of the level that is known.
        An organ split, merged or abolished is followed to the one that exercises its powers now (art. 24).
        Without a day, what has not ended counts.
        """
        asked = (category_code, region_code, on)
        known = self._competences.get(asked)
        if known is None:
            if len(self._competences) >= MOST_ANSWERS:
                self._competences.clear()
            known = self._competences[asked] = self._competent(*asked)
        return known

    def _competent(self, category_code: str, region_code: str, on: date | None) -> Competence:
        place = self.gazetteer.get(region_code)
        category = self.categories.get(category_code)
        lineage = [region.code for region in self.gazetteer.lineage(place.code)]
        powers = self.powers.over(category_code, lineage, on) if category is not None else ()
        if category is None or not powers:
            reason = "该类事项尚未登记主管部门,由本级人民政府或者其指定的机关受理(信访工作条例第二十四条)"
            return Competence(None, (), None, None, reason, self._fallbacks(place, on))
        found = [(power, *self._exercising(power, place, on)) for power in powers]
        held = [(power, organ, note) for power, organ, note in found if organ is not None]
        leads = [(power, organ, note) for power, organ, note in held if power.role is PowerRole.LEAD]
        if not leads:
            reason = f"“{category.name}”的主管部门在当地及上级均未登记"
            return Competence(None, (), None, powers[0], reason, self._fallbacks(place, on))
        power, lead, note = leads[0]
        others = _others(lead, (organ for other, organ, _ in held if other.role is PowerRole.CO))
        further = (*(organ for _, organ, _ in leads[1:]), *others, *self._fallbacks(place, on))
        reason = f"“{category.name}”由{LEVEL_NAMES[power.level]}主管({power.basis}){note}"
        coarse = place.level.rank < power.level.rank
        return Competence(lead, others, lead.level, power, reason, _others(lead, further), coarse)

    def _exercising(self, power: Power, place: Region, on: date | None) -> tuple[Organ | None, str]:
        """Who exercises the power for the place on that day, and what is to be said about it."""
        deciding, note = self._deciding_region(place, power.level)
        for region in self.gazetteer.lineage(deciding.code):
            organ = self._holding(power.function, region, on)
            if organ is not None:
                if region is not deciding:
                    note += f";{deciding.name}未设该部门,由上一级{organ.name}承担"
                return organ, note
            gone = self._last_holder(power.function, region, on)
            if gone is not None:
                successor = self.successor(gone, on) or self._holding("government", region, on)
                if successor is not None:
                    note += f";原{gone.name}已撤并,由{successor.name}继续行使职权(信访工作条例第二十四条)"
                    return successor, note
        return None, note

    def _deciding_region(self, place: Region, level: RegionLevel) -> tuple[Region, str]:
        """Where the decision lies: the region of that level, or the nearest thing to it that is known."""
        region = self.gazetteer.at_level(place.code, level)
        if region is not None:
            return region, ""
        if place.level.rank < level.rank:
            return place, f";事发地只明确到{LEVEL_NAMES[place.level]},先由该级承办"
        lineage = self.gazetteer.lineage(place.code)
        province = lineage[-1]
        if province.name.endswith("市"):
            return province, ""
        # 省直辖县级市: its own organs have the powers of a prefecture's
        return next(region for region in reversed(lineage) if region.level.rank > level.rank), ""

    def _last_holder(self, function: str, region: Region, on: date | None) -> Organ | None:
        past = [
            organ
            for organ in self._by_function.get((region.code, function), ())
            if organ.valid_to is not None and (on is None or organ.valid_to <= on)
        ]
        return max(past, key=lambda organ: organ.valid_to or date.min, default=None)

    def successor(self, organ: Organ, on: date | None) -> Organ | None:
        """Who exercises the powers of an organ that was split, merged or abolished (条例 art. 24)."""
        for _ in range(MOST_SUCCESSIONS):
            if organ.successor_id is None:
                return None
            organ = self.organ(organ.successor_id)
            if organ.in_force(on):
                return organ
        return None

    def _fallbacks(self, place: Region, on: date | None) -> tuple[Organ, ...]:
        """Unclear powers fall to the government of the level or whom it names (条例 art. 24)."""
        found = (
            self.by_function(kind.value, place.code, on=on)
            for kind in (OrganKind.GOVERNMENT, OrganKind.PETITION_OFFICE)
        )
        return tuple(organ for organ in found if organ is not None)


def _others(lead: Organ, organs: Iterable[Organ]) -> tuple[Organ, ...]:
    return tuple(dict.fromkeys(organ for organ in organs if organ.id != lead.id))
