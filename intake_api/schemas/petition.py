"""A petition as its callers read it, and what they may add to it."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from intake_api.schemas.registration import DeadlineOut
from intake_api.schemas.sent import Line500, Sent, Text20000, Told
from services.domain.execution import ExecutionState
from services.domain.petition import CareKind, Channel, State
from services.domain.same_matter import LinkState

PETITION_ID = "0193499e-2c4b-7d6f-9e3b-5b0f3a1c2d4e"
INSTANT: dict[str, Any] = {"format": "date-time"}


class OrganRef(Told):
    organ_id: UUID
    name: str = Field(examples=["南县自然资源局"])


class MaskedPetitioner(Told):
    """信访人,已作遮掩。检举控告和要求保密的,承办单位看不到姓名"""

    position: int
    name: str | None = Field(examples=["张*"])
    document_type: str | None = Field(examples=["resident_id"])
    document_number: str | None = Field(examples=["4****************1"])
    phone: str | None = Field(examples=["139****0001"])
    address: str | None = Field(examples=["湖南省益阳市南县***"])
    representative: bool


class RespondentOut(Told):
    kind: str = Field(examples=["organ"])
    name: str
    organ_id: UUID | None
    position: str | None


class ExecutionOut(Told):
    """已送达意见的执行(信访工作条例 32):从送达起跟踪,到报告执行完毕为止"""

    id: UUID
    petition_id: UUID
    opinion_id: UUID
    organ: OrganRef
    state: ExecutionState
    opened_on: date
    carried_out_on: date | None
    reported_on: date | None
    report: str | None
    links: dict[str, str]


class CareOut(Told):
    """终结后的疏导教育、矛盾化解、帮扶救助(信访工作条例 37)"""

    id: UUID
    petition_id: UUID
    kind: CareKind
    given_on: date
    text: str
    organ: OrganRef | None
    recorded_at: str = Field(json_schema_extra=INSTANT)


class PetitionBrief(Told):
    """信访件摘要"""

    id: UUID
    number: str = Field(examples=["430900-20261120-000001-2"])
    channel: Channel
    state: str = Field(examples=["accepted"])
    state_name: str = Field(examples=["办理中"])
    tier: str = Field(examples=["handling"])
    purpose: str | None = Field(examples=["redress"])
    path: str | None = Field(examples=["petition_procedure"])
    category_code: str | None
    category_name: str | None
    region_code: str | None = Field(examples=["430921127000"])
    region_name: str | None = Field(examples=["湖南省益阳市南县茅草街镇"])
    title: str
    received_on: date
    registered_at: str = Field(json_schema_extra=INSTANT)
    anonymous: bool
    confidential: bool
    urgent: bool
    people_count: int
    holder: OrganRef | None
    external_ref: str | None
    version: int


class AddedOut(Told):
    """登记之后补充的情况"""

    id: UUID
    content: str = Field(examples=["补充:征地协议编号为2025-017。"])
    added_at: str = Field(json_schema_extra=INSTANT)


class RelatedOut(Told):
    """与本件相关的另一信访件:earlier 为本件疑似重复的原件,later 为疑似重复本件的"""

    relation: Literal["earlier", "later"]
    id: UUID
    number: str
    state: State
    state_name: str
    link: LinkState = Field(description="noted 已注明,proposed 待认定,confirmed 已认定,rejected 认定不同")
    ground: str | None = Field(examples=["A2"])
    score: float = Field(description="相似程度,0 至 1", examples=[0.93])


class PetitionOut(PetitionBrief):
    """信访件全貌。个人信息一律遮掩"""

    content: str
    requests: str | None
    address: str | None
    form: dict[str, Any] = Field(description="渠道信息", examples=[{"mailbox": "portal"}])
    particulars: dict[str, Any] = Field(examples=[{"involved_count": 20}])
    petitioners: list[MaskedPetitioner]
    respondents: list[RespondentOut]
    supplements: list[AddedOut] = Field(description="登记之后补充的情况,先后为序")
    first_handler: OrganRef | None
    repeat_of: UUID | None = Field(description="重复提出的是哪一件;只告知可以查看该件的机关、单位")
    related: list[RelatedOut] = Field(
        description="疑为或者认定为同一事项的其他信访件,在先的在前;只列出可以查看的", examples=[[]]
    )
    final_on: date | None
    final_ground: str | None
    deadlines: list[DeadlineOut]
    executions: list[ExecutionOut] = Field(description="待执行和已执行的意见", examples=[[]])
    cares: list[CareOut] | None = Field(description="终结后的帮扶疏导,只供信访部门查看", examples=[None])
    links: dict[str, str]


class PetitionPage(Told):
    items: list[PetitionBrief]
    next: str | None = Field(description="下一页的 after;没有更多时为 null")
    has_more: bool


class EventOut(Told):
    """一条流水:谁、何时、做了什么、依据"""

    seq: int
    at: str = Field(json_schema_extra=INSTANT)
    kind: str = Field(examples=["dispatched"])
    actor: str = Field(examples=["client:portal-430900"])
    data: dict[str, Any]
    hash: str = Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
    prev_hash: str


class EventPage(Told):
    items: list[EventOut]


class SupplementIn(Sent):
    model_config = ConfigDict(json_schema_extra={"examples": [{"content": "补充:征地协议编号为2025-017。"}]})

    content: Text20000


class SupplementOut(Told):
    id: UUID
    petition_id: UUID
    added_at: str = Field(json_schema_extra=INSTANT)


class WithdrawalIn(Sent):
    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "问题已经解决。"}]})

    reason: Line500 | None = Field(None, description="撤回的理由,记作补充材料")
    written_request_on: date | None = Field(
        None, description="信访人书面申请撤回的日期;由信访部门或者其他机关、单位登记撤回的必填"
    )


class UnmaskIn(Sent):
    """查看信访人完整信息须说明理由,理由留痕"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "送达受理告知书需要联系信访人。"}]})

    reason: Line500


