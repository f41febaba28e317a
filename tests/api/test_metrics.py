"""The figures: few enough whatever is called, and every one that a board or an alert names is told."""

from __future__ import annotations

import asyncio
import json
import random
import re
import string
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from fastapi.routing import APIRoute
from prometheus_client import REGISTRY
from sqlalchemy import text, update
from starlette.types import ASGIApp, Message

from intake_api.app import create_app
from intake_api.metrics import TIMED, of_route
from intake_api.middleware import METHODS
from routing_worker.exposition import exposed
from routing_worker.watch import watched
from services.adapters.store.tables.outbox import outbox
from services.application.outbox import Drain
from services.bootstrap import Deployment
from services.domain.outbox import Job
from services.settings import Settings
from tests.api.callers import Register, Stranger
from tests.city import KEYS
from tests.integration.processes import free_port

ROOT = Path(__file__).parents[2]
OPERATIONS = ROOT / "docs" / "operations"
RANDOM_URLS = 20_000
MOST_SERIES = 500
NAME = re.compile(r"\bxinfang_\w+")


def series(exposition: str) -> list[str]:
    return [line for line in exposition.splitlines() if line and not line.startswith("#")]


def value(exposition: str, name: str) -> float:
    [line] = [line for line in series(exposition) if line.startswith(f"{name} ")]
    return float(line.rsplit(" ", 1)[1])


async def scraped(caller: httpx.AsyncClient) -> str:
    return (await caller.get("/metrics")).text


def made_up(chance: random.Random) -> tuple[str, str]:
    method = chance.choice([*sorted(METHODS), "PROPFIND", f"X{chance.randrange(10**6)}"])
    return method, "/x" + "".join(chance.choices(string.ascii_letters + "/-_", k=20))


