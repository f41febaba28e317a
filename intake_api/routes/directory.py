"""The directory, for callers that show or map it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from intake_api.calls import World, caller
from intake_api.paging import After, Limit, cursor, position
from intake_api.replies import reply
from intake_api.schemas.directory import CategoryPage, OrganPage, PowerPage, RegionPage
from services.application import directory as listings
from services.domain.access import Client, Scope

router = APIRouter(prefix="/v1/directory", tags=["机构目录 · directory"])
Reading = Annotated[Client, caller(Scope.DIRECTORY, Scope.ADMIN)]
Choosing = Annotated[Client, caller(Scope.DIRECTORY, Scope.ADMIN, Scope.SUBMIT)]
"""Who registers offers these lists in its form: a registration carries a region and a category."""
Code = Annotated[str | None, Query(pattern=r"^[0-9]{2,12}$", description="行政区划代码,含下级")]
Function = Annotated[str | None, Query(max_length=48, description="职能代码", examples=["natural_resources"])]
Name = Annotated[str | None, Query(min_length=1, max_length=60, description="名称中的字")]


@router.get("/regions", operation_id="list_regions", summary="行政区划", response_model=RegionPage)
async def list_regions(
    world: World,
    client: Choosing,
    region: Code = None,
    parent: Annotated[str | None, Query(pattern=r"^[0-9]{2,12}$", description="上一级代码")] = None,
    name: Name = None,
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """按代码排列。不加条件时列出省级;parent 列其直接下级,region 列其全部下级。"""
    wanted = {"list": "regions", "region": region, "parent": parent, "name": name}
    start = position(world, client, wanted, after)
    chosen = listings.Filter(region=region, parent=parent, name=name)
    rows = await listings.regions(world, chosen, after=start, limit=limit + 1)
    gazetteer = (await world.directory()).gazetteer
    items = [
        {
            "code": each.code,
            "name": each.name,
            "full_name": gazetteer.full_name(each.code),
            "level": each.level,
            "parent": each.parent,
            "valid_from": each.valid_from,
            "valid_to": each.valid_to,
            "successor": each.successor,
        }
        for each in rows[:limit]
    ]
    more = len(rows) > limit
    following = cursor(world, client, wanted, rows[limit - 1].code) if more else None
    return reply({"items": items, "next": following, "has_more": more})


@router.get("/organs", operation_id="list_organs", summary="机关、单位", response_model=OrganPage)
async def list_organs(
    world: World,
    client: Reading,
    region: Code = None,
    parent: Annotated[str | None, Query(max_length=80, description="上级单位的代码")] = None,
    function: Function = None,
    name: Name = None,
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """机关、单位及其上级、复查机关,按代码排列。"""
    wanted = {"list": "organs", "region": region, "parent": parent, "function": function, "name": name}
    start = position(world, client, wanted, after)
    chosen = listings.Filter(region=region, parent=parent, function=function, name=name)
    rows = await listings.organs(world, chosen, after=start, limit=limit + 1)
    gazetteer = (await world.directory()).gazetteer
    items = [
        {
            "id": each.id,
            "code": each.code,
            "name": each.name,
            "kind": each.kind,
            "kind_name": each.kind.chinese,
            "region_code": each.region_code,
            "region_name": gazetteer.full_name(each.region_code),
            "level": each.level,
            "functions": each.functions,
            "superior_id": each.superior_id,
            "reviewer_ids": each.reviewer_ids,
            "vertical": each.vertical,
            "aliases": each.aliases,
            "valid_from": each.valid_from,
            "valid_to": each.valid_to,
            "successor_id": each.successor_id,
        }
        for each in rows[:limit]
    ]
    more = len(rows) > limit
    following = cursor(world, client, wanted, rows[limit - 1].code) if more else None
    return reply({"items": items, "next": following, "has_more": more})


@router.get("/powers", operation_id="list_powers", summary="职权", response_model=PowerPage)
async def list_powers(
    world: World,
    client: Reading,
    region: Code = None,
    parent: Annotated[str | None, Query(pattern=r"^[0-9]{2,6}$", description="内容分类,含下级")] = None,
    function: Function = None,
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """哪类事项由哪一级的哪个职能主办、协办,及其依据。"""
    wanted = {"list": "powers", "region": region, "parent": parent, "function": function}
    start = position(world, client, wanted, after)
    chosen = listings.Filter(region=region, parent=parent, function=function)
    rows = await listings.powers(world, chosen, after=start, limit=limit + 1)
    categories = (await world.directory()).categories
    items = [
        {
            "category_code": each.category_code,
            "category_name": categories.path_name(each.category_code),
            "function": each.function,
            "level": each.level,
            "role": each.role,
            "basis": each.basis,
            "region_code": each.region_code or None,
            "valid_from": each.valid_from,
            "valid_to": each.valid_to,
        }
        for each in rows[:limit]
    ]
    more = len(rows) > limit
    following = cursor(world, client, wanted, listings.power_key(rows[limit - 1])) if more else None
    return reply({"items": items, "next": following, "has_more": more})


@router.get("/categories", operation_id="list_categories", summary="内容分类", response_model=CategoryPage)
async def list_categories(
    world: World,
    client: Choosing,
    parent: Annotated[str | None, Query(pattern=r"^[0-9]{2,6}$", description="上级分类,含其全部下级")] = None,
    name: Name = None,
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """三级内容分类,按代码排列。"""
    wanted = {"list": "categories", "parent": parent, "name": name}
    start = position(world, client, wanted, after)
    chosen = listings.Filter(parent=parent, name=name)
    rows = await listings.categories(world, chosen, after=start, limit=limit + 1)
    categories = (await world.directory()).categories
    items = [
        {
            "code": each.code,
            "name": each.name,
            "path_name": categories.path_name(each.code),
            "level": each.level,
            "parent_code": each.parent_code,
        }
        for each in rows[:limit]
    ]
    more = len(rows) > limit
    following = cursor(world, client, wanted, rows[limit - 1].code) if more else None
    return reply({"items": items, "next": following, "has_more": more})
