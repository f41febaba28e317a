"""The lean way of the inbox answers as the plain route does, byte for byte, whatever is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI
from limits import RateLimitItemPerMinute
from prometheus_client import REGISTRY

from intake_api.app import create_app
from intake_api.auth import issue
from intake_api.lean_inbox import LeanInbox
from intake_api.limits import Limits
from services.domain.access import ClientRole
from tests.city import Caller, City

QUERIES = (
    "", "limit=2", "limit=200", "wait=0", "limit=2&wait=0", "wait=1", "after={next}",
    "after={next}&limit=1&wait=1",
    # odd ones
    "limit=0", "limit=201", "limit=999", "limit=-1", "limit=2.0", "limit=05", "limit=%32", "limit=+2",
    "limit=two", "limit=", "limit", "limit=2&limit=1", "limit=2&", "&", "=", "limit=%EF%BC%92", "Limit=1",
    "wait=31", "wait=-1", "wait=0.01", "wait=1e-2", "wait=nan", "wait=00", "wait=", "after=", "after=MQ",
    "after=MQ==", "after=AAAA", "after={next}=", "after={next}x", "after={next}&after={next}",
    "after=" + "A" * 513, "after=%00", "unknown=1", "cursor={next}", "after={next}&cursor=1",
    "limit=1;wait=0", "after={other}",
)  # fmt: skip
ENGLISH = {"Accept-Language": "en"}


def plain(city: City, *, limits: Limits | None = None) -> FastAPI:
    """The application as if there were no lean way."""
    app = create_app(city.world, limits=limits)
    lean: object = LeanInbox
    app.user_middleware = [each for each in app.user_middleware if each.cls != lean]
    return app


async def asked(
    app: FastAPI, path: str, headers: Mapping[str, str], method: str = "GET"
) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://city") as client:
        found = await client.request(method, path, headers={"X-Request-Id": "the-same", **headers})
    return found.status_code, sorted(found.headers.raw), found.content


def bearer(city: City, caller: Caller) -> dict[str, str]:
    return {"Authorization": f"Bearer {issue(city.world, caller.client, caller.client.scopes)}"}


async def assert_same(city: City, path: str, headers: Mapping[str, str], method: str = "GET") -> int:
    for told in ({}, ENGLISH):
        with_it = await asked(city.app, path, {**headers, **told}, method)
        assert with_it == await asked(plain(city), path, {**headers, **told}, method), path
    return with_it[0]


@pytest.fixture
async def organ(city: City) -> Caller:
    """An organ with three entries."""
    for _ in range(3):
        _, organ = await city.dispatched()
    return organ


async def test_every_query_is_answered_as_by_the_plain_route(city: City, organ: Caller) -> None:
    path = f"/v1/organs/{organ.organ_id}/inbox"
    end = (await organ.get(path, limit=2)).json()["next"]
    stranger = await city.organ("沅江市自然资源局")
    other = (await stranger.get(f"/v1/organs/{stranger.organ_id}/inbox")).json()["next"]
    statuses = {
        await assert_same(city, f"{path}?{query.format(next=end, other=other)}", bearer(city, organ))
        for query in QUERIES
    }
    assert statuses == {200, 400, 422}


async def test_every_path_is_answered_as_by_the_plain_route(city: City, organ: Caller) -> None:
    id_ = organ.organ_id
    paths = (
        f"/v1/organs/{id_}/inbox", f"/v1/organs/{id_.upper()}/inbox",
        f"/v1/organs/{id_.replace('-', '')}/inbox",
        f"/v1/organs/{id_}/inbox/", f"/v1/organs/{id_}/inbox%0A", f"/v1/organs/{id_}/%69nbox",
        f"//v1/organs/{id_}/inbox", "/v1/organs/one/inbox", f"/v1/organs/{id_[:-1]}/inbox",
        "/v1/organs/00000000-0000-0000-0000-000000000000/inbox",
    )  # fmt: skip
    statuses = {await assert_same(city, path, bearer(city, organ)) for path in paths}
    assert statuses == {200, 404, 422}


@pytest.mark.parametrize("method", ["HEAD", "POST", "DELETE", "OPTIONS"])
async def test_every_method_is_answered_as_by_the_plain_route(city: City, organ: Caller, method: str) -> None:
    path = f"/v1/organs/{organ.organ_id}/inbox"
    assert await assert_same(city, path, bearer(city, organ), method) == 405


async def test_every_caller_is_answered_as_by_the_plain_route(city: City, organ: Caller) -> None:
    path = f"/v1/organs/{organ.organ_id}/inbox"
    stranger, portal = await city.organ("沅江市自然资源局"), await city.portal()
    assert await assert_same(city, path, {}) == 401
    assert await assert_same(city, path, {"Authorization": "Bearer nonsense"}) == 401
    assert await assert_same(city, path, {"Authorization": "Basic bm9uc2Vuc2U6"}) == 401
    assert await assert_same(city, path, bearer(city, stranger)) == 404
    assert await assert_same(city, path, bearer(city, portal)) == 403
    narrow = {"Authorization": f"Bearer {issue(city.world, organ.client, ['reports'])}"}
    assert await assert_same(city, path, narrow) == 403
    async with city.world.begin() as work:
        [client] = await work.clients.find(id=organ.client.id)
        client.active = False
        await work.clients.save(client)
    lean, headers = create_app(city.world), bearer(city, organ)  # its clients are read anew
    refused = await asked(lean, path, headers)
    assert refused == await asked(plain(city), path, headers)
    assert refused[0] == 401


async def test_a_caller_that_asks_too_often_is_told_so_by_either(city: City, organ: Caller) -> None:
    path, headers = f"/v1/organs/{organ.organ_id}/inbox", bearer(city, organ)
    found = []
    for lean in (True, False):
        limits = Limits(lambda: 0.0, calls=RateLimitItemPerMinute(1))
        app = create_app(city.world, limits=limits) if lean else plain(city, limits=limits)
        await asked(app, path, headers)
        status, _, body = await asked(app, path, headers)
        found.append((status, body))
    assert found[0] == found[1]
    assert found[0][0] == 429


async def test_a_lean_answer_is_counted_under_its_route(city: City, organ: Caller) -> None:
    labels = {"method": "GET", "route": "/v1/organs/{organ_id}/inbox", "status": "200"}
    before = REGISTRY.get_sample_value("xinfang_http_requests_total", labels) or 0
    await asked(city.app, f"/v1/organs/{organ.organ_id}/inbox", bearer(city, organ))
    assert REGISTRY.get_sample_value("xinfang_http_requests_total", labels) == before + 1


async def test_whoever_is_no_organ_has_no_inbox_by_either(city: City) -> None:
    supervisor = await city.caller(ClientRole.ORGAN, organ="沅江市自然资源局")
    nobody = replace(supervisor.client, organ_id=None)
    headers = {"Authorization": f"Bearer {issue(city.world, nobody, nobody.scopes)}"}
    path = "/v1/organs/00000000-0000-4000-8000-000000000000/inbox?limit=1"
    assert await assert_same(city, path, headers) == 404
