"""What an organ sends and gets about a case put into its hands."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from intake_api.schemas.petition import (
    INSTANT,
    PETITION_ID,
    AttachmentOut,
    OrganRef,
    PetitionOut,
)
from intake_api.schemas.registration import DeadlineOut
from intake_api.schemas.sent import (
    Flag,
    Line60,
    Line100,
    Line500,
    Sent,
    Text2000,
    Text5000,
    Text20000,
    Told,
    Whole,
)
from services.domain.dispatch import DispatchState, Mode, Procedure, Role
from services.domain.on_the_spot import AnswerForm
from services.domain.opinion import Outcome
from services.domain.petition import Path

DISPATCH_ID = "0193499f-1111-7000-8000-000000000001"
ORGAN_ID = "0193499e-0000-7000-8000-000000000001"
OFFICE_ID = "0193499e-0000-7000-8000-000000000002"

HANDLING_CLOCK: dict[str, Any] = {
    "rule": "D5",
    "title": "办结并出具信访处理意见书",
    "article": "信访工作条例第三十四条",
    "starts_on": "2026-11-23",
    "due_on": "2027-01-22",
    "due_at": "2027-01-22T16:00:00Z",
    "provisional": True,
    "state": "running",
}
_BRIEF: dict[str, Any] = {
    "id": DISPATCH_ID,
    "petition_id": PETITION_ID,
    "organ": {"organ_id": ORGAN_ID, "name": "南县自然资源局"},
    "sender": {"organ_id": OFFICE_ID, "name": "益阳市信访局"},
    "mode": "refer",
    "role": "lead",
    "state": "accepted",
    "sent_at": "2026-11-20T02:11:10Z",
    "sent_on": "2026-11-20",
    "report_due": None,
    "binding": False,
    "received_on": "2026-11-23",
    "accepted_on": "2026-11-23",
    "reported_on": None,
    "procedure": "ordinary",
    "links": {"self": f"/v1/dispatches/{DISPATCH_ID}", "petition": f"/v1/petitions/{PETITION_ID}"},
}
PETITION_STATUS: dict[str, Any] = {
    "id": PETITION_ID,
    "number": "430900-20261120-000001-2",
    "state": "accepted",
    "state_name": "办理中",
    "tier": "handling",
    "path": "petition_procedure",
    "version": 5,
}


class AcceptanceIn(Sent):
    """受理。经审查认为分类处理的途径不同的,用 ``path`` 更正(信访工作条例 31)"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"note": "您反映的征地补偿问题已受理。"}]})

    path: Path | None = Field(None, description="更正后的途径,仅用于申诉求决类")
    note: Text2000 | None = Field(None, description="告知信访人的文字")
    procedure: Procedure = Field(Procedure.ORDINARY, description="simple 为简易办理")
    directed_to: Line500 | None = Field(None, description="应当通过其他法定程序解决的,告知信访人向何处提出")


class SpotAnswerIn(Sent):
    """当场答复:答复内容、答复何人、口头或者书面、信访人是否同意当场办结"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "answer": "补贴按季发放,下一次为12月10日,可持身份证到镇便民服务中心查询。",
                    "told_to": "张三",
                    "form": "oral",
                    "agreed": True,
                }
            ]
        }
    )

    answer: Text5000
    told_to: Line100 = Field(description="当场听取答复的人")
    form: AnswerForm = Field(AnswerForm.ORAL, description="oral 口头,written 书面")
    agreed: Flag = Field(description="信访人同意当场办结;不同意的,受理后按程序办理")
    outcome: Outcome | None = Field(None, description="作出决定的,写明处理结果;只是解答的,不写")
    carried_out: Flag = Field(False, description="予以支持、采纳的,已经当场落实")


class NonAcceptanceIn(Sent):
    """不予受理:理由编号、书面说明,以及应向何处提出"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "ground": "A4",
                    "explanation": "该事项已由人民法院受理,请依照诉讼程序提出。",
                    "directed_to": "南县人民法院",
                }
            ]
        }
    )

    ground: Line60 = Field(description="规则库中的理由编号 A1–A6", examples=["A4"])
    explanation: Text5000
    directed_to: Line500 | None = Field(None, description="可以向何处提出;A4、A5、A6 必填")
    earlier_number: str | None = Field(
        None,
        max_length=60,
        description="原信访件编号;A1、A2、A3 必填,系统已经提示原件的可以不填",
        examples=["430900-20261120-000001-2"],
    )


