"""The triage desk: what waits there, and a person's decision."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from intake_api.schemas.decision import DECISION, DecisionTold
from intake_api.schemas.dispatch import ORGAN_ID
from intake_api.schemas.petition import INSTANT, PetitionBrief
from intake_api.schemas.sent import Sent, Text2000, Told
from services.domain.petition import Purpose


class TriageDecisionIn(Sent):
    """分流:承办单位和理由。写明反馈期限的为交办;可以更正信访目的和内容分类"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"organ_id": ORGAN_ID, "reason": "征地补偿由自然资源部门主管。"}]}
    )

    organ_id: UUID
    reason: Text2000
    report_due: date | None = Field(None, description="交办的反馈期限")
    purpose: Purpose | None = None
    category_code: str | None = Field(None, pattern=r"^[0-9]{2}([0-9]{2}){0,2}$")


class WaitingOut(Told):
    """一件待分流的信访件,及系统未能确定的决定和三个建议"""

    petition: PetitionBrief
    decision: DecisionTold | None
    waiting_since: str | None = Field(json_schema_extra=INSTANT)


_PETITION: dict[str, Any] = {
    "id": "0193499e-2c4b-7d6f-9e3b-5b0f3a1c2d4e",
    "number": "430900-20261120-000001-2",
    "channel": "online",
    "state": "triage",
    "state_name": "待分流",
    "tier": "handling",
    "purpose": "redress",
    "path": "petition_procedure",
    "category_code": None,
    "category_name": None,
    "region_code": "430921000000",
    "region_name": "湖南省益阳市南县",
    "title": "请解决我们的问题",
    "received_on": "2026-11-20",
    "registered_at": "2026-11-20T02:11:09Z",
    "anonymous": False,
    "confidential": False,
    "urgent": False,
    "people_count": 1,
    "holder": {"organ_id": ORGAN_ID, "name": "益阳市信访局"},
    "external_ref": None,
    "version": 2,
}


class TriagePage(Told):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "petition": _PETITION,
                            "decision": {**DECISION, "lead": None, "confidence": 0.31, "needs_triage": True},
                            "waiting_since": "2026-11-20T02:11:10Z",
                        }
                    ],
                    "next": None,
                    "has_more": False,
                }
            ]
        }
    )

    items: list[WaitingOut]
    next: str | None
    has_more: bool
