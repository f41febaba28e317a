"""An organ's objection and the sender's decision."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import ConfigDict, Field

from intake_api.schemas.dispatch import (
    DISPATCH_ID,
    OFFICE_ID,
    ORGAN_ID,
    PETITION_STATUS,
    PetitionStatus,
)
from intake_api.schemas.petition import PETITION_ID, OrganRef
from intake_api.schemas.sent import Flag, Sent, Text5000, Told
from services.domain.dispatch import ObjectionState

OBJECTION_ID = "0193499f-3333-7000-8000-000000000001"


class RulingIn(Sent):
    """异议的决定:成立的,写明改由哪个单位承办;不写的退回人工分流"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"upheld": True, "organ_id": OFFICE_ID, "reason": "经核实,该事项由林业局主管。"}]
        }
    )

    upheld: Flag
    organ_id: UUID | None = None
    reason: Text5000


class ObjectionBrief(Told):
    """一项异议及其决定"""

    id: UUID
    petition_id: UUID
    dispatch_id: UUID
    organ: OrganRef
    reason: str
    suggested_organ: OrganRef | None
    raised_on: date
    state: ObjectionState
    decided_on: date | None
    decision_reason: str | None
    assigned_organ: OrganRef | None = Field(description="异议成立后改由其承办的单位")
    links: dict[str, str]


class ObjectionOut(ObjectionBrief):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": OBJECTION_ID,
                    "petition_id": PETITION_ID,
                    "dispatch_id": DISPATCH_ID,
                    "organ": {"organ_id": ORGAN_ID, "name": "南县自然资源局"},
                    "reason": "该地块属于集体林地,林权纠纷由林业主管部门管理,不属于我局职权范围。",
                    "suggested_organ": {"organ_id": OFFICE_ID, "name": "南县林业局"},
                    "raised_on": "2026-11-23",
                    "state": "open",
                    "decided_on": None,
                    "decision_reason": None,
                    "assigned_organ": None,
                    "petition": {**PETITION_STATUS, "state": "objected", "state_name": "责任单位提出异议"},
                    "links": {"self": f"/v1/objections/{OBJECTION_ID}"},
                }
            ]
        }
    )

    petition: PetitionStatus
