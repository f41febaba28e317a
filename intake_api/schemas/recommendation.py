"""改进工作、完善政策、追究责任的建议及其反馈."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from intake_api.schemas.dispatch import OFFICE_ID, ORGAN_ID
from intake_api.schemas.petition import PETITION_ID, OrganRef
from intake_api.schemas.sent import Sent, Text5000, Told
from services.domain.recommendation import Adoption, RecommendationKind

RECOMMENDATION_ID = "0193499f-7777-7000-8000-000000000001"


class RecommendationIn(Sent):
    """向有关机关、单位提出建议。规则库没有规定反馈期限的,写明 ``answer_by``"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "organ_id": ORGAN_ID,
                    "kind": "improve_work",
                    "text": "建议公开补偿款发放进度,避免因账户信息有误长期滞留。",
                    "answer_by": "2026-12-25",
                }
            ]
        }
    )

    organ_id: UUID
    kind: RecommendationKind = Field(
        description="improve_work 改进工作,improve_policy 完善政策,accountability 追究责任"
    )
    text: Text5000
    answer_by: date | None = Field(None, description="书面反馈的期限")


class RecommendationAnswerIn(Sent):
    """书面反馈采纳情况;未采纳的,说明理由"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"adoption": "adopted", "text": "已在政务公开栏按月公开。"}]}
    )

    adoption: Adoption = Field(description="adopted 采纳,partly_adopted 部分采纳,not_adopted 未采纳")
    text: Text5000


_RECOMMENDATION: dict[str, Any] = {
    "id": RECOMMENDATION_ID,
    "petition_id": PETITION_ID,
    "office": {"organ_id": OFFICE_ID, "name": "益阳市信访局"},
    "organ": {"organ_id": ORGAN_ID, "name": "南县自然资源局"},
    "kind": "improve_work",
    "text": "建议公开补偿款发放进度,避免因账户信息有误长期滞留。",
    "given_on": "2026-11-25",
    "answer_due": "2026-12-25",
    "answered_on": None,
    "adoption": None,
    "answer": None,
    "links": {
        "self": f"/v1/recommendations/{RECOMMENDATION_ID}",
        "answer": f"/v1/recommendations/{RECOMMENDATION_ID}/answer",
    },
}


class RecommendationOut(Told):
    """一项建议及其反馈"""

    model_config = ConfigDict(json_schema_extra={"examples": [_RECOMMENDATION]})

    id: UUID
    petition_id: UUID
    office: OrganRef
    organ: OrganRef
    kind: RecommendationKind
    text: str
    given_on: date
    answer_due: date
    answered_on: date | None
    adoption: Adoption | None
    answer: str | None
    links: dict[str, str]


class RecommendationList(Told):
    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_RECOMMENDATION]}]})

    items: list[RecommendationOut]
