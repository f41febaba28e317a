"""The petitioner's side: number and query code are the key, a token is not needed, wrong tries count."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from intake_api.calls import Relay, World, as_meant
from intake_api.handling import organ_ref
from intake_api.limits import Limits
from intake_api.registration import deadline_out
from intake_api.replies import reply
from intake_api.schemas.public import (
    EvaluationIn,
    EvaluationsOut,
    ProgressOut,
    Proof,
    PublicReviewOut,
    ReviewIn,
)
from services.application import progress as petitioners
from services.application.progress import Progress, Rating
from services.application.review_request import Request as ReviewRequest
from services.bootstrap import Deployment
from services.domain.access import Call, Client, ClientRole
from services.domain.directory import Directory
from services.domain.review import DECIDE_RULE
from services.domain.text import fold_identifier

router = APIRouter(prefix="/v1/public", tags=["信访人 · petitioner"])
NO_STORE = {"Cache-Control": "no-store"}
# Whoever knows number and code acts as the petitioner; the ledger calls it so.
PETITIONER = Client(
    id="public",
    secret_hash=b"",
    name="信访人",
    role=ClientRole.PORTAL,
    region_code="",
    organ_id=None,
    scopes=(),
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
)


@router.post("/progress", operation_id="read_progress", summary="查询办理进度", response_model=ProgressOut)
async def read_progress(body: Proof, request: Request, world: World, relay: Relay) -> Response:
    """凭编号和查询码查询进度、告知和已送达的意见。编号或查询码不正确,回答相同;每个编号每小时最多错10次。

    门户、热线、窗口代信访人查询的,请带令牌:不按来源地址计次,每个调用方每小时最多错300次。
    """
    async with guessing(request, world, body, relay):
        found = await petitioners.progress(world, body.number, body.query_code)
    return reply(_shown(found, await world.directory()), headers=NO_STORE)


@router.post("/evaluations", operation_id="evaluate", summary="评价", response_model=EvaluationsOut)
async def evaluate(body: EvaluationIn, request: Request, world: World, relay: Relay) -> Response:
    """对信访部门和责任单位分别评价;再次评价的,以后一次为准。"""
    given = {"petition_office": body.petition_office, "organ": body.organ}
    ratings = [Rating(subject, one.rating.value, one.reason) for subject, one in given.items() if one]
    async with guessing(request, world, body, relay):
        kept = await petitioners.evaluate(
            world, body.number, body.query_code, ratings, call=await _call(request, world)
        )
    items = [
        {"subject": each.subject, "rating": each.rating, "reason": each.reason, "given_at": each.given_at}
        for each in kept
    ]
    return reply({"items": items}, headers=NO_STORE)


@router.post(
    "/reviews",
    status_code=201,
    operation_id="request_review_by_petitioner",
    summary="申请复查或复核",
    response_model=PublicReviewOut,
)
async def request_review(body: ReviewIn, request: Request, world: World, relay: Relay) -> Response:
    """不服已送达的意见,自收到之日起30日内申请下一级(信访工作条例第三十五条、第三十六条)。"""
    wanted = ReviewRequest(reason=body.reason, organ_id=body.organ_id)
    async with guessing(request, world, body, relay):
        review = await petitioners.request_review(
            world, body.number, body.query_code, wanted, call=await _call(request, world)
        )
        after = await petitioners.progress(world, body.number, body.query_code)
    due = [clock.due_on for clock in after.deadlines if clock.rule == DECIDE_RULE[review.tier]]
    told = {
        "id": review.id,
        "tier": review.tier,
        "organ": organ_ref(review.organ_id, await world.directory()),
        "requested_on": review.requested_on,
        "due_on": due[-1] if due else None,
    }
    return reply(told, 201, NO_STORE)


@router.post(
    "/ordinary-procedure",
    operation_id="turn_ordinary_by_petitioner",
    summary="要求按普通程序办理",
    response_model=ProgressOut,
)
async def turn_ordinary(body: Proof, request: Request, world: World, relay: Relay) -> Response:
    """按简易办理的,信访人可以要求改为普通程序;60日的期限仍自受理之日起算。答复为改后的进度。"""
    async with guessing(request, world, body, relay):
        call = await _call(request, world)
        await petitioners.request_ordinary(world, body.number, body.query_code, call=call)
        after = await petitioners.progress(world, body.number, body.query_code)
    return reply(_shown(after, await world.directory()), headers=NO_STORE)


@router.post(
    "/written-answer",
    operation_id="request_written_answer_by_petitioner",
    summary="要求书面答复",
    response_model=ProgressOut,
)
async def request_written(body: Proof, request: Request, world: World, relay: Relay) -> Response:
    """当场答复办结的,信访人可以随时要求书面答复,由原单位按普通程序办理。答复为此后的进度。"""
    async with guessing(request, world, body, relay):
        call = await _call(request, world)
        await petitioners.request_written(world, body.number, body.query_code, call=call)
        after = await petitioners.progress(world, body.number, body.query_code)
    return reply(_shown(after, await world.directory()), headers=NO_STORE)


@asynccontextmanager
async def guessing(
    request: Request, world: Deployment, proof: Proof, relay: Client | None
) -> AsyncIterator[None]:
    """Count wrong tries by number and by who sends them, under hashes: no address is kept in clear.

    A portal's server is one address for all its visitors: it is counted as a client, and generously. Tries of
    its visitors at a number and those of strangers are counted apart, so that no stranger can lock them out.
    """
    limits: Limits = request.app.state.limits
    address = request.client.host if request.client else ""
    number, sender = f"number|{fold_identifier(proof.number)}", f"address|{address}"
    if relay is not None:
        number, sender = f"{number}|{relay.id}", f"client|{relay.id}"
    allowed = limits.relayed_codes if relay else limits.wrong_codes
    hashed = [world.codes.code_hash(key).hex() for key in (number, sender)]
    async with limits.guess("too_many_wrong_codes", (allowed, hashed[1]), (limits.wrong_codes, hashed[0])):
        yield


async def _call(request: Request, world: Deployment) -> Call:
    """The hash that tells a repetition is keyed: the body holds the query code."""
    body = as_meant(await request.body()).decode("latin-1")
    fingerprint = world.codes.code_hash(f"{request.url.path}\n{body}").hex()
    return Call(client=PETITIONER, request_id=request.state.request_id, fingerprint=fingerprint)


def _shown(found: Progress, directory: Directory) -> dict[str, Any]:
    petition = found.petition
    return {
        "number": petition.number,
        "state": petition.state,
        "state_name": petition.state.chinese,
        "tier": petition.tier,
        "path": petition.path,
        "received_on": petition.received_on,
        "organ": found.organ,
        "steps": [{"at": step.at, "what": step.what, "organ": step.organ} for step in found.steps],
        "opinions": [
            {
                "tier": each.tier,
                "organ": directory.organ(each.organ_id).name,
                "outcome": each.outcome,
                "facts": each.facts,
                "reasons": each.reasons,
                "legal_basis": each.legal_basis,
                "decision": each.decision,
                "remedy": each.remedy,
                "issued_on": each.issued_on,
                "served_on": each.served_on,
            }
            for each in found.opinions
        ],
        "executions": [
            {
                "organ": directory.organ(each.organ_id).name,
                "state": each.state,
                "opened_on": each.opened_on,
                "carried_out_on": each.carried_out_on,
            }
            for each in found.executions
        ],
        "notices": [
            {
                "kind": each.kind,
                "text": each.text,
                "issued_on": each.issued_on,
                "directed_to": each.directed_to,
            }
            for each in found.notices
        ],
        "deadlines": [deadline_out(clock) for clock in found.deadlines],
        "final_on": found.petition.final_on,
        "final_ground": found.petition.final_ground,
        "may_evaluate": found.may_evaluate,
        "may_request_ordinary": found.may_request_ordinary,
        "may_request_written": found.may_request_written,
        "may_request": found.may_request,
        "request_by": found.request_by,
        "review_organs": [organ_ref(organ.id, directory) for organ in found.review_organs],
    }
