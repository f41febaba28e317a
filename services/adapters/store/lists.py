"""Reads of many rows, each carried by an index; pages go by id, which is the order of time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, union

from services.adapters.store import mappings
from services.adapters.store.database import Database
from services.adapters.store.inbox import PostgresInbox
from services.adapters.store.mapping import Mapped, Seal
from services.adapters.store.replica import Replica
from services.adapters.store.tables.chain import deadlines
from services.adapters.store.tables.dispatch import disputes
from services.adapters.store.tables.inbox import feed_heads, inbox_entries
from services.adapters.store.tables.ledger import archived_ledgers
from services.adapters.store.tables.petition import petitioners, petitions, shields
from services.application.lists import DueClock, LedgerHead, PetitionFilter, RunningClock
from services.domain import own_limit
from services.domain.calendar import end_instant, start_instant
from services.domain.deadline import DeadlineState
from services.domain.dispatch import Dispatch
from services.domain.dispute import Dispute
from services.domain.execution import Execution
from services.domain.identity import index_document, index_name
from services.domain.inbox import InboxEntry
from services.domain.petition import Petition, Purpose, State
from services.domain.review import Review

CODE_DIGITS = 12
T = TypeVar("T")


class SqlLists:
    """See :class:`services.application.ports.Lists`."""

    def __init__(self, database: Database | Replica, seal: Seal) -> None:
        self._database = database
        self._seal = seal
        self._inbox: PostgresInbox | None = None
        if isinstance(database, Database) and not database.is_sqlite:
            self._inbox = PostgresInbox(database)

    async def petitions(self, wanted: PetitionFilter, *, after: UUID | None, limit: int) -> list[Petition]:
        pages = [
            self._narrowed(select(petitions), wanted).where(*of_organ) for of_organ in _of_holder(wanted)
        ]
        id, oldest_first = petitions.c.id, wanted.oldest_first
        if after is not None:
            pages = [page.where(id > after if oldest_first else id < after) for page in pages]
        pages = [page.order_by(id.asc() if oldest_first else id.desc()).limit(limit) for page in pages]
        return await self._values(mappings.PETITIONS, _newest_of(pages, limit))

    async def any_shielded(self, organ_id: UUID, petition_ids: Sequence[UUID]) -> bool:
        query = select(
            exists().where(shields.c.petition_id.in_(petition_ids), shields.c.organ_id == organ_id)
        )
        async with self._database.reading() as connection:
            return bool(await connection.scalar(query))

    async def dispatches(
        self, organ_id: UUID, *, states: tuple[str, ...], after: UUID | None, limit: int
    ) -> list[Dispatch]:
        return await self._of_organ(mappings.DISPATCHES, organ_id, states, after, limit)

    async def reviews(
        self, organ_id: UUID, *, states: tuple[str, ...], after: UUID | None, limit: int
    ) -> list[Review]:
        return await self._of_organ(mappings.REVIEWS, organ_id, states, after, limit)

    async def disputes(
        self,
        organ_id: UUID,
        *,
        forums: tuple[str, ...],
        states: tuple[str, ...],
        after: UUID | None,
        limit: int,
    ) -> list[Dispute]:
        within = (disputes.c.forum.in_(forums),) if forums else ()
        return await self._of_organ(mappings.DISPUTES, organ_id, states, after, limit, *within)

    async def executions(
        self, organ_id: UUID, *, states: tuple[str, ...], after: UUID | None, limit: int
    ) -> list[Execution]:
        return await self._of_organ(mappings.EXECUTIONS, organ_id, states, after, limit)

    async def inbox(self, organ_id: UUID, *, after: int, limit: int) -> list[InboxEntry]:
        if self._inbox is not None:
            return await self._inbox.page(organ_id, after=after, limit=limit)
        mine = (inbox_entries.c.organ_id == organ_id, inbox_entries.c.seq > after)
        query = select(inbox_entries).where(*mine).order_by(inbox_entries.c.seq).limit(limit)
        return await self._values(mappings.INBOX, query)

    async def inbox_day(self, organ_id: UUID, day: date) -> list[InboxEntry]:
        within = (inbox_entries.c.at >= start_instant(day), inbox_entries.c.at < end_instant(day))
        query = select(inbox_entries).where(inbox_entries.c.organ_id == organ_id, *within)
        return await self._values(mappings.INBOX, query.order_by(inbox_entries.c.seq))

    async def feed_heads(self, organ_ids: Sequence[UUID]) -> dict[UUID, int]:
        query = select(feed_heads).where(feed_heads.c.organ_id.in_(organ_ids))
        async with self._database.reading() as connection:
            return {row.organ_id: row.last for row in await connection.execute(query)}

    async def due(self, now: datetime, limit: int, *, after: DueClock | None = None) -> list[DueClock]:
        column = deadlines.c
        query = select(column.next_at, column.id, column.petition_id).where(column.next_at <= now)
        if after is not None:
            query = query.where(
                or_(
                    column.next_at > after.at,
                    and_(column.next_at == after.at, column.id > after.deadline_id),
                )
            )
        query = query.order_by(column.next_at, column.id).limit(limit)
        async with self._database.reading() as connection:
            return [DueClock(*row) for row in await connection.execute(query)]

    async def clocks_behind(self, calendar_version: str, limit: int) -> list[tuple[UUID, UUID]]:
        behind = (
            deadlines.c.next_at.is_not(None),
            deadlines.c.state == DeadlineState.RUNNING.value,
            # Not "<>", which no index answers: this is asked every minute, and mostly there is none.
            or_(
                deadlines.c.calendar_version < calendar_version,
                deadlines.c.calendar_version > calendar_version,
            ),
        )
        query = select(deadlines.c.id, deadlines.c.petition_id).where(*behind)
        async with self._database.reading() as connection:
            rows = await connection.execute(query.order_by(deadlines.c.next_at, deadlines.c.id).limit(limit))
            return [(row.id, row.petition_id) for row in rows]

    async def running_clocks(
        self, ending_from: date, *, after: UUID | None, limit: int
    ) -> list[RunningClock]:
        wanted = [deadlines.c.state == DeadlineState.RUNNING.value, deadlines.c.due_on >= ending_from]
        wanted.append(deadlines.c.rule.not_in(own_limit.RULES))
        if after is not None:
            wanted.append(deadlines.c.id > after)
        query = select(deadlines, petitions.c.number, petitions.c.office_region).where(*wanted)
        query = query.join(petitions, petitions.c.id == deadlines.c.petition_id)
        async with self._database.reading() as connection:
            rows = await connection.execute(query.order_by(deadlines.c.id).limit(limit))
            return [
                RunningClock(
                    mappings.DEADLINES.value(dict(row), self._seal), row["number"], row["office_region"]
                )
                for row in rows.mappings()
            ]

    async def ledger_heads(self, *, after: UUID | None, limit: int) -> list[LedgerHead]:
        column = petitions.c
        record = archived_ledgers.c
        archived = (func.coalesce(record.seq, 0), func.coalesce(record.head, ""))
        query = select(column.id, column.number, column.version, column.head, *archived)
        query = query.outerjoin(archived_ledgers, record.petition_id == column.id)
        query = query.order_by(column.id).limit(limit)
        if after is not None:
            query = query.where(column.id > after)
        async with self._database.reading() as connection:
            return [LedgerHead(*row) for row in await connection.execute(query)]

    async def _of_organ(
        self,
        mapped: Mapped[T],
        organ_id: UUID,
        states: tuple[str, ...],
        after: UUID | None,
        limit: int,
        *within: ColumnElement[bool],
    ) -> list[T]:
        """What an organ has in hand, newest first, without what it must not see since it was accused."""
        column = mapped.table.c
        query = select(mapped.table).where(column.organ_id == organ_id, *within)
        query = _for_eyes(query, column.petition_id, organ_id)
        if states:
            query = query.where(column.state.in_(states))
        if after is not None:
            query = query.where(column.id < after)
        return await self._values(mapped, query.order_by(column.id.desc()).limit(limit))

    async def _values(self, mapped: Mapped[T], query: Select[Any]) -> list[T]:
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [mapped.value(row, self._seal) for row in rows]

    def _narrowed(self, query: Select[Any], wanted: PetitionFilter) -> Select[Any]:
        column = petitions.c
        equal = {
            column.client_id: wanted.client_id,
            column.channel: wanted.channel,
            column.purpose: wanted.purpose,
            column.number: wanted.number,
            column.external_ref: wanted.external_ref,
        }
        query = query.where(*(name == value for name, value in equal.items() if value is not None))
        if wanted.states:
            query = query.where(column.state.in_(wanted.states))
        if wanted.screened_only:
            query = query.where(column.state != State.REGISTERED.value)
        starts = {
            column.office_region: wanted.office_prefix,
            column.region_code: wanted.region_prefix,
        }
        query = query.where(*(_within(name, code) for name, code in starts.items() if code))
        if wanted.category_prefix:
            query = query.where(column.category_code.startswith(wanted.category_prefix))
        if wanted.received_from is not None:
            query = query.where(column.received_on >= wanted.received_from)
        if wanted.received_to is not None:
            query = query.where(column.received_on <= wanted.received_to)
        return _for_eyes(self._of_person(query, wanted.person), column.id, wanted.shield_for)

    def _of_person(self, query: Select[Any], person: str | None) -> Select[Any]:
        """Petitions of the person whose name, document number or phone is exactly this."""
        if person is None:
            return query
        index = self._seal.index.index
        is_person = or_(
            petitioners.c.name_index == index("name", index_name(person)),
            petitioners.c.document_number_index == index("document_number", index_document(person)),
            petitioners.c.phone_index == index("phone", person),
        )
        return query.where(exists().where(petitioners.c.petition_id == petitions.c.id, is_person))


def _of_holder(wanted: PetitionFilter) -> list[tuple[ColumnElement[bool], ...]]:
    """What an organ holds, and what a client of it registered, unless it is a denunciation: each a list."""
    if wanted.holder_id is None:
        return [()]
    held = petitions.c.holder_id == wanted.holder_id
    if wanted.or_brought_by is None:
        return [(held,)]
    purpose = petitions.c.purpose
    open_to_it = or_(purpose.is_(None), purpose != Purpose.DENUNCIATION.value)
    return [(held,), (petitions.c.client_id == wanted.or_brought_by, open_to_it)]


def _newest_of(pages: list[Select[Any]], limit: int) -> Select[Any]:
    """The newest of several pages. Each is a short walk of an index of its own; an OR would sort them all."""
    if len(pages) == 1:
        return pages[0]
    found = union(*(select(page.subquery().c.id) for page in pages))
    query = select(petitions).where(petitions.c.id.in_(found))
    return query.order_by(petitions.c.id.desc()).limit(limit)


def _for_eyes(query: Select[Any], petition_id: ColumnElement[Any], organ_id: UUID | None) -> Select[Any]:
    """Leave out what this organ must never see."""
    if organ_id is None:
        return query
    mine = (shields.c.petition_id == petition_id, shields.c.organ_id == organ_id)
    return query.where(~exists().where(*mine))


def _within(column: ColumnElement[Any], region_code: str) -> ColumnElement[bool]:
    """In a region or beneath it: a span of codes, because an index serves LIKE under few collations only."""
    shared = next(
        (length for length in (2, 4, 6, 9) if not region_code[length:].strip("0")), len(region_code)
    )
    prefix = region_code[:shared]
    return column.between(prefix.ljust(CODE_DIGITS, "0"), prefix.ljust(CODE_DIGITS, "9"))
