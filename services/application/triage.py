"""The triage desk: what no rule could place with confidence, a person places, with a reason (22)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.application import clocks
from services.application.acts import ensure_visible, hold, shielded, take
from services.application.dispatch import GroundUnknown, NonAcceptance
from services.application.ports import PetitionFilter, World
from services.application.routing import Target, dispatch_to
from services.domain.access import Call, Client
from services.domain.decision import DecisionRecord
from services.domain.dispatch import Dispatch, Mode
from services.domain.opinion import Notice
from services.domain.petition import Petition, Purpose, State
from services.domain.steps import Act


@dataclass(frozen=True, slots=True)
class Choice:
    """A person's decision. ``report_due`` makes it an assignment (交办); ``purpose`` corrects the sorting."""

    organ_id: UUID
    reason: str
    report_due: date | None = None
    purpose: Purpose | None = None
    category_code: str | None = None
    binding: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """A petition on the desk with the decision that put it there (its three best suggestions in the body)."""

    petition: Petition
    decision: DecisionRecord | None


async def waiting(world: World, client: Client, *, after: UUID | None, limit: int) -> list[Waiting]:
    """The desk of the caller's region, newest first, without what the caller must not see."""
    wanted = PetitionFilter(
        office_prefix=client.region_code, shield_for=client.organ_id, states=(State.TRIAGE.value,)
    )
    petitions = await world.lists.petitions(wanted, after=after, limit=limit)
    async with world.read() as work:
        ids = tuple(petition.id for petition in petitions)
        decisions = await work.decisions.find(petition_id=ids) if ids else []
    newest = {decision.petition_id: decision for decision in decisions}
    return [Waiting(petition, newest.get(petition.id)) for petition in petitions]


async def decide(world: World, petition_id: UUID, choice: Choice, *, call: Call) -> Dispatch:
    """Send a petition from the desk to an organ. The choice is kept as the better label of the decision."""
    async with world.begin(call) as work:
        petition, repeated = await hold(work, petition_id, call)
        await ensure_visible(world, work, petition, call.client)
        if repeated:
            return (await work.dispatches.find(petition_id=petition.id, role="lead"))[-1]
        directory = await world.directory()
        directory.organ(choice.organ_id)
        petition.purpose = choice.purpose or petition.purpose
        petition.category_code = choice.category_code or petition.category_code
        data = {"organ_id": str(choice.organ_id), "category_code": petition.category_code}
        take(work, petition, Act.ASSIGN, actor=call.actor, data=data)
        await work.decisions.add(_label(world, petition, choice, call, directory.version))
        mode = Mode.ASSIGN if choice.report_due else Mode.REFER
        target = Target(choice.organ_id, call.client.organ_id, mode, choice.report_due, choice.binding)
        hidden = await shielded(world, work, petition)
        return await dispatch_to(world, work, petition, target, actor=call.actor, shielded=hidden)


async def decline(world: World, petition_id: UUID, refusal: NonAcceptance, *, call: Call) -> Petition:
    """The office itself does not accept it (A1–A6), in writing and with the reason."""
    async with world.begin(call) as work:
        petition, repeated = await hold(work, petition_id, call)
        await ensure_visible(world, work, petition, call.client)
        if repeated:
            return petition
        known = [ground.id for ground in world.law.pack(petition.office_region).grounds]
        if refusal.ground not in known:
            raise GroundUnknown(ground=refusal.ground, known="、".join(known))
        take(work, petition, Act.DECLINE, actor=call.actor, data={"ground": refusal.ground})
        await clocks.meet(work, petition, "D1", "D2", on=world.clock.today())
        await clocks.cease(work, petition)
        petition.holder_id = None
        await work.notices.add(
            Notice(
                id=world.codes.new_id(),
                petition_id=petition.id,
                kind="non_acceptance",
                organ_id=call.client.organ_id,
                text=refusal.explanation,
                issued_on=world.clock.today(),
                ground=refusal.ground,
                directed_to=refusal.directed_to,
            )
        )
        return petition


def _label(
    world: World, petition: Petition, choice: Choice, call: Call, directory_version: int
) -> DecisionRecord:
    return DecisionRecord(
        id=world.codes.new_id(),
        petition_id=petition.id,
        decided_at=world.clock.now(),
        decided_by=call.actor,
        directory_version=directory_version,
        rules_version="person",
        confidence=1.0,
        needs_triage=False,
        organ_id=choice.organ_id,
        body={"chosen_by_person": True, "reason": choice.reason, "category_code": petition.category_code},
    )
