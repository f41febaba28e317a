"""arq, one job a petition, the writes of a routed petition through SQLAlchemy's ORM, each job a transaction.

    python -m bench.floors.jobs --dsn … --redis … [--prepare]

Nothing is decided here: the petition is read and set, and a decision, a dispatch, two events, two clocks, the
first clock's end and a numbered inbox entry are written, as a routed petition has them.
"""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import uvloop
from arq.connections import RedisSettings
from arq.worker import Worker, func
from sqlalchemy import JSON, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from uuid_utils.compat import uuid7

QUEUE = "floor:jobs"
ORGANS = 4  # as many as our matters go to: one alone would wait for its own counter
POOL = 20
# As arq does best: 10 jobs at a time and a look every half second, its defaults, are 3 times slower.
TUNED: dict[str, Any] = {"max_jobs": POOL, "poll_delay": 0.01, "keep_result": 0, "max_tries": 1}


class Base(DeclarativeBase):
    pass


class Petition(Base):
    __tablename__ = "job_petitions"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[str]
    content: Mapped[bytes]
    category: Mapped[str | None]
    holder: Mapped[UUID | None]
    version: Mapped[int]
    head: Mapped[str]


class Decision(Base):
    __tablename__ = "job_decisions"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    petition_id: Mapped[UUID] = mapped_column(index=True)
    confidence: Mapped[float]
    body: Mapped[dict[str, Any]] = mapped_column(JSON)


class Dispatch(Base):
    __tablename__ = "job_dispatches"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    petition_id: Mapped[UUID] = mapped_column(unique=True)
    organ_id: Mapped[UUID] = mapped_column(index=True)
    state: Mapped[str]


class Event(Base):
    __tablename__ = "job_events"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    petition_id: Mapped[UUID] = mapped_column(index=True)
    seq: Mapped[int]
    kind: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    hash: Mapped[str]


class Clock(Base):
    __tablename__ = "job_clocks"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    petition_id: Mapped[UUID] = mapped_column(index=True)
    rule: Mapped[str]
    due_on: Mapped[date]
    next_at: Mapped[datetime | None] = mapped_column(index=True)
    state: Mapped[str]


class Head(Base):
    __tablename__ = "job_heads"
    organ_id: Mapped[UUID] = mapped_column(primary_key=True)
    last: Mapped[int]


class Entry(Base):
    __tablename__ = "job_entries"
    organ_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    petition_id: Mapped[UUID]
    data: Mapped[dict[str, Any]] = mapped_column(JSON)


def registered(petition_id: UUID) -> list[Base]:
    """What there is of a petition before its job: itself, and its first clock."""
    today = date.today()  # noqa: DTZ011 — the floor reckons no day
    clock = Clock(id=uuid7(), petition_id=petition_id, rule="D1", due_on=today, state="running")
    content = bytes(1500)
    return [
        Petition(id=petition_id, state="registered", content=content, version=1, head="0" * 64),
        clock,
    ]


async def route(ctx: dict[str, Any], petition_id: str) -> None:
    """The job."""
    async with ctx["session"].begin() as unit:
        await _write(unit, UUID(petition_id))


async def _write(unit: AsyncSession, petition_id: UUID) -> None:
    organ = UUID(int=petition_id.int % ORGANS + 1)
    petition = await unit.get_one(Petition, petition_id, with_for_update=True)
    petition.state, petition.category, petition.holder = "dispatched", "010101", organ
    petition.version, petition.head = 3, "1" * 64
    reasons = {"reasons": [{"rule": "place", "text": "南县茅草街镇"}] * 6, "confidence": 0.9}
    unit.add(Decision(id=uuid7(), petition_id=petition_id, confidence=0.9, body=reasons))
    unit.add(Dispatch(id=uuid7(), petition_id=petition_id, organ_id=organ, state="sent"))
    for seq, kind in ((2, "routed"), (3, "dispatched")):
        unit.add(Event(id=uuid7(), petition_id=petition_id, seq=seq, kind=kind, data=reasons, hash="2" * 64))
    now = datetime.now(UTC).replace(tzinfo=None)
    for rule in ("D3", "D4"):
        unit.add(
            Clock(
                id=uuid7(),
                petition_id=petition_id,
                rule=rule,
                due_on=now.date(),
                next_at=now,
                state="running",
            )
        )
    await unit.execute(
        update(Clock).where(Clock.petition_id == petition_id, Clock.rule == "D1").values(state="met")
    )
    await unit.flush()
    head = insert(Head).values(organ_id=organ, last=1)
    taken = head.on_conflict_do_update(index_elements=[Head.organ_id], set_={"last": Head.last + 1})
    seq = (await unit.execute(taken.returning(Head.last))).scalar_one()
    unit.add(Entry(organ_id=organ, seq=seq, petition_id=petition_id, data={"number": "430900-1"}))


async def prepare(dsn: str) -> None:
    engine = create_async_engine(dsn)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await engine.dispose()


async def work(dsn: str, redis: str) -> None:
    engine = create_async_engine(dsn, pool_size=POOL, max_overflow=0)
    worker = Worker(
        [func(route, name="route")],
        queue_name=QUEUE,
        redis_settings=RedisSettings.from_dsn(redis),
        ctx={"session": async_sessionmaker(engine, expire_on_commit=False)},
        log_results=False,
        health_check_interval=3600,
        **TUNED,
    )
    await worker.async_run()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--dsn", required=True)
    parser.add_argument("--redis", required=True)
    options = parser.parse_args()
    uvloop.run(work(options.dsn, options.redis))


if __name__ == "__main__":
    main()
