"""The petitioner's own papers and handbook, by number and query code."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from intake_api.calls import Relay, World
from intake_api.paper import AS_PDF, brief, handbook_reply, paper_reply
from intake_api.replies import reply
from intake_api.routes.public import NO_STORE, guessing
from intake_api.schemas.paper import PaperContent, PaperList, PaperOut
from intake_api.schemas.public import Proof
from services.application import handbook as handbooks
from services.application import paper_reading as papers

router = APIRouter(prefix="/v1/public", tags=["信访人 · petitioner"])
PAPERS = "/v1/public/papers"


@router.post("/papers", operation_id="list_own_papers", summary="我的文书", response_model=PaperList)
async def list_own_papers(body: Proof, request: Request, world: World, relay: Relay) -> Response:
    """凭编号和查询码列出给信访人的文书:各种告知书、已经送达的意见书、终结证明。机关之间的函件不在其中。"""
    async with guessing(request, world, body, relay):
        shelf = await papers.petitioners(world, body.number, body.query_code)
    directory = await world.directory()
    return reply({"items": [brief(each, directory, path=PAPERS) for each in shelf.papers]}, headers=NO_STORE)


@router.post(
    "/papers/{paper_id}",
    operation_id="read_own_paper",
    summary="下载我的文书",
    response_model=PaperOut,
    responses=AS_PDF,
)
async def read_own_paper(
    paper_id: UUID, body: Proof, request: Request, world: World, relay: Relay
) -> Response:
    """凭编号和查询码读取一份文书;Accept 为 application/pdf 的,给出 PDF。"""
    async with guessing(request, world, body, relay):
        shelf = await papers.petitioners(world, body.number, body.query_code)
    return await paper_reply(request, world, shelf.one(paper_id), path=PAPERS)


@router.post(
    "/handbook",
    operation_id="read_own_handbook",
    summary="我的诉求手册",
    response_model=PaperContent,
    responses=AS_PDF,
)
async def read_own_handbook(body: Proof, request: Request, world: World, relay: Relay) -> Response:
    """凭编号和查询码取得《信访事项诉求手册》,个人信息不遮掩;Accept 为 application/pdf 的,给出 PDF。"""
    async with guessing(request, world, body, relay):
        book = await handbooks.for_petitioner(world, body.number, body.query_code)
    return await handbook_reply(request, world, book)
