"""The end of the chain (三级终结): computed, dated, reasoned, and every clock stopped."""

from __future__ import annotations

from datetime import date

from services.application import paper, release
from services.application.acts import shielded, take
from services.application.ports import Work, World
from services.application.routing import desk
from services.domain.deadline import Deadline
from services.domain.execution import ExecutionState
from services.domain.opinion import Outcome
from services.domain.petition import Petition
from services.domain.steps import STEPS, Act

SYSTEM = "system:clock"


async def close(world: World, work: Work, petition: Petition, *, ground: str, on: date) -> None:
    """Date and reason the finality of a petition whose state says so. Nothing of it stays open."""
    petition.final_on = on
    petition.final_ground = ground
    await release.release(work, petition)
    rule = world.law.pack(petition.office_region).finality_ground(ground)
    work.record(
        petition,
        "became_final",
        actor=SYSTEM,
        data={"ground": ground, "on": on.isoformat(), "article": rule.article},
    )
    office_id = desk(
        await world.directory(), petition, await shielded(world, work, petition), on=world.clock.today()
    )
    await paper.ended(world, work, petition, organ_id=office_id)


async def lapse(world: World, work: Work, petition: Petition, window: Deadline) -> None:
    """The petitioner's time for the next tier ran out unused: final at the end of its last day."""
    data = {"rule": window.rule, "due_on": window.due_on.isoformat()}
    take(work, petition, Act.LAPSE, actor=SYSTEM, data=data)
    await close(world, work, petition, ground="time_lapsed", on=window.due_on)


async def fulfil(world: World, work: Work, petition: Petition, *, on: date) -> None:
    """An agreement that stands and was carried out ends the chain; without one, nothing changes.

    It stands while it is the last that the petitioner was told, or review upheld it; not once it was changed
    or revoked, though it was carried out before that.
    """
    if (petition.state, Act.FULFIL) not in STEPS:
        return
    told = [each for each in await work.opinions.find(petition_id=petition.id) if each.served_on]
    standing = next((each for each in reversed(told) if each.outcome is not Outcome.UPHELD), None)
    if standing is None or standing.outcome is not Outcome.SETTLED:
        return
    done = await work.executions.find(opinion_id=standing.id, state=ExecutionState.CARRIED_OUT.value)
    if not done:
        return
    data = {"opinion_id": str(standing.id), "execution_id": str(done[0].id)}
    take(work, petition, Act.FULFIL, actor=SYSTEM, data=data)
    await close(world, work, petition, ground="agreement_carried_out", on=on)
