"""What the use cases need of the world. Adapters fulfil it; ``tests/fakes.py`` holds doubles of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any, Protocol, TypeVar
from uuid import UUID

from services.application.arrival import Arrival, StoredAnswer
from services.application.lists import Lists
from services.domain.access import Call, Client, Shield
from services.domain.calendar import WorkCalendar
from services.domain.deadline import Deadline
from services.domain.decision import DecisionRecord
from services.domain.directory import Directory
from services.domain.dispatch import Dispatch, Objection
from services.domain.dispute import Dispute
from services.domain.execution import Execution
from services.domain.holiday_notice import HolidayNotice, LoadedNotice
from services.domain.inbox import EntryType, InboxEntry
from services.domain.issued_paper import IssuedPaper
from services.domain.ledger import Event
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
from services.domain.refusal import Refusal
from services.domain.review import Review
from services.domain.router import Router
from services.domain.same_matter import Identity, Link, People
from services.domain.statute import RulePack

T = TypeVar("T")


class Repository(Protocol[T]):
    """Values of one kind. ``find`` matches columns for equality (a tuple: any of) in id order."""

    async def get(self, key: object) -> T: ...
    async def find(self, **equals: object) -> list[T]: ...
    async def add(self, *values: T) -> None: ...
    async def save(self, *values: T) -> None: ...
    async def refresh(self, value: T) -> None: ...


class LeaseLost(Refusal):
    """任务{job}(第{attempt}次)的租约已失效,结果不予写入。"""

    english = "The lease of job {job}, attempt {attempt}, is lost; nothing of it is written."


class Conflict(Refusal):
    """与已有记录冲突({constraint})。"""

    english = "The record conflicts with one that exists ({constraint})."


class StoreUnavailable(Refusal):
    """数据库暂时不可用,请稍后重试;已经确认的登记不会丢失。"""

    english = "The database is not available for the moment; retry shortly. Nothing acknowledged is lost."


class StoreBusy(StoreUnavailable):
    """数据正被另一项操作占用,请稍后重试。"""

    english = "Another operation holds the data; retry shortly."


class KeyUnderWay(StoreBusy):
    """同一编号的登记正在处理,请稍后重试。"""

    english = "A registration under the same key is under way; retry shortly."


class Recording(Protocol):
    """What a clock is started in: a unit of work, or a petition on its way into the store."""

    @property
    def deadlines(self) -> Repository[Deadline]: ...

    def record(
        self, petition: Petition, kind: str, *, actor: str, data: Mapping[str, object] | None = None
    ) -> None:
        """Append an event to the petition's ledger; it is chained and written at the commit."""


class Work(Recording, Protocol):
    """One transaction. What is recorded, posted and enqueued is written with it, or not at all.

    ``request_id`` and ``fingerprint`` are noted on every event recorded in it; ``now`` is its moment.
    """

    now: datetime
    request_id: str
    fingerprint: str | None

    @property
    def petitions(self) -> Repository[Petition]: ...

    @property
    def petitioners(self) -> Repository[Petitioner]: ...

    @property
    def respondents(self) -> Repository[Respondent]: ...

    @property
    def supplements(self) -> Repository[Supplement]: ...

    @property
    def attachments(self) -> Repository[Attachment]: ...

    @property
    def evaluations(self) -> Repository[Evaluation]: ...

    @property
    def callbacks(self) -> Repository[Callback]: ...

    @property
    def cares(self) -> Repository[Care]: ...

    @property
    def links(self) -> Repository[Link]: ...

    @property
    def shields(self) -> Repository[Shield]: ...

    @property
    def decisions(self) -> Repository[DecisionRecord]: ...

    @property
    def dispatches(self) -> Repository[Dispatch]: ...

    @property
    def objections(self) -> Repository[Objection]: ...

    @property
    def disputes(self) -> Repository[Dispute]: ...

    @property
    def recusals(self) -> Repository[Recusal]: ...

    @property
    def recommendations(self) -> Repository[Recommendation]: ...

    @property
    def opinions(self) -> Repository[Opinion]: ...

    @property
    def executions(self) -> Repository[Execution]: ...

    @property
    def notices(self) -> Repository[Notice]: ...

    @property
    def reviews(self) -> Repository[Review]: ...

    @property
    def papers(self) -> Repository[IssuedPaper]: ...

    @property
    def events(self) -> Repository[Event]: ...

    @property
    def inbox(self) -> Repository[InboxEntry]: ...

    @property
    def clients(self) -> Repository[Client]: ...

    @property
    def holiday_notices(self) -> Repository[LoadedNotice]: ...

    async def lock(self, petition_id: UUID) -> Petition:
        """The petition, held against other writers until the transaction ends. Raises ``NotFound``."""

    async def lock_all(self, petition_ids: Sequence[UUID]) -> list[Petition]:
        """As :meth:`lock`, several at once, in id order; what belongs to them is read ahead."""

    def post(self, organ_id: UUID, type: EntryType, petition: Petition, data: Mapping[str, object]) -> None:
        """Put an entry into an organ's inbox; it is numbered by the last statement before the commit."""

    def issue(self, paper: IssuedPaper, write: Callable[[int], Paper]) -> None:
        """Number a paper within its organ, kind and year, without gaps, and store what ``write`` says for it.

        Both happen by the last statements before the feed's, so that papers wait for each other shortly.
        """

    async def enqueue(self, topic: Topic, *petition_ids: UUID) -> None:
        """Leave work to the workers; the bell is rung after the commit."""

    async def kept_answer(self, client_id: str, key: str) -> StoredAnswer | None:
        """The answer stored for an idempotency key."""

    async def finish(self, *jobs: Job) -> None:
        """Take jobs off the outbox with this transaction; ``LeaseLost`` when another worker has them now."""

    async def identities(self, *petition_ids: UUID) -> dict[UUID, list[Identity]]:
        """The first petitioners of stored petitions, by what identifies them."""

    async def people(self, *petition_ids: UUID) -> dict[UUID, People]:
        """Who brings each of these petitions, and whether any of them has brought one before."""

    async def brought_by(self, people: Sequence[Identity], *, before: UUID) -> list[UUID]:
        """The newest petitions (at most 20) of people with one of these documents or phones, newest first,
        registered before the one of that id.
        """

    def identity_of_document(self, number: str) -> Identity:
        """Of whom only a normalised document number is known."""

    async def flush(self) -> None:
        """Write what waits, so that reads that follow see it; the end of the unit of work does it too."""

    async def done_before(self, petition_id: UUID, fingerprint: str) -> bool:
        """Whether an event with this fingerprint is on the petition's ledger."""


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment of the office (aware, UTC); in a demo it may have been moved."""

    def today(self) -> date:
        """Its day in Asia/Shanghai."""


class Law(Protocol):
    @property
    def calendar(self) -> WorkCalendar:
        """The calendar that this process counts by; it takes up a notice loaded elsewhere within a second."""

    def calendar_with(self, notices: frozenset[HolidayNotice]) -> WorkCalendar:
        """The calendar as it is when these notices are loaded, one a year."""

    def pack(self, region_code: str) -> RulePack:
        """The rule pack that the deployment chose for a region."""


class Codes(Protocol):
    """Chance and keyed hashes."""

    def new_id(self) -> UUID:
        """A UUIDv7."""

    def query_code(self) -> str: ...
    def code_hash(self, code: str) -> bytes: ...
    def new_secret(self) -> str: ...
    def secret_hash(self, secret: str) -> bytes: ...


class Numbers(Protocol):
    async def next(self, region_code: str, day: date) -> str:
        """The next petition number of an office's region and day; gaps are possible, repeats are not."""


