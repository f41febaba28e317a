"""A person's decision where a petition goes: kept beside the router's, as the better label of the two."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.application.ports import World
from services.domain.decision import DecisionRecord
from services.domain.directory import Directory
from services.domain.dispatch import Mode
from services.domain.organ import Organ
from services.domain.petition import Petition, Purpose
from services.domain.refusal import InvalidField


@dataclass(frozen=True, slots=True)
class Chosen:
    """``rule`` is the routing rule of the pack by which ``organ`` was chosen, ``text`` why.

    ``for_office`` is what more there is to it, for the petition office alone.
    """

    organ: Organ
    mode: Mode
    rule: str
    text: str
    for_office: str | None = None


def check_report_due(report_due: date | None, *, today: date) -> None:
    """The date that an assignment sets lies after today (信访工作条例 22)."""
    if report_due is not None and report_due <= today:
        raise InvalidField(
            code="report_due_past",
            zh="反馈期限应当晚于今天。",
            en="The date to report back lies after today.",
            pointer="/report_due",
        )


def of_person(
    world: World, directory: Directory, petition: Petition, chosen: Chosen, *, actor: str
) -> DecisionRecord:
    """The decision in the shape of the router's. Its reason may name the accused (30)."""
    rule = world.law.pack(petition.office_region).routing_rule(chosen.rule)
    region = directory.gazetteer.get(petition.region_code or petition.office_region)
    category = directory.categories.get(petition.category_code or "")
    restricted = petition.purpose is Purpose.DENUNCIATION or petition.confidential
    reason = {"rule": rule.id, "article": rule.article, "text": chosen.text}
    more = [{**reason, "text": chosen.for_office, "restricted": True}] if chosen.for_office else []
    organ = chosen.organ
    body: dict[str, object] = {
        "lead": {"organ_id": str(organ.id), "name": organ.name, "region_code": organ.region_code},
        "co": [],
        "mode": chosen.mode.value,
        "purpose": petition.purpose.value if petition.purpose else None,
        "path": petition.path.value if petition.path else None,
        "urgent": petition.urgent,
        "region": {"code": region.code, "name": region.name, "confidence": 1.0, "candidates": []},
        "category": {
            "code": category.code if category else None,
            "name": category.name if category else None,
            "confidence": 1.0 if category else 0.0,
            "candidates": [],
        },
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
        organ_id=organ.id,
        body=body,
    )
