"""Cases measured in turns: only what was measured within the same round is compared.

A busy machine makes one case twice as fast as a minute later; two neighbours in one round share its luck.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

Case = Callable[[], Awaitable["Sample"]]
Round = Mapping[str, "Sample"]


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of several measurements, with the least and the most."""

    median: float
    least: float
    most: float
    count: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Raises ValueError when there are none."""
        if not values:
            raise ValueError("nothing was measured")
        return cls(median(values), min(values), max(values), len(values))


@dataclass(frozen=True, slots=True)
class Sample:
    """One case in one round. ``cpu`` is in microseconds an item, by what used it."""

    per_second: float
    cpu: Mapping[str, float] = field(default_factory=dict)
    took: Sequence[float] = ()

    @property
    def cpu_of_system(self) -> float:
        """Of all but the load generator."""
        return sum(spent for name, spent in self.cpu.items() if name != "load")


async def in_turns(cases: Mapping[str, Case], rounds: int) -> list[Round]:
    """Every case once a round, in the order given and the reverse of it by turns."""
    measured: list[Round] = []
    for number in range(rounds):
        names = list(cases)[:: 1 if number % 2 == 0 else -1]
        measured.append({name: await cases[name]() for name in names})
    return measured


def paired(
    rounds: Sequence[Round], ours: str, floor: str, value: Callable[[Sample], float] = lambda s: s.per_second
) -> Spread:
    """The ratio of two cases, taken within each round. Raises ValueError where a round lacks one of them."""
    ratios = []
    for each in rounds:
        if ours not in each or floor not in each:
            raise ValueError(f"a round without {ours} or {floor}")
        below = value(each[floor])
        if below <= 0:
            raise ValueError(f"{floor} measured nothing")
        ratios.append(value(each[ours]) / below)
    return Spread.of(ratios)


def alone(
    rounds: Sequence[Round], name: str, value: Callable[[Sample], float] = lambda s: s.per_second
) -> Spread:
    return Spread.of([value(each[name]) for each in rounds if name in each])


def percentile(values: Sequence[float], share: float) -> float:
    """By the nearest rank. Raises ValueError when there are no values."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    rank = -(-share * len(ordered) // 1)  # rounded up
    return ordered[min(len(ordered), max(1, int(rank))) - 1]
