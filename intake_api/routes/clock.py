"""The demo's clock, which may be moved forward; without a demo it does not exist."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from intake_api.calls import World, caller
from intake_api.replies import reply
from intake_api.schemas.clock import AdvanceIn, ClockOut
from services.application import calendar, timers
from services.bootstrap import Deployment
from services.domain.access import Client, Scope
from services.domain.refusal import NotFound

router = APIRouter(prefix="/v1/demo/clock", tags=["演示 · demo"])
REHEARSED = "演示:仅法定节日,不含调休"
# Notices come out weeks before their year: whoever looks a few weeks ahead sees firm dates.
A_PERIOD = timedelta(days=30)
Admin = Annotated[Client, caller(Scope.ADMIN)]


@router.get("", operation_id="read_clock", summary="演示时钟", response_model=ClockOut)
async def read_clock(world: World, admin: Admin) -> Response:
    """演示系统此刻的日期。正式系统没有此项。"""
    _ensure_demo(world)
    return _told(world, acted=0)


@router.post("", operation_id="advance_clock", summary="拨快演示时钟", response_model=ClockOut)
async def advance_clock(body: AdvanceIn, world: World, admin: Admin) -> Response:
    """将演示时钟拨快若干日,并处理其间届满的各项期限。不能拨回。

    拨到放假通知尚未发布的年份时,先按法定节日载入一份演示用的通知,否则该年的期限都是暂定的。
    """
    _ensure_demo(world)
    ahead = timedelta(days=body.advance_days)
    await calendar.rehearse(world, world.clock.today() + ahead + A_PERIOD, source=REHEARSED)
    await world.move_clock(world.clock.shift + ahead)
    return _told(world, acted=await timers.catch_up(world))


def _ensure_demo(world: Deployment) -> None:
    if not world.settings.demo:
        raise NotFound("演示时钟(仅演示系统可用)", "demo clock (only a demo has one)")


def _told(world: Deployment, *, acted: int) -> Response:
    clock = world.clock
    shifted = clock.shift.days
    return reply({"now": clock.now(), "today": clock.today(), "shift_days": shifted, "acted": acted})
