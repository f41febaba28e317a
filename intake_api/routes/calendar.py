"""The working calendar by which periods are counted."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from intake_api.calls import World, caller
from intake_api.replies import reply
from intake_api.schemas.calendar import CalendarOut
from services.application import calendar
from services.domain.access import Client, Scope
from services.domain.holiday_notice import LoadedNotice

router = APIRouter(prefix="/v1/statutes/calendar", tags=["规则库 · statutes"])
Asking = Annotated[Client, caller(*Scope)]
Year = Annotated[int | None, Query(ge=2000, le=2099, description="年份;不填为今年", examples=[2027])]


@router.get("", operation_id="read_calendar", summary="工作日历", response_model=CalendarOut)
async def read_calendar(world: World, client: Asking, year: Year = None) -> Response:
    """一年的放假和调休上班日期。放假通知尚未载入的年份只有法定节日,据此算出的期限是暂定的(provisional)。"""
    found = await calendar.read_year(world, year or world.clock.today().year)
    body: dict[str, Any] = {
        "year": found.year,
        "version": found.version,
        "provisional": found.provisional,
        "days_off": found.days_off,
        "makeup": found.makeup,
        "loads": [_load_out(each) for each in found.loads],
    }
    return reply(body)


def _load_out(load: LoadedNotice) -> dict[str, Any]:
    return {"loaded_at": load.loaded_at, "source": load.source, "sha256": load.sha256}
