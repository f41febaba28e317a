"""Scores as shares of one, and the rising curve from an answer's score to the share of right answers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]

SHARPNESS = np.geomspace(0.5, 32.0, 25)
FEWEST_IN_STEP = 25
MOST_STEPS = 60


def shares(scores: Floats, sharpness: float) -> Floats:
    """Scores as shares of one (softmax), along the last axis."""
    raised = np.exp((scores - scores.max(axis=-1, keepdims=True)) * np.float32(sharpness))
    result: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return result


def best_sharpness(scores: Floats, truth: Labels) -> float:
    """The sharpness under which the true labels of these rows are the least surprising."""
    rows = np.arange(len(truth))

    def surprise(sharpness: float) -> float:
        return float(-np.log(shares(scores, sharpness)[rows, truth] + 1e-9).mean())

    return float(min(SHARPNESS, key=surprise))


@dataclass(frozen=True, slots=True)
class Curve:
    """Steps of a rising curve: a raw score → how many of the answers with such a score are right."""

    raw: Floats
    right: Floats

    @classmethod
    def of(cls, raw: Floats, right: Truths) -> Curve:
        """Equal numbers of rows a step; neighbours that do not rise are put together (adjacent violators)."""
        order = np.argsort(raw, kind="stable")
        pooled: list[_Step] = []
        for part in np.array_split(order, int(np.clip(len(order) // FEWEST_IN_STEP, 1, MOST_STEPS))):
            # Half a row more on either side: nothing is ever certain, nor impossible.
            step = _Step(
                (float(right[part].sum()) + 0.5) / (len(part) + 1), float(raw[part].mean()), len(part)
            )
            while pooled and pooled[-1].right >= step.right:
                step = pooled.pop().with_(step)
            pooled.append(step)
        return cls(
            np.array([step.raw for step in pooled], dtype=np.float32),
            np.array([step.right for step in pooled], dtype=np.float32),
        )

    def read(self, raw: Floats) -> Floats:
        """Below the lowest step the odds fall as ``raw`` (log-odds) does: nothing was seen there to trust."""
        beyond = np.exp(np.minimum(raw - self.raw[0], 0.0))
        odds = beyond * self.right[0] / (1.0 - self.right[0])
        read = np.interp(raw, self.raw, self.right)
        return np.where(raw < self.raw[0], odds / (1.0 + odds), read).astype(np.float32)

    def read_one(self, raw: float) -> float:
        if raw >= self.raw[0]:
            return float(np.interp(raw, self.raw, self.right))
        odds = math.exp(raw - float(self.raw[0])) * float(self.right[0] / (1.0 - self.right[0]))
        return odds / (1.0 + odds)


@dataclass(frozen=True, slots=True)
class _Step:
    right: float
    raw: float
    rows: int

    def with_(self, other: _Step) -> _Step:
        rows = self.rows + other.rows
        return _Step(
            (self.right * self.rows + other.right * other.rows) / rows,
            (self.raw * self.rows + other.raw * other.rows) / rows,
            rows,
        )


def threshold(confidence: Floats, right: Truths, precision: float) -> float | None:
    """The lowest confidence from which on ``precision`` of the answers are right; None: there is none."""
    order = np.argsort(-confidence, kind="stable")
    falling = confidence[order]
    reached = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    last_of_equals = np.append(falling[1:] < falling[:-1], True)
    good = np.flatnonzero((reached >= precision) & last_of_equals)
    return float(falling[good[-1]]) if len(good) else None


def calibration_error(confidence: Floats, right: Truths, bins: int = 10) -> float:
    """The mean distance between what was promised and what came true, over ten bands of confidence."""
    distances = [
        abs(float(confidence[band].mean()) - float(right[band].mean())) * len(band)
        for band in bands(confidence, bins)
    ]
    return sum(distances) / max(len(confidence), 1)


def bands(confidence: Floats, bins: int = 10) -> Sequence[Labels]:
    """The rows of each band of confidence that has any, from low to high."""
    band = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    return [rows for index in range(bins) if len(rows := np.flatnonzero(band == index))]
