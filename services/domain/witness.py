"""What a trained model says of a petition: one more witness beside the rules, never alone against one.

Two are heard where a city has trained them: the **matter** model names categories, the **precedent** model
the function and level that in the end handled such petitions there (信访工作条例 22: 谁主管、谁负责).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Protocol
from uuid import UUID

from services.domain.directory import Directory
from services.domain.organ import Organ
from services.domain.power import PowerRole
from services.domain.refusal import Refusal
from services.domain.region import RegionLevel

MOST_LABELS = 4096
"""Labels are few, and read again for every petition."""


class Kind(StrEnum):
    MATTER = "matter"
    PRECEDENT = "precedent"


class ModelNotKept(Refusal):
    """作出决定时所用的模型(第{version}版)已不在本系统。"""

    english = "The model by which it was decided (version {version}) is not on this system any more."


class Witness(Protocol):
    def speak(self, title: str, text: str) -> Sequence[tuple[str, float]]:
        """The likeliest labels with their chances, best first; the first chance is calibrated."""


@dataclass(frozen=True, slots=True)
class Witnesses:
    """Those that stand now; None where the city has published none, and the lexicon serves alone.

    ``version`` names them in a decision: ``matter-3+precedent-2``; empty without any.
    """

    matter: Witness | None = None
    precedent: Witness | None = None
    version: str = ""


@dataclass(frozen=True, slots=True)
class Precedent:
    """Who handled it: a function at a level, found anew in the place of each petition; or one organ by id."""

    function: str | None = None
    level: RegionLevel | None = None
    organ_id: UUID | None = None

    @classmethod
    def of(cls, organ: Organ, *, led_by: frozenset[str] = frozenset()) -> Precedent:
        """Of the organ that handled it; ``led_by``: the functions that lead in its matter by law."""
        if not organ.functions:
            return cls(organ_id=organ.id)
        function = next((each for each in organ.functions if each in led_by), organ.functions[0])
        return cls(function, organ.level)

    @classmethod
    @lru_cache(maxsize=MOST_LABELS)
    def read(cls, label: str) -> Precedent:
        """Of a label. ValueError for one that is none."""
        kind, _, rest = label.partition(":")
        if kind == "organ":
            return cls(organ_id=UUID(rest))
        function, _, level = rest.partition("@")
        if kind != "function" or not function:
            raise ValueError(label)
        return cls(function, RegionLevel(level))

    def organ_in(self, directory: Directory, region_code: str, on: date) -> Organ | None:
        """The organ that it means for a matter of this place, on this day; None where there is none."""
        if self.organ_id is not None:
            organ = directory.find(self.organ_id)
            return organ if organ is not None and organ.in_force(on) else None
        if self.function is None or self.level is None:
            return None
        region = directory.gazetteer.at_level(region_code, self.level)
        return directory.by_function(self.function, region.code if region else region_code, on=on)

    @property
    def label(self) -> str:
        if self.organ_id is not None:
            return f"organ:{self.organ_id}"
        return f"function:{self.function}@{self.level}"


def lead_functions(directory: Directory, category_code: str | None) -> frozenset[str]:
    """The functions that lead in a matter by the general powers; none where it is not known."""
    if category_code is None:
        return frozenset()
    powers = directory.powers.over(category_code, (), None)
    return frozenset(power.function for power in powers if power.role is PowerRole.LEAD)


def foreign_labels(kind: Kind, labels: Sequence[str], directory: Directory) -> list[str]:
    """The labels that this system does not know: a model that gives them was trained on something else."""
    if kind is Kind.MATTER:
        return [label for label in labels if label not in directory.categories]
    organs = {organ.id for organ in directory.organs}
    functions = {(function, organ.level) for organ in directory.organs for function in organ.functions}
    return [label for label in labels if not _known(label, organs, functions)]


def _known(label: str, organs: set[UUID], functions: set[tuple[str, RegionLevel]]) -> bool:
    try:
        precedent = Precedent.read(label)
    except ValueError:
        return False
    if precedent.organ_id is not None:
        return precedent.organ_id in organs
    return (precedent.function, precedent.level) in functions
