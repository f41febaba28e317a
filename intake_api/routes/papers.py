"""The papers of a petition, and its handbook: for those who may see the petition."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from intake_api.calls import World, acting, caller
from intake_api.paper import AS_PDF, OWN, brief, handbook_reply, paper_reply, service_proof, unchanged_or
from intake_api.replies import reply
from intake_api.schemas.opinion import ServiceIn
from intake_api.schemas.paper import PaperContent, PaperList, PaperOut, PaperServed
from services.application import handbook as handbooks
from services.application import paper_reading as papers
from services.application import paper_service
from services.domain.access import Call, Client, Scope

router = APIRouter(prefix="/v1", tags=["文书 · papers"])
Reading = Annotated[
    Client,
    caller(Scope.SUBMIT, Scope.REGISTER, Scope.HOTLINE, Scope.DISPATCHES, Scope.TRIAGE, Scope.REVIEWS),
]


@router.get(
    "/petitions/{petition_id}/papers",
    operation_id="list_papers",
    summary="信访件的文书",
    response_model=PaperList,
)
async def list_papers(petition_id: UUID, request: Request, world: World, client: Reading) -> Response:
    """按出具的先后列出。登记来源看不到机关之间的函件和尚未送达的意见书。"""
    shelf = await papers.listed(world, petition_id, client=client)
    directory = await world.directory()
    items = [brief(each, directory) for each in shelf.papers]
    return unchanged_or(request, {"items": items}, OWN)


@router.get(
    "/papers/{paper_id}",
    operation_id="read_paper",
    summary="读取文书",
    response_model=PaperOut,
    responses=AS_PDF,
)
async def read_paper(paper_id: UUID, request: Request, world: World, client: Reading) -> Response:
    """Accept 为 application/pdf 的,给出 PDF(PDF/A-2u);首次下载时排成并存档,以后都是同一份。"""
    return await paper_reply(request, world, await papers.read(world, paper_id, client=client))


@router.post(
    "/papers/{paper_id}/service",
    operation_id="serve_paper",
    summary="登记文书送达",
    response_model=PaperServed,
)
async def serve_paper(
    paper_id: UUID,
    body: ServiceIn,
    world: World,
    call: Annotated[Call, acting(Scope.DISPATCHES, Scope.TRIAGE, Scope.REVIEWS)],
) -> Response:
    """告知书、通知书、终结证明送达信访人的,由出具机关登记,出具送达回证。意见书的送达在此登记也一样生效。"""
    served = await paper_service.serve(world, paper_id, service_proof(body), call=call)
    return reply(brief(served, await world.directory()))


@router.get(
    "/petitions/{petition_id}/handbook",
    operation_id="read_handbook",
    summary="信访事项诉求手册",
    response_model=PaperContent,
    responses=AS_PDF,
)
async def read_handbook(petition_id: UUID, request: Request, world: World, client: Reading) -> Response:
    """登记以来的全部经过:各级的日期、机关、意见和救济途径。个人信息遮掩;Accept 决定 JSON 或者 PDF。"""
    return await handbook_reply(request, world, await handbooks.for_caller(world, petition_id, client=client))
