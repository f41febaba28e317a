"""A petition on its way into the store, with all that is stored with it: everything, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from services.domain import ledger
from services.domain.access import Call
from services.domain.deadline import Deadline
from services.domain.ledger import Event
from services.domain.petition import Petition, Petitioner, Respondent
from services.domain.refusal import NotFound

T = TypeVar("T")


class Listed(Generic[T]):
    """A repository of what is not stored yet: what was added to it is all there is."""

    def __init__(self) -> None:
        self.values: list[T] = []

    async def get(self, key: object) -> T:
        found = await self.find(id=key)
        if not found:
            raise NotFound()
        return found[0]

    async def find(self, **equals: object) -> list[T]:
        return [value for value in self.values if fits(value, equals)]

    async def add(self, *values: T) -> None:
        self.values.extend(values)

    async def save(self, *values: T) -> None:
        """They are the values themselves: nothing is left to save."""

    async def refresh(self, value: T) -> None:
        """Nobody else can have changed it."""


def fits(value: object, equals: Mapping[str, object]) -> bool:
    """Whether a value is one that ``Repository.find`` is asked for."""
    return all(
        getattr(value, name) in wanted if isinstance(wanted, tuple) else getattr(value, name) == wanted
        for name, wanted in equals.items()
    )


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What an earlier call with the same idempotency key was answered, byte for byte."""

    body_hash: str
    status: int
    answer: bytes


@dataclass(slots=True)
class Arrival:
    """What a registration will have stored. Clocks and events are written into it as into a unit of work.

    ``key`` and ``answer``: the idempotency key and what it is answered for 30 days. ``acquainted``: earlier
    petitions of the same people were looked for, and are told in the answer.
    """

    petition: Petition
    petitioners: list[Petitioner]
    respondents: list[Respondent]
    call: Call
    new_id: Callable[[], UUID]
    now: datetime
    deadlines: Listed[Deadline] = field(default_factory=Listed)
    drafts: list[ledger.Draft] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    key: str | None = None
    answer: StoredAnswer | None = None
    acquainted: bool = False

    def record(
        self, petition: Petition, kind: str, *, actor: str, data: Mapping[str, object] | None = None
    ) -> None:
        """See :meth:`services.application.ports.Work.record`."""
        self.drafts.append(ledger.Draft(self.new_id(), self.now, kind, actor, dict(data or {})))

    def chain(self) -> None:
        """Put what was recorded on the petition's ledger; its version and head are of the last event."""
        petition, drafts = self.petition, self.drafts
        self.events += ledger.chain(petition.id, petition.head, petition.version, drafts)
        petition.version, petition.head, self.drafts = self.events[-1].seq, self.events[-1].hash, []

    @property
    def people_to_know(self) -> list[UUID]:
        """The ids of its petitioners, where each is known by an identity document (see ``same_matter``)."""
        known = all(person.document_number for person in self.petitioners)
        return [person.id for person in self.petitioners] if known and not self.acquainted else []
