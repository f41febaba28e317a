"""The demo's clock."""

from __future__ import annotations

from datetime import date

from pydantic import ConfigDict, Field

from intake_api.schemas.petition import INSTANT
from intake_api.schemas.sent import Sent, Told, Whole


class AdvanceIn(Sent):
    """将演示时钟拨快若干日;不能拨回"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"advance_days": 31}]})

    advance_days: Whole = Field(ge=0, le=3660)


class ClockOut(Told):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"now": "2026-12-21T02:00:00Z", "today": "2026-12-21", "shift_days": 31, "acted": 4}]
        }
    )

    now: str = Field(json_schema_extra=INSTANT)
    today: date
    shift_days: int
    acted: int = Field(description="因时间经过而处理的期限数")
