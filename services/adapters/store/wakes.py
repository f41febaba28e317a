"""Wake-ups through PostgreSQL (LISTEN, NOTIFY): other processes hear within milliseconds of a commit.

They go out with the transaction that they tell of: none comes too early, and none of a rollback. They may be
lost: whoever waits looks for itself, too, at longer intervals. On SQLite there is one process, and no need.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import structlog

from services.adapters.store.database import Database

WORK = "xinfang_work"
"""Something was left to the workers; the payload says nothing."""
FEED = "xinfang_feed"
"""A feed has grown; the payload is its organ's id."""
PROBE_SECONDS = 3.0
ANSWERED_WITHIN_SECONDS = 4.0
AGAIN_AFTER_SECONDS = 1.0
log = structlog.get_logger()


class Wakes:
    """Listens on a connection of its own, from the first time that somebody wants to hear.

    A connection that is only half open shows when it is asked something, and another one takes its place:
    within eight seconds.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._told: dict[str, Callable[[str], None]] = {}
        self._listening: asyncio.Task[None] | None = None

    def hear(self, channel: str, told: Callable[[str], None]) -> None:
        """Call ``told`` with the payload of every wake-up on a channel from now on."""
        if self._database.is_sqlite or channel in self._told:
            return
        self._told[channel] = told
        if self._listening is not None:
            self._listening.cancel()
        self._listening = asyncio.create_task(self._listen())

    async def close(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.wait([self._listening])

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except Exception as error:  # whatever it is: those who wait look for themselves meanwhile
                log.warning("wakes_not_heard", error=type(error).__name__)
            await asyncio.sleep(AGAIN_AFTER_SECONDS)

    async def _listen_once(self) -> None:
        async with self._database.connection() as pooled:
            driver: Any = (await pooled.get_raw_connection()).driver_connection
            try:
                for channel in self._told:
                    await driver.add_listener(channel, self._heard)
                while True:
                    await asyncio.sleep(PROBE_SECONDS)
                    async with asyncio.timeout(ANSWERED_WITHIN_SECONDS):
                        await driver.execute("SELECT 1")
            finally:
                await pooled.invalidate()  # nobody else is to have a connection that listens

    def _heard(self, _driver: Any, _process: int, channel: str, payload: object) -> None:
        self._told[channel](str(payload))
