"""What trained models add to a decision: how much surer, or less sure, it becomes by what they say.

Chances are shares of right answers. Two answers to one question rest on the same words of a petition, so they
err together more often than by chance. Hence where both agree, the second counts with the root of its odds
only; where they differ, it takes away its full odds. On citizens' messages, out of fold, what came of it was
right as often as it said (``docs/routing.md``).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.domain.category import Categories, Category
from services.domain.directory import Directory
from services.domain.matter import CANDIDATES, MatterFinding
from services.domain.organ import Organ
from services.domain.witness import Precedent

SUREST = 0.97
"""Nobody is heard as surer than that: clerks who write down a category err, too."""
EVEN = 0.5
"""A witness who is no surer than that says nothing."""
AGREEMENT = 0.5
"""The power of the second's odds where both agree."""
MATTER_DIGITS = 4


def agreed(first: float, second: float) -> float:
    """How sure to be of what both say."""
    return max(first, _chance(_log_odds(first) + AGREEMENT * _voice(second)))


def contested(first: float, second: float) -> float:
    """How sure to be of what the first says when the second says something else."""
    if second <= EVEN:
        return first
    return min(first, _chance(_log_odds(first) - _voice(second)))


def _voice(chance: float) -> float:
    return max(0.0, _log_odds(chance))


def _log_odds(chance: float) -> float:
    held = min(max(chance, 1 - SUREST), SUREST)
    return math.log(held / (1 - held))


def _chance(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


# -- what it is about ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidate:
    """``lexicon``: its share of the votes; ``model``: the chance that the model gives it; None: not named."""

    category: Category
    lexicon: float | None = None
    model: float | None = None

    @property
    def score(self) -> float:
        """The mean of those who spoke of it."""
        shares = [round(share, 3) for share in (self.lexicon, self.model) if share is not None]
        return sum(shares) / len(shares)

    @property
    def by(self) -> dict[str, float]:
        """Who spoke of it, and how strongly."""
        spoke = {"lexicon": self.lexicon, "model": self.model}
        return {who: round(share, 3) for who, share in spoke.items() if share is not None}


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a petition is about after all were heard; ``evidence`` says who spoke, in Chinese.

    ``in_words``: the words of the lexicon speak for it, not the model alone.
    """

    category: Category | None
    confidence: float
    candidates: tuple[Candidate, ...]
    evidence: str
    in_words: bool = True


def by_words(finding: MatterFinding) -> Understanding:
    """By the lexicon alone."""
    candidates = tuple(Candidate(category, lexicon=share) for category, share in finding.candidates)
    return Understanding(finding.category, finding.confidence, candidates, finding.evidence)


def by_both(
    finding: MatterFinding, heard: Sequence[tuple[str, float]], categories: Categories
) -> Understanding:
    """By the lexicon and the model (``heard``: its codes with their chances); the surer one names it."""
    chances = {code: chance for code, chance in heard if code in categories}
    code, chance = _likeliest(chances)
    modelled = categories.get(code)
    if modelled is None:
        return by_words(finding)
    candidates = _candidates(finding, chances, categories)
    said = f"模型据本地既往信访件判断属于{categories.path_name(code)}(把握{chance:.2f})"
    words = finding.category
    if words is None:
        known = modelled if chance > EVEN else None
        return Understanding(known, chance if known else 0.0, candidates, said, in_words=False)
    if _same_matter(words.code, code):
        sure, unsure = max(finding.confidence, chance), min(finding.confidence, chance)
        evidence = f"{finding.evidence};模型据本地既往信访件作同样判断(把握{chance:.2f})"
        deeper = words if len(words.code) >= len(code) else modelled
        return Understanding(deeper, agreed(sure, unsure), candidates, evidence)
    if chance >= finding.confidence:
        other = f";{finding.evidence}(把握{finding.confidence:.2f})"
        sure = contested(chance, finding.confidence)
        return Understanding(modelled, sure, candidates, said + other, in_words=False)
    evidence = f"{finding.evidence};{said}"
    return Understanding(words, contested(finding.confidence, chance), candidates, evidence)


def _likeliest(chances: Mapping[str, float]) -> tuple[str, float]:
    """The likeliest matter, with the chances of its details; of it the likeliest code. Of none, nothing."""
    matters: dict[str, float] = defaultdict(float)
    for code, chance in chances.items():
        matters[code[:MATTER_DIGITS]] += chance
    best = max(matters, key=lambda matter: (matters[matter], matter), default="")
    within = [code for code in chances if code.startswith(best)]
    likeliest = max(within, key=lambda code: (chances[code], code), default="")
    return likeliest, min(matters[best], SUREST)


def _same_matter(one: str, other: str) -> bool:
    one, other = one[:MATTER_DIGITS], other[:MATTER_DIGITS]
    return one.startswith(other) or other.startswith(one)


def _candidates(
    finding: MatterFinding, chances: Mapping[str, float], categories: Categories
) -> tuple[Candidate, ...]:
    shares = {category.code: share for category, share in finding.candidates}
    named = [
        Candidate(category, shares.get(code), chances.get(code))
        for code in dict.fromkeys((*chances, *shares))
        if (category := categories.get(code)) is not None
    ]
    return tuple(sorted(named, key=lambda each: (-each.score, each.category.code))[:CANDIDATES])


# -- who handled such petitions ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Handled:
    """By ``organ``, with the chance that the precedent model gives it."""

    organ: Organ
    chance: float

    @property
    def heard(self) -> bool:
        """More likely than not: less is no precedent, only a suggestion."""
        return self.chance > EVEN

    @property
    def text(self) -> str:
        """Why it is suggested."""
        return "本地同类信访件多由该单位办理" if self.heard else "本地同类信访件曾由该单位办理"


def precedents(
    heard: Sequence[tuple[str, float]],
    directory: Directory,
    region_code: str,
    on: date,
) -> tuple[Handled, ...]:
    """The organs that handled such petitions, for this place and day, the likeliest first."""
    chances: dict[UUID, float] = defaultdict(float)
    for label, chance in heard:
        organ = Precedent.read(label).organ_in(directory, region_code, on)
        if organ is not None:
            chances[organ.id] += chance
    ranked = sorted(chances.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Handled(directory.organ(organ_id), min(chance, 1.0)) for organ_id, chance in ranked)
