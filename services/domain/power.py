"""Powers (职权): which function of which level decides about which matters (条例 art. 22 «谁主管»)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.domain.region import RegionLevel


class PowerRole(StrEnum):
    LEAD = "lead"
    CO = "co"


@dataclass(slots=True, frozen=True)
class Power:
    """``category_code`` stands for everything below it; ``region_code`` "" means everywhere.

    ``valid_to`` is the first day on which the power is gone. ``basis`` is the text it rests on, in Chinese.
    """

    category_code: str
    function: str
    level: RegionLevel
    role: PowerRole
    basis: str
    region_code: str = ""
    valid_from: date | None = None
    valid_to: date | None = None

    def in_force(self, on: date | None) -> bool:
        """On that day; without a day, not ended."""
        if on is None:
            return self.valid_to is None
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_to is None or on < self.valid_to
        )

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What tells powers apart: of two with the same, one stands in place of the other."""
        return self.category_code, self.region_code, self.function, self.role

    def overlaps(self, other: Power) -> bool:
        """Is there a day on which both hold?"""
        return (self.valid_to is None or other.valid_from is None or other.valid_from < self.valid_to) and (
            other.valid_to is None or self.valid_from is None or self.valid_from < other.valid_to
        )


class Powers:
    """All powers, looked up by category and place."""

    def __init__(self, powers: Iterable[Power]) -> None:
        self._all = tuple(powers)
        self._by_place: dict[tuple[str, str], list[Power]] = defaultdict(list)
        for power in self._all:
            self._by_place[power.category_code, power.region_code].append(power)

    def __iter__(self) -> Iterator[Power]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def over(self, category_code: str, lineage: Sequence[str], on: date | None) -> tuple[Power, ...]:
        """The powers over a category at a place, leads first; empty when nobody has been given any.

        ``lineage`` are the place's region codes, nearest first. The narrowest category with a lead decides;
        there, what the place (or the nearest region around it) has of its own goes before what is general.
        Those that handle a narrower category with the lead keep their part.
        """
        partners: list[Power] = []
        for length in range(len(category_code), 0, -2):
            for region_code in (*lineage, ""):
                given = self._by_place.get((category_code[:length], region_code), ())
                found = [power for power in given if power.in_force(on)]
                partners += [power for power in found if power.role is PowerRole.CO]
                leads = [power for power in found if power.role is PowerRole.LEAD]
                if leads:
                    return (*leads, *partners)
        return ()
