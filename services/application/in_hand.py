"""What an organ has in hand: its dispatches, each with what a clerk tells it by and when it is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.application import clocks
from services.application.ports import World
from services.domain.access import Client
from services.domain.dispatch import GONE, Dispatch, DispatchState, ObjectionState
from services.domain.petition import Petition
from services.domain.refusal import NotFound

VISIBLE_STATES = tuple(state.value for state in DispatchState if state not in GONE)


@dataclass(frozen=True, slots=True)
class InHand:
    """``due_on``: the first day on which something of it is due; ``objection_id``: not decided yet."""

    dispatch: Dispatch
    petition: Petition
    due_on: date | None
    objection_id: UUID | None


async def listed(
    world: World,
    organ_id: UUID,
    *,
    state: DispatchState | None,
    after: UUID | None,
    limit: int,
    client: Client,
) -> list[InHand]:
    """The organ's own dispatches, newest first, without those it gave back or lost."""
    if client.organ_id != organ_id:
        raise NotFound("机关、单位", "organ")
    states = VISIBLE_STATES if state is None else tuple({state.value} & set(VISIBLE_STATES))
    found = await world.lists.dispatches(organ_id, states=states, after=after, limit=limit) if states else []
    if not found:
        return []
    ids = tuple({dispatch.petition_id for dispatch in found})
    objected = tuple(each.petition_id for each in found if each.state is DispatchState.OBJECTED)
    async with world.read() as work:
        petitions = {petition.id: petition for petition in await work.petitions.find(id=ids)}
        due = await clocks.first_due_of_subjects(work, ids)
        still = ObjectionState.OPEN.value
        raised = await work.objections.find(petition_id=objected, state=still) if objected else []
    objections = {objection.dispatch_id: objection.id for objection in raised}
    return [
        InHand(each, petitions[each.petition_id], due.get(each.id), objections.get(each.id)) for each in found
    ]
