"""How good answers are: measured on rows with known labels, in the words of the evaluation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from services.adapters.classifier.calibration import Floats, Truths, calibration_error, threshold

PRECISIONS = (0.95, 0.90)
OFTEN = 20
"""Labels with at least so many training rows are scored apart too: the others can hardly be learnt."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Answers beside the truth. ``ranked``: its labels, best first; ``confidence`` of the first."""

    truth: Sequence[str]
    ranked: Sequence[Sequence[str]]
    confidence: Floats

    @property
    def right(self) -> Truths:
        return np.array([bool(best) and best[0] == true for true, best in self._pairs], dtype=np.bool_)

    def within(self, best: int) -> Truths:
        """Whether the truth is among the first ``best``."""
        return np.array([true in ranked[:best] for true, ranked in self._pairs], dtype=np.bool_)

    @property
    def _pairs(self) -> list[tuple[str, Sequence[str]]]:
        return list(zip(self.truth, self.ranked, strict=True))

    def thresholds(self) -> dict[float, float | None]:
        """From which confidence on each precision is reached on these rows."""
        return {precision: threshold(self.confidence, self.right, precision) for precision in PRECISIONS}

    def report(self) -> dict[str, object]:
        return {
            "n": len(self.truth),
            "accuracy": _share(self.right),
            "macro_f1": macro_f1(self.truth, [best[0] if best else "" for best in self.ranked]),
            "top3": _share(self.within(3)),
        }

    def covered(self, thresholds: Mapping[float, float | None]) -> dict[str, object]:
        """How many rows are answered without a person at thresholds found elsewhere, and how many rightly."""
        coverage: dict[str, float] = {}
        reached: dict[str, float | None] = {}
        for precision, least in thresholds.items():
            sure = self.confidence >= (np.inf if least is None else least)
            coverage[f"{precision:.2f}"] = _share(sure)
            reached[f"{precision:.2f}"] = _share(self.right[sure]) if sure.any() else None
        return {"coverage_at_precision": coverage, "precision_reached": reached}

    def of_frequent(self, trained: Counter[str]) -> dict[str, object]:
        """The same for the labels that were seen often in training."""
        often = [index for index, label in enumerate(self.truth) if trained[label] >= OFTEN]
        return {
            "labels": len({self.truth[index] for index in often}),
            "n": len(often),
            "accuracy": _share(self.right[often]),
            "top3": _share(self.within(3)[often]),
        }

    def calibration_error(self) -> float:
        return round(calibration_error(self.confidence, self.right), 4)


def macro_f1(truth: Sequence[str], answers: Sequence[str]) -> float:
    """The mean over labels (true or answered) of the harmonic mean of precision and recall."""
    true, given = Counter(truth), Counter(label for label in answers if label)
    both = Counter(label for label, answer in zip(truth, answers, strict=True) if label == answer)
    parts = [2 * both[label] / (true[label] + given[label]) for label in {*true, *given}]
    return round(sum(parts) / len(parts), 4) if parts else 0.0


def _share(which: Truths) -> float:
    return round(float(which.mean()), 4) if len(which) else 0.0
