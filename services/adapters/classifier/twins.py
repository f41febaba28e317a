"""Rows that say the same in nearly the same words: two folds must not share them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import combinations

import numpy as np

from services.adapters.classifier.calibration import Labels
from services.adapters.classifier.features import Reader, Row
from services.adapters.classifier.runs import readable

RARE = 8
"""A run of words that stands in more rows than this tells nothing of a copy."""
RUN = 4
SHARED = 0.2
FEWEST_SHARED = 4
COMPARED_CHARS = 1_500


def families(reader: Reader, rows: Sequence[Row]) -> Labels:
    """The number of each row's family: the rows linked by near copies."""
    runs = [_runs(" ".join(row.get(name, "") for name in reader.columns.text)) for row in rows]
    holders: defaultdict[int, list[int]] = defaultdict(list)
    for index, each in enumerate(runs):
        for run in each:
            holders[run].append(index)
    shared: Counter[tuple[int, int]] = Counter()
    for held in holders.values():
        if 2 <= len(held) <= RARE:
            shared.update(combinations(held, 2))
    parent = list(range(len(rows)))
    for (left, right), count in shared.items():
        if count >= max(FEWEST_SHARED, SHARED * min(len(runs[left]), len(runs[right]))):
            parent[_head(parent, right)] = _head(parent, left)
    return np.array([_head(parent, index) for index in range(len(rows))])


def _runs(text: str) -> frozenset[int]:
    said = readable(text)[:COMPARED_CHARS]
    return frozenset(hash(said[start : start + RUN]) for start in range(len(said) - RUN + 1))


def _head(parent: list[int], index: int) -> int:
    while parent[index] != index:
        parent[index] = index = parent[parent[index]]
    return index
