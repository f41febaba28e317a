"""Looks for holiday notices that were loaded since, here or by another process."""

from __future__ import annotations

from sqlalchemy import func, select

from services.adapters.store import mappings
from services.adapters.store.database import Database
from services.adapters.store.mapping import Seal
from services.adapters.store.repository import SqlRepository
from services.adapters.store.tables.calendar import holiday_notices
from services.domain.holiday_notice import LoadedNotice


class NoticeWatch:
    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal
        self._seen = 0

    async def news(self) -> list[LoadedNotice] | None:
        """All that were ever loaded, when there are more than the last time; else None."""
        async with self._database.reading() as connection:
            last = await connection.scalar(select(func.max(holiday_notices.c.id))) or 0
            if last == self._seen:
                return None
            repository = SqlRepository(connection, mappings.HOLIDAY_NOTICES, self._seal)
            loaded = await repository.find()
        self._seen = max(each.id for each in loaded)
        return loaded
