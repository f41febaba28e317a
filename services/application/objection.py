"""An organ contests its competence (信访工作条例 23.3); the sender verifies and decides."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.application import clocks, dispute, label, release
from services.application.acts import (
    carried_out,
    drop_recusal_requests,
    named_organ,
    own_dispatch,
    shielded,
    take,
    take_back,
    told_then,
)
from services.application.dispatch import LeadOnly
from services.application.ports import Work, World
from services.application.routing import Target, desk, dispatch_to
from services.domain import deadline as rules
from services.domain.access import Call, Client
from services.domain.directory import Directory
from services.domain.dispatch import (
    Dispatch,
    DispatchBinding,
    DispatchState,
    NotSubordinate,
    Objection,
    ObjectionState,
    ObjectionTooLate,
    Role,
)
from services.domain.dispute import BINDING_RULE, RETURNS
from services.domain.inbox import EntryType
from services.domain.organ import OrganKind
from services.domain.own_limit import ORGAN
from services.domain.paper_words import span
from services.domain.petition import Petition, State
from services.domain.refusal import InvalidField, NotFound, Refusal
from services.domain.steps import Act


class ReasonNeeded(Refusal):
    """提出异议应当详细说明理由(至少10个字,信访工作条例 23)。"""

    english = "An objection gives detailed reasons (at least 10 characters, art. 23)."


class ObjectionDecided(Refusal):
    """该异议已作出决定,或者已随信访件收回、终止。"""

    english = "The objection was decided already, or ceased when the case was taken back."


@dataclass(frozen=True, slots=True)
class Ruling:
    """The sender's decision. An upheld objection sends the petition to ``organ_id``; None: to triage."""

    upheld: bool
    organ_id: UUID | None
    reason: str


@dataclass(frozen=True, slots=True)
class Contest:
    """An objection, and its petition as the act left it."""

    objection: Objection
    petition: Petition


async def raise_objection(
    world: World,
    dispatch_id: UUID,
    *,
    reason: str,
    suggested_organ_id: UUID | None,
    call: Call,
) -> Contest:
    """Object within 5 working days of receipt, with detailed reasons."""
    async with world.begin(call) as work:
        dispatch, petition, repeated = await own_dispatch(work, dispatch_id, call)
        if repeated:
            earlier_id = await told_then(work, petition, call, "objection_id", kind=Act.OBJECT.value)
            earlier = await work.objections.get(earlier_id)
            if earlier.state is not ObjectionState.WITHDRAWN:  # what was taken back may be said once more
                return Contest(earlier, petition)
        await _ensure_objectionable(world, work, petition, dispatch, reason)
        if suggested_organ_id is not None:
            await _ensure_may_suggest(world, dispatch, suggested_organ_id)
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
        await work.flush()
        return Contest(objection, petition)


async def _ensure_objectionable(
    world: World, work: Work, petition: Petition, dispatch: Dispatch, reason: str
) -> None:
    if dispatch.role is not Role.LEAD:
        raise LeadOnly()
    if dispatch.binding:
        named = world.law.pack(petition.office_region).routing_rule(BINDING_RULE)
        raise DispatchBinding(article=named.article, rule=named.title)
    if len(reason.strip()) < 10:
        raise ReasonNeeded()
    for clock in await work.deadlines.find(subject_id=dispatch.id, rule="D4"):
        if rules.ran_out(clock, now=world.clock.now()):
            period = world.law.pack(petition.office_region).period(clock.rule, on=clock.starts_on)
            raise ObjectionTooLate(due_on=clock.due_on, length=span(period), article=clock.article)


async def _ensure_may_suggest(world: World, dispatch: Dispatch, organ_id: UUID) -> None:
    """Any organ but the one that objects: whose matter it is accepts it."""
    pointer = "/suggested_organ_id"
    named_organ(await world.directory(), organ_id, on=world.clock.today(), pointer=pointer)
    if organ_id == dispatch.organ_id:
        raise InvalidField(
            code="organ_objects",
            zh="不能建议由提出异议的单位自己承办;属于本单位职权的,请直接受理。",
            en="An organ does not suggest itself; what is its own matter it accepts.",
            pointer=pointer,
        )


async def withdraw(world: World, objection_id: UUID, *, call: Call) -> Contest:
    """The organ takes its objection back before it is decided: it keeps the case, its periods run on.

    It may object anew while the 5 working days last.
    """
    async with world.begin(call) as work:
        found = await work.objections.find(id=objection_id)
        if not found or found[0].organ_id != call.client.organ_id:
            raise NotFound("异议", "objection")
        objection = found[0]
        dispatch, petition, repeated = await own_dispatch(work, objection.dispatch_id, call)
        await work.objections.refresh(objection)
        if repeated:
            return Contest(objection, petition)
        if objection.state is not ObjectionState.OPEN:
            raise ObjectionDecided()
        objection.state = ObjectionState.WITHDRAWN
        await work.objections.save(objection)
        data = {"objection_id": str(objection.id), "dispatch_id": str(dispatch.id)}
        take(work, petition, Act.WITHDRAW_OBJECTION, actor=call.actor, data=data)
        await _keep(world, work, dispatch)
        if dispatch.sender_id is not None:
            work.post(dispatch.sender_id, EntryType.OBJECTION_WITHDRAWN, petition, data)
        await work.flush()
        return Contest(objection, petition)


async def _keep(world: World, work: Work, dispatch: Dispatch) -> None:
    """The organ that objected has the case as before."""
    dispatch.move(DispatchState.RECEIVED)
    dispatch.received_on = dispatch.received_on or world.clock.today()
    await work.dispatches.save(dispatch)


