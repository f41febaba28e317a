"""A real API whose database goes away, and whose callers do: no 500, no leak, nothing half-done."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from sqlalchemy import URL, make_url, text

from bench.faults.proxy import Proxy
from services.adapters.keys import load_or_create
from services.bootstrap import Deployment
from services.settings import Settings
from tests.integration import processes
from tests.integration.petitions import build_city, count
from tests.integration.processes import ONLINE, Running

AWAY_SECONDS = 6.0
CALLERS = 6
GONE = 150
MEGABYTES = 50


@pytest.fixture
async def world(postgresql_url: str, tmp_path: Path) -> AsyncIterator[Deployment]:
    """On a way of its own to the database; Redis is nowhere, so that no worker is embedded."""
    settings = Settings(data=tmp_path, database_url=postgresql_url, redis_url="redis://127.0.0.1:1/0")
    deployed = Deployment(settings, load_or_create(tmp_path / "keys.json"))
    await build_city(deployed)
    await processes.add_portal(deployed)
    yield deployed
    await deployed.close()


def resident_megabytes(server: Running) -> float:
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024


async def register(client: httpx.AsyncClient, key: str) -> httpx.Response:
    return await client.post("/v1/petitions", json=ONLINE, headers={"Idempotency-Key": key})


async def test_with_the_database_away_calls_are_refused_politely(world: Deployment) -> None:
    url: URL = make_url(world.settings.database)
    assert url.host is not None
    assert url.port is not None
    async with Proxy(url.host, url.port).serving() as proxy:
        through = url.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False)
        async with (
            processes.api(world, XINFANG_DATABASE_URL=through) as server,
            processes.portal(server) as client,
        ):
            assert (await register(client, "before")).status_code == 201
            before = resident_megabytes(server)
            proxy.turn("cut")
            refused = await _calls_while_away(client)
            assert proxy.hit > 0
            assert (await client.get("/livez")).status_code == 200
            ready = await client.get("/readyz")
            assert (ready.status_code, set(ready.json()["failing"])) == (503, {"database"})
            proxy.turn("pass")
            again = await asyncio.gather(*(register(client, f"after {number}") for number in range(30)))
            assert {answer.status_code for answer in again} == {201}
            assert resident_megabytes(server) - before < MEGABYTES
    for answer in refused:
        assert answer.status_code == 503
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert int(answer.headers["retry-after"]) > 0
    assert len(refused) >= CALLERS
    assert await count(world, "petitions") == 31


async def _calls_while_away(client: httpx.AsyncClient) -> list[httpx.Response]:
    refused: list[httpx.Response] = []

    async def call(name: int) -> None:
        number = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(AWAY_SECONDS):
                while True:
                    number += 1
                    refused.append(await register(client, f"away {name} {number}"))

    await asyncio.gather(*map(call, range(CALLERS)))
    return refused


async def test_callers_that_hang_up_leave_nothing_half_done(world: Deployment) -> None:
    chance = random.Random(22)
    async with processes.api(world) as server, processes.portal(server) as client:
        assert (await register(client, "first")).status_code == 201
        authorization = client.headers["Authorization"]
        outcomes: Counter[str] = Counter()
        for start in range(0, GONE, 10):
            keys = [f"gone {start + number}" for number in range(10)]
            outcomes.update(
                await asyncio.gather(*(_hang_up(server, authorization, key, chance) for key in keys))
            )
        last = await asyncio.gather(*(register(client, f"last {number}") for number in range(20)))
        assert {answer.status_code for answer in last} == {201}
        assert await _left_open(world) == 0
    assert min(outcomes["in the request"], outcomes["in the answer"]) > GONE / 10
    stored = await count(world, "petitions")
    assert 21 <= stored <= GONE + 21
    for table in ("petitioners", "events", "outbox", "idempotency_keys"):
        assert await count(world, table) == stored, table


async def _hang_up(server: Running, authorization: str, key: str, chance: random.Random) -> str:
    """Send so many bytes of a registration, wait so long, and reset the connection."""
    body = json.dumps(ONLINE, ensure_ascii=False).encode()
    head = f"POST /v1/petitions HTTP/1.1\r\nHost: api\r\nAuthorization: {authorization}\r\n"
    head += f"Idempotency-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    request = head.encode() + body
    whole = chance.random() < 0.7
    sent = request if whole else request[: chance.randrange(1, len(request))]
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(sent)
    await writer.drain()
    await asyncio.sleep(chance.uniform(0, 0.03))
    writer.transport.abort()
    return "in the answer" if whole else "in the request"


async def _left_open(world: Deployment) -> int:
    """Transactions that wait for somebody who is gone."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    query += " AND state LIKE 'idle in transaction%' AND state_change < now() - interval '1 second'"
    await asyncio.sleep(1.5)
    async with world.database.reading() as connection:
        return int((await connection.execute(text(query))).scalar_one())
