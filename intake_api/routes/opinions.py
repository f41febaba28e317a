"""Opinions of every tier, and their service on the petitioner."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from intake_api.calls import World, acting, caller
from intake_api.handling import execution_out, of_petition, opinion_out, petition_status
from intake_api.paper import service_proof
from intake_api.schemas.execution import ExecutionIn, ExecutionReported
from intake_api.schemas.opinion import OpinionOut, ServiceIn
from services.application import execution as executions
from services.application import opinion as opinions
from services.domain.access import Call, Client, Scope

router = APIRouter(prefix="/v1/opinions", tags=["意见书 · opinions"])
READERS = (Scope.SUBMIT, Scope.REGISTER, Scope.HOTLINE, Scope.DISPATCHES, Scope.TRIAGE, Scope.REVIEWS)


@router.get("/{opinion_id}", operation_id="read_opinion", summary="读取意见书", response_model=OpinionOut)
async def read_opinion(
    opinion_id: UUID, world: World, client: Annotated[Client, caller(*READERS)]
) -> Response:
    """意见书全文。登记来源只能读取已经送达的意见书。"""
    case = await opinions.read(world, opinion_id, client=client)
    return of_petition(opinion_out(case, await world.directory()), case.petition)


@router.post(
    "/{opinion_id}/service",
    operation_id="serve_opinion",
    summary="登记送达",
    response_model=OpinionOut,
)
async def serve_opinion(
    opinion_id: UUID,
    body: ServiceIn,
    world: World,
    call: Annotated[Call, acting(Scope.DISPATCHES, Scope.REVIEWS)],
) -> Response:
    """登记送达信访人的日期和方式,出具送达回证。申请复查、复核的期限自送达之日起算;复核意见送达即三级终结。"""
    case = await opinions.serve(world, opinion_id, service_proof(body), call=call)
    return of_petition(opinion_out(case, await world.directory()), case.petition)


@router.post(
    "/{opinion_id}/execution",
    operation_id="report_execution",
    summary="报告执行完毕",
    response_model=ExecutionReported,
)
async def report_execution(
    opinion_id: UUID,
    body: ExecutionIn,
    world: World,
    call: Annotated[Call, acting(Scope.DISPATCHES)],
) -> Response:
    """支持信访请求的意见送达后,由原办理单位执行,执行完毕时报告日期和情况;协议履行完毕的,信访件终结。"""
    done = executions.CarriedOut(body.carried_out_on, body.report)
    case = await executions.carry_out(world, opinion_id, done, call=call)
    shown = execution_out(case.subject, await world.directory())
    return of_petition({**shown, "petition": petition_status(case.petition)}, case.petition)
