"""Traces: one from the caller through the API to the worker, without a word that anybody wrote."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from intake_api.app import create_app
from routing_worker.watch import watch
from services.adapters.tracing import Tracing, to_collector
from services.application.outbox import Drain
from services.application.ports import World
from services.bootstrap import Deployment, TracingMissing
from services.domain.access import ClientRole
from services.domain.outbox import Job
from services.settings import Settings
from tests.api.callers import Stranger, client_of
from tests.city import KEYS

CANARIES = ("金丝雀", "13912345678", "canary-key", "Canary-Query", "11010519491231002X")
TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACEPARENT = {"traceparent": f"00-{TRACE}-{CALLER}-01", "tracestate": "canary-key=1"}


@pytest.fixture
def told() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
async def world(city_url: str, tmp_path: Path, told: InMemorySpanExporter) -> AsyncIterator[Deployment]:
    settings = Settings(data=tmp_path, database_url=city_url, redis_url=None, pool_size=4)
    made = Deployment(settings, KEYS, tracing=Tracing(SimpleSpanProcessor(told)))
    async with made.begin() as work:
        await work.clients.add(client_of(made, "portal", ClientRole.PORTAL))
    yield made
    await made.close()


@pytest.fixture
async def caller(world: Deployment) -> AsyncIterator[Stranger]:
    transport = httpx.ASGITransport(create_app(world), raise_app_exceptions=False)
    async with Stranger(transport=transport, base_url="http://api") as stranger:
        yield await stranger.login("portal")


def with_canaries(online: dict[str, Any]) -> dict[str, Any]:
    person = {**online["petitioners"][0], "name": "金丝雀", "phone": "13912345678"}
    return online | {"content": online["content"] + "金丝雀", "petitioners": [person]}


def named(told: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in told.get_finished_spans()}


def trace_of(span: ReadableSpan) -> str:
    assert span.context is not None
    return f"{span.context.trace_id:032x}"


async def test_one_trace_leads_from_the_caller_to_the_worker(
    world: Deployment, caller: Stranger, online: dict[str, Any], told: InMemorySpanExporter
) -> None:
    headers = {"Idempotency-Key": "k", **TRACEPARENT}
    answer = await caller.post("/v1/petitions", json=online, headers=headers)
    assert answer.status_code == 201, answer.text
    assert await Drain(world, worker="one", watch=watch(world)).once() == 1
    spans = named(told)
    request, job, batch = spans["POST /v1/petitions"], spans["route"], spans["batch route"]
    assert request.context is not None
    assert request.parent is not None
    assert (trace_of(request), f"{request.parent.span_id:016x}") == (TRACE, CALLER)
    assert job.parent is not None
    assert (trace_of(job), job.parent.span_id) == (TRACE, request.context.span_id)
    assert [link.context.span_id for link in job.links] == [batch.context.span_id if batch.context else 0]
    assert answer.headers["x-request-id"] == f"{TRACE}-{request.context.span_id:016x}"
    parts = [
        span for span in told.get_finished_spans() if span.name == "transaction" and trace_of(span) == TRACE
    ]
    assert all(span.parent and span.parent.span_id == request.context.span_id for span in parts)


async def test_a_caller_without_a_trace_begins_one_and_its_own_request_id_is_kept(
    world: Deployment, caller: Stranger, online: dict[str, Any], told: InMemorySpanExporter
) -> None:
    answer = await caller.post("/v1/petitions", json=online, headers={"Idempotency-Key": "k"})
    assert re.fullmatch(r"[0-9a-f]{32}-[0-9a-f]{16}", answer.headers["x-request-id"])
    named_by_itself = {"Idempotency-Key": "other", "X-Request-Id": "the-call"}
    await caller.post("/v1/petitions", json=online | {"title": "别的事情"}, headers=named_by_itself)
    await Drain(world, worker="one", watch=watch(world)).once()
    jobs = [span for span in told.get_finished_spans() if span.name == "route"]
    assert [dict(span.attributes or {})["xinfang.request_id"] for span in jobs] == [
        answer.headers["x-request-id"],
        "the-call",
    ]


@pytest.fixture
def sparing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the requests without a trace none is sampled. Before ``world``, which reads it."""
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0")


@pytest.mark.parametrize(
    ("flags", "sampled"),
    [
        (None, set()),
        ("00", set()),
        ("01", {"POST /v1/petitions", "route"}),
    ],
)
async def test_a_job_is_sampled_as_its_request_was(
    sparing: None,
    world: Deployment,
    caller: Stranger,
    online: dict[str, Any],
    told: InMemorySpanExporter,
    flags: str | None,
    sampled: set[str],
) -> None:
    parent = {"traceparent": f"00-{TRACE}-{CALLER}-{flags}"} if flags else {}
    answer = await caller.post("/v1/petitions", json=online, headers={"Idempotency-Key": "k", **parent})
    assert answer.headers["x-request-id"].endswith("-00") is not bool(sampled)
    assert await Drain(world, worker="one", watch=watch(world)).once() == 1
    assert named(told).keys() - {"transaction"} == sampled


async def test_no_span_holds_what_anybody_wrote(
    world: Deployment, caller: Stranger, online: dict[str, Any], told: InMemorySpanExporter
) -> None:
    body = with_canaries(online)
    await caller.post("/v1/petitions", json=body, headers={"Idempotency-Key": "canary-key", **TRACEPARENT})
    await caller.post("/v1/petitions", json=body | {"channel": "金丝雀"}, headers={"Idempotency-Key": "2"})
    await caller.get("/v1/petitions", params={"person": "金丝雀", "x": "Canary-Query"})
    await caller.get("/金丝雀/Canary-Query")
    await caller.request("金丝雀".encode().hex(), "/v1/petitions")

    async def broken(_world: World, _jobs: Sequence[Job]) -> None:
        raise ValueError("金丝雀 13912345678")

    await Drain(world, {"route": broken}, worker="one", watch=watch(world)).once()
    spans = told.get_finished_spans()
    assert {"route", "batch route", "GET none", "GET /v1/petitions"} <= {span.name for span in spans}
    failed = next(span for span in spans if span.name == "route")
    assert dict(failed.attributes or {})["error.type"] == "ValueError"
    text = "".join(span.to_json() for span in spans)
    assert [canary for canary in CANARIES if canary in text or canary in repr(text)] == []


@pytest.fixture
def collector() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """Something that takes what is sent to it: its address, and all that came."""
    came: list[tuple[str, bytes]] = []

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", came
    server.shutdown()
    server.server_close()
    thread.join()


async def test_a_collector_is_sent_the_spans_when_the_process_ends(
    collector: tuple[str, list[tuple[str, bytes]]], sqlite_city_url: str, tmp_path: Path
) -> None:
    address, came = collector
    settings = Settings(data=tmp_path, database_url=sqlite_city_url, redis_url=None)
    world = Deployment(settings, KEYS, tracing=Tracing(to_collector(address)))
    transport = httpx.ASGITransport(create_app(world))
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        await client.get("/livez", params={"x": "Canary-Query"})
    await world.close()
    assert {path for path, _ in came} == {"/v1/traces"}
    sent = b"".join(body for _, body in came)
    assert b"GET /livez" in sent
    assert b"Canary-Query" not in sent


def test_without_a_collector_the_library_is_not_even_loaded() -> None:
    program = (
        "import sys, services.cli.serve, intake_api.app, routing_worker.worker;"
        "print([name for name in sys.modules if name.startswith('opentelemetry.sdk')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_who_lacks_the_library_is_told_what_to_install() -> None:
    assert "xinfang[otlp]" in (TracingMissing.__doc__ or "")
