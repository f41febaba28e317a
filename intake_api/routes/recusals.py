"""回避 (信访工作条例 28.3): of an organ's staff, found by it or asked for by the petitioner."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from intake_api.calls import World, acting, caller
from intake_api.handling import of_petition, organ_ref, petition_status, recusal_brief
from intake_api.schemas.recusal import (
    OfficerIn,
    RecusalDecisionIn,
    RecusalIn,
    RecusalList,
    RecusalOut,
    RecusalRequestIn,
    RecusalRequestOut,
    RecusalTransferIn,
    RulingPart,
)
from services.application import recusal as recusals
from services.application.recusal_move import move_up
from services.domain.access import Call, Client, Scope
from services.domain.directory import Directory
from services.domain.recusal import Officer

router = APIRouter(prefix="/v1", tags=["回避 · recusals"])
OF_AN_ORGAN = (Scope.DISPATCHES, Scope.TRIAGE, Scope.REVIEWS)
Reading = Annotated[Client, caller(*OF_AN_ORGAN)]
Acting = Annotated[Call, acting(*OF_AN_ORGAN)]


@router.post(
    "/petitions/{petition_id}/recusals",
    status_code=201,
    operation_id="record_recusal",
    summary="登记回避",
    response_model=RecusalOut,
)
async def record_recusal(petition_id: UUID, body: RecusalIn, world: World, call: Acting) -> Response:
    """工作人员与信访事项或者信访人有直接利害关系的,应当回避(信访工作条例第二十八条第三款)。

    由正在办理、复查、复核或者分流该件的单位登记本单位人员的回避;负责人的回避由上级机关决定。此后该人员不得再
    批准延期、确认意见、主持听证、送达文书;负责人回避的,延期由上级机关负责人批准。
    """
    found = recusals.Finding(_officer(body.officer), body.ground, body.reason, _ruling(body))
    kept = await recusals.record(world, petition_id, found, call=call)
    return of_petition(_out(kept, await world.directory()), kept.petition, 201)


@router.get(
    "/petitions/{petition_id}/recusals",
    operation_id="list_recusals",
    summary="信访件的回避记录",
    response_model=RecusalList,
)
async def list_recusals(petition_id: UUID, world: World, client: Reading) -> Response:
    """单位看到本单位人员的回避,信访部门看到全部;其他调用方只在流水中看到有人回避的事实。"""
    petition, found = await recusals.of_petition(world, petition_id, client=client)
    directory = await world.directory()
    return of_petition({"items": [recusal_brief(each, directory) for each in found]}, petition)


@router.post(
    "/petitions/{petition_id}/recusal-requests",
    status_code=201,
    operation_id="request_recusal",
    summary="信访人申请回避",
    response_model=RecusalRequestOut,
)
async def request_recusal(
    petition_id: UUID,
    body: RecusalRequestIn,
    world: World,
    call: Annotated[Call, acting(Scope.SUBMIT, Scope.REGISTER, Scope.HOTLINE, *OF_AN_ORGAN)],
) -> Response:
    """门户、热线、窗口或者接待单位转达信访人的回避申请,由承办单位决定并说明理由。

    检举控告和要求保密的,由信访部门决定:申请的内容可能涉及被检举人所在单位。
    """
    wanted = recusals.Request(_officer(body.officer), body.reason, body.organ_id)
    kept = await recusals.request(world, petition_id, wanted, call=call)
    recusal = kept.recusal
    told = {
        "id": recusal.id,
        "petition_id": recusal.petition_id,
        "organ": organ_ref(recusal.organ_id, await world.directory()),
        "state": recusal.state,
        "requested_on": recusal.requested_on,
        "petition": petition_status(kept.petition),
    }
    return of_petition(told, kept.petition, 201)


@router.get(
    "/recusals/{recusal_id}", operation_id="read_recusal", summary="读取回避记录", response_model=RecusalOut
)
async def read_recusal(recusal_id: UUID, world: World, client: Reading) -> Response:
    """该人员所在单位、作出决定的单位和信访部门可以读取。"""
    kept = await recusals.read(world, recusal_id, client=client)
    return of_petition(_out(kept, await world.directory()), kept.petition)


@router.post(
    "/recusals/{recusal_id}/decision",
    operation_id="decide_recusal",
    summary="对回避申请作出决定",
    response_model=RecusalOut,
)
async def decide_recusal(recusal_id: UUID, body: RecusalDecisionIn, world: World, call: Acting) -> Response:
    """决定回避或者不予回避,说明理由;信访人得到决定的告知,看不到人员和理由。"""
    named = _officer(body.officer) if body.officer else None
    decision = recusals.Decision(body.granted, body.reason, _ruling(body), named, body.ground)
    kept = await recusals.decide(world, recusal_id, decision, call=call)
    return of_petition(_out(kept, await world.directory()), kept.petition)


@router.post(
    "/recusals/{recusal_id}/transfer",
    operation_id="transfer_for_recusal",
    summary="因负责人回避移交上级",
    response_model=RecusalOut,
)
async def transfer_for_recusal(
    recusal_id: UUID,
    body: RecusalTransferIn,
    world: World,
    call: Annotated[Call, acting(Scope.DISPATCHES, Scope.TRIAGE)],
) -> Response:
    """承办单位因负责人回避而无法办理的,由信访部门或者转送单位移交其上级;复查、复核的,由信访部门移交。

    已起算的期限照常进行。信访人得到改由何单位办理的告知。
    """
    kept = await move_up(world, recusal_id, body.reason, call=call)
    return of_petition(_out(kept, await world.directory()), kept.petition)


def _officer(body: OfficerIn) -> Officer:
    return Officer(body.name, body.post, body.is_head)


def _ruling(body: RulingPart) -> recusals.Ruling:
    return recusals.Ruling(body.decided_by, body.decided_on, body.deciding_organ_id)


def _out(kept: recusals.OnRecord, directory: Directory) -> dict[str, object]:
    return {**recusal_brief(kept.recusal, directory), "petition": petition_status(kept.petition)}
