"""A case in an organ's hands: read it, receive it, accept or contest it, handle and answer it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from intake_api import dossier
from intake_api.calls import World, acting, caller
from intake_api.handling import dispatch_brief, dispatch_out, objection_out, of_petition, opinion_out
from intake_api.schemas.dispatch import (
    AcceptanceIn,
    DispatchOut,
    ExtensionIn,
    FolderOut,
    NonAcceptanceIn,
    ObjectionIn,
    OwnLimitIn,
    ReferralIn,
    ReportIn,
    SpotAnswerIn,
)
from intake_api.schemas.objection import ObjectionOut
from intake_api.schemas.opinion import HandlingOpinionIn, OpinionOut
from services.application import dispatch as dispatches
from services.application import objection as objections
from services.application import on_the_spot
from services.application import opinion as opinions
from services.application import own_limit as own_limits
from services.domain.access import Call, Client, Scope
from services.domain.dispatch import DispatchState
from services.domain.on_the_spot import SpotAnswer
from services.domain.own_limit import Limit

router = APIRouter(prefix="/v1/dispatches", tags=["转交办件 · dispatches"])
Reading = Annotated[Client, caller(Scope.DISPATCHES, Scope.TRIAGE)]
Acting = Annotated[Call, acting(Scope.DISPATCHES)]


@router.get("/{dispatch_id}", operation_id="read_dispatch", summary="读取转交办件", response_model=FolderOut)
async def read_dispatch(dispatch_id: UUID, world: World, client: Reading) -> Response:
    """转交办件及信访件全貌:内容、诉求、遮掩的信访人、期限、附件。ETag 为信访件版本号。"""
    folder = await dispatches.read(world, dispatch_id, client=client)
    directory = await world.directory()
    objected = folder.dispatch.state is DispatchState.OBJECTED
    objection_id = folder.dossier.objection_id if objected else None
    body = {
        **dispatch_brief(folder.dispatch, directory, objection_id),
        "petition": dossier.full(folder.dossier, directory, client),
        "attachments": [dossier.attachment_out(each) for each in folder.attachments],
    }
    return of_petition(body, folder.dossier.petition)


@router.post(
    "/{dispatch_id}/receipt", operation_id="receive_dispatch", summary="签收", response_model=DispatchOut
)
async def receive_dispatch(dispatch_id: UUID, world: World, call: Acting) -> Response:
    """签收转交办件。期限自进入收件箱之日起算,签收不影响期限。"""
    case = await dispatches.receive(world, dispatch_id, call=call)
    return of_petition(dispatch_out(case, await world.directory()), case.petition)


@router.post(
    "/{dispatch_id}/acceptance", operation_id="accept_dispatch", summary="受理", response_model=DispatchOut
)
async def accept_dispatch(
    dispatch_id: UUID, world: World, call: Acting, body: AcceptanceIn | None = None
) -> Response:
    """受理并告知信访人。适用信访程序的,自受理之日起60日内办结;答复含所起算的期限。

    事实清楚、容易解决的初次事项可以简易办理(procedure=simple),其期限与法定期限并列;上级交办、多人联名、
    涉及多个单位、适用其他法定程序的除外。应当通过诉讼、仲裁等其他程序解决的,在告知中写明程序和去向。
    """
    sent = body or AcceptanceIn()
    acceptance = dispatches.Acceptance(sent.path, sent.note, sent.procedure, sent.directed_to)
    case = await dispatches.accept(world, dispatch_id, acceptance, call=call)
    return of_petition(dispatch_out(case, await world.directory()), case.petition)


@router.post(
    "/{dispatch_id}/on-the-spot-answer",
    operation_id="answer_on_the_spot",
    summary="当场答复",
    response_model=DispatchOut,
)
async def answer_on_the_spot(dispatch_id: UUID, body: SpotAnswerIn, world: World, call: Acting) -> Response:
    """能够当场答复、信访人同意当场办结的,一次完成受理和答复;信访人可以随时要求书面答复,不产生终结的效力。

    检举控告、上级交办、多人联名、涉及多个单位、适用其他法定程序的,以及予以支持而尚未落实的除外。
    """
    said = SpotAnswer(body.answer, body.told_to, body.form, body.agreed, body.outcome, body.carried_out)
    case = await on_the_spot.answer(world, dispatch_id, said, call=call)
    return of_petition(dispatch_out(case, await world.directory()), case.petition)


@router.post(
    "/{dispatch_id}/refusal", operation_id="refuse_dispatch", summary="不予受理", response_model=DispatchOut
)
async def refuse_dispatch(dispatch_id: UUID, body: NonAcceptanceIn, world: World, call: Acting) -> Response:
    """不予受理:书面、说明理由、告知应向何处提出。不属于本单位职权的,应当提出异议而不是不予受理。"""
    why = dispatches.NonAcceptance(body.ground, body.explanation, body.directed_to, body.earlier_number)
    case = await dispatches.refuse(world, dispatch_id, why, call=call)
    return of_petition(dispatch_out(case, await world.directory()), case.petition)


@router.post(
    "/{dispatch_id}/objection",
    status_code=201,
    operation_id="object_to_dispatch",
    summary="提出异议",
    response_model=ObjectionOut,
)
async def object_to_dispatch(dispatch_id: UUID, body: ObjectionIn, world: World, call: Acting) -> Response:
    """不属于本单位职权的,自收到之日起5个工作日内提出异议,详细说明理由;由转送单位核实后决定。"""
    contest = await objections.raise_objection(
        world, dispatch_id, reason=body.reason, suggested_organ_id=body.suggested_organ_id, call=call
    )
    return of_petition(objection_out(contest, await world.directory()), contest.petition, 201)


@router.post(
    "/{dispatch_id}/extension", operation_id="extend_dispatch", summary="延期", response_model=DispatchOut
)
async def extend_dispatch(dispatch_id: UUID, body: ExtensionIn, world: World, call: Acting) -> Response:
    """情况复杂的,经本单位负责人批准,在期限届满前延长办理期限,累计不超过30日,并告知信访人理由。

    负责人已决定回避的,由上级机关负责人批准,在 approving_organ_id 写明该机关。
    """
    extension = dispatches.Extension(body.days, body.approved_by, body.reason, body.approving_organ_id)
    case = await dispatches.extend(world, dispatch_id, extension, call=call)
    return of_petition(dispatch_out(case, await world.directory()), case.petition)


@router.post(
    "/{dispatch_id}/referral",
    status_code=201,
    operation_id="refer_dispatch",
    summary="转送下级单位",
    response_model=DispatchOut,
)
async def refer_dispatch(dispatch_id: UUID, body: ReferralIn, world: World, call: Acting) -> Response:
    """转送本系统有权处理的下级单位,答复为新的转交办件;期限对新的单位重新起算。"""
    case = await dispatches.refer(world, dispatch_id, body.organ_id, call=call)
    return of_petition(dispatch_out(case, await world.directory()), case.petition, 201)


@router.post(
    "/{dispatch_id}/opinion",
    status_code=201,
    operation_id="issue_opinion",
    summary="出具处理意见书",
    response_model=OpinionOut,
)
async def issue_opinion(dispatch_id: UUID, body: HandlingOpinionIn, world: World, call: Acting) -> Response:
    """出具信访处理意见书。缺少事实、理由、依据或者决定的不予接收;复查的途径和期限由系统写入 remedy。

    原意见被撤销后,不得以同一事实和理由作出相同的意见;确有不同的,须写明并由负责人确认。
    """
    writ = opinions.Writ(body.outcome, body.facts, body.reasons, body.legal_basis, body.decision)
    if body.differs_because and body.confirmed_by:
        difference = opinions.Difference(body.differs_because, body.confirmed_by)
        writ = replace(writ, difference=difference)
    case = await opinions.issue(world, dispatch_id, writ, call=call)
    return of_petition(opinion_out(case, await world.directory()), case.petition, 201)


@router.post(
    "/{dispatch_id}/report",
    operation_id="report_dispatch",
    summary="提交办结报告",
    response_model=DispatchOut,
)
async def report_dispatch(dispatch_id: UUID, body: ReportIn, world: World, call: Acting) -> Response:
    """交办的信访事项,在指定期限内向交办机关反馈结果、提交办结报告。"""
    case = await dispatches.report(world, dispatch_id, body.content, call=call)
    return of_petition(dispatch_out(case, await world.directory()), case.petition)


@router.put(
    "/{dispatch_id}/own-limit", operation_id="set_own_limit", summary="本单位时限", response_model=DispatchOut
)
async def set_own_limit(dispatch_id: UUID, body: OwnLimitIn, world: World, call: Acting) -> Response:
    """设定本单位内部的办理时限;再次设定即为变更,due_at 为空即取消。

    与法定期限并列(rule=own,source=caller),不代替法定期限,不预警,不计入超期,不告知信访人。
    """
    limit = Limit(body.due_at, body.title) if body.due_at else None
    case = await own_limits.of_dispatch(world, dispatch_id, limit, call=call)
    return of_petition(dispatch_out(case, await world.directory()), case.petition)
