"""What a petition is about, found by a lexicon over its text: the «谁主管» half of routing (条例 art. 22).

Every phrase of the lexicon votes for a category; the title's votes count more. The decision goes down the
classification: the matter with the most votes, supported by those of its field, then the detail in it. The
confidence says on how much evidence, and how far ahead of the next matter.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.domain.category import Categories, Category
from services.domain.matcher import PhraseMatcher

TITLE_WEIGHT = 2.0
FIELD_SHARE = 0.5
"""How much of its field's votes a matter is credited with: related complaints support each other."""
ENOUGH_EVIDENCE = 2.5
"""The number of votes at which the evidence counts for one half."""
TIE_CONFIDENCE = 0.75
"""What is left of the confidence when the first two matters have equal votes.

With these two constants the confidence is about the share of right answers, measured on citizens' messages.
"""
DETAIL_SHARE = 0.4
"""A detail is named only if it has at least this share of its matter's votes."""
CANDIDATES = 5
EVIDENCE_PHRASES = 5


@dataclass(slots=True, frozen=True)
class LexiconEntry:
    """``phrase`` votes with ``weight`` for ``category_code``; without a category it only hides its own words.

    A negative weight speaks against the category. «医院对面» without a category keeps «医院» from voting.
    """

    phrase: str
    category_code: str
    weight: float


@dataclass(slots=True, frozen=True)
class MatterFinding:
    """``category`` is None when nothing spoke; ``confidence`` is in 0..1; ``candidates`` best first."""

    category: Category | None
    confidence: float
    candidates: tuple[tuple[Category, float], ...]
    evidence: str


NOTHING_FOUND = MatterFinding(None, 0.0, (), "文中没有可以判断事项类别的词语")


class MatterFinder:
    """Built once from the lexicon; ``find`` is linear in the text. An unknown code: ValueError."""

    def __init__(self, lexicon: Iterable[LexiconEntry], categories: Categories) -> None:
        self._categories = categories
        self._votes: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for entry in lexicon:
            if entry.category_code and entry.category_code not in categories:
                raise ValueError(f"词语“{entry.phrase}”的分类 {entry.category_code} 不存在")
            votes = self._votes[entry.phrase]
            if entry.category_code:
                votes.append((entry.category_code, entry.weight))
        self._shares = {phrase: _shares(votes) for phrase, votes in self._votes.items()}
        self._matcher = PhraseMatcher(self._votes)

    def find(self, text: str, title: str = "") -> MatterFinding:
        """The most likely category of a petition; it says how sure it is and on which words."""
        phrases = self._phrase_counts(text, title)
        subtree = self._subtree_scores(phrases)
        fields = {code: score for code, score in subtree.items() if len(code) == 2 and score > 0}
        if not fields:
            return NOTHING_FOUND
        matters = {
            code: score + FIELD_SHARE * fields.get(code[:2], 0.0)
            for code, score in subtree.items()
            if len(code) == 4 and score > 0
        }
        ranked = _ranked(matters or fields)
        best = self._descend(ranked[0][0], subtree)
        return MatterFinding(
            self._categories.get(best),
            _confidence(ranked),
            self._named(ranked[:CANDIDATES]),
            self._evidence(best, phrases),
        )

    def _phrase_counts(self, text: str, title: str) -> dict[str, float]:
        """How strongly each phrase is present: repetition counts by its logarithm only."""
        body = Counter(self._matcher.phrases(text))
        head = dict.fromkeys(self._matcher.phrases(title))
        strength = {phrase: 1.0 + math.log(count) for phrase, count in body.items()}
        for phrase in head:
            strength[phrase] = strength.get(phrase, 0.0) + TITLE_WEIGHT
        return strength

    def _subtree_scores(self, phrases: Mapping[str, float]) -> dict[str, float]:
        """The votes of every category, those of everything below it included."""
        scores: dict[str, float] = defaultdict(float)
        for phrase, strength in phrases.items():
            for code, weight in self._shares[phrase]:
                scores[code] += weight * strength
        return scores

    def _descend(self, code: str, subtree: Mapping[str, float]) -> str:
        details = self._categories.children(code) if len(code) == 4 else ()
        best = max(details, key=lambda detail: subtree.get(detail.code, 0.0), default=None)
        if best is not None and subtree.get(best.code, 0.0) >= DETAIL_SHARE * subtree[code]:
            return best.code
        return code

    def _named(self, ranked: list[tuple[str, float]]) -> tuple[tuple[Category, float], ...]:
        total = sum(score for _, score in ranked)
        found = ((self._categories.get(code), score / total) for code, score in ranked)
        return tuple((category, round(share, 3)) for category, share in found if category is not None)

    def _evidence(self, best: str, phrases: Mapping[str, float]) -> str:
        votes = {
            phrase: strength * weight
            for phrase, strength in phrases.items()
            for code, weight in self._votes[phrase]
            if weight > 0 and (code.startswith(best) or best.startswith(code))
        }
        named = "、".join(phrase for phrase, _ in _ranked(votes)[:EVIDENCE_PHRASES])
        return f"文中提到{named},属于{self._categories.path_name(best)}"


def _shares(votes: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    """Each vote for its category and for all that it lies in."""
    return [(code[:length], weight) for code, weight in votes for length in range(2, len(code) + 1, 2)]


def _ranked(scores: Mapping[str, float]) -> list[tuple[str, float]]:
    """Best first; equal scores in the order of their keys, so that the same text always answers the same."""
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def _confidence(ranked: list[tuple[str, float]]) -> float:
    best = ranked[0][1]
    second = ranked[1][1] if len(ranked) > 1 else 0.0
    margin = (best - second) / best
    evidence = best / (best + ENOUGH_EVIDENCE)
    return round(evidence * (TIE_CONFIDENCE + (1.0 - TIE_CONFIDENCE) * margin), 3)
