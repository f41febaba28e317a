"""The written answer of any tier, and its service."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from intake_api.schemas.dispatch import DISPATCH_ID, ORGAN_ID, PETITION_STATUS, PetitionStatus
from intake_api.schemas.petition import PETITION_ID, OrganRef
from intake_api.schemas.registration import DeadlineOut
from intake_api.schemas.sent import Flag, Line100, Line200, Line500, Sent, Text2000, Text20000, Told
from intake_api.schemas.service import Method
from services.domain.opinion import Outcome, ServiceMethod
from services.domain.petition import Tier
from services.domain.refusal import InvalidField

OPINION_ID = "0193499f-4444-7000-8000-000000000001"


def _said(text: str, *, least: int) -> str:
    """A part of an opinion says something: facts and legal basis are not a full stop (信访工作条例 32)."""
    if sum(char.isalnum() for char in text) < least:
        raise InvalidField(
            code="too_short",
            zh=f"请写明具体内容(至少{least}个字)。",
            en=f"Say what it is, in at least {least} characters.",
        )
    return text


Part = Annotated[Text20000, AfterValidator(partial(_said, least=4))]
Verdict = Annotated[Text20000, AfterValidator(partial(_said, least=2))]
PARTS: dict[str, Any] = {
    "facts": "经查,2025年8月征收土地12.4亩,补偿款31万元已拨付至村集体,尚未发放到户。",
    "reasons": "补偿款依法应当支付给被征地农民,村集体无权截留。",
    "legal_basis": "《中华人民共和国土地管理法》第四十八条、第四十九条",
    "decision": "责成茅草街镇人民政府督促村集体于30日内将补偿款发放到户。",
}


class OpinionIn(Sent):
    """处理意见:结论、事实、理由、依据、决定,缺一不可(信访工作条例 31、32)"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"outcome": "supported", **PARTS}]})

    outcome: Outcome
    facts: Part = Field(description="认定的事实")
    reasons: Part = Field(description="理由")
    legal_basis: Part = Field(description="法律法规政策依据")
    decision: Verdict = Field(description="决定")


class HandlingOpinionIn(OpinionIn):
    """处理意见。原意见被撤销、重新作出的意见与之相同的,写明不同之处和确认人,两项一并填写"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"outcome": "supported", **PARTS},
                {
                    "outcome": "supported",
                    **PARTS,
                    "differs_because": "已补充测绘,面积与原认定一致,原意见程序上的缺陷已经补正。",
                    "confirmed_by": "王局长",
                },
            ]
        }
    )

    differs_because: Text2000 | None = Field(None, description="与被撤销的意见有何不同")
    confirmed_by: Line100 | None = Field(None, description="确认确有不同的负责人")

    @model_validator(mode="after")
    def _both_or_neither(self) -> HandlingOpinionIn:
        if (self.differs_because is None) != (self.confirmed_by is None):
            lacking = "differs_because" if self.differs_because is None else "confirmed_by"
            raise InvalidField(
                code="required",
                zh="differs_because(不同之处)和 confirmed_by(确认人)须一并填写。",
                en="differs_because and confirmed_by go together.",
                pointer=f"/{lacking}",
            )
        return self


class ReviewOpinionIn(OpinionIn):
    """复查、复核意见。撤销的,写明责令重新作出处理意见的期限 ``redo_by``"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "outcome": "upheld",
                    "facts": "经复查,原意见认定的征地面积和补偿款数额属实。",
                    "reasons": "原意见认定事实清楚,适用依据正确,程序合法。",
                    "legal_basis": "《信访工作条例》第三十五条",
                    "decision": "维持南县自然资源局作出的信访处理意见。",
                }
            ]
        }
    )

    redo_by: date | None = None


class ServiceIn(Sent):
    """送达:日期、方式、是否签收。其余各项写入送达回证,可以不填;当面送达未签收的,填见证人或者备注"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"served_on": "2026-12-20", "method": "in_person", "signed": True},
                {
                    "served_on": "2026-12-20",
                    "method": "in_person",
                    "signed": False,
                    "place": "南县茅草街镇八百弓村张三家中",
                    "witness": "八百弓村村民委员会 李某",
                    "served_by": "王某、赵某",
                    "remark": "本人在场,拒绝签字,意见书留在其住所。",
                },
            ]
        }
    )

    served_on: date
    method: Method
    signed: Flag | None = None
    place: Line200 | None = Field(None, description="送达地点")
    received_by: Line100 | None = Field(None, description="签收人;代收的,注明与受送达人的关系")
    witness: Line100 | None = Field(None, description="见证人")
    served_by: Line100 | None = Field(None, description="送达人")
    remark: Line500 | None = Field(None, description="备注:挂号信号码、未签收的原因等")


_WINDOW: dict[str, Any] = {
    "rule": "D7",
    "title": "请求复查",
    "article": "信访工作条例第三十五条",
    "starts_on": "2026-12-20",
    "due_on": "2027-01-19",
    "due_at": "2027-01-19T16:00:00Z",
    "provisional": True,
    "state": "running",
}
OPINION: dict[str, Any] = {
    "id": OPINION_ID,
    "petition_id": PETITION_ID,
    "tier": "handling",
    "organ": {"organ_id": ORGAN_ID, "name": "南县自然资源局"},
    "outcome": "supported",
    **PARTS,
    "remedy": "如不服本意见,可以自收到本意见书之日起30日内,向益阳市自然资源局或者南县人民政府书面请求复查"
    "(信访工作条例第三十五条)。",
    "issued_on": "2026-12-18",
    "dispatch_id": DISPATCH_ID,
    "review_id": None,
    "redo_by": None,
    "served_on": None,
    "service_method": None,
    "signed": None,
    "differs_because": None,
    "confirmed_by": None,
    "links": {"self": f"/v1/opinions/{OPINION_ID}", "service": f"/v1/opinions/{OPINION_ID}/service"},
}


class OpinionText(Told):
    """一级意见书。``remedy`` 由系统填写:不服的途径和期限"""

    id: UUID
    petition_id: UUID
    tier: Tier
    organ: OrganRef
    outcome: Outcome
    facts: str
    reasons: str
    legal_basis: str
    decision: str
    remedy: str
    issued_on: date
    dispatch_id: UUID | None
    review_id: UUID | None
    redo_by: date | None
    served_on: date | None
    service_method: ServiceMethod | None
    signed: bool | None
    differs_because: str | None = Field(description="与被撤销的意见有何不同")
    confirmed_by: str | None = Field(description="确认确有不同的负责人")
    links: dict[str, str]


class OpinionOut(OpinionText):
    """意见书、信访件状态,以及送达后起算的期限"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{**OPINION, "petition": PETITION_STATUS, "deadlines": [_WINDOW]}]}
    )

    petition: PetitionStatus
    deadlines: list[DeadlineOut]