async def read(world: World, objection_id: UUID, *, client: Client) -> Contest:
    """For the organ that objects, who decides, and the desk that has it since; never for the shielded."""
    async with world.read() as work:
        found = await work.objections.find(id=objection_id)
        if not found:
            raise NotFound("异议", "objection")
        dispatch = await work.dispatches.get(found[0].dispatch_id)
        petition = (await work.petitions.find(id=dispatch.petition_id))[0]
        hidden = await shielded(world, work, petition)
        desk_id = petition.holder_id if petition.state is State.TRIAGE else None
        if client.organ_id is None or client.organ_id not in {
            found[0].organ_id, dispatch.sender_id, desk_id,
        } - hidden:  # fmt: skip
            raise NotFound("异议", "objection")
        return Contest(found[0], petition)


async def decide(world: World, objection_id: UUID, ruling: Ruling, *, call: Call) -> Contest:
    """Uphold (the file goes to another organ, or back to triage) or reject an objection."""
    async with world.begin(call) as work:
        objection, dispatch, petition, repeated = await _load(world, work, objection_id, call)
        if repeated:
            return Contest(objection, petition)
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
        await work.flush()
        return Contest(objection, petition)


async def _load(
    world: World, work: Work, objection_id: UUID, call: Call
) -> tuple[Objection, Dispatch, Petition, bool]:
    found = await work.objections.find(id=objection_id)
    if not found:
        raise NotFound("异议", "objection")
    dispatch = await work.dispatches.get(found[0].dispatch_id)
    if call.client.organ_id is None or call.client.organ_id != dispatch.sender_id:
        raise NotFound("异议", "objection")
    petition = await work.lock(dispatch.petition_id)
    await work.objections.refresh(found[0])
    await work.dispatches.refresh(dispatch)
    if call.client.organ_id in await shielded(world, work, petition):
        raise NotFound("异议", "objection")
    return found[0], dispatch, petition, await carried_out(work, petition, call)


async def _uphold(
    world: World,
    work: Work,
    petition: Petition,
    dispatch: Dispatch,
    objection: Objection,
    ruling: Ruling,
    call: Call,
) -> None:
    await clocks.cease(work, petition, "D3", "D13.2")
    # An organ that passed an assignment on still reports on it, unless the case now leaves its hands too.
    again = await dispute.returned_often(work, petition) >= RETURNS
    gone = dispatch.id if ruling.organ_id and not again else None
    await clocks.cease(work, petition, "D11", subject_id=gone)
    await clocks.cease(work, petition, ORGAN, subject_id=dispatch.id)
    dispatch.move(DispatchState.RETURNED)
    await work.dispatches.save(dispatch)
    await drop_recusal_requests(work, petition, dispatch.organ_id)
    data = {"objection_id": str(objection.id), "dispatch_id": str(dispatch.id)}
    directory = await world.directory()
    hidden = await shielded(world, work, petition)
    if ruling.organ_id is None or again:
        take(work, petition, Act.UPHOLD_OBJECTION, actor=call.actor, data=data)
        await release.take_all_back(work, petition)  # the desk names anew who helps, too
        petition.holder_id = desk(directory, petition, hidden, on=world.clock.today())
        await clocks.hand_over(work, petition, owner_id=petition.holder_id)
        if again:
            await dispute.raised_by_return(world, work, petition, dispatch.sender_id, actor=call.actor)
            return
        refuted = await label.of_return(
            world, work, directory, petition, objection, hidden=hidden, actor=call.actor
        )
        await work.decisions.add(refuted)
        return
    organ = named_organ(directory, ruling.organ_id, on=world.clock.today())
    _ensure_may_send(directory, dispatch, ruling.organ_id)
    take(work, petition, Act.REDIRECT, actor=call.actor, data={**data, "to": str(ruling.organ_id)})
    for beside in await work.dispatches.find(petition_id=petition.id, organ_id=ruling.organ_id, open=True):
        await take_back(work, petition, beside)  # who helped with it now has it
    await work.flush()  # the old lead is closed before the new one opens
    chosen = label.Chosen(organ, dispatch.mode, "R1", f"异议成立,改由该单位承办:{ruling.reason}")
    found = await label.of_person(world, work, directory, petition, chosen, actor=call.actor)
    await work.decisions.add(found)
    target = Target(ruling.organ_id, dispatch.sender_id, dispatch.mode, dispatch.report_due)
    await dispatch_to(world, work, petition, target, actor=call.actor, shielded=hidden)


def _ensure_may_send(directory: Directory, dispatch: Dispatch, organ_id: UUID) -> None:
    """A petition office sends to any organ but the one that was heard; others to their own line (22, 23)."""
    if organ_id == dispatch.organ_id:
        raise InvalidField(
            code="organ_objected",
            zh="该单位的异议已经成立,不能再转送该单位。",
            en="This organ's objection is upheld; the petition cannot go to it again.",
            pointer="/organ_id",
        )
    sender = directory.find(dispatch.sender_id) if dispatch.sender_id else None
    if sender is None or sender.kind is OrganKind.PETITION_OFFICE:
        return
    if not directory.is_subordinate(organ_id, of=sender.id):
        raise NotSubordinate(organ=directory.organ(organ_id).name, article="信访工作条例第二十三条")


async def _reject(
    world: World, work: Work, petition: Petition, dispatch: Dispatch, objection: Objection, call: Call
) -> None:
    """The organ keeps the file; having been heard, it may not object again (R8b, practice)."""
    dispatch.binding = True
    await _keep(world, work, dispatch)
    data = {"objection_id": str(objection.id), "dispatch_id": str(dispatch.id)}
    take(work, petition, Act.REJECT_OBJECTION, actor=call.actor, data=data)
