"""建议及其反馈 (信访工作条例 40): to improve work, to improve policy, to hold to account."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from intake_api.calls import World, acting, caller
from intake_api.handling import organ_ref
from intake_api.replies import reply
from intake_api.schemas.recommendation import (
    RecommendationAnswerIn,
    RecommendationIn,
    RecommendationList,
    RecommendationOut,
)
from services.application import recommendation as recommendations
from services.domain.access import Call, Client, Scope
from services.domain.directory import Directory
from services.domain.recommendation import Recommendation

router = APIRouter(prefix="/v1", tags=["建议 · recommendations"])


@router.post(
    "/petitions/{petition_id}/recommendations",
    status_code=201,
    operation_id="give_recommendation",
    summary="提出建议",
    response_model=RecommendationOut,
)
async def give_recommendation(
    petition_id: UUID,
    body: RecommendationIn,
    world: World,
    call: Annotated[Call, acting(Scope.SUPERVISION)],
) -> Response:
    """信访部门就一件信访事项向有关机关、单位提出改进工作、完善政策、追究责任的建议(信访工作条例第四十条)。

    该单位应当在期限内书面反馈采纳情况;期限不因信访件终结而停止。信访人和承办单位看不到建议。
    """
    given = recommendations.Given(body.organ_id, body.kind, body.text, body.answer_by)
    made = await recommendations.give(world, petition_id, given, call=call)
    return reply(_out(made, await world.directory()), 201)


@router.get(
    "/petitions/{petition_id}/recommendations",
    operation_id="list_recommendations",
    summary="就信访件提出的建议",
    response_model=RecommendationList,
)
async def list_recommendations(
    petition_id: UUID, world: World, client: Annotated[Client, caller(Scope.SUPERVISION)]
) -> Response:
    """供信访部门查看,含反馈的采纳情况。"""
    found = await recommendations.of_petition(world, petition_id, client=client)
    directory = await world.directory()
    return reply({"items": [_out(each, directory) for each in found]})


@router.get(
    "/recommendations/{recommendation_id}",
    operation_id="read_recommendation",
    summary="读取建议",
    response_model=RecommendationOut,
)
async def read_recommendation(
    recommendation_id: UUID,
    world: World,
    client: Annotated[Client, caller(Scope.SUPERVISION, Scope.DISPATCHES)],
) -> Response:
    """收到建议的单位和信访部门可以读取。"""
    found = await recommendations.read(world, recommendation_id, client=client)
    return reply(_out(found, await world.directory()))


@router.post(
    "/recommendations/{recommendation_id}/answer",
    operation_id="answer_recommendation",
    summary="反馈采纳情况",
    response_model=RecommendationOut,
)
async def answer_recommendation(
    recommendation_id: UUID,
    body: RecommendationAnswerIn,
    world: World,
    call: Annotated[Call, acting(Scope.DISPATCHES)],
) -> Response:
    """收到建议的单位书面反馈是否采纳;未采纳的,说明理由。"""
    answered = recommendations.Answered(body.adoption, body.text)
    made = await recommendations.answer(world, recommendation_id, answered, call=call)
    return reply(_out(made, await world.directory()))


def _out(made: Recommendation, directory: Directory) -> dict[str, Any]:
    return {
        "id": made.id,
        "petition_id": made.petition_id,
        "office": organ_ref(made.office_id, directory),
        "organ": organ_ref(made.organ_id, directory),
        "kind": made.kind,
        "text": made.text,
        "given_on": made.given_on,
        "answer_due": made.answer_due,
        "answered_on": made.answered_on,
        "adoption": made.adoption,
        "answer": made.answer,
        "links": {
            "self": f"/v1/recommendations/{made.id}",
            "answer": f"/v1/recommendations/{made.id}/answer",
        },
    }
