"""The hotline's side: its work orders and its return calls."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from intake_api.schemas.petition import INSTANT, PETITION_ID
from intake_api.schemas.registration import Brought, DeadlineOut, HotlineIn, SameMatterOut
from intake_api.schemas.sent import Flag, Sent, Text2000, Told
from services.domain.petition import Channel


class WorkOrderIn(Brought):
    """热线工单:与登记相同,编号以地址中的为准"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "hotline": {"called_at": "2026-11-20T01:30:00Z", "operator": "1024"},
                    "content": "来电人反映小区路灯损坏一个月无人维修。",
                    "place": {"address": "益阳市赫山区桃花仑街道"},
                    "petitioners": [{"name": "李四", "phone": "13900000002"}],
                }
            ]
        }
    )

    channel: Literal[Channel.HOTLINE] = Channel.HOTLINE
    hotline: HotlineIn = Field(default_factory=HotlineIn)


class WorkOrderOut(Told):
    """``query_code`` 在首次登记和30日内原样重发时给出;``changed`` 表示内容有变化,已作为补充材料"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": PETITION_ID,
                    "number": "430900-20261120-000002-7",
                    "work_order_no": "HL20261120-000123",
                    "query_code": "1234-5678-9012-3456",
                    "channel": "hotline",
                    "state": "registered",
                    "state_name": "已登记",
                    "version": 1,
                    "received_on": "2026-11-20",
                    "registered_at": "2026-11-20T02:11:09Z",
                    "deadlines": [],
                    "same_matter": [],
                    "changed": False,
                    "supplement_id": None,
                    "links": {"self": f"/v1/petitions/{PETITION_ID}"},
                }
            ]
        }
    )

    id: UUID
    number: str
    work_order_no: str
    query_code: str | None = None
    channel: Channel
    state: str
    state_name: str
    version: int
    received_on: date
    registered_at: str = Field(json_schema_extra=INSTANT)
    deadlines: list[DeadlineOut]
    same_matter: list[SameMatterOut]
    changed: bool
    supplement_id: UUID | None
    links: dict[str, str]


class CallbackMethod(StrEnum):
    """回访方式:电话、当面、其他."""

    PHONE = "phone"
    IN_PERSON = "in_person"
    OTHER = "other"


class Satisfaction(StrEnum):
    SATISFIED = "satisfied"
    FAIRLY_SATISFIED = "fairly_satisfied"
    DISSATISFIED = "dissatisfied"


class CallbackIn(Sent):
    """一次回访"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "called_at": "2026-12-20T02:00:00Z",
                    "method": "phone",
                    "reached": True,
                    "satisfaction": "satisfied",
                    "remark": "路灯已修复。",
                }
            ]
        }
    )

    called_at: AwareDatetime
    method: CallbackMethod = CallbackMethod.PHONE
    reached: Flag
    satisfaction: Satisfaction | None = None
    remark: Text2000 | None = None


class CallbackOut(Told):
    id: UUID
    petition_id: UUID
    called_at: str = Field(json_schema_extra=INSTANT)
    method: CallbackMethod
    reached: bool
    satisfaction: Satisfaction | None
