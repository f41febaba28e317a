"""Calling systems, administered."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.responses import Response

from intake_api.calls import World, caller
from intake_api.paging import After, Limit, cursor, position
from intake_api.replies import reply
from intake_api.schemas.client import ClientIn, ClientIssued, ClientOut, ClientPage
from services.application import access
from services.domain.access import Client, Scope

router = APIRouter(prefix="/v1/clients", tags=["调用方 · clients"])
Admin = Annotated[Client, caller(Scope.ADMIN)]
ClientId = Annotated[str, Path(max_length=64, pattern=r"^[a-z0-9_-]+$")]
LIST = {"list": "clients"}
SECRET = {"Cache-Control": "no-store"}


@router.get("", operation_id="list_clients", summary="调用方列表", response_model=ClientPage)
async def list_clients(world: World, admin: Admin, after: After = None, limit: Limit = 50) -> Response:
    """全部调用方,含已停用的。密钥不在其中。"""
    start = position(world, admin, LIST, after)
    rows = await access.clients(world, after=start, limit=limit + 1)
    more = len(rows) > limit
    following = cursor(world, admin, LIST, rows[limit - 1].id) if more else None
    items = [_told(client) for client in rows[:limit]]
    return reply({"items": items, "next": following, "has_more": more})


@router.post(
    "", status_code=201, operation_id="create_client", summary="新增调用方", response_model=ClientIssued
)
async def create_client(body: ClientIn, world: World, admin: Admin) -> Response:
    """新增调用方。密钥只在答复中出现一次,系统只存其哈希;权限不得超出角色的范围。"""
    scopes = tuple(body.scopes) if body.scopes is not None else None
    wanted = access.NewClient(body.name, body.role, body.region_code, body.organ_id, scopes)
    issued = await access.create(world, wanted)
    return reply(_with_secret(issued), 201, SECRET)


@router.post(
    "/{client_id}/secret", operation_id="rotate_secret", summary="更换密钥", response_model=ClientIssued
)
async def rotate_secret(client_id: ClientId, world: World, admin: Admin) -> Response:
    """换发新密钥,旧密钥立即失效;已发的令牌到期为止仍然有效。"""
    return reply(_with_secret(await access.rotate(world, client_id)), headers=SECRET)


@router.post(
    "/{client_id}/revocation", operation_id="revoke_client", summary="停用调用方", response_model=ClientOut
)
async def revoke_client(client_id: ClientId, world: World, admin: Admin) -> Response:
    """停用后不再发给令牌,已发的令牌也不再接受。流水中仍保留其编号。"""
    return reply(_told(await access.revoke(world, client_id)))


def _told(client: Client) -> dict[str, Any]:
    return {
        "id": client.id,
        "name": client.name,
        "role": client.role,
        "region_code": client.region_code,
        "organ_id": client.organ_id,
        "scopes": client.scopes,
        "created_at": client.created_at,
        "active": client.active,
    }


def _with_secret(issued: access.Issued) -> dict[str, Any]:
    return {**_told(issued.client), "client_secret": issued.secret}
