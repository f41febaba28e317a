"""The directory: regions, organs, powers, categories."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from intake_api.schemas.sent import Told
from services.domain.organ import OrganKind
from services.domain.power import PowerRole
from services.domain.region import RegionLevel


def _page(item: dict[str, Any]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [{"items": [item], "next": None, "has_more": False}]})


class RegionOut(Told):
    """行政区划"""

    code: str
    name: str
    full_name: str
    level: RegionLevel
    parent: str | None
    valid_from: date | None
    valid_to: date | None
    successor: str | None


class RegionPage(Told):
    model_config = _page(
        {
            "code": "430921000000",
            "name": "南县",
            "full_name": "湖南省益阳市南县",
            "level": "county",
            "parent": "430900000000",
            "valid_from": None,
            "valid_to": None,
            "successor": None,
        }
    )

    items: list[RegionOut]
    next: str | None
    has_more: bool


class OrganOut(Told):
    """机关、单位。``reviewers`` 是复查其意见的机关,按先后排列"""

    id: UUID
    code: str
    name: str
    kind: OrganKind
    kind_name: str
    region_code: str
    region_name: str
    level: RegionLevel
    functions: list[str]
    superior_id: UUID | None
    reviewer_ids: list[UUID]
    vertical: bool = Field(description="垂直管理")
    aliases: list[str]
    valid_from: date | None
    valid_to: date | None
    successor_id: UUID | None


class OrganPage(Told):
    model_config = _page(
        {
            "id": "0193499e-0000-7000-8000-000000000001",
            "code": "430921000000-natural_resources",
            "name": "南县自然资源局",
            "kind": "department",
            "kind_name": "工作部门",
            "region_code": "430921000000",
            "region_name": "湖南省益阳市南县",
            "level": "county",
            "functions": ["natural_resources"],
            "superior_id": "0193499e-0000-7000-8000-000000000010",
            "reviewer_ids": ["0193499e-0000-7000-8000-000000000011"],
            "vertical": False,
            "aliases": ["南县国土资源局"],
            "valid_from": None,
            "valid_to": None,
            "successor_id": None,
        }
    )

    items: list[OrganOut]
    next: str | None
    has_more: bool


class PowerOut(Told):
    """职权:哪一级的哪个职能决定哪类事项"""

    category_code: str
    category_name: str
    function: str
    level: RegionLevel
    role: PowerRole
    basis: str
    region_code: str | None
    valid_from: date | None
    valid_to: date | None


class PowerPage(Told):
    model_config = _page(
        {
            "category_code": "0301",
            "category_name": "土地与规划/农村土地征收",
            "function": "natural_resources",
            "level": "county",
            "role": "lead",
            "basis": "土地管理法第四十七条",
            "region_code": None,
            "valid_from": None,
            "valid_to": None,
        }
    )

    items: list[PowerOut]
    next: str | None
    has_more: bool


class CategoryOut(Told):
    """内容分类"""

    code: str
    name: str
    path_name: str
    level: int
    parent_code: str | None


class CategoryPage(Told):
    model_config = _page(
        {
            "code": "0301",
            "name": "农村土地征收",
            "path_name": "土地与规划/农村土地征收",
            "level": 2,
            "parent_code": "03",
        }
    )

    items: list[CategoryOut]
    next: str | None
    has_more: bool
