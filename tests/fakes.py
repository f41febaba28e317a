"""Doubles of the ports; ``tests/integration/test_contract.py`` holds them to what the real ones do."""

from __future__ import annotations

import copy
import itertools
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from services.adapters.workdays import work_calendar
from services.application.arrival import StoredAnswer
from services.application.ports import LeaseLost
from services.domain import ledger
from services.domain.access import Call, Client, Shield
from services.domain.calendar import WorkCalendar, local_date
from services.domain.deadline import Deadline
from services.domain.decision import DecisionRecord
from services.domain.directory import Directory
from services.domain.dispatch import Dispatch, Objection
from services.domain.dispute import Dispute
from services.domain.execution import Execution
from services.domain.holiday_notice import HolidayNotice, LoadedNotice
from services.domain.inbox import EntryType, InboxEntry
from services.domain.issued_paper import IssuedPaper
from services.domain.number import format_number
from services.domain.opinion import Notice, Opinion
from services.domain.outbox import Job, Topic
from services.domain.paper import Paper
from services.domain.petition import (
    Attachment,
    Callback,
    Care,
    Evaluation,
    Petition,
    Petitioner,
    Respondent,
    Supplement,
)
from services.domain.recommendation import Recommendation
from services.domain.recusal import Recusal
from services.domain.refusal import NotFound
from services.domain.review import Review
from services.domain.router import Router
from services.domain.same_matter import Identity, Link, People
from services.domain.statute import RulePack
from tests.fake_intake import FakeIntake
from tests.fake_lists import FakeLists

T = TypeVar("T")
KINDS = (
    "petitions", "petitioners", "respondents", "supplements", "attachments", "evaluations", "callbacks",
    "cares", "shields", "decisions", "recusals", "recommendations", "dispatches", "objections", "opinions",
    "executions", "notices", "reviews", "deadlines", "events", "inbox", "clients", "papers",
    "holiday_notices", "links", "disputes",
)  # fmt: skip


class FixedClock:
    """Stands still until a test moves it."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def today(self) -> date:
        return local_date(self.moment)

    def pass_days(self, days: int) -> None:
        self.moment += timedelta(days=days)


class FakeRepository(Generic[T]):
    """Copies in, copies out: a value changes in the store only when the unit of work ends."""

    def __init__(self, rows: dict[Any, T]) -> None:
        self._rows = rows
        self._seen: dict[Any, T] = {}
        self._added: list[T] = []
        self._saved: list[T] = []

    async def get(self, key: object) -> T:
        if key not in self._rows:
            raise NotFound()
        return self._copy(key)

    async def find(self, **equals: object) -> list[T]:
        return [self._copy(key) for key in sorted(self._rows, key=str) if self._fits(self._rows[key], equals)]

    async def add(self, *values: T) -> None:
        self._added.extend(values)

    async def save(self, *values: T) -> None:
        self._saved.extend(values)

    async def refresh(self, value: T) -> None:
        stored = self._rows[_key(value)]
        for field in fields(stored):  # type: ignore[arg-type]  # every stored value is a dataclass
            setattr(value, field.name, copy.deepcopy(getattr(stored, field.name)))

    def flush(self) -> None:
        for value in (*self._added, *self._saved):
            self._rows[_key(value)] = copy.deepcopy(value)
        self._added, self._saved = [], []

    def _copy(self, key: Any) -> T:
        return self._seen.setdefault(key, copy.deepcopy(self._rows[key]))

    @staticmethod
    def _fits(row: T, equals: Mapping[str, object]) -> bool:
        return all(
            getattr(row, name) in value if isinstance(value, tuple) else getattr(row, name) == value
            for name, value in equals.items()
        )


def _key(value: Any) -> Any:
    """The primary key: the id, or for an inbox entry (organ, number), for a shield both of its ids."""
    if isinstance(value, InboxEntry):
        return (value.organ_id, value.seq)
    return value.id if hasattr(value, "id") else (value.petition_id, value.organ_id)


class FakeStore:
    """What is committed, for all units of work."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[Any, Any]] = {kind: {} for kind in KINDS}
        self.jobs: dict[UUID, Job] = {}
        self.answers: dict[tuple[str, str], StoredAnswer] = {}
        self.heads: dict[UUID, int] = {}
        self.counters: Counter[tuple[UUID, str, int]] = Counter()
        self.fingerprints: set[tuple[UUID, str]] = set()


