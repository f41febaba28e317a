"""A TCP proxy between two hops, that delays, cuts, resets, swallows or cuts short at a word."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

Mode = Literal["pass", "delay", "cut", "reset", "blackhole", "half-open", "truncate"]
CHUNK = 65536
RESET = struct.pack("ii", 1, 0)  # SO_LINGER of zero seconds: closing sends RST


@dataclass(slots=True, eq=False)
class Line:
    """A caller's connection and the one onward. ``dead``: nobody is at the far end, and the caller does not
    know; ``answered``: so many bytes of answers were let through since the mode was turned.
    """

    caller: asyncio.StreamWriter
    onward: asyncio.StreamWriter
    dead: bool = False
    answered: int = 0

    def close(self, *, rudely: bool = False) -> None:
        for end in (self.caller, self.onward):
            _close(end, rudely)


class Proxy:
    """``pass``; ``delay``: each piece by ``seconds``; ``cut``: what is open is closed, nobody gets in;
    ``reset``: likewise, rudely; ``blackhole``: connections stand, accepted as ever, and nothing gets through;
    ``half-open``: of what is open the far end goes and the caller is not told, what is new passes;
    ``truncate``: of what a connection is answered ``keep`` bytes arrive, then it is closed.

    ``hit`` counts the pieces and connections that a mode other than pass took hold of.
    """

    def __init__(self, host: str, port: int, *, seconds: float = 0.1) -> None:
        self.mode: Mode = "pass"
        self.seconds = seconds
        self.keep = 100
        self.hit = 0
        self.port = 0
        self._target = (host, port)
        self._lines: set[Line] = set()
        self._way_free = asyncio.Event()
        self._way_free.set()
        self._ways: set[asyncio.Task[None]] = set()

    @property
    def connections(self) -> int:
        """That callers have open through it."""
        return len(self._lines)

    def point_to(self, host: str, port: int) -> None:
        """New connections go there."""
        self._target = (host, port)

    def turn(self, mode: Mode) -> None:
        self.mode = mode
        if mode == "blackhole":
            self._way_free.clear()
        else:
            self._way_free.set()
        for line in self._lines:
            line.answered = 0
        if mode in ("cut", "reset"):
            self.drop(rudely=mode == "reset")
        if mode == "half-open":
            self._half_open()

    def drop(self, *, rudely: bool = False) -> int:
        """Close what is open; how many connections that were."""
        count = self.connections
        self.hit += count
        for line in list(self._lines):
            line.close(rudely=rudely)
        return count

    def _half_open(self) -> None:
        for line in self._lines:
            self.hit += not line.dead
            line.dead = True
            line.onward.transport.abort()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Proxy]:
        server = await asyncio.start_server(self._accepted, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.drop()
            for way in list(self._ways):
                way.cancel()
            await asyncio.gather(*self._ways, return_exceptions=True)

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.mode in ("cut", "reset"):
            self.hit += 1
            _close(writer, self.mode == "reset")
            return
        await self._let_through()
        try:
            onward_reader, onward = await asyncio.open_connection(*self._target)
        except OSError:
            _close(writer, rudely=True)
            return
        line = Line(writer, onward)
        self._lines.add(line)
        for way in (self._ask(reader, line), self._answer(onward_reader, line)):
            task = asyncio.create_task(way)
            self._ways.add(task)
            task.add_done_callback(self._ways.discard)

    async def _ask(self, reader: asyncio.StreamReader, line: Line) -> None:
        """Carry from the caller onward. What is said to a dead end is lost."""
        try:
            with contextlib.suppress(OSError):
                while piece := await reader.read(CHUNK):
                    await self._held_back()
                    if not line.dead:
                        line.onward.write(piece)
                        with _unless_dead(line):
                            await line.onward.drain()
        finally:
            self._end(line)

    async def _answer(self, reader: asyncio.StreamReader, line: Line) -> None:
        """Carry back to the caller, who does not learn of a dead end; whole or in part."""
        try:
            with contextlib.suppress(OSError):
                while piece := await reader.read(CHUNK):
                    await self._held_back()
                    if line.dead:
                        break
                    kept = piece[: max(0, self.keep - line.answered)] if self.mode == "truncate" else piece
                    line.answered += len(kept)
                    line.caller.write(kept)
                    await line.caller.drain()
                    if len(kept) < len(piece):
                        self.hit += 1
                        break
        finally:
            if not line.dead:
                self._end(line)

    def _end(self, line: Line) -> None:
        line.close()
        self._lines.discard(line)

    async def _held_back(self) -> None:
        if self.mode == "delay":
            self.hit += 1
            await asyncio.sleep(self.seconds)
        await self._let_through()

    async def _let_through(self) -> None:
        """Wait while everything is swallowed. What was held goes on afterwards, as a late packet would."""
        if self.mode == "blackhole":
            self.hit += 1
        await self._way_free.wait()


@contextlib.contextmanager
def _unless_dead(line: Line) -> Iterator[None]:
    """The far end may go while we write to it: that is ours to know, and not the caller's."""
    try:
        yield
    except OSError:
        if not line.dead:
            raise


def _close(writer: asyncio.StreamWriter, rudely: bool) -> None:
    if rudely:
        with contextlib.suppress(OSError, AttributeError):
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        writer.transport.abort()
    else:
        writer.close()
