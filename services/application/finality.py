"""The end of the chain (三级终结): computed, dated, reasoned, and every clock stopped."""

from __future__ import annotations

from datetime import date

from services.application import clocks
from services.application.acts import take
from services.application.ports import Work, World
from services.domain.deadline import Deadline
from services.domain.petition import Petition
from services.domain.steps import Act

SYSTEM = "system:clock"


async def close(world: World, work: Work, petition: Petition, *, ground: str, on: date) -> None:
    """Date and reason the finality of a petition whose state says that it is final."""
    petition.final_on = on
    petition.final_ground = ground
    petition.holder_id = None
    await clocks.cease(work, petition)
    rule = world.law.pack(petition.office_region).finality_ground(ground)
    work.record(
        petition,
        "became_final",
        actor=SYSTEM,
        data={"ground": ground, "on": on.isoformat(), "article": rule.article},
    )


async def lapse(world: World, work: Work, petition: Petition, window: Deadline) -> None:
    """The petitioner's time for the next tier ran out unused: final at the end of its last day."""
    data = {"rule": window.rule, "due_on": window.due_on.isoformat()}
    take(work, petition, Act.LAPSE, actor=SYSTEM, data=data)
    await close(world, work, petition, ground="time_lapsed", on=window.due_on)
