"""Bags of tokens as sparse vectors: sublinear counts, weighted by rarity, each block of unit length."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from scipy import sparse

from services.adapters.classifier.features import Block

Floats = npt.NDArray[np.float32]
Whole = npt.NDArray[np.int32]
Number = TypeVar("Number", np.int32, np.float32)
Bags = Mapping[Block, Counter[str]]

BLOCK_WEIGHT = {Block.TEXT: 1.0, Block.GIVEN: 0.45, Block.PLACE: 0.39, Block.TIME: 0.45}
FEWEST_ROWS = {Block.TEXT: 3, Block.GIVEN: 2, Block.PLACE: 3, Block.TIME: 3}
"""In how many different rows a token must stand to be kept: what one petitioner alone wrote is not (0004)."""
MOST_TOKENS = 120_000
LOG = np.append(0.0, 1.0 + np.log(np.arange(1, 256))).astype(np.float32)
"""What a token counts that stands so often in a row."""


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
        indices: list[Whole] = []
        values: list[Floats] = []
        for block, counts in bags.items():
            at = np.fromiter(map(self.columns[block].get, counts, repeat(-1)), np.int32, len(counts))
            known = at >= 0
            if not known.any():
                continue
            often = np.fromiter(counts.values(), np.int64, len(counts))[known]
            strength = LOG[np.minimum(often, len(LOG) - 1)] * self.rarity[at[known]]
            indices.append(at[known])
            values.append(strength * np.float32(BLOCK_WEIGHT[block] / np.linalg.norm(strength)))
        return _joined(indices, np.int32), _joined(values, np.float32)

    def familiar(self, bags: Bags, indices: Whole) -> float:
        """Of the different runs in a text, the share that is known; ``indices`` are those of its vector."""
        texts = len(self.columns[Block.TEXT])
        return int(np.count_nonzero(indices < texts)) / max(len(bags[Block.TEXT]), 1)

    def matrix(self, bags: Iterable[Bags]) -> sparse.csr_matrix:
        """One line a row."""
        vectors = [self.vector(each) for each in bags]
        lengths = np.cumsum([0, *(len(indices) for indices, _ in vectors)])
        indices = _joined([indices for indices, _ in vectors], np.int32)
        values = _joined([values for _, values in vectors], np.float32)
        return sparse.csr_matrix((values, indices, lengths), shape=(len(vectors), len(self)))


def _joined(parts: Sequence[npt.NDArray[Number]], kind: type[Number]) -> npt.NDArray[Number]:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=kind)