async def knock(app: ASGIApp, method: str, path: str) -> int:
    """The status of a call without headers or body; a client would cost more than the call."""
    statuses: list[int] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        statuses.extend([message["status"]] if "status" in message else [])

    place = {"path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "scheme": "http"}
    line = {"type": "http", "http_version": "1.1", "method": method, "headers": [], "client": ("::1", 1)}
    await app({**line, **place, "server": ("::1", 80)}, receive, send)
    return statuses[0]


async def test_a_scanner_adds_no_series(world: Deployment, portal: Stranger) -> None:
    chance, app = random.Random(20), create_app(world)
    calls = RANDOM_URLS if world.database.is_sqlite else RANDOM_URLS // 20  # no call gets as far as the store
    statuses = {await knock(app, *made_up(chance)) for _ in range(calls)}
    assert {404} <= statuses <= {401, 404, 405}
    found = series(await scraped(portal))
    unknown = [line for line in found if 'route="none"' in line]
    assert 0 < len(unknown) < 200
    # Other tests of this process have called real routes; what counts is what a scanner can add.
    assert len([line for line in found if "_http_" not in line or 'route="none"' in line]) < MOST_SERIES


async def test_real_routes_add_few_series(world: Deployment, portal: Stranger) -> None:
    """Each was called, and answered in three ways: not one histogram a route, which would be 1,500 series."""
    real = {
        (method, route.path)
        for route in create_app(world).routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    assert real >= TIMED
    for method, path in real:
        of_route(method, path)
    found = [line for line in series(await scraped(portal)) if "_http_request_seconds" in line]
    assert len(TIMED) * 10 < len(found)
    assert len(found) + 3 * len(real) < MOST_SERIES


async def test_what_waits_is_told_by_its_age(world: Deployment, register: Register, portal: Stranger) -> None:
    await register()
    an_hour = timedelta(hours=1)
    async with world.database.writing() as connection:
        await connection.execute(update(outbox).values(created_at=world.clock.now() - an_hour))
    told = await scraped(portal)
    assert 3600 <= value(told, "xinfang_oldest_unrouted_seconds") < 3700
    assert value(told, 'xinfang_outbox_jobs{state="pending"}') == 1
    assert value(told, "xinfang_pool_in_use") <= 1  # who writes what arrives keeps its own for a moment
    assert value(told, "xinfang_pool_size") > 0
    await Drain(world, worker="one").once()
    assert value(await scraped(portal), "xinfang_oldest_unrouted_seconds") == 0


async def test_an_open_transaction_is_told_by_its_age(postgresql_city_url: str, tmp_path: Path) -> None:
    world = Deployment(Settings(data=tmp_path, database_url=postgresql_city_url, redis_url=None), KEYS)
    async with world.database.writing() as connection:
        await connection.execute(text("SELECT 1"))
        await asyncio.sleep(0.3)
        await world.refresh_gauges()
    age = REGISTRY.get_sample_value("xinfang_database_oldest_transaction_seconds")
    await world.close()
    assert age is not None
    assert age >= 0.3


async def test_a_dead_letter_still_counts_as_waiting(
    world: Deployment, register: Register, portal: Stranger
) -> None:
    await register()
    async with world.database.writing() as connection:
        long_ago = world.clock.now() - timedelta(days=1)
        await connection.execute(update(outbox).values(state="dead", created_at=long_ago))
    told = await scraped(portal)
    assert value(told, "xinfang_oldest_unrouted_seconds") >= 86400
    assert value(told, 'xinfang_outbox_jobs{state="dead"}') == 1


async def test_decisions_and_batches_are_counted(
    world: Deployment, register: Register, portal: Stranger
) -> None:
    def counted(told: str) -> tuple[float, float, float]:
        found = dict(line.rsplit(" ", 1) for line in series(told))
        names = ('xinfang_decisions_total{mode="routed"}', 'xinfang_decisions_total{mode="triage"}',
                 'xinfang_batch_size_sum{topic="route"}')  # fmt: skip
        return tuple(float(found.get(name, 0)) for name in names)  # type: ignore[return-value]  # three of them

    before = counted(await scraped(portal))
    await register()
    await register(title="问", content="请问。", place={"address": "某地"})
    await Drain(world, worker="one", watch=watched).once()
    routed, triage, batch = (
        new - old for new, old in zip(counted(await scraped(portal)), before, strict=True)
    )
    assert (routed, triage, batch) == (1, 1, 2)


def test_what_alerts_count_is_told_before_the_first_petition() -> None:
    program = (
        "import intake_api.app, routing_worker.watch, prometheus_client;"
        "print(prometheus_client.generate_latest().decode())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    counted = {
        "xinfang_registrations_total": ("channel", ["letter", "visit", "online", "hotline"]),
        "xinfang_decisions_total": ("mode", ["routed", "triage"]),
        "xinfang_jobs_failed_total": ("topic", ["route", "rescreen"]),
    }
    for name, (label, words) in counted.items():
        assert {value(done.stdout, f'{name}{{{label}="{word}"}}') for word in words} == {0}


@pytest.fixture
async def worker_url(city_url: str, tmp_path: Path) -> AsyncIterator[str]:
    """Where a worker tells its figures."""
    port = free_port()
    settings = Settings(data=tmp_path, database_url=city_url, redis_url=None, metrics_port=port)
    world = Deployment(settings, KEYS)
    with exposed(world):
        yield f"http://127.0.0.1:{port}/metrics"
    await world.close()


async def test_a_worker_tells_its_own(worker_url: str) -> None:
    async with httpx.AsyncClient() as client:
        told = (await client.get(worker_url)).text
    assert value(told, "xinfang_database_up") == 1
    assert "xinfang_leases_lost_total" in told


def board_queries() -> list[str]:
    board = json.loads((OPERATIONS / "grafana-dashboard.json").read_text(encoding="utf-8"))
    return [target["expr"] for panel in board["panels"] for target in panel.get("targets", [])]


def alert_rules() -> list[dict[str, Any]]:
    told = yaml.safe_load((OPERATIONS / "alerts.yml").read_text(encoding="utf-8"))
    return [rule for group in told["groups"] for rule in group["rules"]]


async def test_board_and_alerts_name_only_what_is_told(
    world: Deployment, register: Register, portal: Stranger, worker_url: str
) -> None:
    await register()
    await Drain(world, worker="one", watch=watched).once()
    job = Job(world.codes.new_id(), "route", world.codes.new_id())
    with pytest.raises(ValueError, match="for once"), watched("route", [job]):
        raise ValueError("for once")
    async with httpx.AsyncClient() as client:
        told = await scraped(portal) + (await client.get(worker_url)).text
    known = {re.split(r"[{ ]", line)[0] for line in series(told)}
    queries = [*board_queries(), *(rule["expr"] for rule in alert_rules())]
    assert len(queries) > 20
    wanted = {name for query in queries for name in NAME.findall(query)}
    assert wanted - known == set()


def test_every_alert_is_explained_with_what_to_do() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    for rule in alert_rules():
        name = rule["alert"]
        section = re.search(rf"^### `{name}`\n(.*?)(?=^##)", page + "\n## end", re.MULTILINE | re.DOTALL)
        assert section is not None, name
        assert "**办法**" in section[1], name
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["runbook"].endswith(f"docs/operations.md#{name.lower()}")
