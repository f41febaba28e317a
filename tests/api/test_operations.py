from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from limits import RateLimitItemPerMinute

from intake_api.app import create_app
from intake_api.limits import Limits
from services.adapters.keys import new_ring
from services.bootstrap import Deployment
from services.settings import Settings
from tests.api.callers import Register, Stranger

PROBLEM = "application/problem+json"


def is_problem(answer: httpx.Response, status: int, code: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM
    problem = answer.json()
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"] == f"/docs#{code}"
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert {"title", "detail", "instance"} <= set(problem)


async def test_every_kind_of_mistake_is_a_problem(portal: Stranger, anyone: Stranger) -> None:
    here, json_kind = "/v1/petitions", {"Content-Type": "application/json", "Idempotency-Key": "k"}
    is_problem(await anyone.get("/nowhere"), 404, "not_found")
    is_problem(await anyone.get("/v1/petitions/"), 404, "not_found")
    is_problem(await anyone.get(here), 401, "unauthenticated")
    is_problem(await portal.post(here, content=b"{", headers=json_kind), 422, "invalid_fields")
    is_problem(await portal.post(here, content=b"\xff\xfe{", headers=json_kind), 400, "body_unreadable")
    is_problem(await portal.post(here, content=b"[" * 200_000, headers=json_kind), 400, "body_unreadable")
    is_problem(await portal.post(here, content=b"", headers=json_kind), 422, "invalid_fields")
    text = {"Content-Type": "text/plain", "Idempotency-Key": "k"}
    is_problem(await portal.post(here, content=b"{}", headers=text), 415, "media_type")
    is_problem(await portal.get(f"{here}/not-a-uuid"), 422, "invalid_fields")


async def test_wrong_method_is_told_the_right_ones(anyone: Stranger) -> None:
    answer = await anyone.delete("/v1/petitions")
    is_problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, POST"


async def test_body_above_a_mebibyte_is_refused(portal: Stranger) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b" " * 512 * 1024

    headers = {"Content-Type": "application/json", "Idempotency-Key": "k"}
    declared = await portal.post("/v1/petitions", content=b" " * (1024 * 1024 + 1), headers=headers)
    is_problem(declared, 413, "body_too_large")
    is_problem(await portal.post("/v1/petitions", content=chunks(), headers=headers), 413, "body_too_large")


async def test_long_body_is_taken_before_it_is_refused_so_that_the_answer_is_read(portal: Stranger) -> None:
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(40):
            sent += 1
            yield b" " * 64 * 1024

    declared = {"Content-Type": "application/json", "Idempotency-Key": "k", "Content-Length": "2621440"}
    is_problem(await portal.post("/v1/petitions", content=chunks(), headers=declared), 413, "body_too_large")
    assert sent == 40
    asking = declared | {"Expect": "100-continue"}
    sent = 0
    is_problem(await portal.post("/v1/petitions", content=chunks(), headers=asking), 413, "body_too_large")
    assert sent == 0


async def test_request_id_is_kept_when_it_is_a_plain_word(anyone: Stranger) -> None:
    kept = await anyone.get("/livez", headers={"X-Request-Id": "abc-1.2"})
    assert kept.headers["x-request-id"] == "abc-1.2"
    for strange in ("a b", "x" * 65, 'a"><script>'):
        answer = await anyone.get("/livez", headers={"X-Request-Id": strange})
        assert answer.headers["x-request-id"] != strange


async def test_problem_speaks_the_caller_language(anyone: Stranger) -> None:
    chinese = await anyone.get("/v1/petitions")
    english = await anyone.get("/v1/petitions", headers={"Accept-Language": "en"})
    assert chinese.headers["content-language"] == "zh-CN"
    assert english.json()["detail"].isascii()
    assert not chinese.json()["detail"].isascii()


async def test_noisy_client_is_slowed_down(portal: Stranger, app: FastAPI) -> None:
    app.state.limits = Limits(lambda: 0.0, calls=RateLimitItemPerMinute(3))
    answers = [await portal.get("/v1/petitions") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    is_problem(answers[3], 429, "too_many_requests")
    assert answers[3].headers["ratelimit"].startswith('"too-many-requests";r=0;t=')


async def test_fault_of_ours_tells_nothing_of_the_inside(portal: Stranger, app: FastAPI, capsys: Any) -> None:
    class Broken:
        async def find(self, client_id: str) -> None:
            raise RuntimeError(f"secret of {client_id}")

    app.state.clients = Broken()
    answer = await portal.get("/v1/petitions")
    is_problem(answer, 500, "internal_error")
    assert "RuntimeError" not in answer.text
    logged = capsys.readouterr().out
    assert "RuntimeError" in logged
    assert "secret of portal" not in logged


async def test_ready_when_all_is_there(anyone: Stranger) -> None:
    assert (await anyone.get("/livez")).json() == {"status": "alive"}
    assert (await anyone.get("/readyz")).json() == {"status": "ready", "degraded": {}}


@pytest.fixture
async def adrift(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """An API whose database and Redis are not there."""
    settings = Settings(
        data=tmp_path,
        database_url="postgresql+asyncpg://nobody@127.0.0.1:1/none",
        redis_url="redis://127.0.0.1:1/0",
    )
    world = Deployment(settings, new_ring())
    transport = httpx.ASGITransport(create_app(world), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        yield client
    await world.close()


async def test_without_a_database_it_lives_but_is_not_ready(adrift: httpx.AsyncClient) -> None:
    assert (await adrift.get("/livez")).status_code == 200
    ready = await adrift.get("/readyz")
    is_problem(ready, 503, "not_ready")
    assert set(ready.json()["failing"]) == {"database"}
    assert "retry-after" in ready.headers
    away = await adrift.post(
        "/v1/public/progress", json={"number": "430900-20261120-000001-2", "query_code": "1"}
    )
    is_problem(away, 503, "store_unavailable")
    assert away.headers["retry-after"] == "2"
    assert "xinfang_database_up 0.0" in (await adrift.get("/metrics")).text


async def test_database_that_was_not_migrated_is_not_ready(tmp_path: Path) -> None:
    world = Deployment(
        Settings(data=tmp_path, database_url=f"sqlite+aiosqlite:///{tmp_path}/new.db"), new_ring()
    )
    transport = httpx.ASGITransport(create_app(world))
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        ready = await client.get("/readyz")
    await world.close()
    assert ready.status_code == 503
    assert ready.json()["failing"]


async def test_metrics_name_routes_and_no_one(register: Register, portal: Stranger) -> None:
    receipt = await register()
    await portal.get(receipt["links"]["self"])
    await portal.get("/made/up/by/a/scanner")
    text = (await portal.get("/metrics")).text
    assert 'route="/v1/petitions/{petition_id}"' in text
    assert 'xinfang_registrations_total{channel="online"}' in text
    assert 'xinfang_outbox_jobs{state="pending"} 1.0' in text
    assert receipt["id"] not in text
    assert "scanner" not in text


async def test_log_holds_no_personal_data(register: Register, portal: Stranger, capsys: Any) -> None:
    receipt = await register()
    await portal.get("/v1/petitions", params={"person": "张三"})
    logged = capsys.readouterr()
    for secret in ("张三", "13900000001", receipt["query_code"], receipt["number"], receipt["id"]):
        assert secret not in logged.out + logged.err


async def test_pages_are_whole_in_themselves(anyone: Stranger) -> None:
    for page in ("/", "/docs"):
        answer = await anyone.get(page)
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        for outside in ("http://", "https://", "<script", "src="):
            assert outside not in answer.text, (page, outside)
    assert "登记信访件" in (await anyone.get("/docs")).text
