"""Bags of tokens as sparse vectors: sublinear counts, weighted by rarity, each block of unit length."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import repeat

import numpy as np
import numpy.typing as npt
from scipy import sparse

from services.adapters.classifier.features import Bags, Block
from services.adapters.classifier.runs import Codes, codes_of, found, run_of

Floats = npt.NDArray[np.float32]
Whole = npt.NDArray[np.int32]

BLOCK_WEIGHT = {Block.TEXT: 1.0, Block.GIVEN: 0.45, Block.PLACE: 0.39, Block.TIME: 0.45}
FEWEST_ROWS = {Block.TEXT: 3, Block.GIVEN: 2, Block.PLACE: 3, Block.TIME: 3}
"""In how many different rows a token must stand to be kept: what one petitioner alone wrote is not (0004)."""
MOST_TOKENS = 120_000
LOG = np.append(0.0, 1.0 + np.log(np.arange(1, 256))).astype(np.float32)
"""What a token counts that stands so often in a row."""


@dataclass(frozen=True)
class Vocabulary:
    """Token → column, of each block; ``rarity`` by column."""

    columns: Mapping[Block, Mapping[str, int]]
    rarity: Floats
    _known: Codes = field(init=False, repr=False, compare=False)
    """The runs of the text that have a column, rising; ``_at``: their columns."""
    _at: Whole = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        held = self.columns[Block.TEXT]
        codes = codes_of(held)
        order = np.argsort(codes)
        object.__setattr__(self, "_known", codes[order])
        object.__setattr__(self, "_at", np.fromiter(held.values(), np.int32, len(held))[order])

    @classmethod
    def of(cls, bags: Iterable[Bags], rows: int) -> Vocabulary:
        """The tokens that stand in enough rows; the most frequent when there are too many."""
        runs: Counter[int] = Counter()
        counted: dict[Block, Counter[str]] = {block: Counter() for block in Block}
        for bag in bags:
            runs.update(bag.text.codes.tolist())
            for block, counts in bag.named.items():
                counted[block].update(counts.keys())
        enough = {code: n for code, n in runs.items() if n >= FEWEST_ROWS[Block.TEXT]}
        counted[Block.TEXT] = Counter({run_of(code): n for code, n in enough.items()})
        kept: dict[Block, dict[str, int]] = {}
        rarity: list[float] = []
        for block, in_rows in counted.items():
            most = [token for token, n in in_rows.most_common(MOST_TOKENS) if n >= FEWEST_ROWS[block]]
            kept[block] = {token: len(rarity) + index for index, token in enumerate(most)}
            rarity += [math.log((1 + rows) / (1 + in_rows[token])) + 1 for token in most]
        return cls(kept, np.asarray(rarity, dtype=np.float32))

    def __len__(self) -> int:
        return len(self.rarity)

    def vector(self, bags: Bags) -> tuple[Whole, Floats]:
        """Columns and values of one row; empty when it has no known token."""
        known, at = found(bags.text.codes, self._known)
        parts = [self._weighed(Block.TEXT, self._at[at], bags.text.often[known])]
        for block, counts in bags.named.items():
            columns = np.fromiter(map(self.columns[block].get, counts, repeat(-1)), np.int32, len(counts))
            often = np.fromiter(counts.values(), np.int64, len(counts))
            parts.append(self._weighed(block, columns[columns >= 0], often[columns >= 0]))
        if len(parts) == 1:
            return parts[0]
        return np.concatenate([columns for columns, _ in parts]), np.concatenate([each for _, each in parts])

    def _weighed(self, block: Block, columns: Whole, often: Codes) -> tuple[Whole, Floats]:
        """A block's values: sublinear in how often, times rarity, to the block's length."""
        strength: Floats = LOG.take(often, mode="clip") * self.rarity.take(columns)
        length = math.sqrt(strength @ strength)
        return columns, strength * np.float32(BLOCK_WEIGHT[block] / length) if length else strength

    def familiar(self, bags: Bags, indices: Whole) -> float:
        """Of the different runs in a text, the share that is known; ``indices`` are those of its vector."""
        texts = len(self._known)
        return int(np.count_nonzero(indices < texts)) / max(len(bags.text.codes), 1)

    def matrix(self, bags: Iterable[Bags]) -> sparse.csr_matrix:
        """One line a row."""
        vectors = [self.vector(each) for each in bags]
        lengths = np.cumsum([0, *(len(indices) for indices, _ in vectors)])
        indices = np.concatenate([np.zeros(0, np.int32), *(indices for indices, _ in vectors)])
        values = np.concatenate([np.zeros(0, np.float32), *(values for _, values in vectors)])
        return sparse.csr_matrix((values, indices, lengths), shape=(len(vectors), len(self)))
