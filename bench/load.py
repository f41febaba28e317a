"""Load: so many connections that ask as fast as they are answered, or at a set rate."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bench.wire import Address, Answer, Wire, connect

LATE_SECONDS = 30.0
LONGEST_SECONDS = 600.0
MOST_FAILED = 0.005


class TooManyFailed(Exception):
    """A measurement in which a good part was refused says nothing."""


@dataclass(slots=True)
class Load:
    """What came of it: ``took`` in seconds an answer, in the order of the answers; ``statuses`` counted."""

    took: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0
    refused: str = ""

    def count(self, answer: Answer, took: float) -> None:
        self.took.append(took)
        self.statuses[answer.status] += 1
        if answer.status >= 300 and not self.refused:
            self.refused = answer.body[:300].decode(errors="replace")

    @property
    def done(self) -> int:
        return sum(count for status, count in self.statuses.items() if 200 <= status < 300)

    @property
    def per_second(self) -> float:
        return self.done / self.seconds if self.seconds else 0.0

    def sound(self) -> Load:
        """Itself. Raises :class:`TooManyFailed`."""
        failed = self.statuses.total() - self.done
        if not self.done or failed > MOST_FAILED * self.statuses.total():
            raise TooManyFailed(f"{dict(self.statuses)} {self.refused}")
        return self


Kept = Callable[[Answer, float], None]


async def drive(
    address: Address,
    requests: Iterator[bytes],
    *,
    connections: int,
    seconds: float | None = None,
    kept: Kept | None = None,
) -> Load:
    """Closed loop: each connection asks again as soon as it is answered, for ``seconds`` or to the last."""
    pump = _Pump(requests, kept)
    wires = [await connect(address, pump.answered) for _ in range(connections)]
    try:
        began = time.perf_counter()
        pump.until = began + seconds if seconds is not None else pump.until
        for wire in wires:
            wire.lost = pump.lost
            pump.next(wire)
        async with asyncio.timeout((seconds or LONGEST_SECONDS) + LATE_SECONDS):
            await pump.ended
        pump.load.seconds = time.perf_counter() - began
    finally:
        for wire in wires:
            wire.lost = None
            wire.close()
    return pump.load


class _Pump:
    """Answers call for the next request, without a task or a future each: that would double the cost."""

    def __init__(self, requests: Iterator[bytes], kept: Kept | None) -> None:
        self.load = Load()
        self.until = float("inf")
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._requests = requests
        self._kept = kept
        self._sent_at: dict[Wire, float] = {}

    def next(self, wire: Wire) -> None:
        now = time.perf_counter()
        request = next(self._requests, None) if now < self.until else None
        if request is not None:
            self._sent_at[wire] = now
            wire.send(request)
            return
        self._sent_at.pop(wire, None)
        if not self._sent_at and not self.ended.done():
            self.ended.set_result(None)

    def answered(self, wire: Wire, answer: Answer) -> None:
        now = time.perf_counter()
        self.load.count(answer, now - self._sent_at[wire])
        if self._kept is not None:
            self._kept(answer, now)
        self.next(wire)

    def lost(self, wire: Wire) -> None:
        if wire in self._sent_at and not self.ended.done():
            self.ended.set_exception(ConnectionError(f"closed under way {self.load.refused}"))


async def pace(
    address: Address,
    requests: Iterator[bytes],
    *,
    rate: float,
    seconds: float,
    connections: int = 16,
    kept: Kept | None = None,
) -> Load:
    """``rate`` a second. Each is timed from when it was to be sent: a slow answer does not hide the next."""
    load, clock = Load(), time.perf_counter
    began = clock()
    turns = iter(range(int(rate * seconds)))

    async def one(wire: Wire) -> None:
        for turn in turns:
            due = began + turn / rate
            if (early := due - clock()) > 0:
                await asyncio.sleep(early)
            answer = await wire.ask(next(requests))
            now = clock()
            load.count(answer, now - due)
            if kept is not None:
                kept(answer, now)

    wires = [await connect(address) for _ in range(connections)]
    try:
        async with asyncio.timeout(seconds + LATE_SECONDS), asyncio.TaskGroup() as group:
            for wire in wires:
                group.create_task(one(wire))
        load.seconds = clock() - began
    finally:
        for wire in wires:
            wire.close()
    return load
