"""HTTP/1.1 over one kept connection, as little of it as a load generator needs.

It shares two cores with what it measures, so requests are bytes made beforehand and of an answer only the
status and the length are read: some 20 µs a call, where httpx takes 500.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

HEAD_ENDS = b"\r\n\r\n"
LENGTH = b"content-length:"
BODILESS = (204, 304)


class NotUnderstood(Exception):
    """An answer that is no HTTP/1.1, or tells no length."""


class Answer(NamedTuple):
    status: int
    body: bytes

    def json(self) -> Any:
        return orjson.loads(self.body)


def parse(data: bytes | bytearray) -> tuple[Answer, int] | None:
    """The first answer in ``data`` and where it ends; None while it is not complete."""
    end = data.find(HEAD_ENDS)
    if end < 0:
        if data and not data.startswith(b"HTTP/1.1 "[: len(data)]):
            raise NotUnderstood(bytes(data[:80]))
        return None
    if not data.startswith(b"HTTP/1.1 "):
        raise NotUnderstood(bytes(data[:80]))
    status = int(data[9:12])
    start = end + len(HEAD_ENDS)
    stop = start + _length(bytes(data[: end + 2]).lower(), status)
    return (Answer(status, bytes(data[start:stop])), stop) if len(data) >= stop else None


def _length(head: bytes, status: int) -> int:
    at = head.find(b"\n" + LENGTH)
    if at < 0:
        if status in BODILESS:
            return 0
        raise NotUnderstood(head[:200])
    at += 1 + len(LENGTH)
    return int(head[at : head.index(b"\r", at)])


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    port: int

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> bytes:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}:{self.port}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join(lines).encode() + HEAD_ENDS + (body or b"")


Answered = Callable[["Wire", Answer], None]


class Wire(asyncio.Protocol):
    """One connection, one request at a time; ``answered`` is called with each answer."""

    def __init__(self, answered: Answered | None = None) -> None:
        self.answered = answered
        self.lost: Callable[[Wire], None] | None = None
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._waiting: asyncio.Future[Answer] | None = None

    def send(self, request: bytes) -> None:
        """Raises ConnectionError when the connection is gone."""
        if self._transport is None or self._transport.is_closing():
            raise ConnectionError("the connection is closed")
        self._transport.write(request)

    async def ask(self, request: bytes) -> Answer:
        self._waiting = asyncio.get_running_loop().create_future()
        self.send(request)
        return await self._waiting

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "write")
        self._transport = transport  # type: ignore[assignment]  # uvloop's own class

    def data_received(self, data: bytes) -> None:
        if self._buffer:
            self._buffer += data
            found = parse(self._buffer)
        else:
            found = parse(data)
            if found is None:
                self._buffer += data
        if found is None:
            return
        self._buffer.clear()
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            if not waiting.done():
                waiting.set_result(found[0])
        elif self.answered is not None:
            self.answered(self, found[0])

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionError(f"connection lost: {error}"))
        if self.lost is not None:
            self.lost(self)


async def connect(address: Address, answered: Answered | None = None) -> Wire:
    loop = asyncio.get_running_loop()
    _, wire = await loop.create_connection(lambda: Wire(answered), address.host, address.port)
    return wire


async def token(address: Address, client_id: str, secret: str) -> str:
    """A bearer token of a client. Raises RuntimeError when it is refused."""
    basic = b64encode(f"{client_id}:{secret}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
    wire = await connect(address)
    try:
        asked = address.request("POST", "/oauth/token", b"grant_type=client_credentials", headers)
        answer = await wire.ask(asked)
    finally:
        wire.close()
    if answer.status != 200:
        raise RuntimeError(f"no token for {client_id}: {answer.status} {answer.body[:200]!r}")
    return str(answer.json()["access_token"])
