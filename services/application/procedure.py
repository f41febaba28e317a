"""The simple procedure (简易办理): its periods run beside the statutory ones, which they never replace.

A petition office that passes a case on may mark it as fit; the organ that accepts decides.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from services.application import clocks
from services.application.acts import hold_visible, take
from services.application.ports import Work, World
from services.domain.access import Call
from services.domain.deadline import Deadline
from services.domain.dispatch import Dispatch, DispatchState, Mode, Procedure, Role
from services.domain.inbox import EntryType
from services.domain.petition import Petition
from services.domain.procedure import ANSWER, DECIDE, PASS_ON, NotSimple, SimpleNotFitting, check_simple
from services.domain.statute import NoSuchRule, RulePack
from services.domain.steps import Act


async def pass_on(
    world: World, work: Work, petition: Petition, *, mode: Mode, owner_id: UUID | None, since: date
) -> Deadline | None:
    """A level that has it since that day marks it as fit, or finds it marked, and passes it on today."""
    _ensure_stated(world.law.pack(petition.office_region), world.clock.today())
    check_simple(petition, mode=mode, helped=await is_helped(work, petition))
    clock = await clocks.start(world, work, petition, PASS_ON, on=since, owner_id=owner_id)
    await work.flush()
    await clocks.meet(work, petition, PASS_ON, on=world.clock.today())
    return clock


async def decide(
    world: World, work: Work, petition: Petition, dispatch: Dispatch, procedure: Procedure
) -> list[Deadline | None]:
    """At acceptance the organ decides, whatever was proposed to it: the clocks that it thereby has."""
    today, simple = world.clock.today(), procedure is Procedure.SIMPLE
    if simple:
        _ensure_stated(world.law.pack(petition.office_region), today)
        check_simple(petition, mode=dispatch.mode, helped=await is_helped(work, petition))

    async def start(rule: str, on: date) -> Deadline | None:
        return await clocks.start(
            world, work, petition, rule, on=on, owner_id=dispatch.organ_id, subject_id=dispatch.id
        )

    asked = await clocks.running(work, petition, DECIDE)
    decided = await start(DECIDE, dispatch.sent_on) if simple and not asked else None
    await work.flush()
    await clocks.meet(work, petition, DECIDE, on=today)
    dispatch.procedure = procedure
    return [decided, await start(ANSWER, today) if simple else None]


async def turn_ordinary(world: World, petition_id: UUID, *, call: Call) -> Petition:
    """The petitioner asks at a desk for the ordinary way."""
    async with world.begin(call) as work:
        petition, repeated = await hold_visible(world, work, petition_id, call)
        if not repeated:
            await turn(work, petition, actor=call.actor)
        return petition


async def turn(work: Work, petition: Petition, *, actor: str) -> None:
    """To the ordinary way: the simple period falls away, the 60 days run as they did; the organ is told."""
    simple = await handled_simply(work, petition)
    if simple is None:
        raise NotSimple()
    take(work, petition, Act.TURN_ORDINARY, actor=actor, data={"organ_id": str(simple.organ_id)})
    simple.procedure = Procedure.ORDINARY
    await work.dispatches.save(simple)
    await clocks.cease(work, petition, ANSWER)
    work.post(simple.organ_id, EntryType.TURNED_ORDINARY, petition, {"dispatch_id": str(simple.id)})


async def handled_simply(work: Work, petition: Petition) -> Dispatch | None:
    """The dispatch under which an organ handles it simply now."""
    found = await work.dispatches.find(petition_id=petition.id, state=DispatchState.ACCEPTED.value)
    return next((each for each in found if each.procedure is Procedure.SIMPLE), None)


async def is_helped(work: Work, petition: Petition) -> bool:
    """Whether other organs take part."""
    held = await work.dispatches.find(petition_id=petition.id, open=True)
    return any(each.role is Role.CO for each in held)


def _ensure_stated(pack: RulePack, on: date) -> None:
    try:
        pack.period(ANSWER, on=on)
    except NoSuchRule:
        raise SimpleNotFitting(
            why="采用的规则库没有简易办理", why_en="the rule pack knows no simple procedure"
        ) from None
