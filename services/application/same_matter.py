"""A petition on the same facts and reasons as an earlier one (信访工作条例 19, 36)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from services.application.ports import Work
from services.domain.petition import Petition
from services.domain.registration import Registration
from services.domain.text import similarity

SAME_MATTER_SCORE = 0.5


@dataclass(frozen=True, slots=True)
class SameMatter:
    """An earlier petition of the same people; ``score`` from 0 to 1 is the likeness of the texts."""

    id: UUID
    number: str
    relation: str
    score: float


async def told_to_source(work: Work, registration: Registration, petition: Petition) -> list[SameMatter]:
    """What the source of a registration is told: earlier petitions of its own, most alike first.

    Two people may share a phone, and a joint petition may name others: so all who bring this one must have
    brought the earlier one, each known by an identity document. No source learns of anybody else's case.
    """
    documents = {person.document_number for person in registration.petitioners if person.document_number}
    if not documents or not all(person.document_number for person in registration.petitioners):
        return []
    theirs = await work.petitions_of(documents=sorted(documents), phones=())
    own = {earlier.id: earlier for earlier in theirs if earlier.client_id == petition.client_id}
    if not own:
        return []
    known: defaultdict[UUID, set[str | None]] = defaultdict(set)
    for person in await work.petitioners.find(petition_id=tuple(own)):
        known[person.petition_id].add(person.document_number)
    text = f"{petition.title}\n{petition.content}"
    matches = [
        SameMatter(earlier.id, earlier.number, "repeat", round(score, 3))
        for earlier in own.values()
        if documents <= known[earlier.id]
        and (score := similarity(text, f"{earlier.title}\n{earlier.content}")) >= SAME_MATTER_SCORE
    ]
    return sorted(matches, key=lambda match: -match.score)
