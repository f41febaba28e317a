"""The simple procedure (简易办理): its periods run beside the statutory ones, which they never replace."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from services.application import clocks
from services.application.acts import hold_visible, take
from services.application.ports import Work, World
from services.domain.access import Call
from services.domain.deadline import Deadline
from services.domain.dispatch import Dispatch, Procedure
from services.domain.petition import Petition
from services.domain.procedure import check_simple
from services.domain.steps import Act


async def simplify(world: World, work: Work, petition: Petition, dispatch: Dispatch) -> list[Deadline | None]:
    """Take the simple procedure at acceptance: its decision is made today, its answer is due after."""
    check_simple(petition, dispatch, await work.dispatches.find(petition_id=petition.id))
    dispatch.procedure = Procedure.SIMPLE
    today = world.clock.today()

    async def start(rule: str, on: date) -> Deadline | None:
        return await clocks.start(
            world, work, petition, rule, on=on, owner_id=dispatch.organ_id, subject_id=dispatch.id
        )

    decided = await start("D13.2", dispatch.sent_on)
    await work.flush()
    await clocks.meet(work, petition, "D13.2", on=today)
    return [decided, await start("D13.3", today)]


async def turn_ordinary(world: World, petition_id: UUID, *, call: Call) -> Petition:
    """The petitioner asks for the ordinary way: the simple period falls away, the 60 days run as they did."""
    async with world.begin(call) as work:
        petition, repeated = await hold_visible(world, work, petition_id, call)
        if repeated:
            return petition
        take(work, petition, Act.TURN_ORDINARY, actor=call.actor)
        for dispatch in await work.dispatches.find(petition_id=petition.id, open=True):
            dispatch.procedure = Procedure.ORDINARY
            await work.dispatches.save(dispatch)
        await clocks.cease(work, petition, "D13.3")
        return petition
