"""The double of the lists: the reads that use cases under test ask for."""

from __future__ import annotations

from datetime import date, datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from services.application.lists import DueClock, RunningClock

_place = attrgetter("at", "deadline_id")


class FakeLists:
    """The reads that use cases under test ask for."""

    def __init__(self, rows: dict[str, dict[Any, Any]]) -> None:
        self._rows = rows

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"the double has no list of {name}: use the real one")

    async def due(self, now: datetime, limit: int, *, after: DueClock | None = None) -> list[DueClock]:
        clocks = self._rows["deadlines"].values()
        due = [DueClock(each.next_at, each.id, each.petition_id) for each in clocks if each.next_at]
        due = sorted((each for each in due if each.at <= now), key=_place)
        return [each for each in due if after is None or _place(each) > _place(after)][:limit]

    async def clocks_behind(self, calendar_version: str, limit: int) -> list[tuple[UUID, UUID]]:
        clocks = self._rows["deadlines"].values()
        behind = [each for each in clocks if each.next_at and each.calendar_version != calendar_version]
        return [(each.id, each.petition_id) for each in behind[:limit]]

    async def running_clocks(
        self, ending_from: date, *, after: UUID | None, limit: int
    ) -> list[RunningClock]:
        rows = self._rows
        found = [
            RunningClock(clock, petition.number, petition.office_region)
            for clock in sorted(rows["deadlines"].values(), key=lambda clock: str(clock.id))
            if clock.state.value == "running" and clock.due_on >= ending_from and clock.next_at
            and (after is None or clock.id > after) and (petition := rows["petitions"][clock.petition_id])
        ]  # fmt: skip
        return found[:limit]
