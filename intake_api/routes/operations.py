"""For those who run it: is it alive, is it ready, what does it do; and the pages that say how to use it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from intake_api.calls import World
from intake_api.metrics import exposition
from intake_api.problems import Fault
from intake_api.reference import front_page, reference_page
from intake_api.replies import reply
from intake_api.schemas.operations import LiveOut, ReadyOut
from services.bootstrap import SPARED

router = APIRouter(tags=["运行 · operations"])
LEAVING = {"process": "本进程正在退出,请求请发往其他进程"}


def _page(media_type: str, example: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {media_type: {"schema": {"type": "string"}, "example": example}}}}


@router.get("/livez", operation_id="livez", summary="是否存活", response_model=LiveOut)
async def livez() -> Response:
    """进程是否在运行;不查数据库。"""
    return reply({"status": "alive"})


@router.get("/readyz", operation_id="readyz", summary="是否就绪", response_model=ReadyOut)
async def readyz(request: Request, world: World) -> Response:
    """能否服务:数据库可达、结构为最新。Redis 不可用只列入 degraded:登记照常,分流由巡检完成。"""
    failing = LEAVING if request.app.state.leaving else await world.ailing()
    blocking = {part: why for part, why in failing.items() if part not in SPARED}
    if blocking:
        told = ";".join(f"{part}:{why}" for part, why in blocking.items())
        raise Fault("not_ready", {"parts": told}, members={"failing": blocking})
    return reply({"status": "ready", "degraded": dict(failing)})


@router.get(
    "/metrics",
    operation_id="metrics",
    summary="运行指标",
    response_class=PlainTextResponse,
    responses=_page("text/plain", 'xinfang_registrations_total{channel="online"} 481.0\n'),
)
async def metrics(world: World) -> PlainTextResponse:
    """Prometheus 文本格式。"""
    return PlainTextResponse(await exposition(world), media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/openapi.json", include_in_schema=False)
async def openapi_document(request: Request) -> Response:
    return reply(request.app.openapi())


@router.get("/docs", include_in_schema=False)
async def docs(request: Request) -> HTMLResponse:
    return HTMLResponse(reference_page(request.app.openapi()))


@router.get("/", include_in_schema=False)
async def front(request: Request) -> HTMLResponse:
    return HTMLResponse(front_page(request.app.version))
