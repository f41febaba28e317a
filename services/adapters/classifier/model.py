"""A model as it answers: one matrix, no training library; a text takes well under a millisecond."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from services.adapters.classifier.calibration import Floats, shares
from services.adapters.classifier.features import Reader, Row
from services.adapters.classifier.trust import Trust
from services.adapters.classifier.vectors import Vocabulary

HEADING_VOICE = 0.3
"""What a heading alone weighs beside the whole: it says in few words what the rest says in many."""
BEST = 5


@dataclass(frozen=True, slots=True)
class About:
    """What a model tells of itself: ``scores`` out of fold, ``first`` and ``last`` days of its rows."""

    kind: str
    rows: int
    trained_at: str
    first: str | None = None
    last: str | None = None
    classification: str | None = None
    scores: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TextModel:
    """``weights``: tokens × labels; ``bias``: labels. Fulfils :class:`services.domain.witness.Witness`."""

    labels: tuple[str, ...]
    reader: Reader
    vocabulary: Vocabulary
    weights: Floats
    bias: Floats
    trust: Trust
    about: About = field(compare=False)
    voice: float = HEADING_VOICE
    """What its headings weigh: as in training."""

    def described(self, scores: Mapping[str, object]) -> TextModel:
        """The same model with its scores written into what it tells of itself."""
        return replace(self, about=replace(self.about, scores=dict(scores)))

    def speak(self, title: str, text: str) -> tuple[tuple[str, float], ...]:
        """The likeliest labels of a petition, each with its chance; the first one's is calibrated."""
        columns = self.reader.columns
        row = {columns.text[-1]: text}
        if columns.heading is not None and columns.heading != columns.text[-1]:
            row[columns.heading] = title
        elif title:
            row[columns.text[-1]] = f"{title} {text}"
        return self.answer(row)

    def answer(self, row: Row, best: int = BEST) -> tuple[tuple[str, float], ...]:
        """The ``best`` likeliest labels of a row, from the likeliest, with their chances."""
        scores, familiar = self.heard(row)
        order = np.argsort(-scores, kind="stable")
        part = shares(scores, self.trust.sharpness)
        first = self.trust.of_one(scores, order, float(part[order[0]]), familiar)
        left = (1.0 - first) / max(1.0 - float(part[order[0]]), 1e-6)
        chances = [first, *(min(first, share * left) for share in part[order[1:best]].tolist())]
        return tuple(zip((self.labels[index] for index in order[:best].tolist()), chances, strict=True))

    def heard(self, row: Row) -> tuple[Floats, float]:
        """One score a label, and the share of the text's runs that are known."""
        bags = self.reader.bags(row)
        indices, values = self.vocabulary.vector(bags)
        familiar = self.vocabulary.familiar(bags, indices)
        if self.reader.has_heading(row):
            of_heading, alone = self.vocabulary.vector(self.reader.bags(row, heading_only=True))
            indices = np.concatenate((indices, of_heading))
            values = np.concatenate(((1 - self.voice) * values, self.voice * alone))
        scores: Floats = values @ self.weights.take(indices, axis=0) + self.bias
        return scores, familiar
