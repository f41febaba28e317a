"""Organs do not agree whose matter it is: the common superior decides, else the joint conference (24)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.application import clocks, label, release
from services.application.acts import (
    carried_out,
    ensure_visible,
    hold_visible,
    named_organ,
    shielded,
    take,
    told_then,
)
from services.application.ports import Work, World
from services.application.routing import Target, desk, dispatch_to, involve
from services.domain.access import Call, Client, ClientRole, NotCompetent
from services.domain.directory import Directory
from services.domain.dispatch import Dispatch, Mode, NotSubordinate, Objection, ObjectionState, Role
from services.domain.dispute import (
    RETURNS,
    Dispute,
    DisputeDecided,
    DisputeGround,
    DisputeState,
    Forum,
    NotDisputed,
    RuledByAnother,
    SittingDay,
    arbiter,
    binds,
    superiors_on,
)
from services.domain.inbox import EntryType
from services.domain.petition import Petition
from services.domain.refusal import InvalidField, NotFound
from services.domain.steps import Act

CONTESTED = (ObjectionState.OPEN, ObjectionState.UPHELD)
BEFORE_ACCEPTANCE = ("D3", "D4", "D11", "D13.2")


@dataclass(frozen=True, slots=True)
class Referral:
    """Why the organs cannot agree. ``party_ids`` are named beside those that the objections tell of."""

    reason: str
    party_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Ruling:
    """``organ_id`` leads, ``co_ids`` help; ``report_due`` makes it an assignment; ``sat_on``: see Dispute."""

    organ_id: UUID
    reason: str
    co_ids: tuple[UUID, ...] = ()
    report_due: date | None = None
    sat_on: date | None = None


@dataclass(frozen=True, slots=True)
class Hearing:
    """A dispute, its petition as it stands, and the organs' reasons, as far as the reader may know them."""

    dispute: Dispute
    petition: Petition
    objections: list[Objection]


async def returned_often(work: Work, petition: Petition) -> int:
    """How often an organ handed it back and was right in that (信访工作条例 23)."""
    raised = await work.objections.find(petition_id=petition.id)
    return sum(each.state is ObjectionState.UPHELD for each in raised)


async def raised_by_return(
    world: World, work: Work, petition: Petition, sender_id: UUID | None, *, actor: str
) -> bool:
    """Bring what was returned too often before who decides; False while it was not.

    The organs that handed it back are the parties; one that did so each time disputes with its sender.
    """
    if await returned_often(work, petition) < RETURNS:
        return False
    raised = await work.objections.find(petition_id=petition.id)
    parties = [each.organ_id for each in raised if each.state is ObjectionState.UPHELD]
    ground = DisputeGround.RETURNED_TWICE
    await _open(world, work, petition, parties, ground, besides=sender_id, actor=actor)
    return True


async def raise_by_hand(world: World, petition_id: UUID, wanted: Referral, *, call: Call) -> Hearing:
    """By the petition office, or by who sent it: the organs are heard no further, the case is held for who
    decides. Raises ``RuledByAnother`` when that was decided already.
    """
    async with world.begin(call) as work:
        petition, repeated = await hold_visible(world, work, petition_id, call)
        if repeated:
            raised_id = await told_then(work, petition, call, "dispute_id", kind=Act.RAISE_DISPUTE.value)
            return await _heard(work, await work.disputes.get(raised_id), petition)
        lead = await open_lead(work, petition)
        await ensure_may_move(world, work, lead, call.client)
        directory, today = await world.directory(), world.clock.today()
        for position, party in enumerate(wanted.party_ids):
            named_organ(directory, party, on=today, pointer=f"/party_ids/{position}")
        raised = await work.objections.find(petition_id=petition.id)
        parties = [each.organ_id for each in raised if each.state in CONTESTED]
        parties += [
            each.suggested_organ_id
            for each in raised
            if each.state is ObjectionState.OPEN and each.suggested_organ_id
        ]
        parties += [*([lead.organ_id] if lead else []), *wanted.party_ids]
        dispute = await _open(
            world, work, petition, parties, DisputeGround.CONTESTED,
            besides=lead.sender_id if lead else None, actor=call.actor,
            raised_by=call.client.organ_id, reason=wanted.reason,
        )  # fmt: skip
        await work.flush()
        return await _heard(work, dispute, petition)


