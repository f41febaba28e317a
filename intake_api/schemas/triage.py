"""The triage desk: what waits there, and a person's decision."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from intake_api.schemas.decision import DECISION, DecisionTold
from intake_api.schemas.dispatch import ORGAN_ID
from intake_api.schemas.objection import ObjectionBrief
from intake_api.schemas.petition import INSTANT, PetitionBrief
from intake_api.schemas.sent import Sent, Text2000, Told
from services.domain.dispatch import Procedure
from services.domain.petition import Purpose, State
from services.domain.same_matter import Difference


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
    procedure: Procedure = Field(Procedure.ORDINARY, description="simple 为建议简易办理")
    difference: Difference | None = Field(
        None,
        description="系统建议不予受理的:与原件有何不同(新的事实、新的请求、另一事项);填写的作为新的信访件办理",
        examples=["new_facts"],
    )
    new_facts: Text2000 | None = Field(
        None, description="该单位的异议此前已经成立、仍转送该单位的,写明有何新的事实", examples=[None]
    )


class EvidenceOut(Told):
    """一项根据:是什么、在相似程度中占多少、对经办人的说明"""

    what: str = Field(description="根据的种类", examples=["document"])
    weight: float = Field(examples=[0.4])
    text: str = Field(examples=["信访人证件号码相同"])


class EarlierOut(Told):
    """疑为同一事项的原信访件"""

    id: UUID = Field(examples=["01933c1a-7b60-7a51-8d1e-0c5b9c2f4a11"])
    number: str = Field(examples=["430900-20260105-000007-2"])
    title: str = Field(examples=["征地补偿款没有发放"])
    state: State = Field(examples=["final"])
    state_name: str = Field(examples=["已终结"])
    received_on: date = Field(examples=["2026-01-05"])
    final_on: date | None = Field(examples=["2026-07-20"])


class ProposalOut(Told):
    """不予受理、不再受理的建议。由人认定:确认的按 ground 不予受理,认为不同的照常分流"""

    ground: str = Field(examples=["A2"])
    title: str = Field(examples=["已经复核"])
    article: str = Field(examples=["信访工作条例第三十六条第三款"])
    tell: str = Field(description="应当告知信访人的话", examples=["该信访事项已经复核"])
    earlier: EarlierOut
    score: float = Field(description="0 至 1", examples=[0.93])
    grounds: list[EvidenceOut]


class WaitingOut(Told):
    """一件待分流的信访件,及尚未确定的决定和三个建议;因异议成立退回的,附该异议"""

    petition: PetitionBrief
    decision: DecisionTold | None
    waiting_since: str | None = Field(json_schema_extra=INSTANT)
    due_on: date | None = Field(description="最近一项期限的届满日,一般为登记、转送的期限;没有的为 null")
    proposal: ProposalOut | None = Field(description="疑为重复提出的,建议和根据;没有的为 null")
    objection: ObjectionBrief | None = Field(description="成立而使其退回的异议;没有的为 null")


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


_PROPOSAL: dict[str, Any] = {
    "ground": "A2",
    "title": "已经复核",
    "article": "信访工作条例第三十六条第三款",
    "tell": "该信访事项已经复核；仍以同一事实和理由提出的，不再受理",
    "earlier": {
        "id": "01933c1a-7b60-7a51-8d1e-0c5b9c2f4a11",
        "number": "430900-20260105-000007-2",
        "title": "征地补偿款没有发放",
        "state": "final",
        "state_name": "已终结",
        "received_on": "2026-01-05",
        "final_on": "2026-07-20",
    },
    "score": 0.952,
    "grounds": [
        {"what": "document", "weight": 0.4, "text": "信访人证件号码相同"},
        {"what": "text", "weight": 0.352, "text": "文字相似度88%;本件约9%的内容为原件所无"},
        {"what": "category", "weight": 0.1, "text": "内容分类相同"},
        {"what": "region", "weight": 0.1, "text": "事发地相同"},
        {"what": "standing", "weight": 0.0, "text": "原件已于2026-07-20终结"},
    ],
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
                            "due_on": "2026-12-07",
                            "proposal": _PROPOSAL,
                            "objection": None,
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
