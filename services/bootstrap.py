"""The one place where use cases meet adapters: a :class:`Deployment` is the world they run in."""

from __future__ import annotations

import asyncio
import operator
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, nullcontext
from contextvars import ContextVar
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from services.adapters import gauges, statutes
from services.adapters.bell import ArqBell, LocalBell, decode, encode, redis_settings
from services.adapters.clock import SystemClock
from services.adapters.crypto import BlindIndex, FieldCipher, code_hash, new_secret, secret_hash
from services.adapters.feed import PolledFeedWatch
from services.adapters.files import FileStore
from services.adapters.health import NEWER, ailing
from services.adapters.keys import KEY_FILE, KeyFault, KeyRing, from_settings, load_or_create
from services.adapters.papers.press import TypstPress
from services.adapters.routers import build_router
from services.adapters.store import stored
from services.adapters.store.archive import SqlArchive
from services.adapters.store.database import Database
from services.adapters.store.directory import SqlDirectory
from services.adapters.store.faults import constraint_of
from services.adapters.store.intake import BatchedIntake
from services.adapters.store.intake_postgres import PostgresIntake
from services.adapters.store.intake_sqlite import SqliteIntake
from services.adapters.store.lists import SqlLists
from services.adapters.store.mapping import Seal
from services.adapters.store.models import SqlModels
from services.adapters.store.notices import NoticeWatch
from services.adapters.store.numbers import SqlNumbers
from services.adapters.store.queue import SqlQueue
from services.adapters.store.replica import Replica
from services.adapters.store.rules import SqlRules
from services.adapters.store.schedule import SqlSchedule
from services.adapters.store.tables.clock import clock_shift
from services.adapters.store.wakes import FEED, WORK, Wakes
from services.adapters.store.work import SqlWork
from services.adapters.workdays import work_calendar
from services.application.ports import Conflict
from services.domain.access import Call
from services.domain.calendar import WorkCalendar
from services.domain.directory import Directory
from services.domain.holiday_notice import HolidayNotice, in_force
from services.domain.number import query_code
from services.domain.outbox import Topic
from services.domain.pack_choice import choose
from services.domain.router import Router
from services.domain.rule_set import RuleSet, read_name
from services.domain.statute import RulePack
from services.domain.witness import Witnesses
from services.settings import Settings

if TYPE_CHECKING:
    from services.adapters.tracing import Tracing

REFRESH_SECONDS = 1.0
SPARED = frozenset({"redis", NEWER})
"""Parts whose failing leaves the system serving: a load balancer must not take it out for their sake."""


