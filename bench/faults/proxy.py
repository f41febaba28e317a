"""A TCP proxy between two hops, that delays, cuts, resets or swallows at a word."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

Mode = Literal["pass", "delay", "cut", "reset", "blackhole"]
CHUNK = 65536
RESET = struct.pack("ii", 1, 0)  # SO_LINGER of zero seconds: closing sends RST


class Proxy:
    """``pass``; ``delay``: each piece by ``seconds``; ``cut``: what is open is closed, nobody gets in;
    ``reset``: likewise, rudely; ``blackhole``: connections stand, accepted as ever, and nothing gets through.

    ``hit`` counts the pieces and connections that a mode other than pass took hold of.
    """

    def __init__(self, host: str, port: int, *, seconds: float = 0.1) -> None:
        self.mode: Mode = "pass"
        self.seconds = seconds
        self.hit = 0
        self.port = 0
        self._target = (host, port)
        self._open: set[asyncio.StreamWriter] = set()
        self._way_free = asyncio.Event()
        self._way_free.set()
        self._ways: set[asyncio.Task[None]] = set()

    @property
    def connections(self) -> int:
        """That callers have open through it."""
        return len(self._open) // 2

    def point_to(self, host: str, port: int) -> None:
        """New connections go there."""
        self._target = (host, port)

    def turn(self, mode: Mode) -> None:
        self.mode = mode
        if mode == "blackhole":
            self._way_free.clear()
        else:
            self._way_free.set()
        if mode in ("cut", "reset"):
            self.drop(rudely=mode == "reset")

    def drop(self, *, rudely: bool = False) -> int:
        """Close what is open; how many connections that were."""
        count = self.connections
        self.hit += count
        for writer in list(self._open):
            _close(writer, rudely)
        return count

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
        self._open |= {writer, onward}
        for way in (self._carry(reader, onward, writer), self._carry(onward_reader, writer, onward)):
            task = asyncio.create_task(way)
            self._ways.add(task)
            task.add_done_callback(self._ways.discard)

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, back: asyncio.StreamWriter
    ) -> None:
        try:
            with contextlib.suppress(OSError):
                while piece := await reader.read(CHUNK):
                    if self.mode == "delay":
                        self.hit += 1
                        await asyncio.sleep(self.seconds)
                    await self._let_through()
                    writer.write(piece)
                    await writer.drain()
        finally:
            for each in (writer, back):
                _close(each, rudely=False)
            self._open -= {writer, back}

    async def _let_through(self) -> None:
        """Wait while everything is swallowed. What was held goes on afterwards, as a late packet would."""
        if self.mode == "blackhole":
            self.hit += 1
        await self._way_free.wait()


def _close(writer: asyncio.StreamWriter, rudely: bool) -> None:
    if rudely:
        with contextlib.suppress(OSError, AttributeError):
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        writer.transport.abort()
    else:
        writer.close()
