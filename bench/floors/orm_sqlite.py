"""FastAPI with SQLAlchemy's ORM on aiosqlite, as tutorials write it: the same three rows, synchronous FULL.

python -m bench.floors.orm_sqlite --port N --file path
"""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import uvicorn
from fastapi import FastAPI, Response
from pydantic import BaseModel
from sqlalchemy import JSON, ForeignKey, event
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from uuid_utils.compat import uuid7

from bench.floors.bare import NOTHING, receipt


class Base(DeclarativeBase):
    pass


class Petition(Base):
    __tablename__ = "petitions"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    external_ref: Mapped[str] = mapped_column(unique=True)
    channel: Mapped[str]
    state: Mapped[str]
    registered_at: Mapped[datetime]
    name: Mapped[bytes]
    phone: Mapped[bytes]
    document: Mapped[bytes]
    address: Mapped[bytes]
    title: Mapped[bytes]
    content: Mapped[bytes]
    answer: Mapped[bytes]


class Event(Base):
    __tablename__ = "events"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    petition_id: Mapped[UUID] = mapped_column(ForeignKey("petitions.id"))
    seq: Mapped[int]
    at: Mapped[datetime]
    kind: Mapped[str]
    actor: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    prev_hash: Mapped[str]
    hash: Mapped[str]


class Job(Base):
    __tablename__ = "outbox"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    topic: Mapped[str]
    petition_id: Mapped[UUID] = mapped_column(ForeignKey("petitions.id"))
    state: Mapped[str]
    attempt: Mapped[int]
    run_at: Mapped[datetime]


class Document(BaseModel):
    type: str
    number: str


class Petitioner(BaseModel):
    name: str
    phone: str
    id_document: Document
    address: str


class Sent(BaseModel):
    channel: str
    title: str
    content: str
    requests: str
    petitioners: list[Petitioner]
    external_ref: str


def engine_of(file: str) -> AsyncEngine:
    # One connection: SQLite has one writer, and several only meet each other's locks.
    engine = create_async_engine(f"sqlite+aiosqlite:///{file}", pool_size=1, max_overflow=0)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


def app(file: str) -> FastAPI:
    engine = engine_of(file)
    session = async_sessionmaker(engine, expire_on_commit=False)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        yield
        await engine.dispose()

    application = FastAPI(lifespan=lifespan)

    @application.get("/")
    async def ready() -> str:
        return "ok"

    @application.post("/v1/petitions", status_code=201)
    async def register(sent: Sent) -> Response:
        who, at, petition_id = sent.petitioners[0], datetime.now(UTC), uuid7()
        number = f"430900-{petition_id.hex}"
        answer = receipt(petition_id, number, at)
        async with session.begin() as unit:
            unit.add(
                Petition(
                    id=petition_id, number=number, external_ref=sent.external_ref, channel=sent.channel,
                    state="registered", registered_at=at, name=who.name.encode(), phone=who.phone.encode(),
                    document=who.id_document.number.encode(), address=who.address.encode(),
                    title=sent.title.encode(), content=sent.content.encode(), answer=answer,
                )
            )  # fmt: skip
            await unit.flush()
            data = {"number": number, "channel": sent.channel, "external_ref": sent.external_ref}
            unit.add(
                Event(
                    id=uuid7(), petition_id=petition_id, seq=1, at=at, kind="registered",
                    actor="client:portal", data=data, prev_hash=NOTHING, hash=NOTHING,
                )
            )  # fmt: skip
            unit.add(
                Job(id=uuid7(), topic="route", petition_id=petition_id, state="pending", attempt=0, run_at=at)
            )
        return Response(answer, 201, media_type="application/json")

    return application


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--file", required=True)
    options = parser.parse_args()
    uvicorn.run(
        app(options.file), port=options.port, loop="uvloop", http="httptools", access_log=False,
        log_level="warning", timeout_keep_alive=75,
    )  # fmt: skip


if __name__ == "__main__":
    main()
