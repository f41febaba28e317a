"""An organ's own lists: its inbox, its dispatches, the reviews before it, what it has to carry out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date as Day  # noqa: N812 - a parameter is named date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from intake_api.calls import World, caller
from intake_api.handling import cloud_event, execution_out, in_hand_out, review_brief
from intake_api.paging import After, Limit, cursor, id_position, position
from intake_api.replies import reply
from intake_api.schemas.dispatch import DispatchPage
from intake_api.schemas.execution import ExecutionPage
from intake_api.schemas.inbox import DigestOut, InboxPage
from intake_api.schemas.review import ReviewPage
from services.application import execution as executions
from services.application import in_hand, inbox
from services.application import review as reviews
from services.domain.access import Client, Scope
from services.domain.dispatch import DispatchState
from services.domain.execution import ExecutionState
from services.domain.review import ReviewState

router = APIRouter(prefix="/v1/organs", tags=["责任单位 · organs"])
FEED = {"list": "inbox"}
INBOX_READERS = (Scope.DISPATCHES, Scope.REVIEWS)
OwnInbox = Annotated[Client, caller(*INBOX_READERS)]
Wait = Annotated[
    float, Query(ge=0, le=inbox.MAX_WAIT_SECONDS, description="没有新件时等候的秒数 · long poll")
]


@router.get("/{organ_id}/inbox", operation_id="poll_inbox", summary="收件箱", response_model=InboxPage)
async def poll_inbox(
    organ_id: UUID, world: World, client: OwnInbox, after: After = None, limit: Limit = 50, wait: Wait = 0
) -> Response:
    """按固定顺序逐页取件:从头起沿 next 走,每一件恰好出现一次。没有新件时最多等候 wait 秒。

    游标对本单位的任何调用方都有效,请在处理完一页之后保存 next。
    """
    reader = replace(client, id=f"organ:{organ_id}")  # every client of the organ reads the same feed
    start = int(position(world, reader, FEED, after) or 0)
    page = await inbox.page(world, organ_id, after=start, limit=limit, wait=wait, client=client)
    at_end = after is not None and page.next == start
    body = {
        "items": [cloud_event(entry) for entry in page.items],
        "next": after if at_end else cursor(world, reader, FEED, page.next),
        "has_more": page.has_more,
    }
    return reply(body, headers={"Cache-Control": "no-store"})


@router.get(
    "/{organ_id}/inbox/digest", operation_id="inbox_digest", summary="收件日摘要", response_model=DigestOut
)
async def inbox_digest(
    organ_id: UUID,
    world: World,
    client: OwnInbox,
    date: Annotated[Day, Query(description="日期(北京时间)", examples=["2026-11-20"])],
) -> Response:
    """一日的件数、首末序号和摘要,用来核对有无遗漏。"""
    digest = await inbox.digest(world, organ_id, date, client=client)
    return reply(
        {
            "organ_id": organ_id,
            "date": digest.day,
            "count": digest.count,
            "first": digest.first,
            "last": digest.last,
            "sha256": digest.sha256,
        }
    )


@router.get(
    "/{organ_id}/dispatches",
    operation_id="list_dispatches",
    summary="本单位的转交办件",
    response_model=DispatchPage,
)
async def list_dispatches(
    organ_id: UUID,
    world: World,
    client: Annotated[Client, caller(Scope.DISPATCHES)],
    state: DispatchState | None = None,
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """本单位承办、协办的转交办件,最新在前,各附编号、标题和最近一项期限。已退回、已收回的不再列出。"""
    wanted = {"list": "dispatches", "organ": organ_id, "state": state}
    start = id_position(world, client, wanted, after)
    rows = await in_hand.listed(world, organ_id, state=state, after=start, limit=limit + 1, client=client)
    directory = await world.directory()
    more = len(rows) > limit
    body = {
        "items": [in_hand_out(each, directory) for each in rows[:limit]],
        "next": cursor(world, client, wanted, rows[limit - 1].dispatch.id) if more else None,
        "has_more": more,
    }
    return reply(body)


@router.get(
    "/{organ_id}/reviews",
    operation_id="list_reviews",
    summary="本单位的复查、复核",
    response_model=ReviewPage,
)
async def list_reviews(
    organ_id: UUID,
    world: World,
    client: Annotated[Client, caller(Scope.REVIEWS)],
    state: ReviewState | None = None,
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """由本单位复查、复核的申请,最新在前。"""
    wanted = {"list": "reviews", "organ": organ_id, "state": state}
    start = id_position(world, client, wanted, after)
    rows = await reviews.listed(world, organ_id, state=state, after=start, limit=limit + 1, client=client)
    directory = await world.directory()
    more = len(rows) > limit
    body = {
        "items": [review_brief(review, directory) for review in rows[:limit]],
        "next": cursor(world, client, wanted, rows[limit - 1].id) if more else None,
        "has_more": more,
    }
    return reply(body)


@router.get(
    "/{organ_id}/executions",
    operation_id="list_executions",
    summary="本单位待执行的意见",
    response_model=ExecutionPage,
)
async def list_executions(
    organ_id: UUID,
    world: World,
    client: Annotated[Client, caller(Scope.DISPATCHES)],
    state: ExecutionState | None = None,
    after: After = None,
    limit: Limit = 50,
) -> Response:
    """由本单位执行的已送达意见,最新在前;state=open 为尚未报告执行完毕的。"""
    wanted = {"list": "executions", "organ": organ_id, "state": state}
    start = id_position(world, client, wanted, after)
    rows = await executions.listed(world, organ_id, state=state, after=start, limit=limit + 1, client=client)
    directory = await world.directory()
    more = len(rows) > limit
    body = {
        "items": [execution_out(execution, directory) for execution in rows[:limit]],
        "next": cursor(world, client, wanted, rows[limit - 1].id) if more else None,
        "has_more": more,
    }
    return reply(body)
