"""Petitions: registered, read, listed, supplemented, withdrawn."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request
from starlette.responses import Response

from intake_api import dossier
from intake_api.calls import World, acting, caller
from intake_api.idempotency import Key, key_of, registered_once
from intake_api.metrics import REGISTRATIONS
from intake_api.paging import After, Limit, cursor, id_position
from intake_api.person import normalised_person
from intake_api.registration import registration_of
from intake_api.replies import has, reply
from intake_api.schemas.petition import (
    DecisionOut,
    EventPage,
    PetitionBrief,
    PetitionOut,
    PetitionPage,
    SupplementIn,
    SupplementOut,
    UnmaskedOut,
    UnmaskIn,
    WithdrawalIn,
)
from intake_api.schemas.registration import (
    HotlineRegistration,
    LetterRegistration,
    OnlineRegistration,
    RegisteredOut,
    VisitRegistration,
)
from services.application import on_the_spot, procedure
from services.application import petition as petitions
from services.application.lists import PetitionFilter
from services.application.withdrawal import Withdrawal, withdraw
from services.domain.access import Call, Client, Scope
from services.domain.petition import Channel, Purpose, State

router = APIRouter(prefix="/v1/petitions", tags=["信访件 · petitions"])
Submitting = Annotated[Call, acting(Scope.SUBMIT, Scope.REGISTER)]
READERS = (
    Scope.SUBMIT,
    Scope.REGISTER,
    Scope.HOTLINE,
    Scope.DISPATCHES,
    Scope.TRIAGE,
    Scope.REVIEWS,
    Scope.SUPERVISION,
)
Reading = Annotated[Client, caller(*READERS)]
Adding = Annotated[Call, acting(Scope.SUBMIT, Scope.REGISTER, Scope.HOTLINE)]
Handling = Annotated[Call, acting(Scope.DISPATCHES, Scope.TRIAGE, Scope.REVIEWS)]
NO_CONTROL = r"^[^\x00-\x1f\x7f]*$"
Registration = Annotated[
    LetterRegistration | VisitRegistration | OnlineRegistration | HotlineRegistration,
    Body(discriminator="channel"),
]


@router.post(
    "",
    status_code=201,
    operation_id="register_petition",
    summary="登记信访件",
    response_model=RegisteredOut,
)
async def register_petition(
    body: Registration, request: Request, world: World, call: Submitting, key: Key = None
) -> Response:
    """来信、来访、网上、来电统一登记。须带 Idempotency-Key:同一键、同一内容重发,得到原来的回执。

    收到日期起算期限:来信为收到日期,来访为来访日,来电为来电日,网上为当日。查询码只在回执中出现一次。
    """
    once = key_of(key)
    registration = await registration_of(world, body, call.client)
    receipt, replayed = await registered_once(
        world, registration, key=once, body=await request.body(), call=call
    )
    if not replayed:
        REGISTRATIONS.labels(registration.channel.value).inc()
    return receipt


@router.get("", operation_id="list_petitions", summary="查询信访件列表", response_model=PetitionPage)
async def list_petitions(
    world: World,
    client: Reading,
    state: Annotated[list[State] | None, Query(description="状态,可重复")] = None,
    channel: Channel | None = None,
    purpose: Purpose | None = None,
    region: Annotated[str | None, Query(pattern=r"^[0-9]{2,12}$", description="问题属地,含下级")] = None,
    category: Annotated[str | None, Query(pattern=r"^[0-9]{2,6}$", description="内容分类,含下级")] = None,
    number: Annotated[str | None, Query(max_length=40, pattern=NO_CONTROL)] = None,
    external_ref: Annotated[str | None, Query(max_length=255, pattern=NO_CONTROL)] = None,
    received_from: date | None = None,
    received_to: date | None = None,
    person: Annotated[str | None, Query(max_length=60, description="姓名、证件号码或电话,须完整")] = None,
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """只列出调用方可见的信访件,最新在前。游标只对同一组筛选条件有效。"""
    wanted: dict[str, Any] = {
        "states": tuple(sorted(each.value for each in state or ())),
        "channel": channel.value if channel else None,
        "purpose": purpose.value if purpose else None,
        "region_prefix": region.ljust(12, "0") if region else None,
        "category_prefix": category,
        "number": number,
        "external_ref": external_ref,
        "received_from": received_from,
        "received_to": received_to,
        "person": normalised_person(person),
    }
    bound = {"list": "petitions", **wanted}
    start = id_position(world, client, bound, after)
    rows = await petitions.listing(
        world, PetitionFilter(**wanted), client=client, after=start, limit=limit + 1
    )
    directory = await world.directory()
    shown = rows[:limit]
    more = len(rows) > limit
    following = cursor(world, client, bound, shown[-1].id) if more else None
    items = [dossier.brief(petition, directory, client) for petition in shown]
    return reply({"items": items, "next": following, "has_more": more})


@router.get("/{petition_id}", operation_id="read_petition", summary="读取信访件", response_model=PetitionOut)
async def read_petition(petition_id: UUID, request: Request, world: World, client: Reading) -> Response:
    """信访件全貌,个人信息遮掩。带 If-None-Match 且未变化时答 304。

    ETag 为版本号;有关联件或暂定期限时,版本号后另有点号和摘要(这些内容变化时版本号不变)。
    """
    found = await petitions.read(world, petition_id, client=client)
    body = dossier.full(found, await world.directory(), client)
    tag = dossier.tag(body)
    headers = {"ETag": f'"{tag}"', "Cache-Control": "private, no-cache"}
    return Response(status_code=304, headers=headers) if has(request, tag) else reply(body, headers=headers)


@router.get(
    "/{petition_id}/events", operation_id="list_events", summary="信访件流水", response_model=EventPage
)
async def list_events(petition_id: UUID, world: World, client: Reading) -> Response:
    """逐条列出对信访件所做的一切,每条以哈希与前一条相连,可自行核验。"""
    found = await petitions.events(world, petition_id, client=client)
    items = [
        {
            "seq": event.seq,
            "at": event.at,
            "kind": event.kind,
            "actor": event.actor,
            "data": event.data,
            "hash": event.hash,
            "prev_hash": event.prev_hash,
        }
        for event in found
    ]
    return reply({"items": items})


@router.get(
    "/{petition_id}/routing", operation_id="read_routing", summary="分流决定", response_model=DecisionOut
)
async def read_routing(petition_id: UUID, world: World, client: Reading) -> Response:
    """最近一次分流决定及其理由、依据条文。尚未作出时答 404。"""
    record = await petitions.decision(world, petition_id, client=client)
    return reply(dossier.decision(record, await world.directory(), client))


@router.post(
    "/{petition_id}/supplements",
    status_code=201,
    operation_id="add_supplement",
    summary="补充材料",
    response_model=SupplementOut,
)
async def add_supplement(petition_id: UUID, body: SupplementIn, world: World, call: Adding) -> Response:
    """登记之后补充的情况,转给承办单位。同一内容重发,得到同样的回答。"""
    added = await petitions.supplement(world, petition_id, body.content, call=call)
    return reply({"id": added.id, "petition_id": added.petition_id, "added_at": added.added_at}, 201)


@router.post(
    "/{petition_id}/withdrawal",
    operation_id="withdraw_petition",
    summary="撤回信访件",
    response_model=PetitionBrief,
)
async def withdraw_petition(
    petition_id: UUID, world: World, call: Adding, body: WithdrawalIn | None = None
) -> Response:
    """信访人撤回:各项期限停止,承办单位得到通知。送达答复之后不能撤回。

    门户、热线、窗口转达信访人的意思。信访部门,以及信访人直接提出的机关、单位,凭信访人的书面申请登记,
    须填 written_request_on,并由系统告知信访人。承办单位不能撤回。
    """
    wanted = Withdrawal(body.reason, body.written_request_on) if body else Withdrawal()
    petition = await withdraw(world, petition_id, wanted, call=call)
    shown = dossier.brief(petition, await world.directory(), call.client)
    return reply(shown, headers={"ETag": f'"{petition.version}"'})


@router.post(
    "/{petition_id}/ordinary-procedure",
    operation_id="turn_ordinary",
    summary="转为普通程序",
    response_model=PetitionBrief,
)
async def turn_ordinary(
    petition_id: UUID,
    world: World,
    call: Annotated[Call, acting(Scope.SUBMIT, Scope.REGISTER, Scope.HOTLINE, Scope.DISPATCHES)],
) -> Response:
    """简易办理的信访件,信访人可以要求按普通程序办理;60日的期限仍自受理之日起算。"""
    petition = await procedure.turn_ordinary(world, petition_id, call=call)
    shown = dossier.brief(petition, await world.directory(), call.client)
    return reply(shown, headers={"ETag": f'"{petition.version}"'})


@router.post(
    "/{petition_id}/written-answer",
    operation_id="request_written_answer",
    summary="要求书面答复",
    response_model=PetitionBrief,
)
async def request_written_answer(
    petition_id: UUID,
    world: World,
    call: Annotated[Call, acting(Scope.SUBMIT, Scope.REGISTER, Scope.HOTLINE, Scope.DISPATCHES)],
) -> Response:
    """当场答复办结的信访件,信访人可以随时要求书面答复:由原单位按普通程序办理,期限仍自当场受理之日起算。"""
    petition = await on_the_spot.ask_in_writing(world, petition_id, call=call)
    shown = dossier.brief(petition, await world.directory(), call.client)
    return reply(shown, headers={"ETag": f'"{petition.version}"'})


@router.post(
    "/{petition_id}/unmask",
    operation_id="unmask_petitioners",
    summary="查看信访人完整信息",
    response_model=UnmaskedOut,
)
async def unmask_petitioners(petition_id: UUID, body: UnmaskIn, world: World, call: Handling) -> Response:
    """只供正在承办的单位使用,须说明理由;每次查看都记入流水。"""
    people = await petitions.unmask(world, petition_id, body.reason, call=call)
    shown = [dossier.in_clear(person) for person in people]
    return reply({"petition_id": petition_id, "petitioners": shown}, headers={"Cache-Control": "no-store"})
