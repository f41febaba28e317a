"""The days of the play: everyone acts on a day; when all wait for a later one, the demo's clock is moved."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

LONGEST_STANDSTILL_SECONDS = 90.0


class StandStill(Exception):
    """Nobody has acted for too long, and not everyone waits for a later day: someone waits for the system."""


class Days:
    """``move`` sets the system's clock so many days on and answers the new day.

    The day moves only while every running story waits for a later one, hence never over anybody's head.
    """

    def __init__(
        self,
        first: date,
        move: Callable[[int], Awaitable[date]],
        *,
        patience: float = LONGEST_STANDSTILL_SECONDS,
    ) -> None:
        self.first = first
        self._patience = patience
        self.today = first
        self._move = move
        self._waiting: dict[asyncio.Event, date] = {}
        self._stories = 0
        self._changed = asyncio.Event()

    async def until(self, day: date) -> None:
        """Return on this day; at once, when it is here or past."""
        if day <= self.today:
            return
        woken = asyncio.Event()
        self._waiting[woken] = day
        self._changed.set()
        await woken.wait()

    async def pass_by(self, days: int) -> None:
        await self.until(self.today + timedelta(days=days))

    async def live(self, story: Awaitable[object]) -> None:
        """Count a story as one that must be heard before the day may move."""
        self._stories += 1
        try:
            await story
        finally:
            self._stories -= 1
            self._changed.set()

    async def run(self, *, pause: float, each_day: Callable[[date], None]) -> None:
        """Move from day to day until every story has ended. ``pause`` is for who watches, in seconds.

        Raises :class:`StandStill`.
        """
        await asyncio.sleep(0)  # let the stories begin
        while self._stories:
            await self._all_wait()
            if not self._stories:
                return
            await asyncio.sleep(pause)
            nearest = min(self._waiting.values())
            self.today = await self._move((nearest - self.today).days)
            each_day(self.today)
            for woken in [woken for woken, day in self._waiting.items() if day <= self.today]:
                del self._waiting[woken]
                woken.set()
            await asyncio.sleep(0)

    async def _all_wait(self) -> None:
        while self._stories and len(self._waiting) < self._stories:
            self._changed.clear()
            try:
                async with asyncio.timeout(self._patience):
                    await self._changed.wait()
            except TimeoutError:
                busy = self._stories - len(self._waiting)
                raise StandStill(f"{self.today}:{busy} 件等不到系统的回应") from None
