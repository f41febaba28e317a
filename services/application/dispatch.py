"""The organ's acts on a dispatch: receipt, acceptance, refusal, extension, referral, report."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.application import clocks
from services.application.acts import own_dispatch, shielded, take
from services.application.ports import World
from services.application.routing import Target, dispatch_to
from services.domain import deadline as rules
from services.domain.access import Call
from services.domain.dispatch import (
    Dispatch,
    DispatchState,
    Mode,
    NotSubordinate,
    OutsidePowersIsObjection,
    ReportNotDue,
    Role,
)
from services.domain.opinion import Notice
from services.domain.petition import Path
from services.domain.refusal import NotFound, Refusal
from services.domain.steps import Act


class LeadOnly(Refusal):
    """本单位为协办单位,此项操作由主办单位进行(信访工作条例 24)。"""

    english = "This organ co-handles; the act belongs to the lead (art. 24)."


class NotReceiptable(Refusal):
    """该转交办件当前状态为{state},无需签收。"""

    english = "The dispatch is in state {state}; there is nothing to receive."


class GroundUnknown(Refusal):
    """不予受理的理由{ground}不在规则库中,请选用:{known}。"""

    english = "Ground {ground} is not in the rule pack; use one of {known}."


@dataclass(frozen=True, slots=True)
class Acceptance:
    """``path`` corrects the sorting of 信访工作条例 31 when the organ, having looked, finds another."""

    path: Path | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class NonAcceptance:
    """``ground`` is a rule id of the pack (A1–A6); ``directed_to`` says where the petitioner may turn."""

    ground: str
    explanation: str
    directed_to: str | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """``days`` on top of the period; ``approved_by`` is the organ's head who approved (信访工作条例 34)."""

    days: int
    approved_by: str
    reason: str


async def receive(world: World, dispatch_id: UUID, *, call: Call) -> Dispatch:
    """签收. It moves no clock: an electronic dispatch was received when it entered the inbox."""
    async with world.begin(call) as work:
        dispatch, petition, repeated = await own_dispatch(work, dispatch_id, call)
        if repeated or dispatch.received_on is not None:
            return dispatch
        if dispatch.state is not DispatchState.SENT:
            raise NotReceiptable(state=dispatch.state.value)
        dispatch.move(DispatchState.RECEIVED)
        dispatch.received_on = world.clock.today()
        data = {"dispatch_id": str(dispatch.id), "organ_id": str(dispatch.organ_id)}
        if dispatch.role is Role.LEAD:
            take(work, petition, Act.RECEIVE, actor=call.actor, data=data)
        else:
            work.record(petition, Act.RECEIVE.value, actor=call.actor, data={**data, "role": "co"})
        await work.dispatches.save(dispatch)
        return dispatch


async def accept(world: World, dispatch_id: UUID, acceptance: Acceptance, *, call: Call) -> Dispatch:
    """受理告知 (23): ends the notice and objection clocks, starts the 60 days (34)."""
    async with world.begin(call) as work:
        dispatch, petition, repeated = await own_dispatch(work, dispatch_id, call)
        if repeated:
            return dispatch
        _lead(dispatch)
        today = world.clock.today()
        if acceptance.path is not None:
            petition.path = acceptance.path
        await clocks.meet(work, petition, "D3", on=today)
        await clocks.cease(work, petition, "D4")
        handling = await clocks.start(
            world, work, petition, "D5", on=today, owner_id=dispatch.organ_id, subject_id=dispatch.id
        )
        data = {
            "dispatch_id": str(dispatch.id),
            "organ_id": str(dispatch.organ_id),
            "path": petition.path.value if petition.path else None,
            "clocks": clocks.told(handling),
        }
        take(work, petition, Act.ACCEPT, actor=call.actor, data=data)
        if petition.first_handler_id is None:
            petition.first_handler_id = dispatch.organ_id  # 首办责任 stays on record through every later hand
        dispatch.move(DispatchState.ACCEPTED)
        dispatch.received_on = dispatch.received_on or today
        dispatch.accepted_on = today
        await work.dispatches.save(dispatch)
        await work.notices.add(
            Notice(
                id=world.codes.new_id(),
                petition_id=petition.id,
                kind="acceptance",
                organ_id=dispatch.organ_id,
                text=acceptance.note or "您反映的信访事项已收到并受理,将按规定期限办理并书面答复。",
                issued_on=today,
            )
        )
        return dispatch


