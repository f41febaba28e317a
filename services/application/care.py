"""The duties of care that go on after finality: guidance, conciliation, relief (信访工作条例 37)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.application.acts import hold_visible, take, told_then
from services.application.ports import World
from services.domain.access import Call
from services.domain.petition import Care, CareKind
from services.domain.refusal import InvalidField
from services.domain.steps import Act, step


@dataclass(frozen=True, slots=True)
class Given:
    """What was done for the petitioner, and when."""

    kind: CareKind
    on: date
    text: str


async def record(world: World, petition_id: UUID, given: Given, *, call: Call) -> Care:
    """Record care given after the end of the chain, by the office or by an organ of the case."""
    async with world.begin(call) as work:
        petition, repeated = await hold_visible(world, work, petition_id, call)
        if repeated:
            kind = Act.CARE.value
            return await work.cares.get(await told_then(work, petition, call, "care_id", kind=kind))
        step(petition.state, Act.CARE)
        if petition.final_on is None or not petition.final_on <= given.on <= world.clock.today():
            raise InvalidField(
                code="out_of_range",
                zh="日期应当在终结之日与今天之间。",
                en="The day lies between the end of the chain and today.",
                pointer="/given_on",
            )
        care = Care(
            id=world.codes.new_id(),
            petition_id=petition.id,
            kind=given.kind,
            given_on=given.on,
            text=given.text,
            organ_id=call.client.organ_id,
            recorded_at=world.clock.now(),
        )
        await work.cares.add(care)
        data = {"care_id": str(care.id), "kind": care.kind.value, "given_on": care.given_on.isoformat()}
        take(work, petition, Act.CARE, actor=call.actor, data=data)
        return care
