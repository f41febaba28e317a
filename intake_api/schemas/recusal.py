"""回避: what an organ records of its staff, what a petitioner asks for, what was decided."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from intake_api.schemas.dispatch import ORGAN_ID, PETITION_STATUS, PetitionStatus
from intake_api.schemas.petition import PETITION_ID, OrganRef
from intake_api.schemas.sent import Flag, Line100, Sent, Text2000, Told
from services.domain.recusal import RecusalGround, RecusalState

RECUSAL_ID = "0193499f-6666-7000-8000-000000000001"
SUPERIOR_ID = "0193499e-0000-7000-8000-000000000003"


class OfficerIn(Sent):
    """工作人员。姓名请写全名;``is_head`` 为本单位负责人"""

    name: Line100 = Field(examples=["王建国"])
    post: Line100 | None = Field(None, description="职务", examples=["副局长"])
    is_head: Flag = Field(False, description="本单位负责人,延期等由其批准")


class RulingPart(Sent):
    decided_by: Line100 = Field(description="作出决定的负责人,不能是本人", examples=["周局长"])
    decided_on: date
    deciding_organ_id: UUID | None = Field(
        None, description="由上级机关决定的,填写该机关;负责人的回避必填", examples=[SUPERIOR_ID]
    )


class RecusalIn(RulingPart):
    """工作人员回避:何人、何种利害关系、由何人于何日决定"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "officer": {"name": "王建国", "post": "副局长"},
                    "ground": "petitioner",
                    "reason": "系信访人的近亲属。",
                    "decided_by": "周局长",
                    "decided_on": "2026-11-23",
                }
            ]
        }
    )

    officer: OfficerIn
    ground: RecusalGround = Field(
        description="matter 与信访事项有直接利害关系,petitioner 与信访人有直接利害关系"
    )
    reason: Text2000


class RecusalRequestIn(Sent):
    """信访人申请回避:要求何人回避、理由;不写单位的,为正在承办的单位"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"officer": {"name": "王副局长"}, "reason": "其亲属承包了该征地工程。"}]
        }
    )

    officer: OfficerIn
    reason: Text2000
    organ_id: UUID | None = Field(None, description="该工作人员所在单位", examples=[ORGAN_ID])


class RecusalDecisionIn(RulingPart):
    """对回避申请的决定及理由。信访人没有写明全名的,在 ``officer`` 中写明"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "granted": True,
                    "reason": "经核实,其亲属参与该工程。",
                    "ground": "matter",
                    "officer": {"name": "王建国", "post": "副局长"},
                    "decided_by": "周局长",
                    "decided_on": "2026-11-25",
                }
            ]
        }
    )

    granted: Flag
    reason: Text2000
    ground: RecusalGround | None = None
    officer: OfficerIn | None = None


class RecusalTransferIn(Sent):
    """因负责人回避移交上级的理由,留存备查"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "主要负责人回避,本单位无法作出处理意见。"}]}
    )

    reason: Text2000


class OfficerOut(Told):
    name: str
    post: str | None
    is_head: bool


class RecusalBrief(Told):
    """一项回避。``requested_on`` 为信访人申请之日;为 null 的,由单位自行决定"""

    id: UUID
    petition_id: UUID
    organ: OrganRef = Field(description="该工作人员所在单位")
    officer: OfficerOut
    ground: RecusalGround | None
    reason: str
    state: RecusalState = Field(
        description="requested 待决定,granted 回避,refused 不予回避,ceased 随信访件移交、终止"
    )
    requested_on: date | None
    decider: OrganRef = Field(description="由其对申请作出决定")
    decided_on: date | None
    decided_by: str | None
    deciding_organ: OrganRef | None
    decision_reason: str | None
    links: dict[str, str]


_ORGAN: dict[str, Any] = {"organ_id": ORGAN_ID, "name": "南县自然资源局"}
_BRIEF: dict[str, Any] = {
    "id": RECUSAL_ID,
    "petition_id": PETITION_ID,
    "organ": _ORGAN,
    "officer": {"name": "王建国", "post": "副局长", "is_head": False},
    "ground": "petitioner",
    "reason": "系信访人的近亲属。",
    "state": "granted",
    "requested_on": None,
    "decider": _ORGAN,
    "decided_on": "2026-11-23",
    "decided_by": "周局长",
    "deciding_organ": None,
    "decision_reason": None,
    "links": {"self": f"/v1/recusals/{RECUSAL_ID}", "petition": f"/v1/petitions/{PETITION_ID}"},
}


class RecusalOut(RecusalBrief):
    model_config = ConfigDict(json_schema_extra={"examples": [{**_BRIEF, "petition": PETITION_STATUS}]})

    petition: PetitionStatus


class RecusalList(Told):
    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_BRIEF]}]})

    items: list[RecusalBrief]


class RecusalRequestOut(Told):
    """已登记的回避申请;决定以书面告知信访人"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": RECUSAL_ID,
                    "petition_id": PETITION_ID,
                    "organ": _ORGAN,
                    "state": "requested",
                    "requested_on": "2026-11-23",
                    "petition": PETITION_STATUS,
                }
            ]
        }
    )

    id: UUID
    petition_id: UUID
    organ: OrganRef
    state: RecusalState
    requested_on: date
    petition: PetitionStatus
