"""Carrying out what an opinion supports."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import ConfigDict, Field

from intake_api.schemas.dispatch import ORGAN_ID, PETITION_STATUS, PetitionStatus
from intake_api.schemas.opinion import OPINION_ID
from intake_api.schemas.petition import PETITION_ID, ExecutionOut
from intake_api.schemas.sent import Sent, Text5000, Told

EXECUTION_ID = "0193499f-6666-7000-8000-000000000001"
EXECUTION: dict[str, Any] = {
    "id": EXECUTION_ID,
    "petition_id": PETITION_ID,
    "opinion_id": OPINION_ID,
    "organ": {"organ_id": ORGAN_ID, "name": "南县自然资源局"},
    "state": "open",
    "opened_on": "2026-12-20",
    "carried_out_on": None,
    "reported_on": None,
    "report": None,
    "links": {"opinion": f"/v1/opinions/{OPINION_ID}", "report": f"/v1/opinions/{OPINION_ID}/execution"},
}
_DONE: dict[str, Any] = {
    **EXECUTION,
    "state": "carried_out",
    "carried_out_on": "2026-12-28",
    "reported_on": "2026-12-30",
    "report": "补偿款31万元已于12月28日全部发放到户。",
}


class ExecutionIn(Sent):
    """执行完毕的日期和情况"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"carried_out_on": "2026-12-28", "report": "补偿款31万元已于12月28日全部发放到户。"}]
        }
    )

    carried_out_on: date
    report: Text5000


class ExecutionReported(ExecutionOut):
    """报告之后的执行情况和信访件状态;协议履行完毕的,信访件终结"""

    model_config = ConfigDict(json_schema_extra={"examples": [{**_DONE, "petition": PETITION_STATUS}]})

    petition: PetitionStatus = Field(description="信访件此刻的状态")


class ExecutionPage(Told):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [EXECUTION], "next": None, "has_more": False}]}
    )

    items: list[ExecutionOut]
    next: str | None
    has_more: bool
