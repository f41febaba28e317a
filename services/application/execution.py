"""Carrying out what an opinion supports (信访工作条例 32): opened by its service, closed by a report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.application import finality
from services.application.acts import Case, carried_out, case, ensure_visible, shielded, take
from services.application.ports import Work, World
from services.domain.access import Call, Client
from services.domain.execution import CarriedOutOnDay, Execution, ExecutionState, NothingToCarryOut
from services.domain.inbox import EntryType
from services.domain.opinion import Opinion, Outcome
from services.domain.petition import Petition, Tier
from services.domain.refusal import NotFound
from services.domain.steps import Act

WHY_NOTHING = {
    None: ("该意见没有支持的请求,或者尚未送达", "it supports nothing, or it was not served yet"),
    ExecutionState.CARRIED_OUT: ("已经报告执行完毕", "it was reported carried out"),
    ExecutionState.CEASED: ("该意见已被变更或者撤销", "it was changed or revoked"),
}


@dataclass(frozen=True, slots=True)
class CarriedOut:
    """What the organ reports of an execution."""

    on: date
    report: str


async def follow(world: World, work: Work, petition: Petition, opinion: Opinion, *, actor: str) -> None:
    """What the service of an opinion means for executions: its own begins, those it replaces end.

    An upheld agreement that was carried out meanwhile ends the chain.
    """
    if opinion.outcome in (Outcome.CHANGED, Outcome.REVOKED):
        for replaced in await work.executions.find(petition_id=petition.id, state=ExecutionState.OPEN.value):
            replaced.state = ExecutionState.CEASED
            await work.executions.save(replaced)
            work.record(petition, "execution_ceased", actor=actor, data=_told(replaced))
    row = world.law.pack(petition.office_region).outcome(opinion.outcome.value)
    if row.followed_up:
        await _open(world, work, petition, opinion, article=str(row.citation), actor=actor)
    if opinion.outcome is Outcome.UPHELD:
        await finality.fulfil(world, work, petition, on=world.clock.today())


async def _open(
    world: World, work: Work, petition: Petition, opinion: Opinion, *, article: str, actor: str
) -> None:
    """The organ that handled the matter carries out what was decided, by itself or on review."""
    handled = await work.opinions.find(petition_id=petition.id, tier=Tier.HANDLING.value)
    execution = Execution(
        id=world.codes.new_id(),
        petition_id=petition.id,
        opinion_id=opinion.id,
        organ_id=handled[-1].organ_id,
        opened_on=opinion.served_on or world.clock.today(),
    )
    await work.executions.add(execution)
    work.record(petition, "execution_opened", actor=actor, data={**_told(execution), "article": article})
    known = execution.organ_id == opinion.organ_id
    if not known and execution.organ_id not in await shielded(world, work, petition):
        work.post(execution.organ_id, EntryType.EXECUTION_OPENED, petition, _told(execution))


async def carry_out(world: World, opinion_id: UUID, done: CarriedOut, *, call: Call) -> Case[Execution]:
    """The organ reports that it was done. An agreement carried out ends the chain (浙江 25, 山东 46)."""
    async with world.begin(call) as work:
        found = await work.opinions.find(id=opinion_id)
        if not found:
            raise NotFound("意见书", "opinion")
        petition = await work.lock(found[0].petition_id)
        await ensure_visible(world, work, petition, call.client, missing=NotFound("意见书", "opinion"))
        execution = await _own(work, opinion_id, call.client)
        if await carried_out(work, petition, call):
            return await case(work, petition, execution)
        if execution.state is not ExecutionState.OPEN:
            why, why_en = WHY_NOTHING[execution.state]
            raise NothingToCarryOut(why=why, why_en=why_en)
        today = world.clock.today()
        if not execution.opened_on <= done.on <= today:
            raise CarriedOutOnDay(carried_out_on=done.on, served_on=execution.opened_on)
        execution.state = ExecutionState.CARRIED_OUT
        execution.carried_out_on, execution.reported_on, execution.report = done.on, today, done.report
        await work.executions.save(execution)
        data = {**_told(execution), "carried_out_on": done.on.isoformat()}
        take(work, petition, Act.CARRY_OUT, actor=call.actor, data=data)
        await work.flush()
        await finality.fulfil(world, work, petition, on=done.on)
        return await case(work, petition, execution)


async def _own(work: Work, opinion_id: UUID, client: Client) -> Execution:
    """What the caller's organ has to carry out of an opinion that it may see."""
    found = await work.executions.find(opinion_id=opinion_id)
    if not found:
        why, why_en = WHY_NOTHING[None]
        raise NothingToCarryOut(why=why, why_en=why_en)
    if found[0].organ_id != client.organ_id:
        raise NotFound("待执行的意见书", "opinion to carry out")
    return found[0]


async def listed(
    world: World,
    organ_id: UUID,
    *,
    state: ExecutionState | None,
    after: UUID | None,
    limit: int,
    client: Client,
) -> list[Execution]:
    """What an organ has to carry out, or has carried out, newest first."""
    if client.organ_id != organ_id:
        raise NotFound("机关、单位", "organ")
    states = (state.value,) if state else ()
    return await world.lists.executions(organ_id, states=states, after=after, limit=limit)


def _told(execution: Execution) -> dict[str, object]:
    return {
        "execution_id": str(execution.id),
        "opinion_id": str(execution.opinion_id),
        "organ_id": str(execution.organ_id),
    }
