"""The organ's inbox: CloudEvents 1.0, thin, in an order that never changes."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from intake_api.schemas.dispatch import DISPATCH_ID, ORGAN_ID
from intake_api.schemas.petition import INSTANT, PETITION_ID
from intake_api.schemas.sent import Told
from services.domain.inbox import EntryType

EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "0193499f-2222-7000-8000-000000000001",
    "source": f"/v1/organs/{ORGAN_ID}",
    "type": "dispatch.created",
    "subject": PETITION_ID,
    "time": "2026-11-20T02:11:10Z",
    "datacontenttype": "application/json",
    "sequence": "000000000001",
    "data": {
        "petition_id": PETITION_ID,
        "number": "430900-20261120-000001-2",
        "etag": '"3"',
        "dispatch_id": DISPATCH_ID,
        "mode": "refer",
        "role": "lead",
        "report_due": None,
        "urgent": False,
        "links": {"dispatch": f"/v1/dispatches/{DISPATCH_ID}", "petition": f"/v1/petitions/{PETITION_ID}"},
    },
}


class CloudEvent(Told):
    """一条收件。``data`` 只有编号、代码和日期,内容请凭链接读取"""

    model_config = ConfigDict(json_schema_extra={"examples": [EVENT]})

    specversion: Literal["1.0"]
    id: UUID
    source: str
    type: EntryType
    subject: UUID
    time: str = Field(json_schema_extra=INSTANT)
    datacontenttype: Literal["application/json"]
    sequence: str = Field(description="本单位收件的序号,自1起连续", pattern=r"^[0-9]{12}$")
    data: dict[str, Any]


class InboxPage(Told):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [EVENT], "next": "b3BhcXVl", "has_more": False}]}
    )

    items: list[CloudEvent]
    next: str = Field(description="下次的 after;没有新件时原样返回")
    has_more: bool


class DigestOut(Told):
    """一日的收件数和摘要:对 ``序号:编号\\n`` 依次拼接的文本取 SHA-256"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "organ_id": ORGAN_ID,
                    "date": "2026-11-20",
                    "count": 2,
                    "first": 1,
                    "last": 2,
                    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                }
            ]
        }
    )

    organ_id: UUID
    date: date
    count: int
    first: int | None
    last: int | None
    sha256: str
