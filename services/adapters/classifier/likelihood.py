"""One softmax over all labels, by stochastic steps: it orders the labels behind the first as likelihood does.

Separators are asked label by label and know nothing of each other; here the labels share one chance. Each
token has a step of its own, which shrinks with what it has moved already (AdaGrad): a rare token is learnt in
the few rows that have it. That makes eight rounds enough, in the time that the separators take; the usual
solver (L-BFGS on the whole) took ten times as long and ordered less well.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import sparse

from services.adapters.classifier.calibration import Floats, Labels

ROUNDS = 8
ROWS_A_STEP = 32
STEP = 1.0
STEP_OF_BIAS = 0.02
DEAF = 0.5
"""The share of a row's tokens that a step does not hear, drawn anew: no label may hang on single words."""
NEVER = 1e-4
"""The chance of a label that has no row here, before any step."""
EASED = 0.3
"""How much of a label's frequency is taken back in the end: else rare labels would seldom be answered."""


def fit(matrix: sparse.csr_matrix, truth: Labels, labels: int, *, chance: int) -> tuple[Floats, Floats]:
    """Weights (tokens × labels) and bias (labels) of log-odds; the same ``chance`` gives the same."""
    draw = np.random.default_rng(chance)
    rows = len(truth)
    weights = np.zeros((matrix.shape[1], labels), dtype=np.float32)
    usual = np.log(np.bincount(truth, minlength=labels) / rows + NEVER).astype(np.float32)
    bias = usual.copy()
    moved = np.full(matrix.shape[1], 1e-6, dtype=np.float32)
    starts = range(0, rows, ROWS_A_STEP)
    steps = ROUNDS * len(starts)
    for turn in range(ROUNDS):
        order = draw.permutation(rows)
        for at, start in enumerate(starts):
            step = np.float32(STEP * (1 - (turn * len(starts) + at) / steps))
            asked = order[start : start + ROWS_A_STEP]
            columns, heard = _heard(matrix[asked], draw)
            surprise = _surprise(heard @ weights[columns] + bias, truth[asked])
            slope = heard.T @ surprise
            moved[columns] += np.einsum("ij,ij->i", slope, slope)
            weights[columns] -= step * slope / np.sqrt(moved[columns])[:, None]
            bias -= step * np.float32(STEP_OF_BIAS) * surprise.sum(axis=0)
    return weights, bias - np.float32(EASED) * usual


def _heard(part: sparse.csr_matrix, draw: np.random.Generator) -> tuple[Labels, sparse.csr_matrix]:
    """The columns that these rows have, and the rows on these columns alone, with some tokens unheard and the
    others as much louder."""
    kept = draw.random(len(part.data), dtype=np.float32) >= DEAF
    columns, at = np.unique(part.indices, return_inverse=True)
    values = (part.data * kept / (1 - DEAF)).astype(np.float32)
    return columns, sparse.csr_matrix((values, at, part.indptr), (part.shape[0], len(columns)))


def _surprise(scores: Floats, truth: Labels) -> npt.NDArray[np.float32]:
    """Chance given to each label, less one for the true one: the slope of the log-likelihood."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    given: npt.NDArray[np.float32] = raised / raised.sum(axis=1, keepdims=True)
    given[np.arange(len(truth)), truth] -= 1
    return given