class Intake(Protocol):
    """The way in: petitions are stored with everything of theirs, and left to the workers to be routed."""

    @property
    def room(self) -> AbstractContextManager[object]:
        """Where a registration is from its number to its commit, whatever it waits for meanwhile.

        Entering raises :class:`IntakeFull` when too many are in it.
        """

    async def store(self, arrival: Arrival) -> bool:
        """Store it, durably once this returns True.

        False, and nothing is stored, where something must be looked at first: its idempotency key is known,
        its reference is registered, or one of ``people_to_know`` has brought a petition before. Raises
        :class:`Conflict` for a reference that comes twice at once, :class:`KeyUnderWay` when another process
        has been writing the same key for seconds.
        """


class Queue(Protocol):
    """The outbox, as workers see it. Every write is fenced by the attempt number of the claim."""

    async def claim(self, topics: Sequence[str], *, worker: str, limit: int, retried: bool) -> list[Job]:
        """Due jobs, up to ``limit``, oldest first: fresh ones, or such as were ``retried``.

        Of the latter, up to ``limit`` whose first worker left them unfinished; any other comes alone.
        """

    async def heartbeat(self, jobs: Sequence[Job]) -> int: ...
    async def fail(self, job: Job, error: str) -> int: ...
    async def release(self, *jobs: Job) -> int: ...
    async def bury_abandoned(self) -> int: ...
    async def retry(self, job_id: object | None = None) -> int: ...
    async def listing(self, *, only_dead: bool = False, limit: int = 200) -> list[dict[str, Any]]: ...
    async def waiting(self) -> dict[str, int]: ...


class IntakeFull(StoreUnavailable):
    """登记请求过多,暂时排不下,请按 Retry-After 稍后用原键重试;这一件尚未登记。"""

    english = "Too many registrations wait. Retry with the same key; this one is not registered yet."


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that is safely kept; ``size`` in bytes."""

    sha256: str
    size: int


class Files(Protocol):
    """Attachments, known by their SHA-256. No room or no disk raises ``StoreUnavailable``."""

    async def keep(self, source: IO[bytes]) -> Kept:
        """Copy what is left to read of ``source``; durable once this returns."""

    def chunks(self, sha256: str) -> AsyncIterator[bytes]:
        """A kept file, piece by piece."""


class Growth(Protocol):
    async def grown(self) -> bool:
        """Waits for the feed to grow. True: look, something may have come. False: the time is over."""


class FeedWatch(Protocol):
    """Lets long polls wait for a feed to grow, holding no database connection."""

    def watching(self, organ_id: UUID, after: int, seconds: float) -> AbstractContextManager[Growth]:
        """Tells of all that comes above ``after`` from the beginning of the block, for so many seconds."""


class World(Protocol):
    """What ``bootstrap`` hands to every use case. ``reached_at``: where petitioners follow theirs."""

    @property
    def reached_at(self) -> str | None: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def codes(self) -> Codes: ...

    @property
    def law(self) -> Law: ...

    @property
    def numbers(self) -> Numbers: ...

    @property
    def intake(self) -> Intake: ...

    @property
    def queue(self) -> Queue: ...

    @property
    def lists(self) -> Lists: ...

    @property
    def reports(self) -> Lists:
        """As :attr:`lists`, but what they tell may be seconds old: for reading, never to act upon."""

    @property
    def feed(self) -> FeedWatch: ...

    def begin(self, call: Call | None = None) -> AbstractAsyncContextManager[Work]:
        """A unit of work that writes; it commits at the end of the block unless an exception leaves it."""

    def read(self) -> AbstractAsyncContextManager[Work]:
        """A unit of work that only reads."""

    async def directory(self) -> Directory:
        """The present snapshot of organs, powers, categories and regions."""

    async def router(self) -> Router:
        """The rules of routing over that snapshot."""