class FakeWork:
    """One unit of work on a :class:`FakeStore`. ``flush`` writes; leaving it by an exception does not."""

    def __init__(self, store: FakeStore, world: FakeWorld, call: Call | None) -> None:
        self.store = store
        self.now = world.clock.now()
        self.request_id, self.fingerprint = (call.request_id, call.fingerprint) if call else ("", None)
        self._world = world
        self._drafts: dict[UUID, tuple[Petition, list[ledger.Draft]]] = {}
        self._entries: list[tuple[InboxEntry, Petition]] = []
        self._jobs: list[Job] = []
        self._papers: list[tuple[IssuedPaper, Callable[[int], Paper]]] = []
        self._finished: list[Job] = []
        rows = store.rows
        self.petitions = FakeRepository[Petition](rows["petitions"])
        self.petitioners = FakeRepository[Petitioner](rows["petitioners"])
        self.respondents = FakeRepository[Respondent](rows["respondents"])
        self.supplements = FakeRepository[Supplement](rows["supplements"])
        self.attachments = FakeRepository[Attachment](rows["attachments"])
        self.evaluations = FakeRepository[Evaluation](rows["evaluations"])
        self.callbacks = FakeRepository[Callback](rows["callbacks"])
        self.cares = FakeRepository[Care](rows["cares"])
        self.links = FakeRepository[Link](rows["links"])
        self.shields = FakeRepository[Shield](rows["shields"])
        self.decisions = FakeRepository[DecisionRecord](rows["decisions"])
        self.dispatches = FakeRepository[Dispatch](rows["dispatches"])
        self.objections = FakeRepository[Objection](rows["objections"])
        self.disputes = FakeRepository[Dispute](rows["disputes"])
        self.recusals = FakeRepository[Recusal](rows["recusals"])
        self.recommendations = FakeRepository[Recommendation](rows["recommendations"])
        self.opinions = FakeRepository[Opinion](rows["opinions"])
        self.executions = FakeRepository[Execution](rows["executions"])
        self.notices = FakeRepository[Notice](rows["notices"])
        self.reviews = FakeRepository[Review](rows["reviews"])
        self.papers = FakeRepository[IssuedPaper](rows["papers"])
        self.deadlines = FakeRepository[Deadline](rows["deadlines"])
        self.events = FakeRepository[ledger.Event](rows["events"])
        self.inbox = FakeRepository[InboxEntry](rows["inbox"])
        self.clients = FakeRepository[Client](rows["clients"])
        self.holiday_notices = FakeRepository[LoadedNotice](rows["holiday_notices"])

    async def lock(self, petition_id: UUID) -> Petition:
        if petition_id not in self.store.rows["petitions"]:
            raise NotFound("信访件", "petition")
        found: Petition = await self.petitions.get(petition_id)
        return found

    async def lock_all(self, petition_ids: Sequence[UUID]) -> list[Petition]:
        return [await self.lock(each) for each in sorted(petition_ids)]

    def record(
        self, petition: Petition, kind: str, *, actor: str, data: Mapping[str, object] | None = None
    ) -> None:
        draft = ledger.Draft(
            id=self._world.codes.new_id(), at=self.now, kind=kind, actor=actor, data=dict(data or {})
        )
        self._drafts.setdefault(petition.id, (petition, []))[1].append(draft)

    def post(self, organ_id: UUID, type: EntryType, petition: Petition, data: Mapping[str, object]) -> None:
        new_id = self._world.codes.new_id()
        told = {"number": petition.number, **data}
        entry = InboxEntry(new_id, organ_id, 0, type, petition.id, self.now, told)
        self._entries.append((entry, petition))

    def issue(self, paper: IssuedPaper, write: Callable[[int], Paper]) -> None:
        self._papers.append((paper, write))

    async def enqueue(self, topic: Topic, *petition_ids: UUID) -> None:
        new_id = self._world.codes.new_id
        self._jobs.extend(Job(new_id(), topic.value, petition_id) for petition_id in petition_ids)

    async def finish(self, *jobs: Job) -> None:
        for job in jobs:
            held = self.store.jobs.get(job.id)
            if held is None or held.attempt != job.attempt:
                raise LeaseLost(job=job.id, attempt=job.attempt)
        self._finished.extend(jobs)

    async def identities(self, *petition_ids: UUID) -> dict[UUID, list[Identity]]:
        found: defaultdict[UUID, list[Identity]] = defaultdict(list)
        for person in await self.petitioners.find(petition_id=petition_ids):
            keys = (person.document_number, person.phone, person.name)
            found[person.petition_id].append(Identity(*(key.encode() if key else None for key in keys)))
        return found

    async def people(self, *petition_ids: UUID) -> dict[UUID, People]:
        found = await self.identities(*petition_ids)
        return {
            each: People(those, known=bool(await self.brought_by(those, before=each)))
            for each, those in found.items()
        }

    async def brought_by(self, people: Sequence[Identity], *, before: UUID) -> list[UUID]:
        documents = {each.document for each in people} - {None}
        phones = {each.phone for each in people} - {None}
        everybody = await self.identities(*self.store.rows["petitions"])
        found = {
            petition_id
            for petition_id, theirs in everybody.items()
            if petition_id < before
            and any(each.document in documents or each.phone in phones for each in theirs)
        }
        return sorted(found, reverse=True)[:20]

    def identity_of_document(self, number: str) -> Identity:
        return Identity(document=number.encode())

    async def kept_answer(self, client_id: str, key: str) -> StoredAnswer | None:
        return self.store.answers.get((client_id, key))

    async def done_before(self, petition_id: UUID, fingerprint: str) -> bool:
        return (petition_id, fingerprint) in self.store.fingerprints

    async def flush(self) -> None:
        for petition, drafts in self._drafts.values():
            events = ledger.chain(petition.id, petition.head, petition.version, drafts)
            petition.version, petition.head = events[-1].seq, events[-1].hash
            await self.petitions.save(petition)
            await self.events.add(*events)
            if self.fingerprint:
                self.store.fingerprints.add((petition.id, self.fingerprint))
        self._drafts = {}
        for paper, write in self._papers:
            key = (paper.organ_id, paper.kind.value, paper.year)
            self.store.counters[key] += 1
            paper.set_down(self.store.counters[key], write(self.store.counters[key]))
            await self.papers.add(paper)
        for entry, petition in self._entries:
            entry.data = {**entry.data, "version": petition.version}
            entry.seq = self.store.heads[entry.organ_id] = self.store.heads.get(entry.organ_id, 0) + 1
            await self.inbox.add(entry)
        for kind in KINDS:
            getattr(self, kind).flush()
        self.store.jobs |= {job.id: job for job in self._jobs}
        for job in self._finished:
            self.store.jobs.pop(job.id, None)
        self._papers, self._entries, self._jobs, self._finished = [], [], [], []


