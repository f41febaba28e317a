"""The triage desk of a petition office."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from intake_api import dossier
from intake_api.calls import World, acting, caller
from intake_api.handling import dispatch_out, objection_brief, of_petition
from intake_api.paging import After, Limit, cursor, id_position
from intake_api.replies import reply
from intake_api.routes.routing import decision_told
from intake_api.schemas.dispatch import DispatchOut, NonAcceptanceIn
from intake_api.schemas.petition import PetitionBrief
from intake_api.schemas.triage import TriageDecisionIn, TriagePage
from services.application import triage
from services.application.dispatch import NonAcceptance
from services.domain.access import Call, Client, Scope
from services.domain.directory import Directory

router = APIRouter(prefix="/v1/triage", tags=["人工分流 · triage"])
Acting = Annotated[Call, acting(Scope.TRIAGE)]
LIST = {"list": "triage"}


@router.get("", operation_id="list_triage", summary="待分流的信访件", response_model=TriagePage)
async def list_triage(
    world: World, client: Annotated[Client, caller(Scope.TRIAGE)], after: After = None, limit: Limit = 50
) -> Response:
    """本信访部门待分流的信访件,先登记的在前,各附期限、系统的判断、理由和至多三个建议。

    疑为重复提出的附 proposal:建议不予受理或者不再受理的理由、条款、原件、相似程度和根据,由人认定。
    因异议成立而退回的附 objection,其建议的单位列在建议之首。
    """
    start = id_position(world, client, LIST, after)
    rows = await triage.waiting(world, client, after=start, limit=limit + 1)
    directory = await world.directory()
    more = len(rows) > limit
    body = {
        "items": [_waiting(each, directory, client) for each in rows[:limit]],
        "next": cursor(world, client, LIST, rows[limit - 1].petition.id) if more else None,
        "has_more": more,
    }
    return reply(body)


@router.post(
    "/{petition_id}/decision", operation_id="decide_triage", summary="人工分流", response_model=DispatchOut
)
async def decide_triage(petition_id: UUID, body: TriageDecisionIn, world: World, call: Acting) -> Response:
    """由信访部门确定承办单位并说明理由;写明反馈期限的为交办。被检举人及其下级不能承办。

    适宜简易办理的可以注明(procedure=simple),由承办单位在受理时决定。

    系统建议不予受理而认定有新的事实、新的请求或者并非同一事项的,以 difference 说明,作为新的信访件办理。

    异议已经成立的单位,只在有新的事实时再转送,以 new_facts 写明;仍有争议的,报请共同的上级决定。
    """
    choice = triage.Choice(
        body.organ_id,
        body.reason,
        body.report_due,
        body.purpose,
        body.category_code,
        body.difference,
        body.procedure,
        body.new_facts,
    )
    case = await triage.decide(world, petition_id, choice, call=call)
    return of_petition(dispatch_out(case, await world.directory()), case.petition)


@router.post(
    "/{petition_id}/refusal",
    operation_id="decline_petition",
    summary="信访部门不予受理",
    response_model=PetitionBrief,
)
async def decline_petition(petition_id: UUID, body: NonAcceptanceIn, world: World, call: Acting) -> Response:
    """信访部门不予受理、不再受理:书面、说明理由、告知应向何处提出。

    A1、A2、A3 须关联原信访件,并与原件的状态相符;A6 只适用于走访。检举控告不因重复提出而不予受理。
    """
    why = NonAcceptance(body.ground, body.explanation, body.directed_to, body.earlier_number)
    petition = await triage.decline(world, petition_id, why, call=call)
    shown = dossier.brief(petition, await world.directory(), call.client)
    return of_petition(shown, petition)


def _waiting(each: triage.Waiting, directory: Directory, client: Client) -> dict[str, Any]:
    record = each.decision
    return {
        "petition": dossier.brief(each.petition, directory, client),
        "decision": decision_told(record.body, with_restricted=True) if record else None,
        "waiting_since": record.decided_at if record else None,
        "due_on": each.due_on,
        "proposal": _proposal(each.proposal) if each.proposal else None,
        "objection": objection_brief(each.objection, directory) if each.objection else None,
    }


def _proposal(proposal: triage.Proposal) -> dict[str, Any]:
    earlier, ground = proposal.earlier, proposal.ground
    return {
        "ground": ground.id,
        "title": ground.title,
        "article": str(ground.citation),
        "tell": ground.tell,
        "earlier": {
            "id": earlier.id,
            "number": earlier.number,
            "title": earlier.title,
            "state": earlier.state,
            "state_name": earlier.state.chinese,
            "received_on": earlier.received_on,
            "final_on": earlier.final_on,
        },
        "score": proposal.link.score,
        "grounds": proposal.link.evidence,
    }
