"""The hotline's and the organs' own limits: kept beside the statutory clocks, never in their place."""

from __future__ import annotations

from uuid import UUID

from services.application import clocks
from services.application.acts import Case, case, own_dispatch
from services.application.ports import Recording, Work, World
from services.domain import own_limit as rules
from services.domain.access import Call
from services.domain.deadline import Deadline, DeadlineState
from services.domain.dispatch import Dispatch
from services.domain.own_limit import HOTLINE, ORGAN, Limit, LimitOnEnded
from services.domain.petition import Petition
from services.domain.refusal import InvalidField

MET = (DeadlineState.MET, DeadlineState.MET_LATE)


async def of_dispatch(world: World, dispatch_id: UUID, limit: Limit | None, *, call: Call) -> Case[Dispatch]:
    """Set the organ's own limit on a case in its hands, set it anew, or with None end it.

    What is set stands however often it is sent. Raises ``LimitOnEnded`` and ``InvalidField``.
    """
    async with world.begin(call) as work:
        dispatch, petition, _ = await own_dispatch(work, dispatch_id, call)
        if petition.state.ended or not dispatch.open:
            raise LimitOnEnded()
        if limit is None:
            await _end(work, petition, dispatch, actor=call.actor)
            return await case(work, petition, dispatch)
        if limit.due_at <= world.clock.now():
            raise InvalidField(
                code="in_past",
                zh="内部时限应当晚于现在。",
                en="A limit lies in the future.",
                pointer="/due_at",
            )
        await _put(
            world, work, petition, limit, ORGAN,
            subject_id=dispatch.id, owner_id=dispatch.organ_id, actor=call.actor,
        )  # fmt: skip
        return await case(work, petition, dispatch)


async def of_work_order(
    world: World, work: Recording, petition: Petition, limit: Limit | None, *, actor: str
) -> Deadline | None:
    """The limit that a hotline's work order bears; an order that says none leaves it as it stands.

    The order may be sent again at any time: what was answered begins no limit for that.
    """
    if limit is None or not petition.state.unanswered:
        return None
    return await _put(world, work, petition, limit, HOTLINE, subject_id=None, owner_id=None, actor=actor)


async def _put(
    world: World,
    work: Recording,
    petition: Petition,
    limit: Limit,
    rule: str,
    *,
    subject_id: UUID | None,
    owner_id: UUID | None,
    actor: str,
) -> Deadline:
    about = {} if subject_id is None else {"subject_id": subject_id}
    found = await work.deadlines.find(petition_id=petition.id, rule=rule, **about)
    clock = max(found, key=lambda each: each.id, default=None)
    if clock is not None and clock.state in MET and rules.says(clock, limit):
        return clock  # it was kept by an answer that was revoked since
    if clock is not None and clock.state.value not in clocks.RUNNING:
        clock = None
    if clock is not None and not rules.move(clock, limit):
        return clock
    if clock is None:
        clock = rules.start(
            limit,
            rule,
            id=world.codes.new_id(),
            petition_id=petition.id,
            subject_id=subject_id,
            owner_id=owner_id,
            on=world.clock.today(),
        )
        await work.deadlines.add(clock)
    else:
        await work.deadlines.save(clock)
    data = {"rule": rule, "title": clock.title, "due_at": clock.due_at.isoformat()}
    work.record(petition, "own_limit_set", actor=actor, data=data)
    return clock


async def _end(work: Work, petition: Petition, dispatch: Dispatch, *, actor: str) -> None:
    if await clocks.running(work, petition, ORGAN, subject_id=dispatch.id):
        await clocks.cease(work, petition, ORGAN, subject_id=dispatch.id)
        work.record(petition, "own_limit_ended", actor=actor, data={"dispatch_id": str(dispatch.id)})