async def refuse(world: World, dispatch_id: UUID, refusal: NonAcceptance, *, call: Call) -> Dispatch:
    """不予受理: reasoned, in writing, on the record (19, 31, 36)."""
    async with world.begin(call) as work:
        dispatch, petition, repeated = await own_dispatch(work, dispatch_id, call)
        if repeated:
            return dispatch
        _lead(dispatch)
        known = [ground.id for ground in world.law.pack(petition.office_region).grounds]
        if refusal.ground not in known:
            raise GroundUnknown(ground=refusal.ground, known="、".join(known))
        if refusal.ground == "A5":
            raise OutsidePowersIsObjection()
        data = {"dispatch_id": str(dispatch.id), "organ_id": str(dispatch.organ_id), "ground": refusal.ground}
        take(work, petition, Act.REFUSE, actor=call.actor, data=data)
        today = world.clock.today()
        await clocks.meet(work, petition, "D3", on=today)
        await clocks.cease(work, petition)
        dispatch.move(DispatchState.DECLINED)
        await work.dispatches.save(dispatch)
        petition.holder_id = None
        await work.notices.add(
            Notice(
                id=world.codes.new_id(),
                petition_id=petition.id,
                kind="non_acceptance",
                organ_id=dispatch.organ_id,
                text=refusal.explanation,
                issued_on=today,
                ground=refusal.ground,
                directed_to=refusal.directed_to,
            )
        )
        return dispatch


async def extend(world: World, dispatch_id: UUID, extension: Extension, *, call: Call) -> Dispatch:
    """延期 (34): within the limit, before the due date, approved by the head, the petitioner told why."""
    async with world.begin(call) as work:
        dispatch, petition, repeated = await own_dispatch(work, dispatch_id, call)
        if repeated:
            return dispatch
        _lead(dispatch)
        take(work, petition, Act.EXTEND, actor=call.actor)
        today = world.clock.today()
        running = await clocks.running(work, petition, "D5")
        if not running:
            raise NotFound("办理期限", "handling period")
        clock = running[0]
        period = world.law.pack(petition.office_region).period("D5", on=clock.starts_on)
        before = clock.due_on
        rules.extend(clock, period, days=extension.days, calendar=world.law.calendar, on=today)
        await work.deadlines.save(clock)
        work.record(
            petition,
            "deadline_moved",
            actor=call.actor,
            data={"rule": clock.rule, "from": before.isoformat(), "to": clock.due_on.isoformat(),
                  "days": extension.days, "cause": "extension"},
        )  # fmt: skip
        await work.notices.add(
            Notice(
                id=world.codes.new_id(),
                petition_id=petition.id,
                kind="extension",
                organ_id=dispatch.organ_id,
                text=f"{extension.reason}(批准人:{extension.approved_by};延长{extension.days}日)",
                issued_on=today,
            )
        )
        return dispatch


async def refer(world: World, dispatch_id: UUID, organ_id: UUID, *, call: Call) -> Dispatch:
    """Pass a case on to a subordinate organ with the power to decide (23.1). Returns the new dispatch."""
    async with world.begin(call) as work:
        dispatch, petition, repeated = await own_dispatch(work, dispatch_id, call)
        if repeated:
            return (await work.dispatches.find(petition_id=petition.id, open=True, role="lead"))[0]
        _lead(dispatch)
        directory = await world.directory()
        target = directory.organ(organ_id)
        if not directory.is_subordinate(organ_id, of=dispatch.organ_id):
            raise NotSubordinate(organ=target.name, article="信访工作条例第二十三条")
        data = {"dispatch_id": str(dispatch.id), "from": str(dispatch.organ_id), "to": str(organ_id)}
        take(work, petition, Act.REFER, actor=call.actor, data=data)
        await clocks.meet(work, petition, "D3", on=world.clock.today())
        await clocks.cease(work, petition, "D4", "D11")
        dispatch.move(DispatchState.REFERRED)
        await work.dispatches.save(dispatch)
        await work.flush()  # the old lead is closed before the new one opens
        onward = Target(organ_id, dispatch.organ_id, dispatch.mode, dispatch.report_due)
        hidden = await shielded(world, work, petition)
        return await dispatch_to(world, work, petition, onward, actor=call.actor, shielded=hidden)


async def report(world: World, dispatch_id: UUID, text: str, *, call: Call) -> Dispatch:
    """办结报告 of an assignment, to the organ that assigned it (22)."""
    async with world.begin(call) as work:
        dispatch, petition, repeated = await own_dispatch(work, dispatch_id, call)
        if repeated:
            return dispatch
        if dispatch.mode is not Mode.ASSIGN and dispatch.role is Role.LEAD:
            raise ReportNotDue()
        today = world.clock.today()
        data = {"dispatch_id": str(dispatch.id), "organ_id": str(dispatch.organ_id)}
        take(work, petition, Act.REPORT, actor=call.actor, data=data)
        await clocks.meet(work, petition, "D11", on=today)
        dispatch.reported_on = today
        await work.dispatches.save(dispatch)
        await work.notices.add(
            Notice(
                id=world.codes.new_id(),
                petition_id=petition.id,
                kind="report",
                organ_id=dispatch.organ_id,
                text=text,
                issued_on=today,
            )
        )
        return dispatch


def _lead(dispatch: Dispatch) -> None:
    if dispatch.role is not Role.LEAD:
        raise LeadOnly()
