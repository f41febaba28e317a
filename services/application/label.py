"""A person's decision where a petition goes: kept beside the router's, as the better label of the two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.application.ports import Work, World
from services.domain.decision import DecisionRecord
from services.domain.directory import Directory
from services.domain.dispatch import Mode
from services.domain.organ import Organ
from services.domain.petition import Petition, Purpose
from services.domain.refusal import InvalidField
from services.domain.routing_case import candidate_given


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
    region = directory.gazetteer.get(petition.region_code or petition.office_region)
    restricted = petition.purpose is Purpose.DENUNCIATION or petition.confidential
    reason = {"rule": rule.id, "article": rule.article, "text": chosen.text}
    more = [{**reason, "text": chosen.for_office, "restricted": True}] if chosen.for_office else []
    body: dict[str, object] = {
        "lead": _told(chosen.organ),
        "co": [_told(organ) for organ in chosen.co],
        "mode": chosen.mode.value,
        "purpose": petition.purpose.value if petition.purpose else None,
        "path": petition.path.value if petition.path else None,
        "urgent": petition.urgent,
        "region": {"code": region.code, "name": region.name, "confidence": 1.0, "candidates": []},
        "category": _category(directory, petition, chosen, before),
        "confidence": 1.0,
        "needs_triage": False,
        "suggestions": [],
        "reasons": [{**reason, "restricted": restricted}, *more],
    }
    return DecisionRecord(
        id=world.codes.new_id(),
        petition_id=petition.id,
        decided_at=world.clock.now(),
        decided_by=actor,
        directory_version=directory.version,
        rules_version="person",
        confidence=1.0,
        needs_triage=False,
        organ_id=chosen.organ.id,
        body=body,
    )


def _told(organ: Organ) -> dict[str, object]:
    return {"organ_id": str(organ.id), "name": organ.name, "region_code": organ.region_code}


def _category(
    directory: Directory, petition: Petition, chosen: Chosen, before: Sequence[DecisionRecord]
) -> Mapping[str, object]:
    """As sure as it was: who sends a petition elsewhere does not say that its guessed category is right."""
    category = directory.categories.get(petition.category_code or "")
    if category is None:
        return {"code": None, "name": None, "confidence": 0.0, "candidates": []}
    guessed: Any = before[-1].body.get("category") if before and not chosen.named else None
    if guessed is not None and guessed["code"] == category.code:
        return {name: guessed[name] for name in ("code", "name", "confidence", "candidates")}
    candidate = candidate_given(category)
    return {"code": category.code, "name": category.name, "confidence": 1.0, "candidates": [candidate]}
