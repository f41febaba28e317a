"""A person's decision where a petition goes, or does not: kept beside the router's, as the better label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.application.ports import Work, World
from services.domain.decision import DecisionRecord
from services.domain.directory import Directory
from services.domain.dispatch import Mode, Objection
from services.domain.informed import is_closed
from services.domain.organ import Organ
from services.domain.petition import Petition
from services.domain.refusal import InvalidField
from services.domain.routing_case import candidate_given
from services.domain.suggestion import MOST

RETURNED = "objection"
OFFERED = 0.3
"""No rule found the organ that is offered after a return; a person judges."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """``rule`` is the routing rule of the pack by which ``organ`` was chosen, ``text`` why.

    ``for_office`` is what more there is to it, for the petition office alone; ``co`` are to help.
    ``named``: the person named the category, too.
    """

    organ: Organ
    mode: Mode
    rule: str
    text: str
    for_office: str | None = None
    co: tuple[Organ, ...] = ()
    named: bool = False


def check_report_due(report_due: date | None, *, today: date) -> None:
    """The date that an assignment sets lies after today (信访工作条例 22)."""
    if report_due is not None and report_due <= today:
        raise InvalidField(
            code="report_due_past",
            zh="反馈期限应当晚于今天。",
            en="The date to report back lies after today.",
            pointer="/report_due",
        )


async def of_person(
    world: World, work: Work, directory: Directory, petition: Petition, chosen: Chosen, *, actor: str
) -> DecisionRecord:
    """The decision in the shape of the router's. Its reason may name the accused (30)."""
    before = await work.decisions.find(petition_id=petition.id)
    rule = world.law.pack(petition.office_region).routing_rule(chosen.rule)
    reason = {"rule": rule.id, "article": rule.article, "text": chosen.text}
    more = [{**reason, "text": chosen.for_office, "restricted": True}] if chosen.for_office else []
    reasons = [{**reason, "restricted": is_closed(petition)}, *more]
    category = _category(directory, petition, before, named=chosen.named)
    return _record(
        world, directory, petition, chosen.organ, chosen.mode, reasons, category, co=chosen.co, actor=actor
    )


async def of_return(
    world: World,
    work: Work,
    directory: Directory,
    petition: Petition,
    objection: Objection,
    *,
    hidden: frozenset[UUID],
    actor: str,
) -> DecisionRecord:
    """An organ was right that it is not its matter, so nobody has it: what was decided before is refuted.

    The desk is offered whom that organ named, then who has the power otherwise (23.3).
    """
    today, heard = world.clock.today(), directory.organ(objection.organ_id)
    suggested = directory.find(objection.suggested_organ_id) if objection.suggested_organ_id else None
    text = f"{heard.name}的异议成立,退回分流" + (f";其建议由{suggested.name}承办" if suggested else "")
    article = world.law.pack(petition.office_region).period("D4", on=objection.raised_on).article
    reason = {"rule": RETURNED, "article": article, "text": text, "restricted": is_closed(petition)}
    offered = [(suggested, "提出异议的单位建议")] if suggested is not None else []
    if petition.category_code in directory.categories and not is_closed(petition):
        place = petition.region_code or petition.office_region
        competence = directory.competent(petition.category_code or "", place, today)
        others = (competence.lead, *competence.co, *competence.alternatives)
        offered += [(organ, "同类事项的其他主管单位") for organ in others if organ is not None]
    found: dict[UUID, dict[str, object]] = {}
    for organ, why in offered:
        if organ.id not in {heard.id, *hidden} and organ.in_force(today):
            told = {"organ_id": str(organ.id), "name": organ.name, "score": OFFERED, "reason": why}
            found.setdefault(organ.id, told)
    suggestions = list(found.values())[:MOST]
    before = await work.decisions.find(petition_id=petition.id)
    category = _category(directory, petition, before, named=False)
    return _record(
        world, directory, petition, None, Mode.REFER, [reason], category, suggestions=suggestions, actor=actor
    )


def _record(
    world: World,
    directory: Directory,
    petition: Petition,
    organ: Organ | None,
    mode: Mode,
    reasons: list[dict[str, object]],
    category: Mapping[str, object],
    *,
    co: Sequence[Organ] = (),
    suggestions: Sequence[dict[str, object]] = (),
    actor: str,
) -> DecisionRecord:
    """Without an organ it waits for a person."""
    region = directory.gazetteer.get(petition.region_code or petition.office_region)
    confidence = 1.0 if organ else 0.0
    body: dict[str, object] = {
        "lead": _told(organ) if organ else None,
        "co": [_told(each) for each in co],
        "mode": mode.value,
        "purpose": petition.purpose.value if petition.purpose else None,
        "path": petition.path.value if petition.path else None,
        "urgent": petition.urgent,
        "region": {"code": region.code, "name": region.name, "confidence": 1.0, "candidates": []},
        "category": category,
        "confidence": confidence,
        "needs_triage": organ is None,
        "suggestions": list(suggestions),
        "reasons": reasons,
    }
    return DecisionRecord(
        id=world.codes.new_id(),
        petition_id=petition.id,
        decided_at=world.clock.now(),
        decided_by=actor,
        directory_version=directory.version,
        rules_version="person",
        confidence=confidence,
        needs_triage=organ is None,
        organ_id=organ.id if organ else None,
        body=body,
    )


def is_return(decision: DecisionRecord) -> bool:
    """Whether an upheld objection is what left nobody with it."""
    reasons: Any = decision.body.get("reasons") or [{}]
    return bool(reasons[-1].get("rule") == RETURNED)


def _told(organ: Organ) -> dict[str, object]:
    return {"organ_id": str(organ.id), "name": organ.name, "region_code": organ.region_code}


def _category(
    directory: Directory, petition: Petition, before: Sequence[DecisionRecord], *, named: bool
) -> Mapping[str, object]:
    """As sure as it was: who sends a petition elsewhere does not say that its guessed category is right."""
    category = directory.categories.get(petition.category_code or "")
    if category is None:
        return {"code": None, "name": None, "confidence": 0.0, "candidates": []}
    guessed: Any = before[-1].body.get("category") if before and not named else None
    if guessed is not None and guessed["code"] == category.code:
        return {name: guessed[name] for name in ("code", "name", "confidence", "candidates")}
    candidate = candidate_given(category)
    return {"code": category.code, "name": category.name, "confidence": 1.0, "candidates": [candidate]}
