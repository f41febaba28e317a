"""The end of a petition by an act of the office, and the care recorded after it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from intake_api import dossier
from intake_api.calls import World, acting
from intake_api.handling import of_petition
from intake_api.replies import reply
from intake_api.schemas.finality import CareIn, ClosureIn
from intake_api.schemas.petition import CareOut, PetitionBrief
from services.application import care, closure
from services.domain.access import Call, Scope

router = APIRouter(prefix="/v1/petitions", tags=["终结 · finality"])


@router.post(
    "/{petition_id}/closure", operation_id="close_petition", summary="终结", response_model=PetitionBrief
)
async def close_petition(
    petition_id: UUID, body: ClosureIn, world: World, call: Annotated[Call, acting(Scope.TRIAGE)]
) -> Response:
    """信访人死亡或者终止且无人继续的,由信访部门终结,写明日期和理由;其他终结情形由系统依法计算。"""
    found = closure.Closure(body.ground, body.on, body.reason)
    petition = await closure.close(world, petition_id, found, call=call)
    return of_petition(dossier.brief(petition, await world.directory(), call.client), petition)


@router.post(
    "/{petition_id}/care",
    status_code=201,
    operation_id="record_care",
    summary="终结后的帮扶疏导",
    response_model=CareOut,
)
async def record_care(
    petition_id: UUID,
    body: CareIn,
    world: World,
    call: Annotated[Call, acting(Scope.TRIAGE, Scope.DISPATCHES)],
) -> Response:
    """信访件终结之后所做的疏导教育、矛盾化解、帮扶救助(信访工作条例 37),记录在案。"""
    given = care.Given(body.kind, body.given_on, body.text)
    recorded = await care.record(world, petition_id, given, call=call)
    return reply(dossier.care_out(recorded, await world.directory()), 201)
