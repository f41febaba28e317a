"""The unit of work: everything an act changes, written in one transaction, the feed's numbers last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, bindparam, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from services.adapters.store import arrays, counters, mappings, queue, same_matter
from services.adapters.store.ahead import Wanted, read_together
from services.adapters.store.mapping import Mapped, Seal
from services.adapters.store.repository import SqlRepository
from services.adapters.store.tables.inbox import feed_heads
from services.adapters.store.tables.ledger import events
from services.adapters.store.tables.outbox import idempotency_keys, outbox
from services.adapters.store.tables.paper import paper_counters
from services.adapters.store.tables.petition import petitions
from services.adapters.store.wakes import FEED
from services.adapters.store.writes import Writes
from services.application.arrival import StoredAnswer
from services.application.causes import cause_of
from services.domain import ledger
from services.domain.identity import index_document
from services.domain.inbox import EntryType, InboxEntry
from services.domain.issued_paper import IssuedPaper
from services.domain.outbox import Job, JobState, Topic
from services.domain.paper import Paper
from services.domain.petition import Petition
from services.domain.refusal import NotFound
from services.domain.same_matter import Identity, People

T = TypeVar("T")


class SqlWork:
    """See :class:`services.application.ports.Work`. ``recorded`` counts its events by kind;
    ``rung`` and ``posted_to`` tell what to announce.
    """

    def __init__(self, connection: AsyncConnection, seal: Seal, *, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self._seal = seal
        self._drafts: dict[UUID, tuple[Petition, list[ledger.Draft]]] = {}
        self._entries: list[tuple[InboxEntry, Petition]] = []
        self._jobs: list[dict[str, Any]] = []
        self._papers: list[tuple[IssuedPaper, Callable[[int], Paper]]] = []
        self.recorded: Counter[str] = Counter()
        self.rung: set[str] = set()
        self.posted_to: set[UUID] = set()
        self._writes = Writes(connection)
        self._repositories: list[SqlRepository[Any]] = []
        # In the order in which they are written: the petition first, what refers to it after.
        self.petitions = self._repository(mappings.PETITIONS)
        self.petitioners = self._repository(mappings.PETITIONERS)
        self.respondents = self._repository(mappings.RESPONDENTS)
        self.supplements = self._repository(mappings.SUPPLEMENTS)
        self.attachments = self._repository(mappings.ATTACHMENTS)
        self.evaluations = self._repository(mappings.EVALUATIONS)
        self.callbacks = self._repository(mappings.CALLBACKS)
        self.cares = self._repository(mappings.CARES)
        self.links = self._repository(mappings.LINKS)
        self.shields = self._repository(mappings.SHIELDS)
        self.decisions = self._repository(mappings.DECISIONS)
        self.dispatches = self._repository(mappings.DISPATCHES)
        self.objections = self._repository(mappings.OBJECTIONS)
        self.disputes = self._repository(mappings.DISPUTES)
        self.recusals = self._repository(mappings.RECUSALS)
        self.recommendations = self._repository(mappings.RECOMMENDATIONS)
        self.opinions = self._repository(mappings.OPINIONS)
        self.executions = self._repository(mappings.EXECUTIONS)
        self.notices = self._repository(mappings.NOTICES)
        self.reviews = self._repository(mappings.REVIEWS)
        self.papers = self._repository(mappings.PAPERS)
        self.deadlines = self._repository(mappings.DEADLINES)
        self.clients = self._repository(mappings.CLIENTS)
        self.holiday_notices = self._repository(mappings.HOLIDAY_NOTICES)
        self.inbox = self._repository(mappings.INBOX)
        # Read only: events are written by ``record``, chained.
        self.events = SqlRepository(connection, mappings.EVENTS, seal)
        self.request_id = ""
        self.fingerprint: str | None = None

    def _repository(self, mapped: Mapped[T]) -> SqlRepository[T]:
        repository = SqlRepository(self.connection, mapped, self._seal)
        self._repositories.append(repository)
        return repository

    async def lock(self, petition_id: UUID) -> Petition:
        found = await self.petitions.select(_LOCKED, {"id": petition_id})
        if not found:
            raise NotFound("信访件", "petition")
        return found[0]

    async def lock_all(self, petition_ids: Sequence[UUID]) -> list[Petition]:
        locked = _all_locked(self.connection.dialect.name)
        found = await self.petitions.select(locked, {"ids": list(petition_ids)})
        ids = [petition.id for petition in found]
        more = [petition.id for petition in found if petition.version > 1]
        clients = list({petition.client_id for petition in found})
        of_all = (self.respondents, self.petitioners, self.attachments, self.deadlines)
        await self._read_ahead(
            *((repository, "petition_id", ids) for repository in of_all),
            (self.supplements, "petition_id", more),
            (self.clients, "id", clients),
        )
        return found

    async def _read_ahead(self, *wanted: tuple[SqlRepository[Any], str, Sequence[object]]) -> None:
        asked = [each for each in wanted if each[2]]
        if self.connection.dialect.name == "postgresql":
            tables = [Wanted(repository.table, column, keys) for repository, column, keys in asked]
            found = await read_together(self.connection, tables)
        else:
            found = [await repository.rows(column, keys) for repository, column, keys in asked]
        for (repository, column, keys), rows in zip(asked, found, strict=True):
            repository.hold(column, keys, rows)

    def record(
        self, petition: Petition, kind: str, *, actor: str, data: Mapping[str, object] | None = None
    ) -> None:
        self.recorded[kind] += 1
        _, drafts = self._drafts.setdefault(petition.id, (petition, []))
        drafts.append(ledger.Draft(id=uuid7(), at=self.now, kind=kind, actor=actor, data=dict(data or {})))

    def post(self, organ_id: UUID, type: EntryType, petition: Petition, data: Mapping[str, object]) -> None:
        entry = InboxEntry(
            id=uuid7(), organ_id=organ_id, seq=0, type=type, petition_id=petition.id, at=self.now,
            data={"number": petition.number, **data},
        )  # fmt: skip
        self._entries.append((entry, petition))

    def issue(self, paper: IssuedPaper, write: Callable[[int], Paper]) -> None:
        self._papers.append((paper, write))

    async def enqueue(self, topic: Topic, *petition_ids: UUID) -> None:
        rows = [
            {"id": uuid7(), "topic": topic.value, "petition_id": petition_id, "state": JobState.PENDING.value,
             "attempt": 0, "tries": 0, "created_at": self.now}
            for petition_id in petition_ids
        ]  # fmt: skip
        self._jobs.extend(rows)

    async def finish(self, *jobs: Job) -> None:
        await queue.finish(self.connection, jobs)

    async def kept_answer(self, client_id: str, key: str) -> StoredAnswer | None:
        query = select(idempotency_keys).where(*_key(client_id, key))
        found = (await self.connection.execute(query)).one_or_none()
        if found is None:
            return None
        sealed = ("idempotency_keys", "answer", str(found.id))
        answer = self._seal.cipher.decrypt(*sealed, found.answer)
        return StoredAnswer(body_hash=found.body_hash, status=found.status, answer=answer)

    async def identities(self, *petition_ids: UUID) -> dict[UUID, list[Identity]]:
        return await same_matter.identities(self.connection, petition_ids)

    async def people(self, *petition_ids: UUID) -> dict[UUID, People]:
        return await same_matter.people(self.connection, petition_ids)

    async def brought_by(self, people: Sequence[Identity], *, before: UUID) -> list[UUID]:
        return await same_matter.brought_by(self.connection, people, before=before)

    def identity_of_document(self, number: str) -> Identity:
        return Identity(document=self._seal.index.index("document_number", index_document(number)))

    async def done_before(self, petition_id: UUID, fingerprint: str) -> bool:
        mine = (events.c.petition_id == petition_id, events.c.fingerprint == fingerprint)
        return bool(await self.connection.scalar(select(exists().where(*mine))))

    async def flush(self) -> None:
        """Write all that waits: what needs no number, then papers and entries of feeds. These are numbered
        late, for others wait for their counters until the commit.
        """
        chained = [row for petition, drafts in self._drafts.values() for row in self._chain(petition, drafts)]
        self._drafts.clear()
        for repository in self._repositories:
            repository.write(self._writes)
        if chained:
            self._writes.add(events, chained)
        if self._jobs:
            self.rung |= {job["topic"] for job in self._jobs}
            self._writes.add(outbox, self._jobs)
            self._jobs = []
        await self._writes.send()
        await self._number_papers()
        await self._number_entries()
        await self._writes.send()

    def _chain(self, petition: Petition, drafts: list[ledger.Draft]) -> list[dict[str, Any]]:
        chained = ledger.chain(petition.id, petition.head, petition.version, drafts)
        petition.version, petition.head = chained[-1].seq, chained[-1].hash
        self.petitions.touch(petition)
        call = {"request_id": self.request_id or cause_of(petition.id), "fingerprint": self.fingerprint}
        return [mappings.EVENTS.row(event, self._seal) | call for event in chained]

    async def _number_papers(self) -> None:
        """Take the next numbers of every organ and kind."""
        if not self._papers:
            return
        papers, self._papers = self._papers, []
        counts = Counter((paper.organ_id, paper.kind.value, paper.year) for paper, _ in papers)
        reached = await counters.raised(self.connection, paper_counters, counts)
        following = {key: reached[key] - counts[key] for key in counts}
        for paper, write in papers:
            key = (paper.organ_id, paper.kind.value, paper.year)
            following[key] += 1
            paper.set_down(following[key], write(following[key]))
        await self.papers.add(*(paper for paper, _ in papers))
        self.papers.write(self._writes)

    async def _number_entries(self) -> None:
        """Take the next numbers of every feed concerned, and tell who listens to it."""
        if not self._entries:
            return
        counts = Counter((entry.organ_id,) for entry, _ in self._entries)
        reached = await counters.raised(self.connection, feed_heads, counts, telling=_TOLD)
        following = {key: reached[key] - counts[key] for key in counts}
        for entry, petition in self._entries:
            key = (entry.organ_id,)
            following[key] += 1
            entry.seq = following[key]
            entry.data = {**entry.data, "version": petition.version}
        await self.inbox.add(*(entry for entry, _ in self._entries))
        self.inbox.write(self._writes)
        self.posted_to |= {organ_id for (organ_id,) in counts}
        self._entries = []


_TOLD = f"pg_notify('{FEED}', feed_heads.organ_id::text)"
_LOCKED = select(petitions).where(petitions.c.id == bindparam("id")).with_for_update()


@cache
def _all_locked(dialect: str) -> Select[Any]:
    wanted = select(petitions).where(arrays.one_of(petitions.c.id, "ids", dialect))
    return wanted.order_by(petitions.c.id).with_for_update()


def _key(client_id: str, key: str) -> tuple[Any, Any]:
    return (idempotency_keys.c.client_id == client_id, idempotency_keys.c.key == key)