class FakeCodes:
    """Ids and codes that count up, so that a failing test reads the same each time."""

    def __init__(self) -> None:
        self._count = itertools.count(1)

    def new_id(self) -> UUID:
        return UUID(int=next(self._count))

    def query_code(self) -> str:
        return f"{next(self._count):016d}"

    def code_hash(self, code: str) -> bytes:
        return code.encode()

    def new_secret(self) -> str:
        return f"secret-{next(self._count)}"

    def secret_hash(self, secret: str) -> bytes:
        return secret.encode()


class FakeNumbers:
    def __init__(self) -> None:
        self._count = itertools.count(1)

    async def next(self, region_code: str, day: date) -> str:
        return format_number(region_code, day, next(self._count))


class FakeLaw:
    def __init__(self, pack: RulePack, calendar: WorkCalendar) -> None:
        self._pack, self.calendar = pack, calendar

    def calendar_with(self, notices: frozenset[HolidayNotice]) -> WorkCalendar:
        return work_calendar(notices) if notices else self.calendar

    def pack(self, region_code: str) -> RulePack:
        return self._pack


class FakeQueue:
    """Tests of the outbox run on the real one; use cases do not claim jobs."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"a use case asked the queue for {name}")


class FakeFeed:
    """Nothing ever comes."""

    def watching(self, organ_id: UUID, after: int, seconds: float) -> AbstractContextManager[FakeFeed]:
        return nullcontext(self)

    async def grown(self) -> bool:
        return False


class FakeWorld:
    """A world in memory; a test gives it the directory, the router and the law it wants."""

    def __init__(
        self, *, clock: FixedClock, directory: Directory, law: FakeLaw, router: Router | None = None
    ) -> None:
        self.reached_at = "http://127.0.0.1:8000"
        self.clock = clock
        self.law = law
        self.codes = FakeCodes()
        self.numbers = FakeNumbers()
        self.store = FakeStore()
        self.lists = self.reports = FakeLists(self.store.rows)
        self.intake = FakeIntake(self.store.rows, self.store.answers, self.begin)
        self.queue, self.feed = FakeQueue(), FakeFeed()
        self._directory, self._router = directory, router

    @asynccontextmanager
    async def begin(self, call: Call | None = None) -> AsyncIterator[FakeWork]:
        work = FakeWork(self.store, self, call)
        yield work
        await work.flush()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[FakeWork]:
        yield FakeWork(self.store, self, None)

    async def directory(self) -> Directory:
        return self._directory

    async def router(self) -> Router:
        assert self._router is not None, "this test routes: give the world a router"
        return self._router
