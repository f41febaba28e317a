"""受理争议、信访工作联席会议、因新的事实移交 (信访工作条例 22, 24)."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from intake_api.calls import World, acting, caller
from intake_api.handling import dispatch_out, dispute_brief, dispute_out, of_petition
from intake_api.paging import After, Limit, cursor, id_position
from intake_api.replies import reply
from intake_api.schemas.dispatch import DispatchOut
from intake_api.schemas.dispute import DisputeIn, DisputeOut, DisputePage, DisputeRulingIn, TransferIn
from services.application import dispute as disputes
from services.application.transfer import Transfer, transfer
from services.domain.access import Call, Client, Scope
from services.domain.dispute import DisputeState, Forum

router = APIRouter(prefix="/v1", tags=["受理争议 · disputes"])
Reading = Annotated[Client, caller(Scope.DISPATCHES, Scope.TRIAGE)]
Acting = Annotated[Call, acting(Scope.DISPATCHES, Scope.TRIAGE)]


@router.get(
    "/disputes", operation_id="list_disputes", summary="由本单位决定的受理争议", response_model=DisputePage
)
async def list_disputes(
    world: World,
    client: Reading,
    state: DisputeState | None = None,
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """由本单位(作为共同的上一级,或者联席会议办公室)决定的受理争议,最新在前。"""
    return await _page(world, client, None, state, after, limit)


@router.get(
    "/joint-conferences",
    operation_id="list_joint_conferences",
    summary="提交联席会议的受理争议",
    response_model=DisputePage,
)
async def list_joint_conferences(
    world: World,
    client: Annotated[Client, caller(Scope.TRIAGE)],
    state: DisputeState | None = None,
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """没有共同上一级的受理争议,由共同的信访工作联席会议协调;其办公室设在信访部门,决定由其登记。"""
    return await _page(world, client, Forum.JOINT_CONFERENCE, state, after, limit)


async def _page(
    world: World,
    client: Client,
    forum: Forum | None,
    state: DisputeState | None,
    after: str | None,
    limit: int,
) -> Response:
    scope: dict[str, Any] = {"list": "disputes", "forum": forum, "state": state}
    start = id_position(world, client, scope, after)
    found = await disputes.listed(world, client, forum=forum, state=state, after=start, limit=limit + 1)
    directory, more = await world.directory(), len(found) > limit
    body = {
        "items": [dispute_brief(each, directory) for each in found[:limit]],
        "next": cursor(world, client, scope, found[limit - 1].id) if more else None,
        "has_more": more,
    }
    return reply(body)


@router.post(
    "/petitions/{petition_id}/disputes",
    status_code=201,
    operation_id="raise_dispute",
    summary="报请决定受理机关",
    response_model=DisputeOut,
)
async def raise_dispute(petition_id: UUID, body: DisputeIn, world: World, call: Acting) -> Response:
    """有关单位对由谁受理不能一致的,由信访部门或者转送单位报请其共同的上一级决定;没有的,提交联席会议。

    两次退回的,由系统自动报请。报请后有关单位不再承办,由决定的机关持有,直至作出决定。期限不因争议中止。
    """
    wanted = disputes.Referral(body.reason, tuple(body.party_ids))
    heard = await disputes.raise_by_hand(world, petition_id, wanted, call=call)
    return of_petition(dispute_out(heard, await world.directory()), heard.petition, 201)


@router.get(
    "/disputes/{dispute_id}", operation_id="read_dispute", summary="读取受理争议", response_model=DisputeOut
)
async def read_dispute(dispute_id: UUID, world: World, client: Reading) -> Response:
    """决定的机关和信访部门看到各方的理由;有关单位看到决定和本单位的理由。"""
    heard = await disputes.read(world, dispute_id, client=client)
    return of_petition(dispute_out(heard, await world.directory()), heard.petition)


@router.post(
    "/disputes/{dispute_id}/decision",
    operation_id="decide_dispute",
    summary="决定受理机关",
    response_model=DisputeOut,
)
async def decide_dispute(dispute_id: UUID, body: DisputeRulingIn, world: World, call: Acting) -> Response:
    """由共同的上一级在其下级中决定,或者由联席会议决定:一个主办,其余协办。被决定的单位不得再提异议。"""
    ruling = disputes.Ruling(
        body.organ_id, body.reason, tuple(body.co_organ_ids), body.report_due, body.sat_on
    )
    heard = await disputes.rule(world, dispute_id, ruling, call=call)
    return of_petition(dispute_out(heard, await world.directory()), heard.petition)


@router.post(
    "/petitions/{petition_id}/transfer",
    operation_id="transfer_petition",
    summary="因新的事实移交",
    response_model=DispatchOut,
)
async def transfer_petition(petition_id: UUID, body: TransferIn, world: World, call: Acting) -> Response:
    """异议期限过后(包括受理之后)出现新的事实,应当由其他单位办理的,由信访部门或者转送单位移交。

    说明新的事实并告知信访人;受理机关已由共同的上一级或者联席会议决定的,只能由其移交。答复为新的转交办件。
    """
    wanted = Transfer(body.organ_id, body.reason, body.report_due)
    case = await transfer(world, petition_id, wanted, call=call)
    return of_petition(dispatch_out(case, await world.directory()), case.petition)
