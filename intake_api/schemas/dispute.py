"""受理争议: what is put to the common superior or the joint conference, and what they decide."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from intake_api.schemas.dispatch import DISPATCH_ID, OFFICE_ID, ORGAN_ID, PETITION_STATUS, PetitionStatus
from intake_api.schemas.petition import PETITION_ID, OrganRef
from intake_api.schemas.sent import Sent, Text2000, Text5000, Told
from services.domain.dispatch import ObjectionState
from services.domain.dispute import DisputeGround, DisputeState, Forum

DISPUTE_ID = "0193499f-4444-7000-8000-000000000001"
GOVERNMENT_ID = "0193499e-0000-7000-8000-000000000003"
MOST_CO = 10


class DisputeIn(Sent):
    """报请决定受理机关:争议的情况;提出异议的、正在承办的单位由系统列入,其他有关单位写在 party_ids"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"reason": "两个单位均认为该地块由对方主管,经协商不一致。", "party_ids": [OFFICE_ID]}
            ]
        }
    )

    reason: Text5000
    party_ids: list[UUID] = Field([], max_length=MOST_CO)


class DisputeRulingIn(Sent):
    """决定受理机关:一个主办,其余协办;写明反馈期限的为交办。由联席会议决定的,写明会议日期"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"organ_id": ORGAN_ID, "reason": "该地块已转为建设用地,由自然资源部门受理。"}]
        }
    )

    organ_id: UUID
    reason: Text5000
    co_organ_ids: list[UUID] = Field([], max_length=MOST_CO)
    report_due: date | None = Field(None, description="交办的反馈期限")
    sat_on: date | None = Field(None, description="联席会议日期;由联席会议决定的必填")


class TransferIn(Sent):
    """因新的事实移交:改由哪个单位办理,有什么新的事实"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"organ_id": OFFICE_ID, "reason": "现场核实,该地块为集体林地,由林业部门主管。"}]
        }
    )

    organ_id: UUID
    reason: Text2000
    report_due: date | None = Field(None, description="交办的反馈期限")


class PartyReasonOut(Told):
    """一个单位提出异议的理由及转送单位的核实意见"""

    objection_id: UUID
    organ: OrganRef
    reason: str
    raised_on: date
    state: ObjectionState
    decision_reason: str | None


class DisputeBrief(Told):
    id: UUID
    petition_id: UUID
    ground: DisputeGround = Field(description="returned_twice 两次退回;contested 有争议")
    forum: Forum = Field(description="superior 共同的上一级;joint_conference 信访工作联席会议")
    organ: OrganRef = Field(description="由其决定;联席会议的为其办公室所在的信访部门")
    parties: list[OrganRef]
    raised_on: date
    raised_by: OrganRef | None = Field(description="为 null 的,由第二次退回引起")
    reason: str | None
    state: DisputeState
    decided_on: date | None
    decision_reason: str | None
    assigned_organ: OrganRef | None
    sat_on: date | None
    links: dict[str, str]


_PARTIES: list[Any] = [
    {"organ_id": ORGAN_ID, "name": "南县自然资源局"},
    {"organ_id": OFFICE_ID, "name": "南县林业局"},
]
_BRIEF: dict[str, Any] = {
    "id": DISPUTE_ID,
    "petition_id": PETITION_ID,
    "ground": "returned_twice",
    "forum": "superior",
    "organ": {"organ_id": GOVERNMENT_ID, "name": "南县人民政府"},
    "parties": _PARTIES,
    "raised_on": "2026-11-26",
    "raised_by": None,
    "reason": None,
    "state": "open",
    "decided_on": None,
    "decision_reason": None,
    "assigned_organ": None,
    "sat_on": None,
    "links": {
        "self": f"/v1/disputes/{DISPUTE_ID}",
        "decision": f"/v1/disputes/{DISPUTE_ID}/decision",
        "petition": f"/v1/petitions/{PETITION_ID}",
    },
}


class DisputeOut(DisputeBrief):
    """受理争议及各单位的理由。有关单位只看到本单位的理由"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_BRIEF,
                    "reasons": [
                        {
                            "objection_id": DISPATCH_ID,
                            "organ": _PARTIES[0],
                            "reason": "该地块属于集体林地,林权纠纷由林业主管部门管理。",
                            "raised_on": "2026-11-23",
                            "state": "upheld",
                            "decision_reason": "经核实属实。",
                        }
                    ],
                    "petition": {
                        **PETITION_STATUS, "state": "disputed", "state_name": "受理有争议,待决定",
                    },
                }
            ]
        }
    )  # fmt: skip

    reasons: list[PartyReasonOut]
    petition: PetitionStatus


class DisputePage(Told):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [_BRIEF], "next": None, "has_more": False}]}
    )

    items: list[DisputeBrief]
    next: str | None
    has_more: bool
