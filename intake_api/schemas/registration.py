"""The registration body: one shape a channel, told apart by ``channel`` (信、访、网、电)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field, model_validator

from intake_api.schemas.sent import (
    Flag,
    Line60,
    Line100,
    Line200,
    Line255,
    Line500,
    Phone,
    Sent,
    Text5000,
    Text20000,
    Told,
    Whole,
)
from services.domain.identity import DocumentType
from services.domain.petition import Channel, Purpose, RespondentKind
from services.domain.refusal import InvalidField

MOST_PETITIONERS = 200
CHANNEL_WORDS = "渠道:letter 来信、visit 来访、online 网上、hotline 来电;只填所选渠道的一段"
People = Annotated[Whole, Field(ge=1, le=100_000)]


class LetterForm(StrEnum):
    POST = "post"
    FAX = "fax"
    EMAIL = "email"
    JOINT_LETTER = "joint_letter"


class Mailbox(StrEnum):
    PORTAL = "portal"
    MAYOR = "mayor"
    COUNTY_HEAD = "county_head"
    EMAIL = "email"
    APP = "app"
    VIDEO = "video"


class PriorProcedure(StrEnum):
    """法院已受理、已复议、仲裁已受理、已有复查复核意见."""

    LITIGATION = "litigation"
    ADMINISTRATIVE_RECONSIDERATION = "administrative_reconsideration"
    ARBITRATION = "arbitration"
    REVIEW_OPINION = "review_opinion"


class LetterIn(Sent):
    """来信:自收到之日起计算期限"""

    received_on: date = Field(description="收到日期,期限自此起算")
    postmarked_on: date | None = Field(None, description="邮戳日期")
    form: LetterForm = Field(LetterForm.POST, description="来信形式")
    addressee: Line100 | None = Field(None, description="受信人")
    envelope: Line200 | None = Field(None, description="信封情况、信件条码")
    registered_mail_no: Line60 | None = Field(None, description="挂号信编号")
    joint_letter: Flag | None = Field(None, description="联名信")

    @model_validator(mode="after")
    def _posted_before_it_came(self) -> LetterIn:
        if self.postmarked_on is not None and self.postmarked_on > self.received_on:
            raise InvalidField(
                code="after_receipt",
                zh=f"邮戳日期{self.postmarked_on}晚于收到日期{self.received_on},请核对。",
                en=f"The postmark {self.postmarked_on} is later than the receipt {self.received_on}.",
                pointer="/postmarked_on",
            )
        return self


class VisitIn(Sent):
    """来访:登记接待情况"""

    visited_at: AwareDatetime = Field(description="来访时间")
    place: Line100 | None = Field(None, description="接待场所")
    people_count: People | None = Field(None, description="实际来访人数")
    received_by: Line60 | None = Field(None, description="接谈人")
    desk: Line60 | None = Field(None, description="接谈部门、单位")
    window: Line60 | None = Field(None, description="窗口号")
    escort: Line200 | None = Field(None, description="陪同人")


class OnlineIn(Sent):
    """网上信访"""

    mailbox: Mailbox = Field(Mailbox.PORTAL, description="受理信箱")
    submitted_at: AwareDatetime | None = Field(None, description="提交时间")


class HotlineIn(Sent):
    """来电"""

    work_order_no: Line100 | None = Field(None, description="热线工单编号")
    called_at: AwareDatetime | None = Field(None, description="呼入时间")
    operator: Line60 | None = Field(None, description="工号")
    caller_number: Phone | None = Field(None, description="来电号码")
    own_due_at: AwareDatetime | None = Field(None, description="热线自定的办理时限,与法定期限并列")


class IdDocumentIn(Sent):
    type: DocumentType = Field(DocumentType.RESIDENT_ID, description="证件类型")
    number: Line60 = Field(description="证件号码,按规则校验")


class PetitionerIn(Sent):
    """信访人。姓名之外均可不填;所填证件、电话须能核验"""

    name: Line100 | None = Field(None, description="姓名;匿名件可不填")
    id_document: IdDocumentIn | None = Field(None, description="证件")
    phone: Phone | None = Field(None, description="手机,或带区号的固定电话")
    address: Line500 | None = Field(None, description="通讯地址")
    representative: Flag = Field(False, description="推选的代表(不超过5人)")
    residence_code: str | None = Field(None, pattern=r"^[0-9]{6}([0-9]{6})?$", description="户口所在地代码")
    postal_code: str | None = Field(None, pattern=r"^[0-9]{6}$", description="邮编")
    email: str | None = Field(
        None, max_length=254, pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+$", description="电子邮箱"
    )


class RespondentIn(Sent):
    """被反映人或单位"""

    kind: RespondentKind = Field(description="机关单位或个人")
    name: Line200 = Field(description="名称或姓名")
    organ_id: UUID | None = Field(None, description="机构目录中的编号")
    position: Line100 | None = Field(None, description="职务")


class PlaceIn(Sent):
    """问题属地:代码和地址,有一即可"""

    region_code: str | None = Field(None, pattern=r"^[0-9]{2,12}$", description="行政区划代码")
    address: Line500 | None = Field(None, description="地址")


class Matter(Sent):
    """What a registration says of its matter, whoever brings it by whatever channel."""

    title: Line200 | None = Field(None, description="标题;不填时取内容首句")
    content: Text20000 = Field(description="投诉内容")
    requests: Text5000 | None = Field(None, description="诉求")
    purpose: Purpose | None = Field(None, description="信访目的;不填时由系统判断")
    category_code: str | None = Field(None, pattern=r"^[0-9]{2}([0-9]{2}){0,2}$", description="内容分类")
    place: PlaceIn | None = Field(None, description="问题属地")
    respondents: list[RespondentIn] = Field(default_factory=list, max_length=50, description="被反映人、单位")
    confidential: Flag = Field(False, description="要求保密")


class Brought(Matter):
    """A matter with who brings it."""

    petitioners: list[PetitionerIn] = Field(
        default_factory=list, max_length=MOST_PETITIONERS, description="信访人;非匿名件至少一人"
    )
    anonymous: Flag = Field(False, description="匿名:姓名、地址不清,不作书面告知;填了的照存")
    urgent: Flag = Field(False, description="重大紧急")
    people_count: People | None = Field(None, description="信访人数(联名、集体)")
    involved_count: People | None = Field(None, description="涉及人数")
    occurred_on: date | None = Field(None, description="问题发生日期")
    first_petition_on: date | None = Field(None, description="首次信访日期")
    first_organ: Line200 | None = Field(None, description="首次信访机构")
    prior_procedures: list[PriorProcedure] = Field(
        default_factory=list, max_length=4, description="已经过的诉讼、复议、仲裁或复查复核"
    )
    external_ref: Line255 | None = Field(None, description="贵方编号,在贵方范围内永久唯一")


def _example(channel: str, block: dict[str, Any], **more: Any) -> ConfigDict:
    body: dict[str, Any] = {
        "channel": channel,
        channel: block,
        "title": "征地补偿款未发放",
        "content": "南县茅草街镇八百弓村去年征地,补偿款至今没有发放,多次询问没有答复。",
        "requests": "请核实并按标准发放补偿款。",
        "place": {"address": "南县茅草街镇八百弓村"},
        "petitioners": [{"name": "张三", "phone": "13900000001", "address": "南县茅草街镇八百弓村3组"}],
        **more,
    }
    return ConfigDict(json_schema_extra={"examples": [body]})


class LetterRegistration(Brought):
    model_config = _example(
        "letter", {"received_on": "2026-11-18", "postmarked_on": "2026-11-15", "addressee": "市长"}
    )

    channel: Literal[Channel.LETTER] = Field(description=CHANNEL_WORDS)
    letter: LetterIn = Field(description="来信")


class VisitRegistration(Brought):
    model_config = _example(
        "visit",
        {"visited_at": "2026-11-20T01:30:00Z", "place": "市联合接访中心", "people_count": 12},
    )

    channel: Literal[Channel.VISIT] = Field(description=CHANNEL_WORDS)
    visit: VisitIn = Field(description="来访")


class OnlineRegistration(Brought):
    model_config = _example("online", {"mailbox": "portal"}, external_ref="WZ-2026-000481")

    channel: Literal[Channel.ONLINE] = Field(description=CHANNEL_WORDS)
    online: OnlineIn = Field(default_factory=OnlineIn, description="网上信访")


class HotlineRegistration(Brought):
    model_config = _example(
        "hotline",
        {"work_order_no": "HL20261120-000123", "called_at": "2026-11-20T01:30:00Z", "operator": "1024"},
    )

    channel: Literal[Channel.HOTLINE] = Field(description=CHANNEL_WORDS)
    hotline: HotlineIn = Field(default_factory=HotlineIn, description="来电")


RegistrationIn = Annotated[
    LetterRegistration | VisitRegistration | OnlineRegistration | HotlineRegistration,
    Field(discriminator="channel"),
]


class ClockSource(StrEnum):
    STATUTE = "statute"
    CALLER = "caller"


class DeadlineOut(Told):
    """一个期限:依据、起算、届满。``provisional`` 表示所涉年份的放假安排尚未公布

    ``source`` 为 caller 的是热线(rule=hotline)或承办单位(rule=own)自定的时限,与法定期限并列,不代替它,不预警,
    不计入超期。
    """

    rule: str = Field(examples=["D1"])
    source: ClockSource = ClockSource.STATUTE
    title: str = Field(examples=["信访部门转送、交办"])
    article: str | None = Field(description="自定的时限没有条文", examples=["信访工作条例第二十二条"])
    starts_on: date
    due_on: date
    due_at: str = Field(json_schema_extra={"format": "date-time"})
    provisional: bool
    state: str = Field(examples=["running"])
    note: str | None = Field(None, description="自定的时限晚于法定期限时,说明以法定期限为准")


class SameMatterOut(Told):
    id: UUID
    number: str
    relation: str = Field(examples=["repeat"])
    score: float


class RegisteredOut(Told):
    """登记回执。``query_code`` 只在此处出现一次,请告知信访人"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0193499e-2c4b-7d6f-9e3b-5b0f3a1c2d4e",
                    "number": "430900-20261120-000001-2",
                    "query_code": "1234-5678-9012-3456",
                    "channel": "online",
                    "state": "registered",
                    "state_name": "已登记",
                    "version": 1,
                    "received_on": "2026-11-20",
                    "registered_at": "2026-11-20T02:11:09Z",
                    "deadlines": [
                        {
                            "rule": "D1",
                            "title": "信访部门转送、交办",
                            "article": "信访工作条例第二十二条",
                            "starts_on": "2026-11-20",
                            "due_on": "2026-12-07",
                            "due_at": "2026-12-07T16:00:00Z",
                            "provisional": False,
                            "state": "running",
                        }
                    ],
                    "same_matter": [],
                    "links": {"self": "/v1/petitions/0193499e-2c4b-7d6f-9e3b-5b0f3a1c2d4e"},
                }
            ]
        }
    )

    id: UUID
    number: str
    query_code: str
    channel: Channel
    state: str
    state_name: str
    version: int
    received_on: date
    registered_at: str = Field(json_schema_extra={"format": "date-time"})
    deadlines: list[DeadlineOut]
    same_matter: list[SameMatterOut]
    links: dict[str, str]
