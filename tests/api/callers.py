"""Callers like strangers: each gets its token over HTTP and sends what it likes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from intake_api.app import create_app
from services.application import routing
from services.bootstrap import Deployment
from services.domain.access import ROLE_SCOPES, Client, ClientRole
from services.domain.outbox import Topic
from services.settings import Settings
from tests.city import CITY, KEYS

SECRET = "a secret of the tests"
Register = Callable[..., Awaitable[dict[str, Any]]]


class Stranger(httpx.AsyncClient):
    """Any program that calls the API."""

    async def login(self, client_id: str) -> Self:
        answer = await self.post(
            "/oauth/token", data={"grant_type": "client_credentials"}, auth=(client_id, SECRET)
        )
        assert answer.status_code == 200, answer.text
        self.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return self


Login = Callable[[str], Awaitable[Stranger]]


def client_of(world: Deployment, name: str, role: ClientRole, organ_id: UUID | None = None) -> Client:
    return Client(
        id=name,
        secret_hash=world.codes.secret_hash(SECRET),
        name=name,
        role=role,
        region_code=CITY,
        organ_id=organ_id,
        scopes=tuple(scope.value for scope in ROLE_SCOPES[role]),
        created_at=world.clock.now(),
    )


async def add_client(world: Deployment, name: str, role: ClientRole, organ_id: UUID | None = None) -> None:
    async with world.begin() as work:
        await work.clients.add(client_of(world, name, role, organ_id))


@pytest.fixture
async def world(city_url: str, tmp_path: Path) -> AsyncIterator[Deployment]:
    """A deployment with the organs of a city and a client of each role."""
    settings = Settings(data=tmp_path, database_url=city_url, redis_url=None, pool_size=4)
    made = Deployment(settings, KEYS)
    office = (await made.directory()).petition_office(CITY, on=made.clock.today())
    assert office is not None
    roles = {"portal": ClientRole.PORTAL, "other-portal": ClientRole.PORTAL, "hotline": ClientRole.HOTLINE,
             "window": ClientRole.WINDOW, "admin": ClientRole.ADMIN}  # fmt: skip
    async with made.begin() as work:
        await work.clients.add(*(client_of(made, name, role) for name, role in roles.items()))
        await work.clients.add(client_of(made, "office", ClientRole.PETITION_OFFICE, office.id))
    yield made
    await made.close()


@pytest.fixture
def app(world: Deployment) -> FastAPI:
    return create_app(world)


@pytest.fixture
async def login(app: FastAPI) -> AsyncIterator[Login]:
    """Callers by the name of their client; ``""`` is a caller without a token."""
    opened: list[Stranger] = []

    async def as_client(name: str) -> Stranger:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        opened.append(Stranger(transport=transport, base_url="http://api"))
        return await opened[-1].login(name) if name else opened[-1]

    yield as_client
    for caller in opened:
        await caller.aclose()


@pytest.fixture
async def portal(login: Login) -> Stranger:
    return await login("portal")


@pytest.fixture
async def anyone(login: Login) -> Stranger:
    return await login("")


@pytest.fixture
def online() -> dict[str, Any]:
    """A registration as a portal sends it."""
    return {
        "channel": "online",
        "online": {"mailbox": "portal"},
        "title": "南县茅草街镇征地补偿款没有发放",
        "content": "去年征收了八百弓村的承包地,补偿款至今没有发放,多次询问没有答复。",
        "place": {"address": "南县茅草街镇八百弓村"},
        "petitioners": [
            {
                "name": "张三",
                "phone": "139 0000 0001",
                "address": "湖南省益阳市南县茅草街镇八百弓村3组",
                "id_document": {"type": "resident_id", "number": "11010519491231002X"},
            }
        ],
    }


@pytest.fixture
def register(portal: Stranger, online: dict[str, Any]) -> Register:
    """Register a petition by the portal; what is given replaces parts of it. Returns the receipt."""
    count = 0

    async def registered(**given: Any) -> dict[str, Any]:
        nonlocal count
        count += 1
        key = {"Idempotency-Key": f"register-{count}"}
        answer = await portal.post("/v1/petitions", json=online | given, headers=key)
        assert answer.status_code == 201, answer.text
        receipt: dict[str, Any] = answer.json()
        return receipt

    return registered


async def route_all(world: Deployment) -> None:
    """What the worker does: route what waits."""
    jobs = await world.queue.claim([Topic.ROUTE.value], worker="test", limit=100, retried=False)
    await routing.route(world, jobs)
