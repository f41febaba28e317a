"""Whom the triage desk is offered: the three best organs for a petition that no rule placed (条例 22)."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from services.domain.directory import Competence, Directory
from services.domain.organ import Organ
from services.domain.routing import Suggestion
from services.domain.routing_case import Case

MOST = 3
LEAST_PRECEDENT = 0.1
"""From this chance on, an organ that handled such petitions is suggested."""


def suggested_organs(
    case: Case, directory: Directory, lead: Organ | None, competence: Competence | None
) -> tuple[Suggestion, ...]:
    """The organ found, those that handled such petitions, the other categories' ones, the government.

    Never one that must not hear of it (R6). Where precedents speak, by score, the organ found in front.
    """
    found: dict[UUID, Suggestion] = {}
    for each in _offered(case, directory, lead, competence):
        found.setdefault(each.organ_id, each)
    allowed = [each for each in found.values() if each.organ_id not in case.hidden]
    if case.precedents:
        allowed.sort(key=lambda each: (lead is None or each.organ_id != lead.id, -each.score))
    return tuple(allowed[:MOST])


def _offered(
    case: Case, directory: Directory, lead: Organ | None, competence: Competence | None
) -> Iterator[Suggestion]:
    if lead is not None:
        yield _suggestion(lead, case.category_confidence, "规则所得")
    for handled in case.precedents:
        if handled.chance >= LEAST_PRECEDENT:
            yield _suggestion(handled.organ, handled.chance, handled.text)
    for organ in competence.alternatives if competence else ():
        yield _suggestion(organ, 0.3, "同类事项的其他主管单位")
    region_code = case.locality.region.code
    for candidate in case.understanding.candidates:
        other = directory.competent(candidate.category.code, region_code, case.on).lead
        if other is not None:
            yield _suggestion(other, candidate.score, f"若事项属于“{candidate.category.name}”")
    government = directory.by_function("government", region_code, on=case.on)
    if government is not None:
        yield _suggestion(government, 0.1, "属地政府")


def _suggestion(organ: Organ, score: float, reason: str) -> Suggestion:
    return Suggestion(organ.id, organ.name, round(score, 3), reason)
