"""The reads of many rows that the use cases need; part of :mod:`services.application.ports`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from services.domain.deadline import Deadline
from services.domain.dispatch import Dispatch
from services.domain.dispute import Dispute
from services.domain.execution import Execution
from services.domain.inbox import InboxEntry
from services.domain.petition import Petition
from services.domain.review import Review


@dataclass(frozen=True, slots=True)
class PetitionFilter:
    """What a list of petitions is narrowed to; ``shield_for`` leaves out what that organ must not see.

    ``person`` is a name, a document number or a phone, already normalised, found exactly. ``or_brought_by``
    goes with ``holder_id``: or what this client registered, denunciations excepted (信访工作条例 23, 30).
    ``oldest_first`` turns the list round; it does not go with ``or_brought_by``.
    """

    client_id: str | None = None
    office_prefix: str | None = None
    shield_for: UUID | None = None
    screened_only: bool = False
    states: tuple[str, ...] = ()
    channel: str | None = None
    purpose: str | None = None
    category_prefix: str | None = None
    region_prefix: str | None = None
    holder_id: UUID | None = None
    or_brought_by: str | None = None
    number: str | None = None
    external_ref: str | None = None
    received_from: date | None = None
    received_to: date | None = None
    person: str | None = None
    oldest_first: bool = False


@dataclass(frozen=True, slots=True)
class DueClock:
    """A clock at whose point ``at`` something is to be done."""

    at: datetime
    deadline_id: UUID
    petition_id: UUID


@dataclass(frozen=True, slots=True)
class LedgerHead:
    """Where a ledger ends; of what is ``archived``, where that part ended (0: nothing is)."""

    petition_id: UUID
    number: str
    seq: int
    hash: str
    archived_seq: int = 0
    archived_hash: str = ""


@dataclass(frozen=True, slots=True)
class RunningClock:
    """A running clock with the number and the office's region of its petition."""

    deadline: Deadline
    number: str
    office_region: str


class Lists(Protocol):
    """Reads of many rows, newest first unless told, each page after the id that ended the one before it."""

    async def petitions(
        self, wanted: PetitionFilter, *, after: UUID | None, limit: int
    ) -> list[Petition]: ...

    async def any_shielded(self, organ_id: UUID, petition_ids: Sequence[UUID]) -> bool:
        """Whether the organ must not see one of these petitions (信访工作条例 30)."""

    async def dispatches(
        self, organ_id: UUID, *, states: tuple[str, ...], after: UUID | None, limit: int
    ) -> list[Dispatch]: ...

    async def reviews(
        self, organ_id: UUID, *, states: tuple[str, ...], after: UUID | None, limit: int
    ) -> list[Review]: ...

    async def disputes(
        self,
        organ_id: UUID,
        *,
        forums: tuple[str, ...],
        states: tuple[str, ...],
        after: UUID | None,
        limit: int,
    ) -> list[Dispute]:
        """Those that this organ, or the conference whose office it is, decides; ``()`` is any."""

    async def executions(
        self, organ_id: UUID, *, states: tuple[str, ...], after: UUID | None, limit: int
    ) -> list[Execution]: ...

    async def inbox(self, organ_id: UUID, *, after: int, limit: int) -> list[InboxEntry]:
        """Entries numbered above ``after``, in the order of their numbers."""

    async def inbox_day(self, organ_id: UUID, day: date) -> list[InboxEntry]: ...

    async def feed_heads(self, organ_ids: Sequence[UUID]) -> dict[UUID, int]:
        """The last number of each feed."""

    async def due(self, now: datetime, limit: int, *, after: DueClock | None = None) -> list[DueClock]:
        """The clocks whose next point has come, in its order, on from the one that ended the page before."""

    async def clocks_behind(self, calendar_version: str, limit: int) -> list[tuple[UUID, UUID]]:
        """(deadline id, petition id) of running clocks that were counted by another calendar."""

    async def running_clocks(
        self, ending_from: date, *, after: UUID | None, limit: int
    ) -> list[RunningClock]:
        """Running statutory clocks due on that day or later, in the order of their ids."""

    async def ledger_heads(self, *, after: UUID | None, limit: int) -> list[LedgerHead]:
        """Where each petition's ledger ends, in the order of the petitions' ids."""
