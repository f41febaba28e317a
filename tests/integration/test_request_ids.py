"""One id follows a petition from the call that brought it to the worker that routed it, in log and ledger."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from services.adapters.keys import load_or_create
from services.adapters.store.tables.ledger import events
from services.application.causes import cause_of, causes
from services.application.outbox import Drain
from services.application.ports import World
from services.bootstrap import Deployment
from services.domain.access import Call, Client, ClientRole
from services.domain.outbox import Job, Topic
from services.settings import Settings
from tests.integration import processes
from tests.integration.petitions import build_city, petition
from tests.integration.processes import ONLINE

SAMPLES = 100
PATIENCE = 60.0
BY_THE_WORKER = {"routed", "held_for_triage"}  # the same person in the same matter: the desk is asked


@pytest.fixture
async def world(
    database_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[Deployment]:
    """On PostgreSQL with Redis and a worker of its own, on SQLite all in one process."""
    redis_url = None if database_url.startswith("sqlite") else request.getfixturevalue("redis_url")
    settings = Settings(data=tmp_path, database_url=database_url, redis_url=redis_url)
    deployed = Deployment(settings, load_or_create(tmp_path / "keys.json"))
    yield deployed
    await deployed.close()


async def ledger_by_request(world: Deployment) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    async with world.database.reading() as connection:
        for request_id, kind in await connection.execute(select(events.c.request_id, events.c.kind)):
            found[request_id].add(kind)
    return found


async def until_all_is_routed(world: Deployment) -> None:
    patience = time.monotonic() + PATIENCE
    while await world.queue.waiting():
        assert time.monotonic() < patience
        await asyncio.sleep(0.05)


async def register(client: httpx.AsyncClient, request_id: str) -> None:
    headers = {"Idempotency-Key": request_id, "X-Request-Id": request_id}
    answer = await client.post("/v1/petitions", json=ONLINE, headers=headers)
    assert answer.status_code == 201, answer.text


async def test_a_hundred_calls_are_found_again_in_log_and_ledger_of_the_worker(world: Deployment) -> None:
    await build_city(world)
    await processes.add_portal(world)
    ids = [f"call-{number:03d}" for number in range(SAMPLES)]
    async with processes.api(world) as api, processes.portal(api) as client:
        for some in range(0, SAMPLES, 10):
            await asyncio.gather(*(register(client, each) for each in ids[some : some + 10]))
        if world.settings.redis_url is None:
            worker = api
            await until_all_is_routed(world)
        else:
            async with processes.running(world, "worker", name="worker") as worker:
                await until_all_is_routed(world)
    answered = [line for line in api.lines() if line["event"] == "request"]
    assert {line["request_id"] for line in answered} >= set(ids)
    done = [line for line in worker.lines() if line["event"] == "jobs_done"]
    followed = [each for line in done for each in line.get("request_ids", [line.get("request_id")])]
    assert sorted(followed) == ids
    ledger = await ledger_by_request(world)
    assert set(ledger) == set(ids)
    assert all("registered" in kinds and kinds & BY_THE_WORKER for kinds in ledger.values())


CLIENT = Client(
    id="portal", secret_hash=b"", name="", role=ClientRole.PORTAL, region_code="", organ_id=None,
    scopes=(), created_at=None,  # type: ignore[arg-type]  # nothing here asks when
)  # fmt: skip


async def test_each_job_carries_the_call_that_left_it_and_no_other(world: Deployment) -> None:
    brought = petition(world, 1)
    async with world.begin(Call(CLIENT, "the-registration")) as work:
        await work.petitions.add(brought)
        work.record(brought, "registered", actor="client:portal")
        await work.enqueue(Topic.ROUTE, brought.id)
    async with world.begin(Call(CLIENT, "the-supplement")) as work:
        locked = await work.lock(brought.id)
        work.record(locked, "supplemented", actor="client:portal")
        await work.enqueue(Topic.RESCREEN, brought.id)
    async with (
        world.begin() as work
    ):  # nobody's call: a clock that passed, a job that was left without an act
        await work.enqueue(Topic.RESCREEN, brought.id)
    jobs = await world.queue.claim(["route", "rescreen"], worker="one", limit=9, retried=False)
    assert [job.request_id for job in jobs] == ["the-registration", "the-supplement", ""]


async def test_while_a_job_is_done_its_cause_is_known_and_afterwards_no_more(world: Deployment) -> None:
    brought = petition(world, 1)
    async with world.begin(Call(CLIENT, "the-call")) as work:
        await work.petitions.add(brought)
        work.record(brought, "registered", actor="client:portal")
        await work.enqueue(Topic.ROUTE, brought.id)
    seen: list[str] = []

    async def noted(world: World, jobs: Sequence[Job]) -> None:
        seen.extend([cause_of(brought.id), *causes()])
        async with world.begin() as work:
            work.record(await work.lock(brought.id), "routed", actor="system:router")
            await work.finish(*jobs)

    await Drain(world, {"route": noted}, worker="one").once()
    assert seen == ["the-call", "the-call"]
    assert (cause_of(brought.id), causes()) == ("", [])
    assert (await ledger_by_request(world)) == {"the-call": {"registered", "routed"}}
