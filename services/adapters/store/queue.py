"""The outbox as a queue: claims with a lease, judged by the database's clock and fenced by the attempt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    Update,
    Uuid,
    and_,
    bindparam,
    delete,
    func,
    select,
    tuple_,
    union,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningDelete, ReturningUpdate

from services.adapters.store.columns import database_now
from services.adapters.store.database import Database
from services.adapters.store.tables.ledger import events
from services.adapters.store.tables.outbox import FRESH, TRIED, outbox
from services.application.ports import LeaseLost
from services.domain.outbox import LEASE_SECONDS, MAX_TRIES, Job, JobState, back_off

MAX_ERROR_CHARS = 2000
JOB_FIELDS = len(fields(Job))
DIED = "worker died on every try"
# A job has the moment of the act that left it, and the ledger knows by which call that was: no column needed.
LEFT_BY = (
    select(events.c.request_id)
    .where(events.c.petition_id == outbox.c.petition_id, events.c.at == outbox.c.created_at)
    .order_by(events.c.seq)
    .limit(1)
    .correlate(outbox)
    .scalar_subquery()
)


class SqlQueue:
    """See :class:`services.application.ports.Queue`.

    ``run_at`` of a leased job is the end of its lease: one index finds what is due and what was abandoned.
    """

    def __init__(self, database: Database, *, lease_seconds: int = LEASE_SECONDS) -> None:
        self._database = database
        self.lease_seconds = lease_seconds

    async def claim(self, topics: Sequence[str], *, worker: str, limit: int, retried: bool) -> list[Job]:
        """Up to ``limit`` due jobs of the given topics, oldest first; ``retried`` ones were tried before.

        Of those only what was abandoned once comes in numbers, for most of it was merely in a dying worker's
        hands. The rest is claimed one at a time: a job that kills its worker soon kills nothing else.
        """
        given = {"topics": tuple(topics), "limit": limit, "worker": worker}
        async with self._database.single() as connection:
            claim = _claim(connection.dialect.name, retried, self.lease_seconds)
            rows = (await connection.execute(claim, given)).all()
        jobs = [Job(*row[:JOB_FIELDS]) for row in rows]
        return sorted(jobs, key=lambda job: job.id)

    async def heartbeat(self, jobs: Sequence[Job]) -> int:
        """Lengthen the leases of jobs still in hand. Returns how many were.

        Rows that a transaction has locked are being finished: they are passed over, not waited for.
        """
        async with self._database.single() as connection:  # SQLite counts no rows of a statement WITH a CTE
            longer = _longer(connection.dialect.name, self.lease_seconds)
            return len((await connection.execute(longer, _held(connection, jobs))).all())

    async def fail(self, job: Job, error: str) -> int:
        """Give a job back with its error: later again, or to the dead letters after the last try."""
        last = job.tries >= MAX_TRIES
        return await self._change(
            [job],
            state=(JobState.DEAD if last else JobState.PENDING).value,
            run_at=database_now(back_off(job.tries)),
            error=error[:MAX_ERROR_CHARS],
        )

    async def release(self, *jobs: Job) -> int:
        """Give back jobs not tried to the end: no try is burnt, the fence has moved all the same."""
        return await self._change(
            jobs, state=JobState.PENDING.value, run_at=database_now(), tries=outbox.c.tries - 1
        )

    async def bury_abandoned(self) -> int:
        """Jobs whose every try ended with the death of its worker go to the dead letters."""
        abandoned = and_(TRIED, outbox.c.tries >= MAX_TRIES, outbox.c.run_at <= database_now())
        error = func.coalesce(outbox.c.error, DIED)
        buried = update(outbox).where(abandoned).values(state=JobState.DEAD.value, error=error)
        return await self._run(buried)

    async def retry(self, job_id: object | None = None) -> int:
        """Put one dead letter, or all of them, back into the queue with fresh tries."""
        dead: ColumnElement[bool] = outbox.c.state == JobState.DEAD.value
        if job_id is not None:
            dead = and_(dead, outbox.c.id == job_id)
        fresh = {"state": JobState.PENDING.value, "tries": 0, "run_at": database_now()}
        return await self._run(update(outbox).where(dead).values(fresh))

    async def listing(self, *, only_dead: bool = False, limit: int = 200) -> list[dict[str, Any]]:
        """Jobs for a person to read, oldest first."""
        query = select(outbox).order_by(outbox.c.run_at, outbox.c.id).limit(limit)
        if only_dead:
            query = query.where(outbox.c.state == JobState.DEAD.value)
        async with self._database.reading() as connection:
            return [dict(row) for row in (await connection.execute(query)).mappings()]

    async def waiting(self) -> dict[str, int]:
        """How many jobs there are in each state."""
        query = select(outbox.c.state, func.count()).group_by(outbox.c.state)
        async with self._database.reading() as connection:
            return {state: count for state, count in (await connection.execute(query)).all()}

    async def _change(self, jobs: Sequence[Job], **values: Any) -> int:
        async with self._database.single() as connection:
            given_back = update(outbox).where(_ours(connection.dialect.name)).values(values)
            return int((await connection.execute(given_back, _held(connection, jobs))).rowcount)

    async def _run(self, statement: Update) -> int:
        async with self._database.single() as connection:
            return int((await connection.execute(statement)).rowcount)


async def finish(connection: AsyncConnection, jobs: Sequence[Job]) -> None:
    """Take jobs off the outbox with the transaction that did them; raises LeaseLost when one is not ours."""
    if not jobs:
        return
    done = await connection.execute(_done(connection.dialect.name), _held(connection, jobs))
    gone = set(done.scalars())
    for job in jobs:
        if job.id not in gone:
            raise LeaseLost(job=job.id, attempt=job.attempt)


# To put a statement together costs as much as to run it, and a worker runs these for every batch.
@cache
def _claim(dialect: str, retried: bool, lease_seconds: int) -> ReturningUpdate[Any]:
    chosen = _next_tried() if retried else _next_fresh()
    leased = {
        "state": JobState.LEASED.value,
        "attempt": outbox.c.attempt + 1,
        "tries": outbox.c.tries + 1,
        "run_at": database_now(lease_seconds),
        "worker": bindparam("worker"),
    }
    claim = update(outbox).where(outbox.c.id.in_(chosen)).values(leased)
    told = (outbox.c.id, outbox.c.topic, outbox.c.petition_id, outbox.c.attempt, outbox.c.tries)
    return claim.returning(*told, func.coalesce(LEFT_BY, ""), *(() if retried else _not_awaited(dialect)))


def _not_awaited(dialect: str) -> tuple[ColumnElement[str], ...]:
    """A lease need not outlive the server that gave it: the commit of this one statement waits for no disk.

    When PostgreSQL dies, the job is as it was before, and two may come to hold it under one attempt. One
    takes it off the outbox with what it did, the other finds it gone; one that the other gives back is done
    again. Later tries are counted durably, for the job may be what ends the server.
    """
    return (func.set_config("synchronous_commit", "off", True),) if dialect == "postgresql" else ()


# In a CTE, because PostgreSQL may run a subquery that locks rows more than once, and take too many.
def _next_fresh() -> Select[Any]:
    fresh = select(outbox.c.id).where(FRESH, *_due()).order_by(*_OLDEST_FIRST).limit(bindparam("limit"))
    return select(fresh.with_for_update(skip_locked=True).cte("taken").c.id)


def _next_tried() -> CompoundSelect[Any]:
    """The oldest; where that one was abandoned once, others with it of which the same is true."""
    abandoned_once = and_(outbox.c.tries == 1, outbox.c.state == JobState.LEASED.value)
    tried = select(outbox.c.id, abandoned_once.label("abandoned_once")).where(TRIED, *_due())
    oldest = tried.order_by(*_OLDEST_FIRST).limit(1).with_for_update(skip_locked=True).cte("oldest")
    is_one = select(oldest.c.abandoned_once).scalar_subquery()
    alike = select(outbox.c.id).where(TRIED, *_due(), abandoned_once, is_one)
    others = alike.order_by(*_OLDEST_FIRST).limit(bindparam("limit"))
    held = others.with_for_update(skip_locked=True).cte("others")
    return union(select(oldest.c.id), select(held.c.id))


_OLDEST_FIRST = (outbox.c.run_at, outbox.c.id)


def _due() -> tuple[ColumnElement[bool], ...]:
    return (
        outbox.c.topic.in_(bindparam("topics", expanding=True)),
        outbox.c.run_at <= database_now(),
        outbox.c.tries < MAX_TRIES,
    )


@cache
def _longer(dialect: str, lease_seconds: int) -> ReturningUpdate[Any]:
    held = select(outbox.c.id).where(_ours(dialect)).with_for_update(skip_locked=True).cte("held")
    longer = update(outbox).where(outbox.c.id.in_(select(held.c.id)))
    return longer.values(run_at=database_now(lease_seconds)).returning(outbox.c.id, *_not_awaited(dialect))


@cache
def _done(dialect: str) -> ReturningDelete[Any]:
    return delete(outbox).where(_ours(dialect)).returning(outbox.c.id)


def _ours(dialect: str) -> ColumnElement[bool]:
    """The jobs of :func:`_held` that nobody has claimed since: whoever claims one raises its ``attempt``."""
    claimed = tuple_(outbox.c.id, outbox.c.attempt)
    if dialect == "postgresql":  # two arrays: the text is the same however many there are
        given = bindparam("ids", type_=ARRAY(Uuid)), bindparam("attempts", type_=ARRAY(Integer))
        held = claimed.in_(select(*(func.unnest(each) for each in given)))
    else:
        held = claimed.in_(bindparam("held", expanding=True))
    return and_(held, outbox.c.state == JobState.LEASED.value)


def _held(connection: AsyncConnection, jobs: Sequence[Job]) -> dict[str, Any]:
    ids, attempts = [job.id for job in jobs], [job.attempt for job in jobs]
    if connection.dialect.name == "postgresql":
        return {"ids": ids, "attempts": attempts}
    return {"held": list(zip(ids, attempts, strict=True))}
