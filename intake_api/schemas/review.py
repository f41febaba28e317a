"""Review and re-review: the request, the hearing, the decision."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from intake_api.schemas.dispatch import OFFICE_ID, PETITION_STATUS, PetitionStatus
from intake_api.schemas.opinion import OPINION, OPINION_ID, OpinionText
from intake_api.schemas.petition import PETITION_ID, OrganRef
from intake_api.schemas.registration import DeadlineOut
from intake_api.schemas.sent import Line100, Sent, Text2000, Text5000, Told, Whole
from services.domain.opinion import Outcome
from services.domain.petition import Tier
from services.domain.review import ReviewState

REVIEW_ID = "0193499f-5555-7000-8000-000000000001"


class LateIn(Sent):
    """逾期申请的正当理由和批准人;只由信访部门或者复查、复核机关填写"""

    good_cause: Text2000 = Field(examples=["申请人住院治疗,有出院证明。"])
    approved_by: Line100 = Field(examples=["周科长"])


class ReviewIn(Sent):
    """申请复查、复核。级别由办理进程决定;法律允许选择的,可以指定机关"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"reason": "对补偿面积的认定不服,请求复查。"},
                {
                    "reason": "对补偿面积的认定不服,请求复查。",
                    "late": {"good_cause": "申请人住院治疗,有出院证明。", "approved_by": "周科长"},
                },
            ]
        }
    )

    reason: Text5000
    organ_id: UUID | None = Field(None, description="在有权复查的机关中选择")
    late: LateIn | None = Field(None, description="逾期但有正当理由的")


class DeclinationIn(Sent):
    """不予受理复查、复核申请"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"ground": "not_an_opinion", "explanation": "申请复查的不是信访处理意见。"}]
        }
    )

    ground: str = Field(
        pattern=r"^[A-Za-z0-9_]{1,16}$", examples=["late", "wrong_tier", "not_an_opinion", "A3"]
    )
    explanation: Text5000


class ReviewExtensionIn(Sent):
    """延长复查、复核期限:天数、批准人、告知信访人的理由(须采用的地方性法规有此规定,如北京市信访条例 50)"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"days": 20, "approved_by": "复查复核委员会周主任", "reason": "需要重新勘测,期限内无法作出。"}
            ]
        }
    )

    days: Whole = Field(ge=1, le=366)
    approved_by: Line100 = Field(description="批准延期的复查、复核委员会或者负责人")
    reason: Text2000


class HearingNoticeIn(Sent):
    """听证通知书的内容。``time`` 为一天中的时间"""

    time: Line100 = Field(examples=["上午9时"])
    place: Line100 = Field(examples=["益阳市信访局三楼听证室"])
    chair: Line100 = Field(description="主持人", examples=["彭志和"])
    attending: list[Line100] = Field(default_factory=list, max_length=20, examples=[["南县自然资源局"]])


class HearingIn(Sent):
    """听证起止日期,首尾均计入。已经举行的,不晚于今天;将要举行的,填写 ``notice``,出具听证通知书"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"from": "2027-02-01", "to": "2027-02-03"},
                {
                    "from": "2027-02-01",
                    "to": "2027-02-01",
                    "notice": {
                        "time": "上午9时",
                        "place": "益阳市信访局三楼听证室",
                        "chair": "彭志和",
                        "attending": ["南县自然资源局", "南县人民政府"],
                    },
                },
            ]
        }
    )

    start: date = Field(alias="from")
    end: date = Field(alias="to")
    notice: HearingNoticeIn | None = None


REVIEW: dict[str, Any] = {
    "id": REVIEW_ID,
    "petition_id": PETITION_ID,
    "tier": "review",
    "organ": {"organ_id": OFFICE_ID, "name": "益阳市自然资源局"},
    "opinion_id": OPINION_ID,
    "reason": "对补偿面积的认定不服,请求复查。",
    "requested_on": "2026-12-25",
    "due_on": "2027-01-25",
    "state": "requested",
    "hearing": None,
    "outcome": None,
    "decided_on": None,
    "late": None,
    "links": {"self": f"/v1/reviews/{REVIEW_ID}", "opinion": f"/v1/opinions/{OPINION_ID}"},
}
_CLOCK: dict[str, Any] = {
    "rule": "D8",
    "title": "提出复查意见",
    "article": "信访工作条例第三十五条",
    "starts_on": "2026-12-25",
    "due_on": "2027-01-25",
    "due_at": "2027-01-25T16:00:00Z",
    "provisional": True,
    "state": "running",
}
_OF_PETITION: dict[str, Any] = {
    "petition": {**PETITION_STATUS, "state": "under_review", "state_name": "复查中", "tier": "review"},
    "deadlines": [_CLOCK],
}


class HearingOut(Told):
    model_config = ConfigDict(populate_by_name=True)

    start: date = Field(alias="from")
    end: date = Field(alias="to")


class LateOut(Told):
    good_cause: str
    approved_by: str


class ReviewBrief(Told):
    """一次复查或者复核。``opinion_id`` 是不服的意见"""

    id: UUID
    petition_id: UUID
    tier: Tier
    organ: OrganRef
    opinion_id: UUID
    reason: str
    requested_on: date
    state: ReviewState
    hearing: HearingOut | None
    outcome: Outcome | None
    decided_on: date | None
    late: LateOut | None = Field(description="逾期受理的正当理由和批准人")
    links: dict[str, str]


class ReviewOut(ReviewBrief):
    model_config = ConfigDict(json_schema_extra={"examples": [{**REVIEW, **_OF_PETITION}]})

    due_on: date | None = Field(description="作出复查、复核意见的期限")
    petition: PetitionStatus
    deadlines: list[DeadlineOut]


class ReviewDecided(ReviewOut):
    """复查、复核意见"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **REVIEW,
                    **_OF_PETITION,
                    "state": "decided",
                    "outcome": "upheld",
                    "decided_on": "2027-01-10",
                    "opinion": {**OPINION, "tier": "review", "outcome": "upheld"},
                }
            ]
        }
    )

    opinion: OpinionText


class ReviewPage(Told):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [{name: REVIEW[name] for name in REVIEW if name != "due_on"}],
                    "next": None,
                    "has_more": False,
                }
            ]
        }
    )

    items: list[ReviewBrief]
    next: str | None
    has_more: bool
