"""The only place that asks a machine for the time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from services.domain.calendar import local_date


class SystemClock:
    """The office's clock. ``shift`` is how far a demo moved it; without a demo it stays zero."""

    def __init__(self) -> None:
        self.shift = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift

    def today(self) -> date:
        return local_date(self.now())


def wall_clock() -> datetime:
    """The real moment, for tokens and limits, which no demo moves."""
    return datetime.now(UTC)
