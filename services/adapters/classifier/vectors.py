"""Bags of tokens as sparse vectors: sublinear counts, weighted by rarity, each block of unit length."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from services.adapters.classifier.features import Block

Floats = npt.NDArray[np.float32]
Whole = npt.NDArray[np.int32]
Bags = Mapping[Block, Counter[str]]

BLOCK_WEIGHT = {Block.TEXT: 1.0, Block.HEAD: 0.32, Block.GIVEN: 0.45, Block.PLACE: 0.39}
FEWEST_ROWS = {Block.TEXT: 3, Block.HEAD: 3, Block.GIVEN: 2, Block.PLACE: 3}
"""In how many different rows a token must stand to be kept: what one petitioner alone wrote is not (0004)."""
MOST_TOKENS = 120_000
LOG = [0.0] + [1.0 + math.log(count) for count in range(1, 256)]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Token → column, of each block; ``rarity`` by column."""

    columns: Mapping[Block, Mapping[str, int]]
    rarity: Floats

    @classmethod
    def of(cls, bags: Iterable[Bags], rows: int) -> Vocabulary:
        """The tokens that stand in enough rows; the most frequent when there are too many."""
        found: dict[Block, Counter[str]] = {block: Counter() for block in Block}
        for bag in bags:
            for block, counts in bag.items():
                found[block].update(counts.keys())
        kept: dict[Block, dict[str, int]] = {}
        rarity: list[float] = []
        for block, in_rows in found.items():
            enough = [token for token, n in in_rows.most_common(MOST_TOKENS) if n >= FEWEST_ROWS[block]]
            kept[block] = {token: len(rarity) + index for index, token in enumerate(enough)}
            rarity += [math.log((1 + rows) / (1 + in_rows[token])) + 1 for token in enough]
        return cls(kept, np.asarray(rarity, dtype=np.float32))

    def __len__(self) -> int:
        return len(self.rarity)

    def vector(self, bags: Bags) -> tuple[Whole, Floats]:
        """Columns and values of one row; empty when it has no known token."""
        indices: list[int] = []
        values: list[Floats] = []
        for block, counts in bags.items():
            column = self.columns[block]
            known = [(column[token], count) for token, count in counts.items() if token in column]
            if not known:
                continue
            at = [index for index, _ in known]
            strength = np.array([LOG[min(count, 255)] for _, count in known], dtype=np.float32)
            strength *= self.rarity[at]
            indices += at
            values.append(strength * np.float32(BLOCK_WEIGHT[block] / np.linalg.norm(strength)))
        return np.asarray(indices, dtype=np.int32), _joined(values)

    def matrix(self, bags: Iterable[Bags]) -> sparse.csr_matrix:
        """One line a row."""
        vectors = [self.vector(each) for each in bags]
        lengths = np.cumsum([0, *(len(indices) for indices, _ in vectors)])
        indices = np.concatenate([indices for indices, _ in vectors] or [np.zeros(0, np.int32)])
        values = _joined([values for _, values in vectors])
        return sparse.csr_matrix((values, indices, lengths), shape=(len(vectors), len(self)))


def _joined(values: Sequence[Floats]) -> Floats:
    return np.concatenate(values) if values else np.zeros(0, dtype=np.float32)
