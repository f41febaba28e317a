"""The way in, written in batches: a batch is what arrived while the one before it was being committed.

Registering is the one act that a whole city may do at once; for that it leaves the plain way of one unit of
work and one transaction each, which took 9.1 times the processor time of a bare floor where batches took 2.8
(docs/decisions/0021-hot-paths.md, with what each step gained). An answer still
waits for the commit of its own petition; a batch that fails is stored one by one, so that a bad one fails
alone. No timer: one that comes alone is written at once. How many are let in is counted before they wait for
anything, their numbers included.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from contextvars import Context
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Column, Table
from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from services.adapters.store import mappings
from services.adapters.store.arrays import BY_THE_DATABASE, Row
from services.adapters.store.faults import LONG_SECONDS, constraint_of
from services.adapters.store.mapping import Seal
from services.adapters.store.tables.chain import deadlines
from services.adapters.store.tables.ledger import events
from services.adapters.store.tables.outbox import idempotency_keys, outbox
from services.adapters.store.tables.petition import petitioners, petitions, respondents
from services.application.arrival import Arrival
from services.application.fault_points import fault
from services.application.ports import Conflict, IntakeFull, KeyUnderWay, StoreBusy, StoreUnavailable
from services.domain.outbox import JobState, Topic

MOST_AT_ONCE = 64
MOST_UNDER_WAY = 1024
IDLE_SECONDS = 1.0
PATIENCE_SECONDS = 8.0
"""Whoever is not stored so long after its batch was begun is told to come again: nobody waits beyond ten."""
TABLES: tuple[Table, ...] = (petitions, petitioners, respondents, deadlines, events, outbox)
"""What belongs to a petition, in the order of the references; the key and its answer are written before."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """An arrival as rows, encrypted. ``documents``: the blind indexes of people whose past is to be told."""

    id: UUID
    client_id: str
    external_ref: str | None
    documents: list[bytes]
    key: Row | None
    rows: dict[Table, list[Row]]


Write = Callable[[Sequence[Sealed]], Awaitable[Collection[UUID]]]
"""Stores a batch in one transaction, without those that must be looked at first. Returns whom it stored."""
Waiting = tuple[Sealed, asyncio.Future[bool]]


class Writer(Protocol):
    def session(self, *, briefly: bool = False) -> AbstractAsyncContextManager[Write]:
        """What writes while there is something to write; not used again once it has failed.

        ``briefly``: it waits for a lock a second at most.
        """

    async def close(self) -> None: ...


class Room:
    """Counts who is in it, and lets in no more than so many."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._inside = 0

    def __enter__(self) -> None:
        if self._inside >= self._most:
            raise IntakeFull()
        self._inside += 1

    def __exit__(self, *_: object) -> None:
        self._inside -= 1


