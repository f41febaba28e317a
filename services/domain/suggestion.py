"""Whom the triage desk is offered: the three best organs for a petition that no rule placed (条例 22)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from services.domain.directory import Competence, Directory
from services.domain.organ import Organ, OrganKind
from services.domain.routing import Suggestion
from services.domain.routing_case import Case

MOST = 3
LEAST_PRECEDENT = 0.1
"""From this chance on, an organ that handled such petitions is suggested."""


def suggested_organs(
    case: Case, directory: Directory, lead: Organ | None, competence: Competence | None
) -> tuple[Suggestion, ...]:
    """The organ found, those that handled such petitions, the other categories' ones, the government; of a
    matter of no known category, whom the text names.

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
    for candidate in case.understanding.candidates:
        other = directory.competent(candidate.category.code, case.locality.region.code, case.on).lead
        if other is not None:
            yield _suggestion(other, candidate.score, f"若事项属于“{candidate.category.name}”")
    yield from _of_the_place(case, directory)


def _of_the_place(case: Case, directory: Directory) -> Iterator[Suggestion]:
    """The government; for a matter of no known category also whom the text names, the place's own petition
    office, and the government above.
    """
    region_code, office_region = case.locality.region.code, case.matter.office_region
    unsorted = case.category is None
    text = f"{case.matter.title}\n{case.matter.text}"
    for organ in directory.find_by_name(text, region_code=office_region) if unsorted else ():
        if organ.kind is not OrganKind.DISCIPLINE:  # who turns to it, or was there before, names it, too
            yield _suggestion(organ, 0.3, "文中提到")
    government = directory.by_function("government", region_code, on=case.on)
    if government is not None:
        yield _suggestion(government, 0.1, "属地政府")
    if unsorted:
        yield from _around(directory, region_code, office_region, case.on)


def _around(directory: Directory, region_code: str, office_region: str, on: date) -> Iterator[Suggestion]:
    office = directory.petition_office(region_code, on=on)
    if office is not None and office.region_code != office_region:
        yield _suggestion(office, 0.1, "属地信访部门")
    for region in directory.gazetteer.ancestors(region_code):
        above = directory.by_function("government", region.code, on=on)
        if above is not None:
            yield _suggestion(above, 0.05, "上一级政府")


def _suggestion(organ: Organ, score: float, reason: str) -> Suggestion:
    return Suggestion(organ.id, organ.name, round(score, 3), reason)