class KeyedCodes:
    """Chance from the operating system, hashes under the ring's keys."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    def new_id(self) -> UUID:
        return uuid7()

    def query_code(self) -> str:
        return query_code(os.urandom(32))

    def code_hash(self, code: str) -> bytes:
        return code_hash(self._keys, code)

    def new_secret(self) -> str:
        return new_secret()

    def secret_hash(self, secret: str) -> bytes:
        return secret_hash(self._keys, secret)


class LoadedLaw:
    """The rule packs that the deployment chose, and the calendar."""

    def __init__(self, pack: Callable[[str], RulePack]) -> None:
        self._pack = pack
        self.calendar = work_calendar()

    def calendar_with(self, notices: frozenset[HolidayNotice]) -> WorkCalendar:
        return work_calendar(notices)

    def pack(self, region_code: str) -> RulePack:
        return self._pack(region_code)


class Deployment:
    """See :class:`services.application.ports.World`. Made once a process, closed at its end."""

    def __init__(
        self,
        settings: Settings,
        keys: KeyRing,
        *,
        database: Database | None = None,
        tracing: Tracing | None = None,
    ) -> None:
        self.tracing = tracing
        self.settings = settings
        self.keys = keys
        self.clock = SystemClock()
        self.reached_at = settings.reached_at
        self.codes = KeyedCodes(keys)
        self._packs = statutes.Packs()
        self.law = LoadedLaw(choose(self._packs, settings.pack))
        self.database = database or _database(settings)
        self.seal = Seal(FieldCipher(keys), BlindIndex(keys))
        self.numbers = SqlNumbers(self.database)
        self.queue = SqlQueue(self.database, lease_seconds=settings.lease_seconds)
        self.schedule = SqlSchedule(self.database)
        self.lists = SqlLists(self.database, self.seal)
        self._replica = self._replica_of(settings)
        self.reports = SqlLists(self._replica, self.seal) if self._replica is not None else self.lists
        self.archive = SqlArchive(self.database)
        self.wakes = Wakes(self.database)
        self.feed = PolledFeedWatch(self.lists, listen=partial(self.wakes.hear, FEED, self._grown))
        self.organs = SqlDirectory(self.database)
        self.rules = SqlRules(self.database)
        self.models = SqlModels(self.database)
        self._notices = NoticeWatch(self.database, self.seal)
        self.files = FileStore(settings.data / "attachments")
        self.press = TypstPress()
        self.bell = ArqBell(settings.redis_url) if settings.redis_url else LocalBell()
        writer = SqliteIntake(self.database) if self.database.is_sqlite else PostgresIntake(self.database)
        self.intake = BatchedIntake(writer, self.seal, self._arrived)
        self._router: Router | None = None
        self._made_of: tuple[object, ...] = ()
        self._directory: Directory | None = None
        self._looking = asyncio.Lock()
        self._making = asyncio.Lock()
        self._looked_at = 0.0

    @asynccontextmanager
    async def begin(self, call: Call | None = None) -> AsyncIterator[SqlWork]:
        await self._look()
        try:
            async with holding(), self._spanned("transaction"), self.database.writing() as connection:
                work = SqlWork(connection, self.seal, now=self.clock.now())
                if call is not None:
                    work.request_id, work.fingerprint = call.request_id, call.fingerprint
                yield work
                await work.flush()
        except IntegrityError as error:
            raise Conflict(constraint=constraint_of(error)) from error
        for kind, times in work.recorded.items():
            gauges.count_decisions(kind, times)
        if work.rung:
            await self.bell.ring(sorted(work.rung))
        self.feed.announce(work.posted_to)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[SqlWork]:
        await self._look()
        async with holding(), self.database.reading() as connection:
            yield SqlWork(connection, self.seal, now=self.clock.now())

    async def directory(self) -> Directory:
        """The present directory; within a transaction, the one that it began with."""
        return await self._look()

    async def router(self) -> Router:
        """The present router. To make one takes a second, so it is made in a thread: others are served on."""
        directory, rules, heard = await self.directory(), self.rules.held, self.models.witnesses
        parts = (directory, rules, heard)
        if self._router is not None and _same(self._made_of, parts):
            return self._router
        async with self._making:  # waits for nothing but the thread: whoever is here may hold a connection
            if self._router is None or not _same(self._made_of, parts):
                self._router = await asyncio.to_thread(self.router_over, directory, rules)
                self._made_of = parts
            return self._router

    async def witnesses(self) -> Witnesses:
        """The trained models that stand now."""
        await self._look()
        return self.models.witnesses

    def router_over(self, directory: Directory, rules: RuleSet) -> Router:
        """The rules of routing over another directory, or other rules over the same; models as now."""
        threshold, heard = self.settings.triage_threshold, self.models.witnesses
        return build_router(directory, rules, pack=self.law.pack, threshold=threshold, witnesses=heard)

    async def router_of(self, directory_version: int, rules_version: str) -> Router | None:
        """The router that decided under these versions; None where the rules are not there any more.

        The edition is the one installed: whether it is the same, ``rules_version`` of its decisions tells.
        Raises ``VersionNotKept`` and ``ModelNotKept``.
        """
        name = read_name(rules_version)
        rules = await self.rules.at(name.rules) if name is not None else None
        if name is None or rules is None or name.pack not in self._packs:
            return None
        pack = self._packs[name.pack]
        directory = await self.organs.at(directory_version)
        heard = await self.models.at(matter=name.matter, precedent=name.precedent)
        return build_router(
            directory, rules, pack=lambda _region: pack, threshold=name.threshold, witnesses=heard
        )

    def wake_on_work(self, wake: Callable[[], None]) -> None:
        """Call this when another process has committed work; it may miss some, so look by yourself, too."""
        self.wakes.hear(WORK, lambda _: wake())

    @property
    def local_bell(self) -> asyncio.Event | None:
        """What this very process sets when it has committed work; None where Redis carries that."""
        return self.bell.rung if isinstance(self.bell, LocalBell) else None

    @property
    def bell_connection(self) -> dict[str, Any] | None:
        """How an arq worker is to be made that hears the bell; None without Redis."""
        if self.settings.redis_url is None:
            return None
        redis = redis_settings(self.settings.redis_url)
        return {"redis_settings": redis, "job_serializer": encode, "job_deserializer": decode}

    async def move_clock(self, shift: timedelta) -> None:
        """Set how far the demo's clock is from the true time, for every process of the demo."""
        async with self.database.writing() as connection:
            await connection.execute(clock_shift.delete())
            await connection.execute(clock_shift.insert().values(id=1, seconds=int(shift.total_seconds())))
        self.clock.shift = shift
        self._looked_at = 0.0  # what takes force by its date is looked for anew

    async def ailing(self) -> Mapping[str, str]:
        """The parts this deployment needs that are not there; see :mod:`services.adapters.health`."""
        return await ailing(self.database, self.settings.redis_url)

    def _replica_of(self, settings: Settings) -> Replica | None:
        if settings.replica_url is None:
            return None
        seconds = settings.replica_seconds
        url, size = settings.replica_url, settings.pool_size
        return Replica(self.database, url, most_seconds=seconds, pool_size=size)

    async def refresh_gauges(self) -> None:
        """Ask the database, the pool and the feeds how they are; see :mod:`services.adapters.gauges`."""
        await gauges.refresh(self.database, self.feed, now=self.clock.now())

    async def close(self) -> None:
        await self.feed.close()
        await self.wakes.close()
        await self.intake.close()
        await self.bell.close()
        if self._replica is not None:
            await self._replica.close()
        await self.database.close()
        if self.tracing is not None:
            await asyncio.to_thread(self.tracing.close)

    @asynccontextmanager
    async def _spanned(self, name: str) -> AsyncIterator[None]:
        """A span of the trace under way, if traces are wanted."""
        with self.tracing.span(name) if self.tracing is not None else nullcontext():
            yield

    async def _arrived(self) -> None:
        await self.bell.ring([Topic.ROUTE])

    def _grown(self, organ_id: str) -> None:
        self.feed.announce([UUID(organ_id)])

    async def _look(self) -> Directory:
        """Once a second, once for all callers: was a directory, a model or a notice loaded elsewhere, or the
        demo's clock moved?

        Whoever holds a connection does not look, for that takes another one: enough such callers would hold
        every connection of the pool, and wait for one.
        """
        if self._directory is not None and HOLDING.get():
            return self._directory
        recent = time.monotonic() - self._looked_at < REFRESH_SECONDS
        if self._directory is not None and (recent or self._looking.locked()):
            self._directory = await self.organs.snapshot()
            return self._directory
        async with self._looking:
            today = self.clock.today()
            await self.organs.refresh(today)
            await self.rules.refresh(today)
            await self.models.refresh()
            self._directory = await self.organs.snapshot()
            if (loaded := await self._notices.news()) is not None:
                self.law.calendar = self.law.calendar_with(in_force(loaded))
            if self.settings.demo:
                async with self.database.reading() as connection:
                    seconds = await connection.scalar(select(clock_shift.c.seconds))
                # It only ever moves on: what was read before this process moved it is out of date.
                self.clock.shift = max(self.clock.shift, timedelta(seconds=seconds or 0))
            self._looked_at = time.monotonic()
            return self._directory


