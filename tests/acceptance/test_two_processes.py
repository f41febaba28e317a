"""Two API processes and two workers on one database: each call of a case goes to the other API process.

Tokens, kept answers, cursors, long polls, wrong guesses: whatever one process knows, the other must know too.
"""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import httpx
import pytest

from bench.system import System, started
from services.cli.demo.callers import Caller, Callers, read_credentials
from tests.city import CITY, LAND, LAND_BUREAU, writ
from tests.conftest import service

LONG_POLL_SECONDS = 20
PATIENCE = 60
WRONG_GUESSES = 10  # of a number, in an hour, over all processes


class InTurns(httpx.AsyncBaseTransport):
    """The plainest balancer: every request goes to the process that did not get the one before it."""

    def __init__(self, ports: list[int]) -> None:
        self.served = dict.fromkeys(ports, 0)
        self._ports = itertools.cycle(ports)
        self._over = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        port = next(self._ports)
        self.served[port] += 1
        request.url = request.url.copy_with(port=port)
        return await self._over.handle_async_request(request)

    async def aclose(self) -> None:
        await self._over.aclose()


@asynccontextmanager
async def two_processes() -> AsyncIterator[tuple[System, InTurns, httpx.AsyncClient]]:
    async with started("postgres", CITY) as system:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = int(free.getsockname()[1])
        command = system.commands["api"]
        place = command.index("--port") + 1
        system.commands["second"] = [*command[:place], str(port), *command[place + 1 :]]
        system.start("second")
        first = int(system.url.rsplit(":", 1)[1])
        system.url = f"http://127.0.0.1:{port}"
        await system.ready("second")
        turns = InTurns([first, port])
        async with httpx.AsyncClient(transport=turns, base_url="http://127.0.0.1", timeout=60) as balanced:
            yield system, turns, balanced


def named(callers: Callers, name: str) -> Caller:
    return next(each for each in callers.organs if each.name == name)


async def first_entry(organ: Caller) -> dict[str, Any]:
    """The first thing in an organ's inbox, waited for by the long poll of whichever process has the turn."""
    async with asyncio.timeout(PATIENCE):
        while True:
            page = await organ.get(f"/v1/organs/{organ.organ_id}/inbox", wait=LONG_POLL_SECONDS)
            if page["items"]:
                return {**page["items"][0], "cursor": page["next"]}


@pytest.fixture(autouse=True)
def _services() -> None:
    service("XINFANG_TEST_POSTGRES_URL")
    service("XINFANG_TEST_REDIS_URL")


async def test_a_case_whose_every_call_goes_to_the_other_process() -> None:
    async with two_processes() as (system, turns, balanced):
        callers = Callers(read_credentials(system.clients), balanced, balanced)
        registered = await registered_once(callers.role("portal"))
        bureau = named(callers, LAND_BUREAU)
        opinion = await handled(bureau)
        await told_to_a_poll_at_the_other_process(bureau, callers.role("portal"), opinion)
        await refused_after_guesses_at_both(balanced, registered["number"])
        first, second = turns.served.values()
        assert abs(first - second) <= 1
        assert first + second > 20


async def registered_once(portal: Caller) -> dict[str, Any]:
    """Sent four times with its key, over both processes: one petition, one answer."""
    body = {
        "channel": "online",
        "content": LAND,
        "petitioners": [{"name": "张三", "phone": "13900000001", "address": "南县茅草街镇3组"}],
    }
    answers = [await portal.post("/v1/petitions", body, key="two-processes") for _ in range(4)]
    assert all(answer == answers[0] for answer in answers)
    assert len((await portal.get("/v1/petitions"))["items"]) == 1
    return dict(answers[0])


async def handled(bureau: Caller) -> dict[str, Any]:
    """From the inbox to the opinion, every act seen by the process that did not do it."""
    entry = await first_entry(bureau)
    dispatch = entry["data"]["links"]["dispatch"]
    await bureau.post(f"{dispatch}/receipt")
    assert (await bureau.get(dispatch))["state"] == "received"
    accepted = await bureau.post(f"{dispatch}/acceptance", {})
    assert (await bureau.get(dispatch))["state"] == accepted["state"] == "accepted"
    again = await bureau.post(f"{dispatch}/acceptance", {})
    assert again == accepted
    opinion = await bureau.post(f"{dispatch}/opinion", writ())
    today = date.fromisoformat(opinion["issued_on"])
    proof = {"served_on": today.isoformat(), "method": "in_person", "signed": True}
    served = await bureau.post(f"/v1/opinions/{opinion['id']}/service", proof)
    assert served["served_on"] == today.isoformat()
    return dict(served)


async def told_to_a_poll_at_the_other_process(
    bureau: Caller, portal: Caller, opinion: dict[str, Any]
) -> None:
    """A cursor of one process is good at the other; a poll that waits there is woken by what is done here."""
    inbox = f"/v1/organs/{bureau.organ_id}/inbox"
    position = (await bureau.get(inbox))["next"]
    waiting = asyncio.create_task(bureau.get(inbox, after=position, wait=LONG_POLL_SECONDS))
    await asyncio.sleep(0.5)
    began = asyncio.get_running_loop().time()
    await portal.post(f"/v1/petitions/{opinion['petition_id']}/supplements", {"content": "补充材料。"})
    page = await waiting
    assert [each["type"] for each in page["items"]] == ["petition.supplemented"]
    assert asyncio.get_running_loop().time() - began < LONG_POLL_SECONDS / 2


async def refused_after_guesses_at_both(balanced: httpx.AsyncClient, number: str) -> None:
    """Wrong query codes count over all processes: ten in an hour, not ten each."""
    wrong = {"number": number, "query_code": "0000-0000-0000-0001"}
    tried = [(await balanced.post("/v1/public/progress", json=wrong)).status_code for _ in range(12)]
    assert tried.index(429) == WRONG_GUESSES
