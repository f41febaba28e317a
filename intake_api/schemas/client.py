"""The calling systems, for the administrator."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from intake_api.schemas.petition import INSTANT
from intake_api.schemas.sent import Line100, Sent, Told
from services.domain.access import ClientRole, Scope

CLIENT: dict[str, Any] = {
    "id": "organ-8d2f6a1c3b4e5f60",
    "name": "南县自然资源局办件系统",
    "role": "organ",
    "region_code": "430921000000",
    "organ_id": "0193499e-0000-7000-8000-000000000001",
    "scopes": ["dispatches", "reviews", "directory"],
    "created_at": "2026-11-20T02:00:00Z",
    "active": True,
}


class ClientIn(Sent):
    """新的调用方。机关、单位的写 ``organ_id``,其他来源的写 ``region_code``;权限不填为该角色的全部"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{name: CLIENT[name] for name in ("name", "role", "organ_id", "scopes")}]
        }
    )

    name: Line100
    role: ClientRole
    region_code: str | None = Field(None, pattern=r"^[0-9]{2,12}$")
    organ_id: UUID | None = None
    scopes: list[Scope] | None = Field(None, min_length=1, max_length=20)


class ClientOut(Told):
    """调用方"""

    model_config = ConfigDict(json_schema_extra={"examples": [CLIENT]})

    id: str
    name: str
    role: ClientRole
    region_code: str
    organ_id: UUID | None
    scopes: list[str]
    created_at: str = Field(json_schema_extra=INSTANT)
    active: bool


class ClientIssued(ClientOut):
    """调用方及其密钥。密钥只在此处出现一次"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{**CLIENT, "client_secret": "shown-once-keep-it-safe"}]}
    )

    client_secret: str


class ClientPage(Told):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [CLIENT], "next": None, "has_more": False}]}
    )

    items: list[ClientOut]
    next: str | None
    has_more: bool
