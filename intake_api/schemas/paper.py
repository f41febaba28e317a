"""Papers as callers read them: the list, and one with all that stands on it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from intake_api.schemas.opinion import OPINION_ID
from intake_api.schemas.petition import PETITION_ID, OrganRef
from intake_api.schemas.sent import Told
from services.domain.opinion import ServiceMethod
from services.domain.paper import PaperKind

PAPER_ID = "0193499f-6666-7000-8000-000000000001"
_CONTENT: dict[str, Any] = {
    "kind": "opinion",
    "title": "信访处理意见书",
    "number": "南自然资信处〔2026〕3号",
    "organ": "南县自然资源局",
    "issued_on": "2026-12-18",
    "recipient": "张三",
    "sections": [
        {
            "title": "",
            "paragraphs": ["您2026年11月20日通过网络提出的“征地补偿款没有发放”信访事项……"],
            "rows": [],
        },
        {"title": "五、处理意见", "paragraphs": ["处理结果为：予以支持。"], "rows": []},
    ],
    "enclosures": [],
    "remarks": [],
    "copies_to": [],
    "follow_url": None,
    "cover": [],
}
_BRIEF: dict[str, Any] = {
    "id": PAPER_ID,
    "petition_id": PETITION_ID,
    "kind": "opinion",
    "title": "信访处理意见书",
    "number": "南自然资信处〔2026〕3号",
    "organ": {"organ_id": "0193499e-0000-7000-8000-000000000001", "name": "南县自然资源局"},
    "subject_id": OPINION_ID,
    "issued_on": "2026-12-18",
    "served_on": "2026-12-20",
    "service_method": "in_person",
    "signed": True,
    "content_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "links": {"self": f"/v1/papers/{PAPER_ID}"},
}


class PaperBrief(Told):
    """一份文书。``subject_id`` 是所涉的转交办件、意见书或者复查复核申请"""

    id: UUID
    petition_id: UUID
    kind: PaperKind
    title: str
    number: str = Field(description="发文字号")
    organ: OrganRef
    subject_id: UUID | None
    issued_on: date
    served_on: date | None = Field(description="送达日期")
    service_method: ServiceMethod | None
    signed: bool | None
    content_sha256: str
    links: dict[str, str]


class PaperList(Told):
    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_BRIEF]}]})

    items: list[PaperBrief]


class PaperServed(PaperBrief):
    model_config = ConfigDict(json_schema_extra={"examples": [_BRIEF]})


class PaperSection(Told):
    """文书的一部分:段落,或者成对的名称和内容"""

    title: str
    paragraphs: list[str]
    rows: list[tuple[str, str]]


class PaperContent(Told):
    """文书所载的全部内容;PDF 即由此排成"""

    model_config = ConfigDict(json_schema_extra={"examples": [_CONTENT]})

    kind: PaperKind
    title: str
    number: str
    organ: str
    issued_on: date
    recipient: str | None = Field(description="主送")
    sections: list[PaperSection]
    enclosures: list[str] = Field(description="附件")
    remarks: list[str] = Field(description="附注")
    copies_to: list[str] = Field(description="抄送")
    follow_url: str | None = Field(description="二维码所指的网址")
    cover: list[tuple[str, str]]


class PaperOut(PaperBrief):
    model_config = ConfigDict(json_schema_extra={"examples": [{**_BRIEF, "content": _CONTENT}]})

    content: PaperContent
