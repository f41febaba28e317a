"""The petitioner died or ceased to exist, and no successor goes on: final (山东省信访条例 46)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.application import finality
from services.application.acts import hold_visible, notify, take
from services.application.ports import World
from services.domain.access import Call
from services.domain.finality import ClosureGround, check_closure
from services.domain.petition import Petition
from services.domain.refusal import InvalidField
from services.domain.steps import Act


@dataclass(frozen=True, slots=True)
class Closure:
    """What the office found: the ground, the day on which it held, and how that is known."""

    ground: ClosureGround
    on: date
    reason: str


async def close(world: World, petition_id: UUID, closure: Closure, *, call: Call) -> Petition:
    """An act of the petition office: dated, reasoned in writing, every clock stopped, every organ told."""
    async with world.begin(call) as work:
        petition, repeated = await hold_visible(world, work, petition_id, call)
        if repeated:
            return petition
        check_closure(petition)
        _check_day(petition, closure.on, today=world.clock.today())
        ground = world.law.pack(petition.office_region).finality_ground(closure.ground.value)
        take(work, petition, Act.CLOSE, actor=call.actor, data={"ground": ground.id})
        await notify(
            world, work, petition, "closure", closure.reason, organ_id=call.client.organ_id, ground=ground.id
        )
        await finality.close(world, work, petition, ground=closure.ground.value, on=closure.on)
        return petition


def _check_day(petition: Petition, on: date, *, today: date) -> None:
    if not petition.received_on <= on <= today:
        raise InvalidField(
            code="out_of_range",
            zh="终结日期应当在收到信访件之日与今天之间。",
            en="The day of the end lies between receipt of the petition and today.",
            pointer="/on",
        )
