"""Pages of inboxes on PostgreSQL, in batches: a batch is what was asked while the one before it was read.

Departments poll all day long, and most polls find nothing. With a query each, through SQLAlchemy, a poll
took five times what a bare route takes (docs/decisions/0022-reading-fast.md). Here one statement, straight
to the driver, answers all who wait. It is sent after the last of them has asked, so that each sees what was
committed before. No timer: one that comes alone is read at once. A batch that fails fails for all of it; to
ask again does no harm.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from contextvars import Context
from typing import Any
from uuid import UUID

import orjson

from services.adapters.store.database import Database
from services.adapters.store.faults import LONG_SECONDS, driver_told, outages_told
from services.domain.inbox import EntryType, InboxEntry

MOST_AT_ONCE = 32
# A subquery around the first array: PostgreSQL then reckons with as many organs whatever it is given, and
# keeps its plan. Otherwise it plans every poll anew, which takes four times what the poll takes.
READ = """
SELECT turn, organ_id, entry.seq, entry.id, entry.type, entry.petition_id, entry.at, entry.data::text
FROM unnest((SELECT $1::uuid[]), $2::integer[], $3::integer[])
    WITH ORDINALITY AS asked (organ_id, after, most, turn)
CROSS JOIN LATERAL (
    SELECT seq, id, type, petition_id, at, data FROM inbox_entries one
    WHERE one.organ_id = asked.organ_id AND one.seq > asked.after ORDER BY one.seq LIMIT asked.most
) AS entry ORDER BY turn, entry.seq"""
TYPES = {each.value: each for each in EntryType}
Row = Any
Asked = tuple[UUID, int, int, asyncio.Future[list[Row]]]


class PostgresInbox:
    """One a process. A page is the entries of an organ that are numbered above ``after``, in order."""

    def __init__(self, database: Database, *, long_seconds: float = LONG_SECONDS) -> None:
        self._database = database
        self._long_seconds = long_seconds
        self._waiting: deque[Asked] = deque()
        self._reading: asyncio.Task[None] | None = None

    async def page(self, organ_id: UUID, *, after: int, limit: int) -> list[InboxEntry]:
        page: asyncio.Future[list[Row]] = asyncio.get_running_loop().create_future()
        self._waiting.append((organ_id, after, limit, page))
        if self._reading is None or self._reading.done():
            # It reads for all who wait: what it logs belongs to no one call.
            self._reading = asyncio.create_task(self._read_all(), context=Context())
        # Made of its rows by whoever asked: those of a whole batch at once keep the garbage collector busy.
        return [_entry(row) for row in await page]

    async def _read_all(self) -> None:
        while self._waiting:
            batch, began = self._taken(MOST_AT_ONCE), time.monotonic()
            try:
                pages = await self._pages(batch)
            except Exception as error:
                took_long = time.monotonic() - began > self._long_seconds
                for *_, page in [*batch, *self._taken(len(self._waiting) if took_long else 0)]:
                    if not page.done():
                        page.set_exception(error)
                continue
            for (*_, page), rows in zip(batch, pages, strict=True):
                if not page.done():  # whoever asked may have gone
                    page.set_result(rows)

    def _taken(self, most: int) -> list[Asked]:
        return [self._waiting.popleft() for _ in range(min(len(self._waiting), most))]

    async def _pages(self, batch: Sequence[Asked]) -> list[list[Row]]:
        pages: list[list[Row]] = [[] for _ in batch]
        with outages_told():
            for row in await self._rows(batch):
                pages[row[0] - 1].append(row)
        return pages

    async def _rows(self, batch: Sequence[Asked]) -> list[Row]:
        organ_ids, after, limits, _ = zip(*batch, strict=True)
        async with self._database.connection() as pooled:
            driver: Any = (await pooled.get_raw_connection()).driver_connection
            try:
                with driver_told():
                    found: list[Row] = await driver.fetch(READ, organ_ids, after, limits)
            except BaseException:
                await pooled.invalidate()  # it may have been cut off in mid-statement
                raise
        return found


def _entry(row: Row) -> InboxEntry:
    _, organ_id, seq, id_, type_, petition_id, at, data = row
    return InboxEntry(id_, organ_id, seq, TYPES[type_], petition_id, at, orjson.loads(data))
