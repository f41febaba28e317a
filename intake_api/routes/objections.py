"""Objections of organs, and their decision by the sender."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from intake_api.calls import World, acting, caller
from intake_api.handling import objection_out, of_petition
from intake_api.schemas.objection import ObjectionOut, RulingIn
from services.application import objection as objections
from services.domain.access import Call, Client, Scope

router = APIRouter(prefix="/v1/objections", tags=["异议 · objections"])


@router.get("/{objection_id}", operation_id="read_objection", summary="读取异议", response_model=ObjectionOut)
async def read_objection(
    objection_id: UUID, world: World, client: Annotated[Client, caller(Scope.DISPATCHES, Scope.TRIAGE)]
) -> Response:
    """提出异议的单位、转送单位,以及退回后负责分流的信访部门可以读取。"""
    contest = await objections.read(world, objection_id, client=client)
    return of_petition(objection_out(contest, await world.directory()), contest.petition)


@router.post(
    "/{objection_id}/decision",
    operation_id="decide_objection",
    summary="对异议作出决定",
    response_model=ObjectionOut,
)
async def decide_objection(
    objection_id: UUID,
    body: RulingIn,
    world: World,
    call: Annotated[Call, acting(Scope.DISPATCHES, Scope.TRIAGE)],
) -> Response:
    """由转送单位核实后决定:成立的改由其他单位承办,或者退回人工分流;不成立的,该单位不得再提异议。"""
    ruling = objections.Ruling(body.upheld, body.organ_id, body.reason)
    contest = await objections.decide(world, objection_id, ruling, call=call)
    return of_petition(objection_out(contest, await world.directory()), contest.petition)


@router.post(
    "/{objection_id}/withdrawal",
    operation_id="withdraw_objection",
    summary="撤回异议",
    response_model=ObjectionOut,
)
async def withdraw_objection(
    objection_id: UUID, world: World, call: Annotated[Call, acting(Scope.DISPATCHES)]
) -> Response:
    """提出异议的单位在决定之前撤回:仍由其承办,各项期限照常计算;5个工作日之内可以重新提出。"""
    contest = await objections.withdraw(world, objection_id, call=call)
    return of_petition(objection_out(contest, await world.directory()), contest.petition)
