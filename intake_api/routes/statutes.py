"""The law in force, as data."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Annotated, Any

from fastapi import APIRouter
from starlette.responses import Response

from intake_api.calls import World, caller
from intake_api.replies import reply
from intake_api.schemas.statute import StatutesOut
from services.domain.access import Client, Scope
from services.domain.statute import RulePack

router = APIRouter(prefix="/v1/statutes", tags=["规则库 · statutes"])


@router.get("", operation_id="list_statutes", summary="现行规则库", response_model=StatutesOut)
async def list_statutes(world: World, client: Annotated[Client, caller(*Scope)]) -> Response:
    """期限、不予受理的理由、处理结果、终结情形、去向规则,逐条注明出处和原文,供法律人员核对。"""
    packs = _with_those_it_rests_on(world.law.pack(client.region_code))
    return reply({"calendar": world.law.calendar.version, "items": [_told(pack) for pack in packs]})


def _with_those_it_rests_on(pack: RulePack) -> list[RulePack]:
    """The pack that decides, what it is read over, and what it replaced; each once."""
    found = {pack.id: pack}
    for other in (pack.base, pack.predecessor):
        if other is not None:
            found |= {each.id: each for each in _with_those_it_rests_on(other) if each.id not in found}
    return list(found.values())


def _told(pack: RulePack) -> dict[str, Any]:
    """The pack as it is; other packs by their ids, the warning points once."""
    body = asdict(replace(pack, base=None, predecessor=None))
    body["base"] = pack.base.id if pack.base else None
    body["predecessor"] = pack.predecessor.id if pack.predecessor else None
    body["warnings"]["yellow_left"] = str(pack.warnings.yellow_left)
    for period in body["periods"]:
        del period["warnings"]
    return body
