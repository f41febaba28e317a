"""Versions of the directory: which one is in force on a day, and on which ones a change rests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.domain.refusal import Refusal


class VersionNotKept(Refusal):
    """名录第{version}版没有保存,不能还原。"""

    english = "Version {version} of the directory was not kept and cannot be rebuilt."


@dataclass(frozen=True, slots=True)
class DirectoryVersion:
    """``in_force_from`` None: at once. Not ``kept``: its rows were written over and cannot be read again."""

    version: int
    loaded_at: datetime
    loaded_by: str
    note: str
    in_force_from: date | None = None
    kept: bool = True

    def begun(self, on: date | None) -> bool:
        return on is None or self.in_force_from is None or self.in_force_from <= on


@dataclass(frozen=True, slots=True)
class Base:
    """A version on which a change must be laid, and from when the result holds (None: from its own day)."""

    version: int
    pending_from: date | None = None


def in_force(versions: Sequence[DirectoryVersion], on: date | None) -> int:
    """The newest whose day has come; 0 before there is any. Without a day, the newest of all."""
    return max((each.version for each in versions if each.begun(on)), default=0)


def bases(versions: Sequence[DirectoryVersion], on: date) -> list[Base]:
    """The version in force on that day, and then every later one that waits for its own.

    What is published afterwards takes the place of all that was before it. A change is therefore laid over
    the waiting versions too: they would be lost, or would lose the change.
    """
    waiting = [each for each in versions if not each.begun(on)]
    days = sorted({each.in_force_from for each in waiting if each.in_force_from is not None})
    found = [Base(in_force(versions, on))]
    for day in days:
        newest = in_force(versions, day)
        if newest != found[-1].version:
            found.append(Base(newest, day))
    return found
