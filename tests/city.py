"""A whole city to act in: the template's organs, callers with tokens, the application, a clock to move.

Every answer is held against the model that the documentation shows for it.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi.routing import APIRoute
from sqlalchemy import URL
from starlette.routing import Match

from intake_api.app import create_app
from intake_api.auth import issue
from services.adapters.directory_files import load_functions
from services.adapters.keys import new_ring
from services.application import timers
from services.application.outbox import Drain
from services.bootstrap import Deployment
from services.domain.access import ROLE_SCOPES, Client, ClientRole
from services.domain.calendar import local_date
from services.domain.deadline import DeadlineState
from services.domain.organ import OrganKind
from services.domain.organ_template import template_organs
from services.settings import Settings
from tests.conftest import database

CITY = "430900000000"
COUNTY = "430921000000"
MORNING = datetime(2026, 11, 20, 2, tzinfo=UTC)  # a Friday, ten o'clock in 益阳
KEYS = new_ring()
LAND = "南县茅草街镇八百弓村去年征地,征地补偿款至今没有发放,多次询问没有答复。"
STATES = tuple(state.value for state in DeadlineState)
LAND_BUREAU = "南县自然资源局"

Json = dict[str, Any]
Held = tuple[dict[str, Any], "Caller"]
"""What an act answered, and the organ that goes on from there."""


class Caller:
    """A calling system with its token."""

    def __init__(self, city: City, client: Client) -> None:
        self.client = client
        self._city = city
        self._token = issue(city.world, client, client.scopes)

    @property
    def organ_id(self) -> str:
        return str(self.client.organ_id)

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self._sent("GET", path, params=query)

    async def pdf(self, path: str, **headers: str) -> httpx.Response:
        """What is answered to one who wants it printed."""
        told = {"Authorization": f"Bearer {self._token}", "Accept": "application/pdf", **headers}
        return await self._city.http.get(path, headers=told)

    async def post(
        self, path: str, body: Json | None = None, *, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        return await self._sent("POST", path, json=body, more=headers)

    async def done(self, path: str, body: Json | None = None) -> Json:
        """A POST that succeeds; sent again as it was, it answers the same."""
        first = await self.post(path, body)
        assert first.is_success, first.text
        again = await self.post(path, body)
        assert (again.status_code, again.json()) == (first.status_code, first.json())
        return dict(first.json())

    async def inbox(self, **query: Any) -> list[Json]:
        answer = await self.get(f"/v1/organs/{self.organ_id}/inbox", **query)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    async def newest_dispatch(self) -> Json:
        page = (await self.get(f"/v1/organs/{self.organ_id}/dispatches", limit=1)).json()
        return dict(page["items"][0])

    async def _sent(
        self, method: str, path: str, *, more: dict[str, str] | None = None, **what: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._token}", **(more or {})}
        answer = await self._city.http.request(method, path, headers=headers, **what)
        self._city.hold_to_its_model(method, path, answer)
        return answer


class City:
    """The acts that stories need, over HTTP wherever a caller would use HTTP."""

    def __init__(self, world: Deployment) -> None:
        self.world = world
        self.app = create_app(world)
        transport = httpx.ASGITransport(self.app)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://city")
        self._callers: dict[str, Caller] = {}
        self._people = 0

    @property
    def today(self) -> date:
        return self.world.clock.today()

    async def caller(self, role: ClientRole, *, organ: str | None = None, region: str = CITY) -> Caller:
        """The client of that role, made when it is asked for first."""
        name = f"{role.value}:{organ or region}"
        if name not in self._callers:
            directory = await self.world.directory()
            found = [each for each in directory.organs if each.name == organ]
            assert len(found) == (organ is not None), organ
            client = Client(
                id=f"test-{uuid4().hex[:16]}",
                secret_hash=self.world.codes.secret_hash("unused"),
                name=name,
                role=role,
                region_code=found[0].region_code if found else region,
                organ_id=found[0].id if found else None,
                scopes=tuple(scope.value for scope in ROLE_SCOPES[role]),
                created_at=self.world.clock.now(),
            )
            async with self.world.begin() as work:
                await work.clients.add(client)
            self._callers[name] = Caller(self, client)
        return self._callers[name]

    async def portal(self) -> Caller:
        return await self.caller(ClientRole.PORTAL)

    async def window(self) -> Caller:
        return await self.caller(ClientRole.WINDOW)

    async def admin(self) -> Caller:
        return await self.caller(ClientRole.ADMIN)

    async def office(self, name: str = "益阳市信访局") -> Caller:
        return await self.caller(ClientRole.PETITION_OFFICE, organ=name)

    async def organ(self, name: str) -> Caller:
        return await self.caller(ClientRole.ORGAN, organ=name)

    async def organ_by_id(self, organ_id: str) -> Caller:
        organ = (await self.world.directory()).organ(UUID(organ_id))
        office = organ.kind is OrganKind.PETITION_OFFICE
        return await (self.office(organ.name) if office else self.organ(organ.name))

    async def register(self, content: str = LAND, *, by: Caller | None = None, **more: Any) -> Json:
        """A petition by the portal's online channel, of somebody new, unless ``more`` says otherwise."""
        sender = by or await self.portal()
        self._people += 1
        body = {
            "channel": "online",
            "content": content,
            "petitioners": [{"name": "张三", "phone": f"139{self._people:08}", "address": "南县茅草街镇3组"}],
            **more,
        }
        answer = await sender.post("/v1/petitions", body, headers={"Idempotency-Key": uuid4().hex})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def route(self) -> None:
        """What the worker does when the bell rings."""
        drain = Drain(self.world, worker="test")
        while await drain.once():
            pass
        assert await self.world.queue.waiting() in ({}, {"dead": 0}), await self.world.queue.listing()

    async def dispatched(self, content: str = LAND, *, to: str = LAND_BUREAU, **more: Any) -> Held:
        """A petition in an organ's hands: the dispatch as the organ's inbox led to it, and the organ."""
        registered = await self.register(content, **more)
        await self.route()
        organ = await self.organ(to)
        dispatch = await organ.newest_dispatch()
        assert dispatch["petition_id"] == registered["id"]
        return dispatch, organ

    async def accepted(self, content: str = LAND, *, to: str = LAND_BUREAU, **more: Any) -> Held:
        dispatch, organ = await self.dispatched(content, to=to, **more)
        return await organ.done(f"/v1/dispatches/{dispatch['id']}/acceptance", {}), organ

    async def triaged(self, *, to: str = LAND_BUREAU, **choice: Any) -> Held:
        """A petition that said too little, and that the office sent to an organ."""
        registered = await self.register("请领导帮帮我们,谢谢。")
        await self.route()
        organ = await self.organ(to)
        body = {"organ_id": organ.organ_id, "reason": "经电话核实,系征地补偿问题。", **choice}
        office = await self.office()
        return await office.done(f"/v1/triage/{registered['id']}/decision", body), organ

    async def answered(self, **more: Any) -> Held:
        """An accepted petition whose opinion was issued and served today."""
        dispatch, organ = await self.accepted(**more)
        opinion = await organ.done(f"/v1/dispatches/{dispatch['id']}/opinion", writ())
        return await self.served(opinion, organ), organ

    async def served(self, opinion: Json, organ: Caller) -> Json:
        proof = {"served_on": self.today.isoformat(), "method": "in_person", "signed": True}
        return await organ.done(f"/v1/opinions/{opinion['id']}/service", proof)

    async def under_review(self, opinion: Json, reason: str = "对认定的面积不服。") -> Held:
        """The next tier, asked for at the portal; with the organ that is to decide it."""
        portal = await self.portal()
        review = await portal.done(f"/v1/petitions/{opinion['petition_id']}/reviews", {"reason": reason})
        return review, await self.organ_by_id(review["organ"]["organ_id"])

    async def advance(self, days: int) -> None:
        """Time passes, and the worker's timers with it."""
        await self.move(days)
        await timers.catch_up(self.world)

    async def move(self, days: int) -> None:
        """Time passes while no worker looks."""
        await self.world.move_clock(self.world.clock.shift + timedelta(days=days))

    async def petition(self, petition_id: str) -> Json:
        answer = await (await self.office()).get(f"/v1/petitions/{petition_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def hold_to_its_model(self, method: str, path: str, answer: httpx.Response) -> None:
        """The documentation's model accepts what was answered."""
        if not answer.is_success:
            assert answer.headers["content-type"] == "application/problem+json", answer.text
            return
        scope = {"type": "http", "method": method, "path": path.partition("?")[0]}
        for route in self.app.routes:
            if isinstance(route, APIRoute) and route.matches(scope)[0] is Match.FULL:
                if route.response_model is not None:
                    route.response_model.model_validate_json(answer.content)
                return
        raise AssertionError(f"no route for {method} {path}")


def writ(outcome: str = "explained", **more: Any) -> Json:
    return {
        "outcome": outcome,
        "facts": "经查,补偿款已由县财政拨付至镇,因账户信息有误退回。",
        "reasons": "补偿标准和面积无误,未发放系账户信息错误所致。",
        "legal_basis": "《中华人民共和国土地管理法》第四十八条",
        "decision": "请携身份证到镇财政所更正账户信息。",
        **more,
    }


def clocks(body: Json, *states: str) -> dict[str, str]:
    """Rule → due date of the deadlines in an answer, of these states or all."""
    return {
        each["rule"]: each["due_on"] for each in body["deadlines"] if not states or each["state"] in states
    }


async def build(url: str, data: Path) -> None:
    """Write the city's organs into a migrated database, at the hour at which every story begins."""
    world = Deployment(Settings(data=data, database_url=url, demo=True), KEYS)
    gazetteer = (await world.directory()).gazetteer
    organs = template_organs(CITY, gazetteer, functions=load_functions(), new_id=world.codes.new_id)
    await world.organs.apply(added=organs, by="test", note="", at=MORNING)
    await world.close()


@pytest.fixture(scope="session")
def sqlite_city(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    path = folder / "city.db"
    shutil.copyfile(sqlite_template, path)
    asyncio.run(build(f"sqlite+aiosqlite:///{path}", folder))
    return path


@pytest.fixture(scope="session")
def postgresql_city(
    postgresql_server: URL, postgresql_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    name = f"city_{uuid4().hex}"
    for url in database(postgresql_server, name, template=postgresql_template):
        asyncio.run(build(url, tmp_path_factory.mktemp("city")))
        yield name


@pytest.fixture
def sqlite_city_url(sqlite_city: Path, tmp_path: Path) -> str:
    path = tmp_path / "xinfang.db"
    shutil.copyfile(sqlite_city, path)
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture
def postgresql_city_url(postgresql_server: URL, postgresql_city: str) -> Iterator[str]:
    yield from database(postgresql_server, f"test_{uuid4().hex}", template=postgresql_city)


@pytest.fixture(params=["sqlite", "postgresql"])
def city_url(request: pytest.FixtureRequest) -> str:
    """The city's database, of this test's own: the test runs once on each kind."""
    return str(request.getfixturevalue(f"{request.param}_city_url"))


@pytest.fixture
async def city(city_url: str, tmp_path: Path) -> AsyncIterator[City]:
    settings = Settings(data=tmp_path, database_url=city_url, demo=True, pool_size=4)
    world = Deployment(settings, KEYS)
    await world.move_clock(MORNING - datetime.now(UTC))
    assert world.clock.today() == local_date(MORNING)
    made = City(world)
    yield made
    await made.http.aclose()
    await world.close()
