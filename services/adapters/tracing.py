"""Traces to a collector, for who names one. Without one this module is not even loaded.

A span says what was done, how long it took and which kind of error ended it. It never holds what anybody
wrote: no path, no query, no text of an error. A request's id is made of its span and of whether it is
sampled, so that the worker, which finds that id in the ledger, goes on with the same trace, or with none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AnyValue

from services.domain.outbox import Job
from services.domain.refusal import Refusal

EXPORT_SECONDS = 3.0
REQUEST_ID = re.compile(r"([0-9a-f]{32})-([0-9a-f]{16})(-00)?")
_W3C = TraceContextTextMapPropagator()


def to_collector(endpoint: str) -> SpanProcessor:
    """Send to an OTLP collector over HTTP, in batches, from a thread of its own."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=EXPORT_SECONDS)
    return BatchSpanProcessor(exporter)


class Tracing:
    """One a process. The sampler is the SDK's own setting (OTEL_TRACES_SAMPLER)."""

    def __init__(self, processor: SpanProcessor) -> None:
        resource = Resource.create({"service.name": "xinfang", "service.version": version("xinfang")})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("xinfang")

    @contextmanager
    def span(self, name: str, **attributes: str | int) -> Iterator[Span]:
        """A part of whatever is being done."""
        with self._open(name, attributes=attributes) as span:
            yield span

    @contextmanager
    def request(self, method: str, headers: dict[str, str]) -> Iterator[Request]:
        """The answer to a call, as part of the caller's trace if it has one."""
        context = _W3C.extract(headers)
        with self._open(method, context=context, kind=SpanKind.SERVER) as span:
            yield Request(span)

    @contextmanager
    def batch(self, topic: str, jobs: Sequence[Job]) -> Iterator[None]:
        """A worker's transaction; each of its jobs is a span in the trace of the call that left it."""
        kind = SpanKind.CONSUMER
        with self._open(f"batch {topic}", kind=kind, attributes={"xinfang.jobs": len(jobs)}) as batch:
            links = [Link(batch.get_span_context())]
            spans = [self._of_job(topic, job, links) for job in jobs if job.request_id]
            try:
                yield
            except BaseException as error:
                for span in spans:
                    _failed(span, error)
                raise
            finally:
                for span in spans:
                    span.end()

    def close(self) -> None:
        """Send what is left; a collector that is away costs no more than a few seconds."""
        self._provider.shutdown()

    def _of_job(self, topic: str, job: Job, links: Sequence[Link]) -> Span:
        attributes: dict[str, AnyValue] = {"xinfang.request_id": job.request_id, "xinfang.try": job.tries}
        kind, context = SpanKind.CONSUMER, context_of(job.request_id)
        return self._tracer.start_span(topic, context=context, kind=kind, links=links, attributes=attributes)

    @contextmanager
    def _open(self, name: str, **given: Any) -> Iterator[Span]:
        given |= {"record_exception": False, "set_status_on_exception": False}
        with self._tracer.start_as_current_span(name, **given) as span:
            try:
                yield span
            except BaseException as error:
                _failed(span, error)
                raise


class Request:
    """The span of a call, while it is answered."""

    def __init__(self, span: Span) -> None:
        self._span = span

    @property
    def headers(self) -> dict[str, str]:
        """What goes further inside: this span, in place of the caller's."""
        carrier: dict[str, str] = {}
        _W3C.inject(carrier, trace.set_span_in_context(self._span))
        return carrier

    def answered(self, method: str, route: str, status: int, client: str | None, request_id: str) -> None:
        """What it was, by the route's template."""
        self._span.update_name(f"{method} {route}")
        told: dict[str, AnyValue] = {
            "http.request.method": method,
            "http.route": route,
            "http.response.status_code": status,
            "xinfang.request_id": request_id,
        }
        if client:
            told["xinfang.client"] = client
        self._span.set_attributes(told)
        if status >= 500:
            self._span.set_status(Status(StatusCode.ERROR))


def context_of(request_id: str) -> Context:
    """The trace that a request id was made of; where the caller made up its own, a new trace begins."""
    found = REQUEST_ID.fullmatch(request_id)
    if found is None:
        return Context()
    parent = SpanContext(
        trace_id=int(found[1], 16),
        span_id=int(found[2], 16),
        is_remote=True,
        trace_flags=TraceFlags(TraceFlags.DEFAULT if found[3] else TraceFlags.SAMPLED),
    )
    return trace.set_span_in_context(NonRecordingSpan(parent), Context())


def _failed(span: Span, error: BaseException) -> None:
    """By its kind alone: its own text may quote what people wrote. A refusal is an answer, not an error."""
    span.set_attribute("error.type", type(error).__name__)
    if not isinstance(error, Refusal):
        span.set_status(Status(StatusCode.ERROR))
