"""What routing would decide, without storing anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter
from starlette.responses import Response

from intake_api.calls import World, caller
from intake_api.problems import FieldError, InvalidBody
from intake_api.registration import check_codes
from intake_api.replies import reply
from intake_api.schemas.decision import DecisionTold, PreviewIn
from services.application import routing
from services.bootstrap import Deployment
from services.domain.access import Client, Scope
from services.domain.routing import GivenRespondent, Matter

router = APIRouter(prefix="/v1/routing", tags=["分流 · routing"])


@router.post("/preview", operation_id="preview_routing", summary="试算分流", response_model=DecisionTold)
async def preview_routing(
    body: PreviewIn, world: World, client: Annotated[Client, caller(Scope.SUBMIT, Scope.TRIAGE)]
) -> Response:
    """试算信访件会转送哪个单位,逐条说明理由和依据。什么都不保存。"""
    matter = await _matter(world, body, client)
    decision = await routing.preview(world, matter)
    with_restricted = Scope.TRIAGE.value in client.scopes
    return reply(decision_told(decision.as_json(), with_restricted=with_restricted))


async def _matter(world: Deployment, body: PreviewIn, client: Client) -> Matter:
    directory = await world.directory()
    errors: list[FieldError] = []
    region_code, category_code = check_codes(directory, body, errors)
    office = directory.gazetteer.find(body.office_region or client.region_code)
    if office is None:
        zh, en = "没有这个行政区划代码,请核对。", "There is no such region code; check it."
        errors.append(FieldError("/office_region", "unknown_code", zh, en))
    if errors or office is None:
        raise InvalidBody(errors)
    return Matter.brought(
        body.content,
        title=body.title,
        office_region=office.code,
        channel=body.channel,
        requests=body.requests,
        address=body.place.address if body.place else None,
        region_code=region_code,
        category_code=category_code,
        purpose=body.purpose,
        confidential=body.confidential,
        urgent=body.urgent,
        respondents=tuple(
            GivenRespondent(each.kind, each.name, each.organ_id, each.position) for each in body.respondents
        ),
    )


def decision_told(body: Mapping[str, Any], *, with_restricted: bool) -> dict[str, Any]:
    """A decision in the API's shape; reasons that name the accused only where they may be known (R6)."""
    told = [each for each in body["reasons"] if with_restricted or not each["restricted"]]
    shown = {name: value for name, value in body.items() if name != "held"}  # ours to know
    return {**shown, "reasons": [{name: each[name] for name in ("rule", "article", "text")} for each in told]}
