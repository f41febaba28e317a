"""The government hotline (12345): work orders under its own numbers, return calls."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.responses import Response

from intake_api import dossier
from intake_api.calls import World, acting, caller
from intake_api.metrics import REGISTRATIONS
from intake_api.problems import FieldError, InvalidBody
from intake_api.registration import deadlines_out, links, receipt, registration_of
from intake_api.replies import reply
from intake_api.schemas.hotline import CallbackIn, CallbackOut, WorkOrderIn, WorkOrderOut
from intake_api.schemas.petition import PetitionOut
from intake_api.schemas.registration import HotlineRegistration
from services.application import petition as petitions
from services.application import work_order as work_orders
from services.application.petition import Dossier
from services.domain.access import Call, Client, Scope
from services.domain.petition import Callback, Channel

router = APIRouter(prefix="/v1/hotline/work-orders", tags=["热线 · hotline"])
Calling = Annotated[Call, acting(Scope.HOTLINE)]
Reading = Annotated[Client, caller(Scope.HOTLINE)]
Number = Annotated[
    str,
    Path(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$", examples=["HL20261120-000123"]),
]


@router.put(
    "/{work_order_no}",
    operation_id="put_work_order",
    summary="登记或更新热线工单",
    response_model=WorkOrderOut,
    status_code=201,
    responses={200: {"model": WorkOrderOut, "description": "已登记过;内容有变化时记为补充材料"}},
)
async def put_work_order(work_order_no: Number, body: WorkOrderIn, world: World, call: Calling) -> Response:
    """按热线自己的工单编号登记,重发不会重复登记。

    首次答 201,此后答 200;标题、内容、诉求或地址有变化时记为补充材料,转给承办单位。
    """
    registration = await registration_of(world, _whole(work_order_no, body), call.client)
    outcome = await work_orders.put(world, registration, call=call)
    petition = outcome.petition
    if outcome.registered is not None:
        REGISTRATIONS.labels(Channel.HOTLINE.value).inc()
        told = receipt(outcome.registered)
    else:
        told = _known(await petitions.read(world, petition.id, client=call.client))
        told |= {"query_code": outcome.query_code} if outcome.query_code else {}
    told["work_order_no"] = work_order_no
    told["changed"] = outcome.supplement is not None
    told["supplement_id"] = outcome.supplement.id if outcome.supplement else None
    headers = {"Location": f"/v1/petitions/{petition.id}", "ETag": f'"{petition.version}"'}
    return reply(told, 201 if outcome.registered else 200, headers)


@router.get(
    "/{work_order_no}", operation_id="read_work_order", summary="读取热线工单", response_model=PetitionOut
)
async def read_work_order(work_order_no: Number, world: World, client: Reading) -> Response:
    """按工单编号读取所登记的信访件。"""
    petition = await work_orders.find(world, work_order_no, client=client)
    found = await petitions.read(world, petition.id, client=client)
    body = dossier.full(found, await world.directory(), client)
    return reply(body, headers={"ETag": f'"{petition.version}"'})


@router.post(
    "/{work_order_no}/callbacks",
    status_code=201,
    operation_id="record_callback",
    summary="登记回访",
    response_model=CallbackOut,
)
async def record_callback(work_order_no: Number, body: CallbackIn, world: World, call: Calling) -> Response:
    """对来电人的一次回访:是否联系上、是否满意。同一内容重发,不会重复登记。"""
    petition = await work_orders.find(world, work_order_no, client=call.client)
    if body.called_at > world.clock.now():
        zh, en = "回访时间晚于现在,请核对。", "The call lies in the future; check it."
        raise InvalidBody([FieldError("/called_at", "in_future", zh, en)])
    made = Callback(
        id=world.codes.new_id(),
        petition_id=petition.id,
        called_at=body.called_at,
        method=body.method.value,
        reached=body.reached,
        satisfaction=body.satisfaction.value if body.satisfaction else None,
        remark=body.remark,
        client_id=call.client.id,
    )
    kept = await petitions.call_back(world, petition.id, made, call=call)
    told = {
        "id": kept.id,
        "petition_id": kept.petition_id,
        "called_at": kept.called_at,
        "method": kept.method,
        "reached": kept.reached,
        "satisfaction": kept.satisfaction,
    }
    return reply(told, 201)


def _whole(number: str, body: WorkOrderIn) -> HotlineRegistration:
    """The registration under the number of the address; another one in the body is refused."""
    zh, en = "工单编号与地址中的编号不一致。", "This differs from the number in the address."
    for pointer, given in (
        ("/hotline/work_order_no", body.hotline.work_order_no),
        ("/external_ref", body.external_ref),
    ):
        if given is not None and given != number:
            raise InvalidBody([FieldError(pointer, "differs", zh, en)])
    block = body.hotline.model_copy(update={"work_order_no": number})
    values = {**dict(body), "hotline": block, "external_ref": number}
    return HotlineRegistration.model_construct(**values)


def _known(found: Dossier) -> dict[str, Any]:
    petition = found.petition
    return {
        "id": petition.id,
        "number": petition.number,
        "channel": petition.channel,
        "state": petition.state,
        "state_name": petition.state.chinese,
        "version": petition.version,
        "received_on": petition.received_on,
        "registered_at": petition.registered_at,
        "deadlines": deadlines_out(found.deadlines),
        "same_matter": [],
        "links": links(str(petition.id)),
    }
