"""A city's own places (社区、道路、市场、小区): names that lie in a region, from a day to a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class OwnPlace:
    """A name and the region that it lies in. ``valid_to`` is the first day on which it no longer holds."""

    name: str
    region_code: str
    kind: str
    valid_from: date | None = None
    valid_to: date | None = None

    def in_force(self, on: date) -> bool:
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_to is None or on < self.valid_to
        )
