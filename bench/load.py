"""Load: so many connections that ask as fast as they are answered, or at a set rate."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bench.wire import Address, Answer, Wire, connect

LATE_SECONDS = 30.0
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
    load, loop = Load(), asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()
    clock = time.perf_counter
    sent_at: dict[Wire, float] = {}
    until = float("inf")

    def on(wire: Wire) -> None:
        request = next(requests, None) if clock() < until else None
        if request is None:
            sent_at.pop(wire, None)
            if not sent_at and not ended.done():
                ended.set_result(None)
            return
        sent_at[wire] = clock()
        wire.send(request)

    def answered(wire: Wire, answer: Answer) -> None:
        now = clock()
        load.took.append(now - sent_at[wire])
        load.statuses[answer.status] += 1
        if answer.status >= 300 and not load.refused:
            load.refused = answer.body[:300].decode(errors="replace")
        if kept is not None:
            kept(answer, now)
        on(wire)

    def lost(wire: Wire) -> None:
        if wire in sent_at and not ended.done():
            ended.set_exception(ConnectionError("a connection was closed under way"))

    wires = [await connect(address, answered) for _ in range(connections)]
    try:
        began = clock()
        until = began + seconds if seconds is not None else until
        for wire in wires:
            wire.lost = lost
            on(wire)
        async with asyncio.timeout((seconds or 600.0) + LATE_SECONDS):
            await ended
        load.seconds = clock() - began
    finally:
        for wire in wires:
            wire.lost = None
            wire.close()
    return load


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
            load.took.append(now - due)
            load.statuses[answer.status] += 1
            if answer.status >= 300 and not load.refused:
                load.refused = answer.body[:300].decode(errors="replace")
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