class ObjectionIn(Sent):
    """异议:详细理由(至少10个字),可以建议承办单位"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "reason": "该地块属于集体林地,林权纠纷由林业主管部门管理,不属于我局职权范围。",
                    "suggested_organ_id": ORGAN_ID,
                }
            ]
        }
    )

    reason: Text5000
    suggested_organ_id: UUID | None = None


class ExtensionIn(Sent):
    """延期:天数、批准的负责人、告知信访人的理由(信访工作条例 34)"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"days": 30, "approved_by": "王局长", "reason": "需要委托第三方测绘,情况复杂。"}]
        }
    )

    days: Whole = Field(ge=1, le=366)
    approved_by: Line100 = Field(description="批准延期的本机关、单位负责人")
    reason: Text2000
    approving_organ_id: UUID | None = Field(None, description="本单位负责人回避的,批准延期的上级机关")


class OwnLimitIn(Sent):
    """本单位内部的办理时限;``due_at`` 为空即取消"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"due_at": "2026-12-18T10:00:00Z", "title": "科室办理时限"}]}
    )

    due_at: AwareDatetime | None = None
    title: Line60 | None = Field(None, description="名称;不填为“本单位内部办理时限”")


class ReferralIn(Sent):
    """转送本系统下级单位"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"organ_id": ORGAN_ID}]})

    organ_id: UUID


class ReportIn(Sent):
    """办结报告"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"content": "经核实,补偿款已于11月30日足额发放到户。"}]}
    )

    content: Text20000


class PetitionStatus(Told):
    """信访件此刻的状态;``version`` 即 ETag"""

    id: UUID
    number: str
    state: str
    state_name: str
    tier: str
    path: str | None
    version: int


class DispatchBrief(Told):
    """一次转送、交办"""

    id: UUID
    petition_id: UUID
    organ: OrganRef
    sender: OrganRef | None
    mode: Mode
    role: Role
    state: DispatchState
    sent_at: str = Field(json_schema_extra=INSTANT)
    sent_on: date
    report_due: date | None
    binding: bool = Field(description="已由上级指定,不得再提异议")
    received_on: date | None
    accepted_on: date | None
    reported_on: date | None
    procedure: Procedure = Field(description="ordinary 普通程序,simple 简易办理")
    links: dict[str, str]


class DispatchOut(DispatchBrief):
    """办理动作之后的转交办件、信访件状态和本单位的期限"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{**_BRIEF, "petition": PETITION_STATUS, "deadlines": [HANDLING_CLOCK]}]
        }
    )

    petition: PetitionStatus
    deadlines: list[DeadlineOut]


class FolderOut(DispatchBrief):
    """转交办件及信访件全貌(个人信息已遮掩)"""

    petition: PetitionOut
    attachments: list[AttachmentOut]


class InHandOut(DispatchBrief):
    """列表中的转交办件:附信访件的编号、标题和最近一项期限"""

    number: str
    title: str
    urgent: bool = Field(description="重大紧急")
    due_on: date | None = Field(description="尚未履行的期限中最近的一项;没有的为 null")


_IN_HAND: dict[str, Any] = {
    **_BRIEF,
    "number": "430900-20261120-000001-2",
    "title": "征地补偿款没有发放",
    "urgent": False,
    "due_on": "2027-01-22",
}


class DispatchPage(Told):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [_IN_HAND], "next": None, "has_more": False}]}
    )

    items: list[InHandOut]
    next: str | None = Field(description="下一页的 after;没有更多时为 null")
    has_more: bool
