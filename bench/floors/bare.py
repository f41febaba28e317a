"""The bare floor: Starlette and asyncpg, three statements in one transaction a request. No validation, no
encryption, no identity of the caller; rows of the size that ours have.

    python -m bench.floors.bare --port N --dsn postgresql://…

``POST /v1/petitions`` takes what ours takes. ``GET /inbox`` runs the query of ours and answers its rows.
"""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from uuid_utils.compat import uuid7

POOL = 16
SCHEMA = """
CREATE SCHEMA IF NOT EXISTS floor;
CREATE TABLE IF NOT EXISTS floor.petitions (
    id uuid PRIMARY KEY, number text NOT NULL UNIQUE, external_ref text NOT NULL UNIQUE,
    channel text NOT NULL, state text NOT NULL, registered_at timestamptz NOT NULL,
    name bytea, phone bytea, document bytea, address bytea, title bytea, content bytea, answer bytea);
CREATE TABLE IF NOT EXISTS floor.events (
    id uuid PRIMARY KEY, petition_id uuid NOT NULL REFERENCES floor.petitions, seq int NOT NULL,
    at timestamptz NOT NULL, kind text NOT NULL, actor text NOT NULL, data jsonb NOT NULL,
    prev_hash text NOT NULL, hash text NOT NULL, UNIQUE (petition_id, seq));
CREATE TABLE IF NOT EXISTS floor.outbox (
    id uuid PRIMARY KEY, topic text NOT NULL, petition_id uuid NOT NULL REFERENCES floor.petitions,
    state text NOT NULL, attempt int NOT NULL, run_at timestamptz NOT NULL);
"""
PETITION = """INSERT INTO floor.petitions VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"""
EVENT = "INSERT INTO floor.events VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
OUTBOX = "INSERT INTO floor.outbox VALUES ($1, $2, $3, $4, $5, $6)"
INBOX = """SELECT organ_id, seq, id, type, petition_id, at, data FROM inbox_entries
    WHERE organ_id = $1 AND seq > $2 ORDER BY seq LIMIT $3"""
NOTHING = "0" * 64


def receipt(petition_id: UUID, number: str, at: datetime) -> bytes:
    """An answer as long as ours."""
    links = {name: f"/v1/petitions/{petition_id}/{name}" for name in ("events", "routing", "supplements")}
    return orjson.dumps(
        {
            "id": petition_id,
            "number": number,
            "query_code": "1234-5678-9012-3456",
            "state": "registered",
            "registered_at": at,
            "deadlines": [{"rule": "D1", "title": "信访部门转送、交办", "article": "信访工作条例第二十二条"}],
            "links": links,
        }
    )


async def register(request: Request) -> Response:
    sent = orjson.loads(await request.body())
    who, at, petition_id = sent["petitioners"][0], datetime.now(UTC), uuid7()
    number = f"430900-{petition_id.hex}"
    answer = receipt(petition_id, number, at)
    row = (
        petition_id, number, sent["external_ref"], sent["channel"], "registered", at, who["name"].encode(),
        who["phone"].encode(), who["id_document"]["number"].encode(), who["address"].encode(),
        sent["title"].encode(), sent["content"].encode(), answer,
    )  # fmt: skip
    data = {"number": number, "channel": sent["channel"], "external_ref": sent["external_ref"]}
    event = (uuid7(), petition_id, 1, at, "registered", "client:portal", data, NOTHING, NOTHING)
    job = (uuid7(), "route", petition_id, "pending", 0, at)
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        await connection.execute(PETITION, *row)
        await connection.execute(EVENT, *event)
        await connection.execute(OUTBOX, *job)
    return Response(answer, 201, media_type="application/json")


async def inbox(request: Request) -> Response:
    asked = request.query_params
    limit = int(asked["limit"])
    async with request.app.state.pool.acquire() as connection:
        rows = await connection.fetch(INBOX, UUID(asked["organ"]), int(asked["after"]), limit + 1)
    shown = [dict(row) for row in rows[:limit]]
    last = shown[-1]["seq"] if shown else int(asked["after"])
    # asyncpg's UUIDs are of a class of its own, which orjson leaves to us.
    answer = orjson.dumps({"items": shown, "next": last, "has_more": len(rows) > limit}, default=str)
    return Response(answer, media_type="application/json")


async def ready(_: Request) -> Response:
    return PlainTextResponse("ok")


async def prepare(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec(
        "jsonb", encoder=lambda data: orjson.dumps(data).decode(), decoder=orjson.loads, schema="pg_catalog"
    )


def app(dsn: str) -> Starlette:
    @asynccontextmanager
    async def lifespan(application: Starlette) -> AsyncIterator[None]:
        async with asyncpg.create_pool(dsn, min_size=POOL, max_size=POOL, init=prepare) as pool:
            async with pool.acquire() as connection:
                await connection.execute(SCHEMA)
            application.state.pool = pool
            yield

    routes: list[Any] = [
        Route("/", ready),
        Route("/v1/petitions", register, methods=["POST"]),
        Route("/inbox", inbox),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--dsn", required=True)
    options = parser.parse_args()
    uvicorn.run(
        app(options.dsn), port=options.port, loop="uvloop", http="httptools", access_log=False,
        log_level="warning", timeout_keep_alive=75,
    )  # fmt: skip


if __name__ == "__main__":
    main()
