"""The end of the chain by an act of the office, and the care that goes on after it."""

from __future__ import annotations

from datetime import date

from pydantic import ConfigDict, Field

from intake_api.schemas.sent import Sent, Text5000
from services.domain.finality import ClosureGround
from services.domain.petition import CareKind


class ClosureIn(Sent):
    """终结:信访人死亡或者终止,没有承受人,或者承受人未申请继续处理"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "ground": "no_successor",
                    "on": "2026-12-20",
                    "reason": "信访人已于2026年10月死亡,经核实无继承人。",
                }
            ]
        }
    )

    ground: ClosureGround
    on: date = Field(description="终结情形成立之日")
    reason: Text5000 = Field(description="查明的情况,书面留存")


class CareIn(Sent):
    """终结后的疏导教育、矛盾化解、帮扶救助"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"kind": "relief", "given_on": "2027-03-02", "text": "协助申请临时救助,已发放2000元。"}
            ]
        }
    )

    kind: CareKind = Field(
        description="guidance 疏导教育、conciliation 矛盾化解、relief 帮扶救助、visit 走访"
    )
    given_on: date
    text: Text5000