class PetitionerOut(Told):
    """信访人完整信息"""

    position: int
    name: str | None
    document_type: str | None
    document_number: str | None
    phone: str | None
    address: str | None
    representative: bool
    particulars: dict[str, Any]


class UnmaskedOut(Told):
    petition_id: UUID
    petitioners: list[PetitionerOut]


class AttachmentOut(Told):
    id: UUID
    petition_id: UUID
    name: str = Field(examples=["征地协议.pdf"])
    media_type: str = Field(examples=["application/pdf"])
    size: int = Field(description="字节")
    sha256: str
    added_at: str = Field(json_schema_extra=INSTANT)
    links: dict[str, str]


class DecisionOut(Told):
    """分流决定及理由。涉及被检举人的理由只对信访部门和纪检机关显示"""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "lead": {
                        "organ_id": "0193499e-0000-7000-8000-000000000001",
                        "name": "南县自然资源局",
                        "region_code": "430921000000",
                    },
                    "co": [],
                    "mode": "refer",
                    "purpose": "redress",
                    "path": "petition_procedure",
                    "region": {"code": "430921127000", "name": "茅草街镇", "confidence": 0.99},
                    "category": {"code": "0301", "name": "农村土地征收", "confidence": 0.91},
                    "confidence": 0.9,
                    "needs_triage": False,
                    "suggestions": [],
                    "reasons": [
                        {
                            "rule": "R1",
                            "article": "信访工作条例第二十二条",
                            "text": "事发地为南县茅草街镇;征地补偿由自然资源部门主管",
                        }
                    ],
                    "decided_at": "2026-11-20T02:11:10Z",
                    "decided_by": "system:router",
                    "directory_version": 1,
                    "rules_version": "national-2022/4be1f0c2/r0@0.6",
                }
            ]
        },
    )

    confidence: float
    needs_triage: bool
    decided_at: str = Field(json_schema_extra=INSTANT)
    decided_by: str
    directory_version: int
    rules_version: str
