"""Ledgers of ended petitions that may be archived, and the record of those that were."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, delete, exists, insert, select

from services.adapters.store.database import Database
from services.adapters.store.tables.ledger import archived_ledgers, events
from services.adapters.store.tables.petition import petitions
from services.application.archive import Archived, SourceCall
from services.application.lists import LedgerHead
from services.domain.petition import State

ENDED = tuple(state.value for state in (State.FINAL, State.CONCLUDED, State.DECLINED, State.WITHDRAWN))


class SqlArchive:
    """See :class:`services.application.archive.Archive`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ended_before(self, moment: datetime, *, after: UUID | None, limit: int) -> list[LedgerHead]:
        column = petitions.c
        last = and_(events.c.petition_id == column.id, events.c.seq == column.version, events.c.at < moment)
        known = exists().where(archived_ledgers.c.petition_id == column.id)
        query = select(column.id, column.number, column.version, column.head).join(events, last)
        query = query.where(column.state.in_(ENDED), ~known).order_by(column.id).limit(limit)
        if after is not None:
            query = query.where(column.id > after)
        async with self._database.reading() as connection:
            return [LedgerHead(*row) for row in await connection.execute(query)]

    async def calls(self, petition_ids: Sequence[UUID]) -> dict[UUID, SourceCall]:
        column = events.c
        query = select(column.id, column.request_id, column.fingerprint)
        query = query.where(column.petition_id.in_(petition_ids))
        async with self._database.reading() as connection:
            return {row[0]: SourceCall(row[1], row[2]) for row in await connection.execute(query)}

    async def on_record(self, file: str) -> dict[UUID, Archived]:
        query = select(archived_ledgers).where(archived_ledgers.c.file == file)
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).mappings()
            return {row["petition_id"]: Archived(**row) for row in rows}

    async def keep_record(self, ledgers: Sequence[Archived], *, remove: bool) -> int:
        """Record those that still end where they were written down, in one transaction. Returns how many."""
        kept = 0
        async with self._database.writing() as connection:
            for each in ledgers:
                same = (
                    petitions.c.id == each.petition_id,
                    petitions.c.version == each.seq,
                    petitions.c.head == each.head,
                )
                locked = select(petitions.c.id).where(*same).with_for_update()
                if (await connection.execute(locked)).first() is None:
                    continue  # something happened to it since: it is not archived this time
                await connection.execute(insert(archived_ledgers).values(each.row()))
                if remove:
                    await connection.execute(delete(events).where(events.c.petition_id == each.petition_id))
                kept += 1
        return kept
