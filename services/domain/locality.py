"""属地 (信访工作条例 5, 22): the region where a matter arose, from what was given, the texts, the office."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from services.domain.organ import Organ
from services.domain.place import PlaceFinder, PlaceFinding
from services.domain.region import Gazetteer, Region
from services.domain.routing import Matter

GIVEN_PLACE = 1.0
NAMED_ORGAN_PLACE = 0.85
OFFICE_PLACE = 0.55


@dataclass(frozen=True, slots=True)
class Locality:
    """``region`` is what routing goes by; ``place`` what the texts say; ``ground`` why, in Chinese."""

    region: Region
    confidence: float
    ground: str
    place: PlaceFinding


class Locator:
    """Finds the region of a matter over one gazetteer and its places."""

    def __init__(self, gazetteer: Gazetteer, places: PlaceFinder) -> None:
        self._gazetteer = gazetteer
        self._places = places

    def locate(self, matter: Matter, on: date, named: Callable[[], Iterable[Organ]]) -> Locality:
        """``named``: the organs that the text names, asked for only where no place is known."""
        place = self._place(matter, on)
        if matter.region_code is not None:
            given = self._gazetteer.current(matter.region_code, on)
            found = place.region
            deeper = found is not None and self._gazetteer.contains(given.code, found.code)
            region = found if deeper and found is not None else given
            return Locality(region, GIVEN_PLACE, "登记时写明", place)
        if place.region is not None:
            return Locality(place.region, place.confidence, place.evidence, place)
        regions = {organ.region_code for organ in named()}
        if len(regions) == 1:
            region = self._gazetteer.get(regions.pop())
            return Locality(region, NAMED_ORGAN_PLACE, "文中提到当地机关、单位", place)
        ground = "文中没有可以确认的地名,暂按登记单位所在地"
        return Locality(self._gazetteer.get(matter.office_region), OFFICE_PLACE, ground, place)

    def _place(self, matter: Matter, on: date) -> PlaceFinding:
        """The address speaks first; the text only where the address says nothing sure."""
        context = matter.office_region
        if matter.address:
            found = self._places.find(matter.address, context=context, on=on)
            if found.region is not None:
                return found
        return self._places.find(f"{matter.title}\n{matter.text}", context=context, on=on)
