"""A decision in the making: what was understood of a petition, whom it must not reach, the reasons so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

from services.domain.category import Category
from services.domain.locality import Locality
from services.domain.matter import CANDIDATES
from services.domain.region import Gazetteer
from services.domain.routing import Matter, Reason
from services.domain.sorting import Sorting
from services.domain.statute import RulePack
from services.domain.testimony import MATTER_DIGITS, Handled, Understanding

GIVEN = 1.0
"""What the source states itself is not in doubt."""
GIVEN_BY: Final = "given"
"""Who named a candidate: whoever registered it, or decided at the desk."""


@dataclass(slots=True)
class Case:
    """``accused`` are organs; ``hidden`` they and all beneath them (R6). ``pack`` has the articles.

    ``precedents``: who handled such petitions here, heard only where the powers decide.
    ``held``: whatever the rules find, a person must look at it first.
    """

    matter: Matter
    on: date
    pack: RulePack
    sorting: Sorting
    locality: Locality
    understanding: Understanding
    category: Category | None
    category_confidence: float
    accused: tuple[UUID, ...] = ()
    hidden: frozenset[UUID] = frozenset()
    held: bool = False
    precedents: tuple[Handled, ...] = ()
    reasons: list[Reason] = field(default_factory=list)

    def say(self, rule: str, text: str, *, restricted: bool = False) -> None:
        """Add a reason, with the article that the rule pack gives for the rule."""
        self.reasons.append(Reason(rule, self.pack.routing_rule(rule).article, text, restricted))

    def hold(self, rule: str, text: str) -> None:
        """Leave it to a person, and say why to those alone who may know whom it accuses."""
        self.held = True
        self.say(rule, text, restricted=True)

    @property
    def urgent(self) -> bool:
        return self.matter.urgent or self.sorting.urgent

    @property
    def matter_ground(self) -> str:
        return "登记时写明" if self.category_confidence == GIVEN else self.understanding.evidence

    @property
    def in_words(self) -> bool:
        """Whether its category is stated, or the words of the lexicon speak for it: not the model alone."""
        return self.category_confidence == GIVEN or self.understanding.in_words

    def region_json(self, gazetteer: Gazetteer) -> dict[str, object]:
        locality = self.locality
        return {
            "code": locality.region.code,
            "name": locality.region.name,
            "confidence": round(locality.confidence, 3),
            "evidence": None if self.accused else locality.ground,
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
        """``by``: who named a candidate, the lexicon with its share of votes, the model with a chance.

        The category chosen is among them, in the place of the matter of which it is a detail.
        """
        named = [_candidate(each.category, each.score, each.by) for each in self.understanding.candidates]
        if self.category is not None:
            at = next((at for at, each in enumerate(named) if _holds(each, self.category)), None)
            heard: dict[str, Any] = {"score": 1.0, "by": {}} if at is None else named.pop(at)
            if self.category_confidence == GIVEN:
                named.insert(0, candidate_given(self.category, heard["by"]))
            else:
                named.insert(at or 0, _candidate(self.category, heard["score"], heard["by"]))
        return {
            "code": self.category.code if self.category else None,
            "name": self.category.name if self.category else None,
            "confidence": round(self.category_confidence, 3),
            "evidence": None if self.accused or self.category is None else self.matter_ground,
            "candidates": named[:CANDIDATES],
        }


def candidate_given(category: Category, heard: Mapping[str, float] | None = None) -> dict[str, Any]:
    """A category that a person stated, ``heard`` from others, too, or not."""
    return _candidate(category, 1.0, {GIVEN_BY: 1.0, **(heard or {})})


def _candidate(category: Category, score: float, by: Mapping[str, float]) -> dict[str, Any]:
    return {"code": category.code, "name": category.name, "score": round(score, 3), "by": dict(by)}


def _holds(candidate: Mapping[str, Any], category: Category) -> bool:
    code = candidate["code"]
    return code == category.code or (len(code) == MATTER_DIGITS and category.code.startswith(code))