class BatchedIntake:
    """See :class:`services.application.ports.Intake`. One a process; ``stored`` is told of every batch."""

    def __init__(
        self,
        writer: Writer,
        seal: Seal,
        stored: Callable[[], Awaitable[None]],
        *,
        most_under_way: int = MOST_UNDER_WAY,
        long_seconds: float = LONG_SECONDS,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self.room = Room(most_under_way)
        self._long_seconds = long_seconds
        self._patience_seconds = patience_seconds
        self._writer = writer
        self._seal = seal
        self._stored = stored
        self._waiting: deque[Waiting] = deque()
        self._somebody = asyncio.Event()
        self._writing: asyncio.Task[None] | None = None
        self._closing = False

    async def store(self, arrival: Arrival) -> bool:
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((sealed(arrival, self._seal), done))
        self._somebody.set()
        if self._writing is None or self._writing.done():
            # It writes for all who wait: what it logs belongs to no one call.
            self._writing = asyncio.create_task(self._write_all(), context=Context())
        return await done

    async def close(self) -> None:
        """Write what waits, then let go."""
        self._closing = True
        self._somebody.set()
        if self._writing is not None:
            await asyncio.wait([self._writing])
        await self._writer.close()

    async def _write_all(self) -> None:
        while self._waiting:
            try:
                async with self._writer.session() as write:
                    while await self._is_somebody_there() and await self._write_next(write):
                        pass
            except Exception as error:  # no session to be had: whoever waits is told, and tries again
                _fail(self._taken(len(self._waiting)), error)

    async def _is_somebody_there(self) -> bool:
        """False after a while without anybody, so that the connection goes back: to get one anew for every
        batch would cost as much as the batch.
        """
        if not self._waiting and not self._closing:
            self._somebody.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(IDLE_SECONDS):
                    await self._somebody.wait()
        return bool(self._waiting)

    def _taken(self, most: int) -> list[Waiting]:
        """Who is next. A call cancelled while it still waited is not registered: it was told nothing."""
        taken = [self._waiting.popleft() for _ in range(min(len(self._waiting), most))]
        return [each for each in taken if not each[1].done()]

    async def _write_next(self, write: Write) -> bool:
        """Write a batch; one that fails one by one, so that a bad one fails alone. False: no more of this
        session. With the database away, or locked for long, all fail at once: none waits its turn for
        minutes.
        """
        batch, began = self._taken(MOST_AT_ONCE), time.monotonic()
        try:
            await self._write(write, batch)
        except KeyUnderWay as error:
            if len(batch) == 1:
                _fail(batch, error)
            else:
                await self._write_each(batch, began)
        except StoreUnavailable as error:
            if isinstance(error, StoreBusy) and len(batch) > 1 and not self._took_long(began):
                await self._write_each(batch, began)  # a deadlock, perhaps: of two, not of all
            else:
                self._give_up(batch, error, began)
        except Exception:
            await self._write_each(batch, began)
        else:
            return True
        return False

    async def _write_each(self, batch: list[Waiting], began: float) -> None:
        for position, each in enumerate(batch):
            if time.monotonic() - began > self._patience_seconds:
                self._give_up(batch[position:], StoreBusy(), began)
                break
            try:
                async with self._writer.session(briefly=True) as write:
                    await self._write(write, [each])
            except KeyUnderWay as error:
                _fail([each], error)
            except StoreUnavailable as error:  # it is not one of them: all would wait
                self._give_up(batch[position:], error, began)
                break
            except Exception as error:
                _fail([each], error)

    def _give_up(self, batch: list[Waiting], error: Exception, began: float) -> None:
        """Tell a batch. When it took long to show, who came meanwhile has waited for it, too, and does not
        wait again.
        """
        _fail([*batch, *self._taken(len(self._waiting) if self._took_long(began) else 0)], error)

    def _took_long(self, began: float) -> bool:
        return time.monotonic() - began > self._long_seconds

    async def _write(self, write: Write, batch: list[Waiting]) -> None:
        if not batch:
            return
        fault("before_commit")
        new = await write([each for each, _ in batch])
        fault("after_commit_before_ack")
        if new:
            await self._stored()
        for each, done in batch:
            if not done.done():
                done.set_result(each.id in new)


def _fail(batch: Iterable[Waiting], error: Exception) -> None:
    told = Conflict(constraint=constraint_of(error)) if isinstance(error, IntegrityError) else error
    for _, done in batch:
        if not done.done():
            done.set_exception(told)


def sealed(arrival: Arrival, seal: Seal) -> Sealed:
    """The rows of an arrival, personal fields under lock."""
    petition = arrival.petition
    people = [mappings.PETITIONERS.row(person, seal) for person in arrival.petitioners]
    to_know = set(arrival.people_to_know)
    call = {"request_id": arrival.call.request_id, "fingerprint": arrival.call.fingerprint}
    job = {
        "id": uuid7(),
        "topic": Topic.ROUTE.value,
        "petition_id": petition.id,
        "state": JobState.PENDING.value,
        "attempt": 0,
        "tries": 0,
        "worker": None,
        "error": None,
        "created_at": arrival.now,
    }
    return Sealed(
        id=petition.id,
        client_id=petition.client_id,
        external_ref=petition.external_ref,
        documents=[row["document_number_index"] for row in people if row["id"] in to_know],
        key=_key_row(arrival, seal),
        rows={
            petitions: [mappings.PETITIONS.row(petition, seal)],
            petitioners: people,
            respondents: [mappings.RESPONDENTS.row(each, seal) for each in arrival.respondents],
            deadlines: [mappings.DEADLINES.row(each, seal) for each in arrival.deadlines.values],
            events: [mappings.EVENTS.row(each, seal) | call for each in arrival.events],
            outbox: [job],
        },
    )


def _key_row(arrival: Arrival, seal: Seal) -> Row | None:
    """The key's row has the id of its petition: by it a statement tells whose key was new."""
    if arrival.key is None or arrival.answer is None:
        return None
    place = (idempotency_keys.name, "answer", str(arrival.petition.id))
    return {
        "id": arrival.petition.id,
        "client_id": arrival.petition.client_id,
        "key": arrival.key,
        "body_hash": arrival.answer.body_hash,
        "status": arrival.answer.status,
        "answer": seal.cipher.encrypt(*place, arrival.answer.answer),
    }


def sent(table: Table) -> list[Column[Any]]:
    """The columns that are given, in order; the others are the database's own."""
    return [column for column in table.columns if (table, column.name) not in BY_THE_DATABASE]


def rows_of(batch: Iterable[Sealed], table: Table) -> list[Row]:
    return [row for each in batch for row in each.rows[table]]
