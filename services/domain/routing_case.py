"""A decision in the making: what was understood of a petition, whom it must not reach, the reasons so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.domain.category import Category
from services.domain.locality import Locality
from services.domain.matter import MatterFinding
from services.domain.region import Gazetteer
from services.domain.routing import Matter, Reason
from services.domain.sorting import Sorting
from services.domain.statute import RulePack

GIVEN = 1.0
"""What the source states itself is not in doubt."""


@dataclass(slots=True)
class Case:
    """``accused`` are organs; ``hidden`` they and all beneath them (R6). ``pack`` has the articles."""

    matter: Matter
    on: date
    pack: RulePack
    sorting: Sorting
    locality: Locality
    finding: MatterFinding
    category: Category | None
    category_confidence: float
    accused: tuple[UUID, ...] = ()
    hidden: frozenset[UUID] = frozenset()
    reasons: list[Reason] = field(default_factory=list)

    def say(self, rule: str, text: str, *, restricted: bool = False) -> None:
        """Add a reason, with the article that the rule pack gives for the rule."""
        self.reasons.append(Reason(rule, self.pack.routing_rule(rule).article, text, restricted))

    @property
    def matter_ground(self) -> str:
        return "登记时写明" if self.category_confidence == GIVEN else self.finding.evidence

    def region_json(self, gazetteer: Gazetteer) -> dict[str, object]:
        locality = self.locality
        return {
            "code": locality.region.code,
            "name": locality.region.name,
            "confidence": round(locality.confidence, 3),
            "candidates": [
                {
                    "code": each.region.code,
                    "name": gazetteer.full_name(each.region.code),
                    "score": round(each.score, 3),
                }
                for each in locality.place.candidates
            ],
        }

    def category_json(self) -> dict[str, object]:
        return {
            "code": self.category.code if self.category else None,
            "name": self.category.name if self.category else None,
            "confidence": round(self.category_confidence, 3),
            "candidates": [
                {"code": each.code, "name": each.name, "score": round(score, 3)}
                for each, score in self.finding.candidates
            ],
        }
