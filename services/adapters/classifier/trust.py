"""How far an answer can be trusted: the share of right answers among those like it, learnt out of fold.

A distance between the best label and the next means different things for different labels (some are rarely
right, some pairs are always mixed up), so the labels are heard too; then a rising curve is laid over it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from operator import mul

import numpy as np
import numpy.typing as npt

from services.adapters.classifier.calibration import Curve, best_sharpness, shares

Floats = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]

MEASURES = 5
SECOND_VOICE = 0.5
STIFFNESS = 0.3
STRANGEST = 0.02
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Trust:
    """``weights``: of the measures, of each label as the best, as the next one; then the curve.

    ``usual``: the least share of known runs that a text has, but for the strangest of the training rows. A
    text of which less is known is trusted less, in that proportion: no row has shown how such texts fare, and
    what they share with the past are the everyday words.
    """

    usual: float
    sharpness: float
    weights: Floats
    bias: float
    curve: Curve

    @classmethod
    def of(cls, scores: Floats, familiar: Floats, truth: Labels, *, chance: int) -> tuple[Trust, Floats]:
        """Learn from scores out of fold (rows × labels) and each row's share of known runs. With it: each
        row's confidence, by others alone."""
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import StratifiedKFold

        usual = float(np.quantile(familiar, STRANGEST))
        sharpness = best_sharpness(scores, truth)
        seen = measures(scores, sharpness)
        right = scores.argmax(axis=1) == truth
        judge = LogisticRegression(C=STIFFNESS, max_iter=1000)
        raw = np.zeros(len(right), dtype=np.float32)
        if min(right.sum(), len(right) - right.sum()) < FOLDS:
            nothing = np.zeros(seen.shape[1], dtype=np.float32)
            curve = Curve.of(raw, right)
            trust = cls(usual, sharpness, nothing, 0.0, curve)
            return trust, trust._told(raw, familiar)
        for known, asked in StratifiedKFold(FOLDS, shuffle=True, random_state=chance).split(seen, right):
            raw[asked] = judge.fit(seen[known], right[known]).decision_function(seen[asked])
        judge.fit(seen, right)
        curve = Curve.of(raw, right)
        weights = judge.coef_[0].astype(np.float32)
        trust = cls(usual, sharpness, weights, float(judge.intercept_[0]), curve)
        return trust, trust._told(raw, familiar)

    def of_one(self, scores: Floats, order: Labels, share: float, familiar: float) -> float:
        """The same for one answer, without a line of zeros for every label; ``order``: its labels, best
        first, ``share``: that of the best."""
        first, second, third = (int(order[at]) for at in (0, 1, min(2, len(order) - 1)))
        best = float(scores[first])
        margin = (best - float(scores[second])) * self.sharpness
        seen = (margin / 3, min(margin, 6) ** 2 / 10, math.log(share), best, best - float(scores[third]))
        raw = self.bias + float(self.weights[MEASURES + first])
        raw += SECOND_VOICE * float(self.weights[MEASURES + len(order) + second])
        raw += sum(map(mul, seen, self.weights[:MEASURES].tolist()))
        return self.curve.read_one(raw) * min(familiar / max(self.usual, 1e-6), 1.0)

    def confidence(self, scores: Floats, familiar: Floats) -> Floats:
        """Of each row (rows × labels), the chance that its best label is right."""
        return self._told(measures(scores, self.sharpness) @ self.weights + self.bias, familiar)

    def _told(self, raw: Floats, familiar: Floats) -> Floats:
        told: Floats = self.curve.read(raw) * np.minimum(familiar / max(self.usual, 1e-6), 1.0)
        return told


def measures(scores: Floats, sharpness: float) -> Floats:
    """What can be seen of an answer from outside: distances, shares, how much speaks for the best label at
    all, and which labels came first."""
    rows, labels = np.arange(len(scores)), scores.shape[1]
    order = np.argsort(-scores, axis=1, kind="stable")
    first, second, third = order[:, 0], order[:, 1], order[:, min(2, labels - 1)]
    margin = (scores[rows, first] - scores[rows, second]) * sharpness
    seen = np.zeros((len(scores), MEASURES + 2 * labels), dtype=np.float32)
    seen[:, 0] = margin / 3
    seen[:, 1] = np.minimum(margin, 6) ** 2 / 10
    seen[:, 2] = np.log(shares(scores, sharpness)[rows, first])
    seen[:, 3] = scores[rows, first]
    seen[:, 4] = scores[rows, first] - scores[rows, third]
    seen[rows, MEASURES + first] = 1
    seen[rows, MEASURES + labels + second] = SECOND_VOICE
    return seen