async def open_lead(work: Work, petition: Petition) -> Dispatch | None:
    """The dispatch under which an organ has the petition."""
    held = await work.dispatches.find(petition_id=petition.id, open=True, role=Role.LEAD.value)
    return next((each for each in held if each.open), None)


async def ensure_may_move(world: World, work: Work, lead: Dispatch | None, client: Client) -> None:
    """A petition office or who sent it; once it was ruled where it belongs, only who ruled (24)."""
    sender_id = lead.sender_id if lead else None
    if client.role is not ClientRole.PETITION_OFFICE and client.organ_id != sender_id:
        raise NotCompetent()
    if lead is None or sender_id is None or sender_id == client.organ_id:
        return
    if await is_ruled(work, lead):
        raise RuledByAnother(organ=(await world.directory()).organ(sender_id).name)


async def is_ruled(work: Work, lead: Dispatch) -> bool:
    """Whether who sent it did so as the one who decides a dispute, and bound the organ."""
    ruled = await work.disputes.find(petition_id=lead.petition_id, state=DisputeState.RULED.value)
    return lead.binding and any(each.organ_id == lead.sender_id for each in ruled)


async def _open(
    world: World,
    work: Work,
    petition: Petition,
    parties: Iterable[UUID],
    ground: DisputeGround,
    *,
    besides: UUID | None,
    actor: str,
    raised_by: UUID | None = None,
    reason: str | None = None,
) -> Dispute:
    """Out of every hand, into that of who decides. ``besides`` joins an organ that disputes alone."""
    directory, today = await world.directory(), world.clock.today()
    hidden = await shielded(world, work, petition)
    concerned = tuple(dict.fromkeys(each for each in parties if each not in hidden))
    if len(concerned) == 1 and besides is not None:
        concerned = tuple(dict.fromkeys((*concerned, besides)))
    if len(concerned) < 2:
        raise NotDisputed()
    decider = arbiter(directory, concerned, on=today, hidden=hidden)
    dispute = Dispute(
        id=world.codes.new_id(),
        petition_id=petition.id,
        ground=ground,
        forum=decider.forum,
        organ_id=decider.organ.id,
        party_ids=concerned,
        raised_on=today,
        raised_by=raised_by,
        reason=reason,
    )
    data = {"dispute_id": str(dispute.id), "organ_id": str(dispute.organ_id), "forum": dispute.forum.value}
    counted = {"ground": ground.value, "returns": await returned_often(work, petition)}
    take(work, petition, Act.RAISE_DISPUTE, actor=actor, data={**data, **counted})
    await release.take_all_back(work, petition)
    await clocks.cease(work, petition, *BEFORE_ACCEPTANCE)
    await work.disputes.add(dispute)
    petition.holder_id = dispute.organ_id
    await clocks.hand_over(work, petition, owner_id=dispute.organ_id)
    work.post(dispute.organ_id, EntryType.DISPUTE_RAISED, petition, data)
    return dispute


async def read(world: World, dispute_id: UUID, *, client: Client) -> Hearing:
    """For who decides, who may see the petition, and the parties, each with no reasons but its own."""
    async with world.read() as work:
        missing = NotFound("受理争议", "dispute")
        found = await work.disputes.find(id=dispute_id)
        if not found or client.organ_id is None:
            raise missing
        dispute = found[0]
        petition = await work.petitions.get(dispute.petition_id)
        hearing = await _heard(work, dispute, petition)
        try:
            await ensure_visible(world, work, petition, client, missing=missing)
        except NotFound:
            if client.organ_id not in {dispute.raised_by, *dispute.party_ids}:
                raise
            if client.organ_id in await shielded(world, work, petition):
                raise
            own = [each for each in hearing.objections if each.organ_id == client.organ_id]
            return Hearing(dispute, petition, own)
        return hearing


async def listed(
    world: World,
    client: Client,
    *,
    forum: Forum | None,
    state: DisputeState | None,
    after: UUID | None,
    limit: int,
) -> list[Dispute]:
    """What is the caller's to decide, newest first; ``forum`` narrows it to what the conference decides."""
    if client.organ_id is None:
        return []
    return await world.lists.disputes(
        client.organ_id,
        forums=(forum.value,) if forum else (),
        states=(state.value,) if state else (),
        after=after,
        limit=limit,
    )


