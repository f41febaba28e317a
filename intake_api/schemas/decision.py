"""The routing decision, previewed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from intake_api.schemas.registration import Brought, HotlineIn, LetterIn, OnlineIn, VisitIn
from intake_api.schemas.sent import Told
from services.domain.dispatch import Mode
from services.domain.petition import Channel

DECISION: dict[str, Any] = {
    "lead": {
        "organ_id": "0193499e-0000-7000-8000-000000000001",
        "name": "南县自然资源局",
        "region_code": "430921000000",
    },
    "co": [],
    "mode": "refer",
    "purpose": "redress",
    "path": "petition_procedure",
    "urgent": False,
    "region": {
        "code": "430921104000",
        "name": "茅草街镇",
        "confidence": 0.99,
        "evidence": "文中写明“南县茅草街镇”;逐级相符",
        "candidates": [{"code": "430921104000", "name": "湖南省益阳市南县茅草街镇", "score": 0.99}],
    },
    "category": {
        "code": "0301",
        "name": "农村土地征收",
        "confidence": 0.91,
        "evidence": "文中提到征地、补偿款,属于自然资源/农村土地征收;模型据本地既往信访件作同样判断(把握0.88)",
        "candidates": [
            {"code": "0301", "name": "农村土地征收", "score": 0.79, "by": {"lexicon": 0.7, "model": 0.88}},
            {"code": "0303", "name": "土地权属争议", "score": 0.3, "by": {"lexicon": 0.3}},
        ],
    },
    "confidence": 0.91,
    "needs_triage": False,
    "suggestions": [],
    "reasons": [
        {
            "rule": "R1",
            "article": "信访工作条例第五条第三项",
            "text": "“农村土地征收”由县级机关决定(地点:南县茅草街镇;事项:文中提到征地、补偿款)",
        }
    ],
}


class PreviewIn(Brought):
    """试算分流:与登记相同的正文。信访人信息不参与分流,请勿填写"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "channel": "online",
                    "title": "征地补偿款未发放",
                    "content": "南县茅草街镇八百弓村去年征地,补偿款至今没有发放。",
                    "place": {"address": "南县茅草街镇八百弓村"},
                }
            ]
        }
    )

    channel: Channel = Channel.ONLINE
    letter: LetterIn | None = None
    visit: VisitIn | None = None
    online: OnlineIn | None = None
    hotline: HotlineIn | None = None
    office_region: str | None = Field(
        None, pattern=r"^[0-9]{2,12}$", description="登记机关所在的行政区划,默认为调用方所在地"
    )


class OrganLead(Told):
    organ_id: UUID
    name: str
    region_code: str


class SuggestionOut(Told):
    organ_id: UUID
    name: str
    score: float
    reason: str


class ReasonOut(Told):
    rule: str = Field(examples=["R1"])
    article: str
    text: str


class DecisionTold(Told):
    """分流决定及逐条理由。不足以确定的,``needs_triage`` 为真,并给出建议"""

    model_config = ConfigDict(json_schema_extra={"examples": [DECISION]})

    lead: OrganLead | None
    co: list[OrganLead]
    mode: Mode
    purpose: str | None
    path: str | None
    urgent: bool
    region: dict[str, Any] = Field(description="事发地、把握、文中依据和备选;涉及被反映人的不列依据")
    category: dict[str, Any] = Field(
        description=(
            "事项类别、把握、依据和备选;``by`` 是谁提出的:given 登记或者人工分流时写明,"
            "lexicon 词语(票数之比),model 模型(把握)"
        )
    )
    confidence: float
    needs_triage: bool
    suggestions: list[SuggestionOut]
    reasons: list[ReasonOut]
