"""The petitioner's side: by number and query code, without an account."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from intake_api.schemas.petition import INSTANT, OrganRef
from intake_api.schemas.registration import DeadlineOut
from intake_api.schemas.sent import Sent, Text2000, Text5000, Told
from services.domain.execution import ExecutionState
from services.domain.refusal import InvalidField

NUMBER = "430900-20261120-000001-2"
CODE = "1234-5678-9012-3456"


class Proof(Sent):
    """信访件编号和查询码,见登记回执"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"number": NUMBER, "query_code": CODE}]})

    number: str = Field(max_length=60)
    query_code: str = Field(max_length=60)


class StepOut(Told):
    at: str = Field(json_schema_extra=INSTANT)
    what: str = Field(examples=["受理"])
    organ: str | None = Field(examples=["南县自然资源局"])


class ServedOpinionOut(Told):
    """已送达的意见书"""

    tier: str = Field(examples=["handling"])
    organ: str = Field(examples=["南县自然资源局"])
    outcome: str = Field(examples=["supported"])
    facts: str
    reasons: str
    legal_basis: str
    decision: str
    remedy: str = Field(description="救济途径和期限")
    issued_on: date
    served_on: date


class PublicExecutionOut(Told):
    """已送达意见的执行情况"""

    organ: str = Field(examples=["南县自然资源局"])
    state: ExecutionState
    opened_on: date
    carried_out_on: date | None


class NoticeOut(Told):
    """书面告知"""

    kind: str = Field(examples=["acceptance"])
    text: str
    issued_on: date
    directed_to: str | None


class ProgressOut(Told):
    """办理进度。``may_request`` 为目前可以申请的下一级(复查或复核),``request_by`` 为申请期限"""

    number: str = Field(examples=[NUMBER])
    state: str = Field(examples=["accepted"])
    state_name: str = Field(examples=["办理中"])
    tier: str = Field(examples=["handling"])
    path: str | None = Field(examples=["petition_procedure"], description="依法分类处理的途径")
    received_on: date
    organ: str | None = Field(examples=["南县自然资源局"])
    steps: list[StepOut]
    opinions: list[ServedOpinionOut]
    executions: list[PublicExecutionOut]
    notices: list[NoticeOut]
    deadlines: list[DeadlineOut]
    final_on: date | None = Field(description="三级终结之日")
    final_ground: str | None = Field(examples=["re_review_served"], description="终结情形的代码")
    may_evaluate: bool
    may_request_ordinary: bool = Field(description="按简易办理的,可以要求改为普通程序")
    may_request_written: bool = Field(description="当场答复办结的,可以要求书面答复")
    may_request: Literal["review", "re_review"] | None
    request_by: date | None
    review_organs: list[OrganRef] = Field(
        description="可以向其申请下一级的复查复核机关;有两个的,由信访人选择,编号填入申请的 ``organ_id``"
    )


class RatingWord(StrEnum):
    """满意、基本满意、不满意."""

    SATISFIED = "satisfied"
    FAIRLY_SATISFIED = "fairly_satisfied"
    DISSATISFIED = "dissatisfied"


class RatingIn(Sent):
    """评价和理由;不写理由的,可以只写评价"""

    rating: RatingWord
    reason: Text2000 | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare_word(cls, given: object) -> object:
        return {"rating": given} if isinstance(given, str) else given


class EvaluationIn(Proof):
    """对信访部门、对责任单位分别评价,至少评其一"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "number": NUMBER,
                    "query_code": CODE,
                    "petition_office": {"rating": "satisfied"},
                    "organ": {"rating": "fairly_satisfied", "reason": "办理较慢。"},
                }
            ]
        }
    )

    petition_office: RatingIn | None = None
    organ: RatingIn | None = None

    @model_validator(mode="after")
    def _one_at_least(self) -> EvaluationIn:
        if self.petition_office is None and self.organ is None:
            raise InvalidField(
                code="required",
                zh="请至少评价一方:petition_office(信访部门)或者 organ(责任单位)。",
                en="Rate one at least: petition_office, or organ.",
            )
        return self


class EvaluationOut(Told):
    subject: Literal["petition_office", "organ"]
    rating: RatingWord
    reason: str | None
    given_at: str = Field(json_schema_extra=INSTANT)


class EvaluationsOut(Told):
    items: list[EvaluationOut]


class ReviewIn(Proof):
    """申请复查或复核:级别由所处阶段决定"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"number": NUMBER, "query_code": CODE, "reason": "补偿标准适用错误,请求复查。"}]
        }
    )

    reason: Text5000
    organ_id: UUID | None = Field(
        None, description="所选的复查复核机关,见办理进度的 ``review_organs``;不填的,为其中第一个"
    )


class PublicReviewOut(Told):
    id: UUID
    tier: Literal["review", "re_review"]
    organ: OrganRef = Field(description="复查复核机关")
    requested_on: date
    due_on: date | None = Field(description="复查复核意见的期限")