async def rule(world: World, dispute_id: UUID, ruling: Ruling, *, call: Call) -> Hearing:
    """决定受理机关: the organ named has the case; where the pack says so (R8b), it may not object."""
    async with world.begin(call) as work:
        dispute, petition, repeated = await _to_decide(world, work, dispute_id, call)
        if repeated:
            return await _heard(work, dispute, petition)
        if dispute.state is not DisputeState.OPEN:
            raise DisputeDecided()
        directory, today = await world.directory(), world.clock.today()
        _check(directory, dispute, ruling, today=today)
        hidden = await shielded(world, work, petition)
        dispute.state, dispute.decided_on = DisputeState.RULED, today
        dispute.assigned_organ_id, dispute.decision_reason = ruling.organ_id, ruling.reason
        dispute.sat_on = ruling.sat_on if dispute.forum is Forum.JOINT_CONFERENCE else None
        await work.disputes.save(dispute)
        data = {"dispute_id": str(dispute.id), "organ_id": str(dispute.organ_id), "to": str(ruling.organ_id)}
        take(work, petition, Act.RULE, actor=call.actor, data={**data, "forum": dispute.forum.value})
        organ = directory.organ(ruling.organ_id)
        text = f"{dispute.forum.chinese}决定:{ruling.reason}"
        mode = Mode.ASSIGN if ruling.report_due else Mode.REFER
        beside = tuple(directory.organ(organ_id) for organ_id in ruling.co_ids)
        chosen = label.Chosen(organ, mode, "R8", text, co=beside)
        await work.decisions.add(
            await label.of_person(world, work, directory, petition, chosen, actor=call.actor)
        )
        binding = binds(world.law.pack(petition.office_region))
        target = Target(organ.id, dispute.organ_id, mode, ruling.report_due, binding, ruling.co_ids)
        await dispatch_to(world, work, petition, target, actor=call.actor, shielded=hidden)
        for organ_id in ruling.co_ids:
            await involve(world, work, petition, organ_id, target, actor=call.actor, shielded=hidden)
        told = {"dispute_id": str(dispute.id), "organ_id": str(organ.id), "binding": binding}
        concerned = {
            *dispute.party_ids,
            dispute.raised_by,
            desk(directory, petition, hidden, on=world.clock.today()),
        }
        for party in sorted(each for each in concerned - hidden - {dispute.organ_id} if each):
            work.post(party, EntryType.DISPUTE_DECIDED, petition, told)
        await work.flush()
        return await _heard(work, dispute, petition)


async def _to_decide(
    world: World, work: Work, dispute_id: UUID, call: Call
) -> tuple[Dispute, Petition, bool]:
    """The dispute, its petition locked, and whether this very call was carried out before."""
    missing = NotFound("受理争议", "dispute")
    found = await work.disputes.find(id=dispute_id)
    if not found or call.client.organ_id != found[0].organ_id:
        raise missing
    petition = await work.lock(found[0].petition_id)
    await work.disputes.refresh(found[0])
    if found[0].organ_id in await shielded(world, work, petition):
        raise missing
    return found[0], petition, await carried_out(work, petition, call)


def _check(directory: Directory, dispute: Dispute, ruling: Ruling, *, today: date) -> None:
    """A superior names organs beneath it; a conference says when it sat; each organ has one part in it."""
    if dispute.forum is Forum.JOINT_CONFERENCE and not (
        ruling.sat_on and dispute.raised_on <= ruling.sat_on <= today
    ):
        raise SittingDay()
    label.check_report_due(ruling.report_due, today=today)
    pointers = {ruling.organ_id: "/organ_id"}
    for position, organ_id in enumerate(ruling.co_ids):
        if organ_id in pointers:
            raise InvalidField(
                code="organ_named_twice",
                zh="主办、协办单位不能重复。",
                en="Each organ has one part in it: lead, or co-handler once.",
                pointer=f"/co_organ_ids/{position}",
            )
        pointers[organ_id] = f"/co_organ_ids/{position}"
    for organ_id, pointer in pointers.items():
        organ = named_organ(directory, organ_id, on=today, pointer=pointer)
        above = {each.id for each in superiors_on(directory, organ, on=today)}
        if dispute.forum is Forum.SUPERIOR and dispute.organ_id not in above:
            raise NotSubordinate(organ=organ.name, article="信访工作条例第二十四条")


async def _heard(work: Work, dispute: Dispute, petition: Petition) -> Hearing:
    return Hearing(dispute, petition, await work.objections.find(petition_id=petition.id))
