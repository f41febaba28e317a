"""The proxy of the fault runs: each mode does what its name says, and counts that it did."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from bench.faults.proxy import Proxy

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(100):
        writer.write(piece.upper())
    writer.close()


@asynccontextmanager
async def between() -> AsyncIterator[tuple[Proxy, Streams]]:
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with Proxy("127.0.0.1", server.sockets[0].getsockname()[1]).serving() as proxy:
        streams = await asyncio.open_connection("127.0.0.1", proxy.port)
        assert await said(streams) == b"HELLO"
        yield proxy, streams
        streams[1].close()
    server.close()


async def said(streams: Streams) -> bytes:
    streams[1].write(b"hello")
    return await streams[0].read(100)


def run(body: Callable[[Proxy, Streams], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with asyncio.timeout(20), between() as (proxy, streams):
            await body(proxy, streams)

    asyncio.run(whole())


def test_pass_lets_through() -> None:
    async def body(proxy: Proxy, streams: Streams) -> None:
        assert await said(streams) == b"HELLO"
        assert (proxy.connections, proxy.hit) == (1, 0)

    run(body)


def test_delay_holds_each_piece_back() -> None:
    async def body(proxy: Proxy, streams: Streams) -> None:
        proxy.turn("delay")
        began = time.monotonic()
        assert await said(streams) == b"HELLO"
        assert time.monotonic() - began >= 2 * proxy.seconds
        assert proxy.hit == 2

    run(body)


def test_cut_closes_what_is_open_and_lets_nobody_in() -> None:
    async def body(proxy: Proxy, streams: Streams) -> None:
        proxy.turn("cut")
        assert await streams[0].read(100) == b""
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        assert await reader.read(100) == b""
        writer.close()
        assert proxy.hit == 2

    run(body)


def test_reset_breaks_the_connection() -> None:
    async def body(proxy: Proxy, streams: Streams) -> None:
        proxy.turn("reset")
        with pytest.raises(ConnectionResetError):
            await streams[0].read(100)
        assert proxy.hit == 1

    run(body)


def test_blackhole_swallows_and_what_was_held_goes_on_afterwards() -> None:
    async def body(proxy: Proxy, streams: Streams) -> None:
        proxy.turn("blackhole")
        streams[1].write(b"hello")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(streams[0].read(100), 0.3)
        assert proxy.hit == 1
        proxy.turn("pass")
        assert await streams[0].read(100) == b"HELLO"

    run(body)


def test_half_open_tells_the_caller_nothing_and_lets_the_next_one_in() -> None:
    async def body(proxy: Proxy, streams: Streams) -> None:
        proxy.turn("half-open")
        for _ in range(3):  # what is said to nobody raises nothing
            streams[1].write(b"hello")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(streams[0].read(100), 0.1)
        proxy.turn("pass")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(streams[0].read(100), 0.1)
        another = await asyncio.open_connection("127.0.0.1", proxy.port)
        assert await said(another) == b"HELLO"
        another[1].close()
        assert proxy.hit == 1

    run(body)


def test_truncate_gives_a_part_of_the_answer_and_closes() -> None:
    async def body(proxy: Proxy, streams: Streams) -> None:
        proxy.keep = 7
        proxy.turn("truncate")
        assert await said(streams) == b"HELLO"
        assert await said(streams) == b"HE"
        assert await streams[0].read(100) == b""
        proxy.turn("pass")
        another = await asyncio.open_connection("127.0.0.1", proxy.port)
        assert [await said(another) for _ in range(3)] == [b"HELLO"] * 3
        another[1].close()
        assert proxy.hit == 1

    run(body)


def test_new_connections_go_where_it_was_pointed_to() -> None:
    async def shout(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"elsewhere")
        writer.close()

    async def body(proxy: Proxy, _streams: Streams) -> None:
        other = await asyncio.start_server(shout, "127.0.0.1", 0)
        proxy.point_to("127.0.0.1", other.sockets[0].getsockname()[1])
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        assert await reader.read(100) == b"elsewhere"
        writer.close()
        other.close()

    run(body)
