"""An organ contests its competence (信访工作条例 23.3); the sender verifies and decides."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.application import clocks
from services.application.acts import hold, own_dispatch, shielded, take
from services.application.dispatch import LeadOnly
from services.application.ports import Work, World
from services.application.routing import Target, dispatch_to
from services.domain.access import Call
from services.domain.dispatch import (
    Dispatch,
    DispatchBinding,
    DispatchState,
    Objection,
    ObjectionState,
    ObjectionTooLate,
    OrganShielded,
    Role,
)
from services.domain.inbox import EntryType
from services.domain.petition import Petition
from services.domain.refusal import NotFound, Refusal
from services.domain.steps import Act


class ReasonNeeded(Refusal):
    """提出异议应当详细说明理由(至少10个字,信访工作条例 23)。"""

    english = "An objection gives detailed reasons (at least 10 characters, art. 23)."


class ObjectionDecided(Refusal):
    """该异议已作出决定。"""

    english = "The objection was decided already."


@dataclass(frozen=True, slots=True)
class Ruling:
    """The sender's decision. An upheld objection sends the petition to ``organ_id``; None: to triage."""

    upheld: bool
    organ_id: UUID | None
    reason: str


async def raise_objection(
    world: World,
    dispatch_id: UUID,
    *,
    reason: str,
    suggested_organ_id: UUID | None,
    call: Call,
) -> Objection:
    """Object within 5 working days of receipt, with detailed reasons."""
    async with world.begin(call) as work:
        dispatch, petition, repeated = await own_dispatch(work, dispatch_id, call)
        if repeated:
            return (await work.objections.find(dispatch_id=dispatch.id))[-1]
        await _ensure_objectionable(world, work, dispatch, petition, reason)
        objection = Objection(
            id=world.codes.new_id(),
            petition_id=petition.id,
            dispatch_id=dispatch.id,
            organ_id=dispatch.organ_id,
            reason=reason,
            raised_on=world.clock.today(),
            suggested_organ_id=suggested_organ_id,
        )
        await work.objections.add(objection)
        await clocks.meet(work, petition, "D4", on=world.clock.today())
        data = {"dispatch_id": str(dispatch.id), "objection_id": str(objection.id)}
        take(work, petition, Act.OBJECT, actor=call.actor, data=data)
        dispatch.move(DispatchState.OBJECTED)
        await work.dispatches.save(dispatch)
        if dispatch.sender_id is not None:
            work.post(dispatch.sender_id, EntryType.OBJECTION_RAISED, petition, data)
        return objection


async def _ensure_objectionable(
    world: World, work: Work, dispatch: Dispatch, petition: Petition, reason: str
) -> None:
    if dispatch.role is not Role.LEAD:
        raise LeadOnly()
    if dispatch.binding:
        raise DispatchBinding()
    if len(reason.strip()) < 10:
        raise ReasonNeeded()
    for clock in await work.deadlines.find(subject_id=dispatch.id, rule="D4"):
        if world.clock.now() >= clock.due_at:
            raise ObjectionTooLate(due_on=clock.due_on, article=clock.article)


async def decide(world: World, objection_id: UUID, ruling: Ruling, *, call: Call) -> Objection:
    """Uphold (the file goes to another organ, or back to triage) or reject an objection."""
    async with world.begin(call) as work:
        objection, dispatch, petition, repeated = await _load(world, work, objection_id, call)
        if repeated:
            return objection
        if objection.state is not ObjectionState.OPEN:
            raise ObjectionDecided()
        objection.state = ObjectionState.UPHELD if ruling.upheld else ObjectionState.REJECTED
        objection.decided_on = world.clock.today()
        objection.decision_reason = ruling.reason
        objection.assigned_organ_id = ruling.organ_id if ruling.upheld else None
        await work.objections.save(objection)
        if ruling.upheld:
            await _uphold(world, work, petition, dispatch, objection, ruling, call)
        else:
            await _reject(world, work, petition, dispatch, objection, call)
        told = {"objection_id": str(objection.id), "dispatch_id": str(dispatch.id), "upheld": ruling.upheld}
        work.post(dispatch.organ_id, EntryType.OBJECTION_DECIDED, petition, told)
        return objection


async def _load(
    world: World, work: Work, objection_id: UUID, call: Call
) -> tuple[Objection, Dispatch, Petition, bool]:
    found = await work.objections.find(id=objection_id)
    if not found:
        raise NotFound("异议", "objection")
    dispatch = await work.dispatches.get(found[0].dispatch_id)
    if call.client.organ_id is None or call.client.organ_id != dispatch.sender_id:
        raise NotFound("异议", "objection")
    petition, repeated = await hold(work, dispatch.petition_id, call)
    await work.objections.refresh(found[0])
    await work.dispatches.refresh(dispatch)
    if call.client.organ_id in await shielded(world, work, petition):
        raise NotFound("异议", "objection")
    return found[0], dispatch, petition, repeated


async def _uphold(
    world: World,
    work: Work,
    petition: Petition,
    dispatch: Dispatch,
    objection: Objection,
    ruling: Ruling,
    call: Call,
) -> None:
    await clocks.cease(work, petition, "D3", "D11")
    dispatch.move(DispatchState.RETURNED)
    await work.dispatches.save(dispatch)
    data = {"objection_id": str(objection.id), "dispatch_id": str(dispatch.id)}
    if ruling.organ_id is None:
        take(work, petition, Act.UPHOLD_OBJECTION, actor=call.actor, data=data)
        petition.holder_id = dispatch.sender_id
        return
    if ruling.organ_id == dispatch.organ_id:
        raise OrganShielded()
    take(work, petition, Act.REDIRECT, actor=call.actor, data={**data, "to": str(ruling.organ_id)})
    await work.flush()  # the old lead is closed before the new one opens
    directory = await world.directory()
    directory.organ(ruling.organ_id)
    target = Target(ruling.organ_id, dispatch.sender_id, dispatch.mode, dispatch.report_due)
    hidden = await shielded(world, work, petition)
    await dispatch_to(world, work, petition, target, actor=call.actor, shielded=hidden)


async def _reject(
    world: World, work: Work, petition: Petition, dispatch: Dispatch, objection: Objection, call: Call
) -> None:
    """The organ keeps the file; having been heard, it may not object again (R8b, practice)."""
    dispatch.move(DispatchState.RECEIVED)
    dispatch.received_on = dispatch.received_on or world.clock.today()
    dispatch.binding = True
    await work.dispatches.save(dispatch)
    data = {"objection_id": str(objection.id), "dispatch_id": str(dispatch.id)}
    take(work, petition, Act.REJECT_OBJECTION, actor=call.actor, data=data)
