"""Review and re-review: asked for at a desk, accepted or not, heard, decided."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from intake_api.calls import World, acting, caller
from intake_api.handling import of_petition, opinion_text, review_out
from intake_api.schemas.opinion import ReviewOpinionIn
from intake_api.schemas.review import (
    DeclinationIn,
    HearingIn,
    ReviewDecided,
    ReviewExtensionIn,
    ReviewIn,
    ReviewOut,
)
from services.application import hearing as hearings
from services.application import opinion as opinions
from services.application import review as reviews
from services.application import review_request as requests
from services.application.dispatch import Extension
from services.domain.access import Call, Client, Scope
from services.domain.paper_opinion import HearingDay

router = APIRouter(prefix="/v1", tags=["复查复核 · reviews"])
DESKS = (Scope.SUBMIT, Scope.REGISTER, Scope.HOTLINE, Scope.REVIEWS)
Acting = Annotated[Call, acting(Scope.REVIEWS)]


@router.post(
    "/petitions/{petition_id}/reviews",
    status_code=201,
    operation_id="request_review",
    summary="申请复查、复核",
    response_model=ReviewOut,
)
async def request_review(
    petition_id: UUID, body: ReviewIn, world: World, call: Annotated[Call, acting(*DESKS)]
) -> Response:
    """窗口代信访人提出复查、复核申请。复查还是复核由办理进程决定;逾期的不予受理,并告知届满日期。

    信访人逾期有正当理由的,由信访部门或者复查、复核机关写明理由和批准人(late);已因逾期终结的,恢复申请。
    """
    late = requests.Late(body.late.good_cause, body.late.approved_by) if body.late else None
    wanted = requests.Request(body.reason, body.organ_id, late)
    case = await requests.request_by_desk(world, petition_id, wanted, call=call)
    return of_petition(review_out(case, await world.directory()), case.petition, 201)


@router.get(
    "/reviews/{review_id}", operation_id="read_review", summary="读取复查、复核", response_model=ReviewOut
)
async def read_review(
    review_id: UUID,
    world: World,
    client: Annotated[Client, caller(*DESKS, Scope.DISPATCHES, Scope.TRIAGE)],
) -> Response:
    """可以看到该信访件的调用方均可读取。"""
    case = await reviews.read(world, review_id, client=client)
    return of_petition(review_out(case, await world.directory()), case.petition)


@router.post(
    "/reviews/{review_id}/acceptance",
    operation_id="accept_review",
    summary="受理复查、复核申请",
    response_model=ReviewOut,
)
async def accept_review(review_id: UUID, world: World, call: Acting) -> Response:
    """受理申请。作出意见的期限自收到申请之日起算,受理不影响期限。"""
    case = await reviews.accept(world, review_id, call=call)
    return of_petition(review_out(case, await world.directory()), case.petition)


@router.post(
    "/reviews/{review_id}/refusal",
    operation_id="decline_review",
    summary="不予受理复查、复核申请",
    response_model=ReviewOut,
)
async def decline_review(review_id: UUID, body: DeclinationIn, world: World, call: Acting) -> Response:
    """书面说明理由。信访人申请的期限照原来的日期继续计算。"""
    why = reviews.Declination(body.ground, body.explanation)
    case = await reviews.decline(world, review_id, why, call=call)
    return of_petition(review_out(case, await world.directory()), case.petition)


@router.post(
    "/reviews/{review_id}/hearing", operation_id="hold_hearing", summary="听证", response_model=ReviewOut
)
async def hold_hearing(review_id: UUID, body: HearingIn, world: World, call: Acting) -> Response:
    """听证举行之前填写 notice,出具听证通知书;举行之后不填 notice,登记实际举行的起止日期。

    复核听证所需时间不计入复核期限,以实际举行的日期为准;尚未结束的,可以先登记到今天,以后再登记。
    """
    told = body.notice
    if told is None:
        case = await hearings.hold(world, review_id, body.start, body.end, call=call)
    else:
        notice = HearingDay(told.time, told.place, told.chair, tuple(told.attending))
        case = await hearings.convene(world, review_id, body.start, body.end, notice=notice, call=call)
    return of_petition(review_out(case, await world.directory()), case.petition)


@router.post(
    "/reviews/{review_id}/extension",
    operation_id="extend_review",
    summary="延长复查、复核期限",
    response_model=ReviewOut,
)
async def extend_review(review_id: UUID, body: ReviewExtensionIn, world: World, call: Acting) -> Response:
    """地方性法规规定复查、复核期限可以延长的,经有权批准的机构批准,在期限届满前延长,并告知信访人理由。

    信访工作条例没有规定复查、复核期限可以延长;适用的规则包没有规定的,不能延长。
    """
    extension = Extension(body.days, body.approved_by, body.reason)
    case = await reviews.extend(world, review_id, extension, call=call)
    return of_petition(review_out(case, await world.directory()), case.petition)


@router.post(
    "/reviews/{review_id}/decision",
    operation_id="decide_review",
    summary="出具复查、复核意见",
    response_model=ReviewDecided,
)
async def decide_review(review_id: UUID, body: ReviewOpinionIn, world: World, call: Acting) -> Response:
    """维持、变更,或者撤销并责令在指定期限内重新作出处理意见。意见送达后生效。"""
    writ = opinions.Writ(
        body.outcome, body.facts, body.reasons, body.legal_basis, body.decision, body.redo_by
    )
    case, opinion = await reviews.decide(world, review_id, writ, call=call)
    directory = await world.directory()
    decided = {**review_out(case, directory), "opinion": opinion_text(opinion, directory)}
    return of_petition(decided, case.petition)