def _same(made_of: tuple[object, ...], parts: tuple[object, ...]) -> bool:
    return len(made_of) == len(parts) and all(map(operator.is_, made_of, parts))


HOLDING: ContextVar[bool] = ContextVar("holding", default=False)


@asynccontextmanager
async def holding() -> AsyncIterator[None]:
    """Tell :meth:`Deployment._look` that this caller has a connection of the pool in hand."""
    before = HOLDING.get()
    HOLDING.set(True)
    try:
        yield
    finally:
        HOLDING.set(before)


def deploy(settings: Settings) -> Deployment:
    """Read or make the keys, and put the parts together. The database must have been migrated."""
    return Deployment(settings, _keys(settings))


async def deploy_checked(settings: Settings) -> Deployment:
    """As :func:`deploy`, having made sure that the keys are those of the database. Raises ``KeyFault``.

    New keys beside old data would open none of it, and seal what comes now so that the old keys never could.
    """
    database = _database(settings)
    try:
        path = settings.data / KEY_FILE
        if settings.keys is None and not path.exists() and await stored.holds_data(database):
            raise KeyFault(
                f"数据库中已有数据,但没有密钥文件 {path}。请从备份恢复该文件再启动;新的密钥打不开已有的数据。"
            )
        keys = _keys(settings)
        if not await stored.opens(database, FieldCipher(keys)):
            raise KeyFault("密钥与数据库不符,已有的数据打不开。请核对所用的密钥是否属于这个数据库。")
        return Deployment(settings, keys, database=database, tracing=_tracing(settings))
    except BaseException:
        await database.close()
        raise


def _database(settings: Settings) -> Database:
    return Database(settings.database, pool_size=settings.pool_size)


class TracingMissing(Exception):
    """设了 XINFANG_OTLP_ENDPOINT,但没有安装追踪所需的库,请运行 pip install 'xinfang[otlp]'。"""


def _tracing(settings: Settings) -> Tracing | None:
    """Loads the library only where it is wanted: without, it costs neither memory nor time."""
    if settings.otlp_endpoint is None:
        return None
    try:
        from services.adapters import tracing
    except ImportError as missing:
        raise TracingMissing(TracingMissing.__doc__) from missing
    return tracing.Tracing(tracing.to_collector(settings.otlp_endpoint))


def _keys(settings: Settings) -> KeyRing:
    if settings.keys is not None:
        return from_settings(settings.keys.get_secret_value())
    return load_or_create(settings.data / KEY_FILE)
