"""What a city's own past teaches: petitions whose matter and handler are settled, for training.

Denunciations and confidential petitions are never read (信访工作条例 30): nothing is learnt from who accuses
whom.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.application.lists import PetitionFilter
from services.application.ports import Work, World
from services.domain.decision import DecisionRecord
from services.domain.directory import Directory
from services.domain.dispatch import Dispatch, DispatchState, Role
from services.domain.petition import Petition, Purpose
from services.domain.routing_case import GIVEN_BY
from services.domain.witness import Kind, Precedent, lead_functions

PAGE = 500
SYSTEM = "system:"
CONFIRMED = (DispatchState.ACCEPTED.value, DispatchState.ANSWERED.value)
FEWEST_PETITIONS = 3
"""A label with fewer petitions cannot be learnt, and would tell of single cases."""


@dataclass(frozen=True, slots=True)
class Lesson:
    title: str
    text: str
    label: str
    received_on: date


async def lessons(world: World, kind: Kind) -> Sequence[Lesson]:
    """Every settled petition with its label, oldest first: its category, or who handled it.

    Settled is what an organ accepted without contesting it or answered (23), and what a person sent or ruled.
    A guessed category teaches nothing where a person sent the petition to an organ not competent for it.
    """
    directory = await world.directory()
    found: list[Lesson] = []
    after: UUID | None = None
    while petitions := await world.reports.petitions(PetitionFilter(), after=after, limit=PAGE):
        async with world.read() as work:
            found += await _learnt(work, directory, petitions, kind)
        after = petitions[-1].id
    often = Counter(lesson.label for lesson in found)
    return [lesson for lesson in reversed(found) if often[lesson.label] >= FEWEST_PETITIONS]


async def _learnt(work: Work, directory: Directory, petitions: list[Petition], kind: Kind) -> list[Lesson]:
    unheard = (None, Purpose.DENUNCIATION)
    open_ones = [each for each in petitions if not each.confidential and each.purpose not in unheard]
    ids = tuple(petition.id for petition in open_ones)
    if not ids:
        return []
    leads = await work.dispatches.find(petition_id=ids, role=Role.LEAD.value)
    decisions = await work.decisions.find(petition_id=ids)
    by_person = {each.petition_id for each in decisions if not each.decided_by.startswith(SYSTEM)}
    handled = {each.petition_id: each for each in leads if _settled(each, by_person)}
    guesses = by_person - {each.petition_id for each in decisions if _names_category(each)}
    told: list[Lesson] = []
    for petition in open_ones:
        lead = handled.get(petition.id)
        if kind is Kind.MATTER and petition.id in guesses and not _competent(directory, petition, lead):
            continue  # whoever sent it elsewhere did not believe the guess
        label = _label(directory, petition, lead, kind)
        if label is not None:
            text = "\n".join(filter(None, (petition.content, petition.requests)))
            told.append(Lesson(petition.title, text, label, petition.received_on))
    return told


def _settled(dispatch: Dispatch, by_person: set[UUID]) -> bool:
    """Accepted or answered; or still held by whom a person, or a ruling that binds, gave it to."""
    if dispatch.state.value in CONFIRMED:
        return True
    return dispatch.open and (dispatch.binding or dispatch.petition_id in by_person)


def _names_category(decision: DecisionRecord) -> bool:
    """Was the category stated, when it was registered or by the person who decided?"""
    if decision.facts is not None and decision.facts["category_code"] is not None:
        return True
    category: Any = decision.body.get("category") or {}
    return any(GIVEN_BY in each.get("by", ()) for each in category.get("candidates", ()))


def _competent(directory: Directory, petition: Petition, lead: Dispatch | None) -> bool:
    """Has the organ that handled it a power over its category (22)?"""
    organ = None if lead is None else directory.find(lead.organ_id)
    if organ is None or lead is None or petition.category_code is None:
        return False
    region = directory.gazetteer.find(petition.region_code or petition.office_region)
    lineage = [each.code for each in directory.gazetteer.lineage(region.code)] if region else []
    powers = directory.powers.over(petition.category_code, lineage, lead.sent_on)
    return not {power.function for power in powers}.isdisjoint(organ.functions)


def _label(directory: Directory, petition: Petition, lead: Dispatch | None, kind: Kind) -> str | None:
    if lead is None:
        return None
    if kind is Kind.MATTER:
        code = petition.category_code
        return code if code in directory.categories else None
    organ = directory.find(lead.organ_id)
    if organ is None:
        return None
    return Precedent.of(organ, led_by=lead_functions(directory, petition.category_code)).label
