"""Answers given on the spot (当场答复): one act instead of acceptance and opinion, if the petitioner agrees.

No tier, no lapse and no finality follow from it. Whoever wants the answer in writing asks for it, and the
case goes the ordinary way, by the clock that began on the day of that answer.
"""

from __future__ import annotations

from uuid import UUID

from services.application import clocks, paper
from services.application.acts import (
    Case,
    case,
    drop_recusal_requests,
    hold_visible,
    notify,
    own_dispatch,
    take,
)
from services.application.dispatch import LeadOnly
from services.application.ports import Work, World
from services.application.procedure import is_helped
from services.domain import deadline as rules
from services.domain.access import Call
from services.domain.deadline import Deadline
from services.domain.dispatch import Dispatch, DispatchState, Role
from services.domain.inbox import EntryType
from services.domain.on_the_spot import SpotAnswer, WrittenAnswerGiven, check_on_the_spot
from services.domain.petition import Petition
from services.domain.procedure import DECIDE
from services.domain.steps import STEPS, Act

HANDLE = "D5"


async def answer(world: World, dispatch_id: UUID, said: SpotAnswer, *, call: Call) -> Case[Dispatch]:
    """Accept and answer at once: the clocks of notice and of the answer are met today."""
    async with world.begin(call) as work:
        dispatch, petition, repeated = await own_dispatch(work, dispatch_id, call)
        if repeated:
            return await case(work, petition, dispatch)
        if dispatch.role is not Role.LEAD:
            raise LeadOnly()
        pack, today = world.law.pack(petition.office_region), world.clock.today()
        helped = await is_helped(work, petition)
        check_on_the_spot(petition, said, pack, mode=dispatch.mode, helped=helped)
        handling, duty = await _meet(world, work, petition, dispatch)
        data = {
            "dispatch_id": str(dispatch.id), "organ_id": str(dispatch.organ_id), "form": said.form.value,
            "outcome": said.outcome.value if said.outcome else None, "carried_out": said.carried_out,
            "clocks": clocks.told(handling),
        }  # fmt: skip
        take(work, petition, Act.ANSWER_ON_THE_SPOT, actor=call.actor, data=data)
        petition.first_handler_id = petition.first_handler_id or dispatch.organ_id
        petition.holder_id = None
        dispatch.move(DispatchState.ANSWERED)
        dispatch.open = False
        dispatch.received_on = dispatch.received_on or today
        dispatch.accepted_on = today
        await work.dispatches.save(dispatch)
        await drop_recusal_requests(work, petition, dispatch.organ_id)
        text = said.told(petition)
        await notify(world, work, petition, "on_the_spot_answer", text, organ_id=dispatch.organ_id)
        await paper.accepted(world, work, petition, dispatch, handling, duty=duty)
        return await case(work, petition, dispatch)


async def _meet(
    world: World, work: Work, petition: Petition, dispatch: Dispatch
) -> tuple[Deadline | None, str]:
    """The petitioner is told and answered today; D5 begins and is met on one day, where it binds at all.

    With the rule under which they were told: D2 by the organ they came to, else D3.
    """
    today = world.clock.today()
    handling = await clocks.handle(world, work, petition, owner_id=dispatch.organ_id, subject_id=dispatch.id)
    await work.flush()
    notices = await clocks.meet(work, petition, "D2", "D3", on=today)
    await clocks.meet(work, petition, HANDLE, DECIDE, on=today)
    await clocks.cease(work, petition)
    return handling, next((notice.rule for notice in notices), "D3")


async def ask_in_writing(world: World, petition_id: UUID, *, call: Call) -> Petition:
    """The petitioner asks at a desk for the written answer."""
    async with world.begin(call) as work:
        petition, repeated = await hold_visible(world, work, petition_id, call)
        if not repeated:
            await reopen(world, work, petition, actor=call.actor)
        return petition


async def reopen(world: World, work: Work, petition: Petition, *, actor: str) -> None:
    """The organ that answered has it again, to answer in writing."""
    answered = await answered_on_the_spot(work, petition)
    if answered is None:
        raise WrittenAnswerGiven()
    clock = await _runs_on(world, work, petition, answered)
    data = {"dispatch_id": str(answered.id), "organ_id": str(answered.organ_id), "clocks": clocks.told(clock)}
    take(work, petition, Act.ASK_IN_WRITING, actor=actor, data=data)
    answered.move(DispatchState.ACCEPTED)
    await work.dispatches.save(answered)
    petition.holder_id = answered.organ_id
    entry = {"dispatch_id": str(answered.id)}
    work.post(answered.organ_id, EntryType.WRITTEN_ANSWER_REQUESTED, petition, entry)


async def answered_on_the_spot(work: Work, petition: Petition) -> Dispatch | None:
    """The dispatch that was settled by an oral or informal answer, and may still get its written one."""
    if (petition.state, Act.ASK_IN_WRITING) not in STEPS or await work.opinions.find(petition_id=petition.id):
        return None
    found = await work.dispatches.find(petition_id=petition.id, state=DispatchState.ANSWERED.value)
    return found[-1] if found else None


async def _runs_on(world: World, work: Work, petition: Petition, answered: Dispatch) -> Deadline | None:
    """The 60 days of the acceptance, as if there had been no answer; once they are over, they begin today."""
    today = world.clock.today()
    for clock in await work.deadlines.find(petition_id=petition.id, subject_id=answered.id, rule=HANDLE):
        if today <= clock.due_on:
            period = world.law.pack(petition.office_region).period(clock.rule, on=clock.starts_on)
            rules.resume(clock, period, calendar=world.law.calendar)
            await work.deadlines.save(clock)
            return clock
    return await clocks.start(
        world, work, petition, HANDLE, on=today, owner_id=answered.organ_id, subject_id=answered.id
    )
