"""Route petitions (信访工作条例 22): each into an organ's hands, with reasons, or on the triage desk."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.application import clocks, direct, paper, same_matter
from services.application.acts import accused_organs, take
from services.application.fault_points import fault
from services.application.ports import Work, World
from services.domain.access import Shield
from services.domain.deadline import Deadline
from services.domain.decision import DecisionRecord
from services.domain.directory import Directory
from services.domain.dispatch import (
    AssignmentNeedsDate,
    Dispatch,
    DispatchState,
    Mode,
    OrganShielded,
    Procedure,
    Role,
)
from services.domain.inbox import EntryType
from services.domain.informed import ALERT_RULE, alerted, copied, offices
from services.domain.outbox import Job
from services.domain.petition import Petition, State
from services.domain.procedure import DECIDE
from services.domain.router import Router
from services.domain.routing import Decision, Matter
from services.domain.same_matter import LinkState, People
from services.domain.steps import Act

SYSTEM = "system:router"
NOBODY = People((), known=False)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a petition is to go. ``sender_id`` is the organ that will judge an objection, ``co_ids`` help.

    ``procedure`` is what the sender proposes; the organ decides when it accepts.
    """

    organ_id: UUID
    sender_id: UUID | None
    mode: Mode = Mode.REFER
    report_due: date | None = None
    binding: bool = False
    co_ids: tuple[UUID, ...] = ()
    procedure: Procedure = Procedure.ORDINARY


async def route(world: World, jobs: Sequence[Job]) -> None:
    """Route the petitions of these jobs in one transaction; the jobs are done with it, or not at all."""
    router = await world.router()
    async with world.begin() as work:
        waiting = [
            petition
            for petition in await work.lock_all([job.petition_id for job in jobs])
            if petition.state is State.REGISTERED
        ]
        people = await work.people(*(petition.id for petition in waiting))
        for petition in waiting:
            theirs = people.get(petition.id, NOBODY)
            await _route_one(world, work, router, petition, theirs)
            fault("in_mid_batch")
            await asyncio.sleep(0)  # a long batch keeps no heartbeat waiting: its lease is short
        await work.finish(*jobs)


async def preview(world: World, matter: Matter) -> Decision:
    """What :func:`route` would decide today; nothing is stored."""
    return (await world.router()).decide(matter, on=world.clock.today())


async def _route_one(world: World, work: Work, router: Router, petition: Petition, people: People) -> None:
    respondents = await work.respondents.find(petition_id=petition.id)
    added = await work.supplements.find(petition_id=petition.id) if petition.version > 1 else []
    more = "\n".join(supplement.content for supplement in added)
    matter = Matter.of(petition, respondents, more)
    decision = router.decide(matter, on=world.clock.today())
    petition.purpose = decision.purpose
    petition.path = decision.path
    petition.category_code = petition.category_code or decision.category_code
    petition.region_code = decision.region_code
    petition.urgent = petition.urgent or decision.urgent
    for person, organ_id in zip(respondents, decision.respondent_organ_ids, strict=True):
        person.organ_id = person.organ_id or organ_id
    await work.respondents.save(*respondents)
    accused = accused_organs(respondents, petition) | frozenset(decision.accused_organ_ids)
    directory = await world.directory()
    hidden = directory.shielded_from(accused)
    await work.shields.add(*(Shield(petition.id, organ_id) for organ_id in sorted(hidden)))
    record = _record(world, petition, decision, facts=matter.facts(len(added)))
    await work.decisions.add(record)
    office_id = desk(directory, petition, hidden, on=world.clock.today())
    link = await same_matter.recognise(world, work, petition, people, desk_id=office_id)
    repeats = link is not None and link.state is LinkState.PROPOSED
    if repeats or decision.needs_triage or decision.lead_id is None:
        petition.holder_id = office_id
        cut_off = await direct.cut_off(world, work, petition, hidden, holder_id=office_id)
        await _hand_over_clock(work, petition, cut_off)
        take(work, petition, Act.HOLD, actor=SYSTEM, data=_told(decision, record))
        alert(world, work, directory, petition, hidden, held=decision.held)
        return
    co_ids = tuple(each for each in decision.co_ids if each not in hidden and each != decision.lead_id)
    target = Target(decision.lead_id, office_id, decision.mode, decision.report_due, co_ids=co_ids)
    take(work, petition, Act.ROUTE, actor=SYSTEM, data=_told(decision, record))
    alert(world, work, directory, petition, hidden)
    await dispatch_to(world, work, petition, target, actor=SYSTEM, shielded=hidden)
    for organ_id in co_ids:
        await involve(world, work, petition, organ_id, target, actor=SYSTEM, shielded=hidden)


def desk(directory: Directory, petition: Petition, hidden: frozenset[UUID], *, on: date) -> UUID | None:
    """The petition office whose triage desk has it: the region's, or the nearest above that may know (30)."""
    return next((office.id for office in offices(directory, petition.office_region, hidden, on=on)), None)


def alert(
    world: World,
    work: Work,
    directory: Directory,
    petition: Petition,
    hidden: frozenset[UUID],
    *,
    held: bool = False,
    actor: str = SYSTEM,
    known: Collection[UUID] = (),
) -> None:
    """重大、紧急的及时报告: told at once, wherever it goes (25), but for those who ``known`` it already."""
    found = alerted(directory, petition, hidden, held=held, on=world.clock.today())
    told = [organ_id for organ_id in found if organ_id not in known]
    if not told:
        return
    article = world.law.pack(petition.office_region).routing_rule(ALERT_RULE).article
    data = {"organ_ids": [str(organ_id) for organ_id in told], "article": article}
    work.record(petition, "alerted", actor=actor, data=data)
    for organ_id in told:
        work.post(organ_id, EntryType.PETITION_URGENT, petition, {"urgent": True})


async def _hand_over_clock(work: Work, petition: Petition, hidden: frozenset[UUID]) -> None:
    """The clock of whoever may learn no more of it goes with the case to the desk that has it (30)."""
    for clock in await clocks.running(work, petition, "D1", "D2"):
        if clock.owner_id in hidden:
            clock.owner_id = petition.holder_id
            await work.deadlines.save(clock)


async def dispatch_to(
    world: World,
    work: Work,
    petition: Petition,
    target: Target,
    *,
    actor: str,
    shielded: frozenset[UUID],
) -> Dispatch:
    """Put the petition into an organ's hands: dispatch, clocks and inbox entry. The step is the caller's.

    Raises :class:`OrganShielded` for an organ that must never see it, whoever asks for it.
    """
    if target.organ_id in shielded:
        raise OrganShielded()
    if target.mode is Mode.ASSIGN and target.report_due is None:
        raise AssignmentNeedsDate()
    dispatch = _dispatch(world, petition, target, Role.LEAD)
    await work.dispatches.add(dispatch)
    petition.holder_id = target.organ_id
    kept = await direct.dispatched(world, work, petition, dispatch, shielded=shielded)
    started = await _start_clocks(world, work, petition, dispatch, kept=kept)
    told: dict[str, object] = {
        "dispatch_id": str(dispatch.id),
        "organ_id": str(target.organ_id),
        "mode": target.mode.value,
        "role": "lead",
        "clocks": started,
    }
    if kept:  # nobody writes to an organ about what it received itself
        work.record(petition, "dispatched", actor=actor, data={**told, "kept": True})
        work.post(target.organ_id, EntryType.DISPATCH_CREATED, petition, _thin(dispatch, petition))
        return dispatch
    copies = await _copied(world, petition, target, shielded)
    if copies:
        told["copies"] = [str(office_id) for office_id in copies]
    work.record(petition, "dispatched", actor=actor, data=told)
    work.post(target.organ_id, EntryType.DISPATCH_CREATED, petition, _thin(dispatch, petition))
    for office_id in copies:
        copy = {"organ_id": str(target.organ_id), "mode": dispatch.mode.value, "urgent": petition.urgent}
        work.post(office_id, EntryType.PETITION_COPIED, petition, copy)
    await paper.passed_on(world, work, petition, dispatch, copies=(*target.co_ids, *copies))
    return dispatch


async def _copied(
    world: World, petition: Petition, target: Target, shielded: frozenset[UUID]
) -> tuple[UUID, ...]:
    """抄送: the lower level's petition offices; the organs that take part get dispatches of their own."""
    organ_ids = (target.organ_id, *target.co_ids)
    directory, pack = await world.directory(), world.law.pack(petition.office_region)
    found = copied(directory, petition, pack, organ_ids, sender_id=target.sender_id, on=world.clock.today())
    return tuple(each for each in found if each not in shielded and each not in organ_ids)


async def _start_clocks(
    world: World, work: Work, petition: Petition, dispatch: Dispatch, *, kept: bool
) -> list[dict[str, object]]:
    """The clocks of a dispatch. An organ that ``kept`` what it received itself has its own, D2, and nobody to
    object to.
    """
    today = world.clock.today()
    await clocks.meet(work, petition, "D1", on=today)
    await clocks.hand_over(work, petition, owner_id=dispatch.organ_id, subject_id=dispatch.id)

    async def start(rule: str, due_on: date | None = None) -> Deadline | None:
        # A report that was due before the case was passed on is due no later for that.
        return await clocks.start(
            world, work, petition, rule, on=min(today, due_on or today),
            owner_id=dispatch.organ_id, subject_id=dispatch.id, due_on=due_on,
        )  # fmt: skip

    directory = await world.directory()
    own_rules = directory.organ(dispatch.organ_id).kind.tells_by_own_rules(petition)
    owed = petition.reachable and not own_rules and not kept
    notice = await start("D3") if owed else None
    objection = None
    if not dispatch.binding and not kept:
        objection = await start("D4")
    report = None
    if dispatch.mode is Mode.ASSIGN:
        report = await start("D11", dispatch.report_due)
    simple = await start(DECIDE) if dispatch.procedure is Procedure.SIMPLE else None
    return clocks.told(notice, objection, report, simple)


async def involve(
    world: World,
    work: Work,
    petition: Petition,
    organ_id: UUID,
    target: Target,
    *,
    actor: str,
    shielded: frozenset[UUID],
) -> None:
    """A co-handler gets a dispatch of its own; the lead's letter is copied to it."""
    if organ_id in shielded:
        raise OrganShielded()
    dispatch = _dispatch(world, petition, Target(organ_id, target.sender_id), Role.CO)
    await work.dispatches.add(dispatch)
    data = {"dispatch_id": str(dispatch.id), "organ_id": str(organ_id), "mode": "refer", "role": "co"}
    work.record(petition, "dispatched", actor=actor, data=data)
    work.post(organ_id, EntryType.DISPATCH_CREATED, petition, _thin(dispatch, petition))


def _dispatch(world: World, petition: Petition, target: Target, role: Role) -> Dispatch:
    return Dispatch(
        id=world.codes.new_id(),
        petition_id=petition.id,
        organ_id=target.organ_id,
        sender_id=target.sender_id,
        mode=target.mode,
        role=role,
        state=DispatchState.SENT,
        sent_at=world.clock.now(),
        sent_on=world.clock.today(),
        report_due=target.report_due,
        binding=target.binding,
        procedure=target.procedure,
    )


def _thin(dispatch: Dispatch, petition: Petition) -> dict[str, object]:
    return {
        "dispatch_id": str(dispatch.id),
        "mode": dispatch.mode.value,
        "role": dispatch.role.value,
        "report_due": dispatch.report_due.isoformat() if dispatch.report_due else None,
        "urgent": petition.urgent,
    }


def _record(
    world: World, petition: Petition, decision: Decision, *, facts: dict[str, object]
) -> DecisionRecord:
    return DecisionRecord(
        id=world.codes.new_id(),
        petition_id=petition.id,
        decided_at=world.clock.now(),
        decided_by=SYSTEM,
        directory_version=decision.directory_version,
        rules_version=decision.rules_version,
        confidence=decision.confidence,
        needs_triage=decision.needs_triage,
        organ_id=decision.lead_id,
        body=decision.as_json(),
        facts=facts,
    )


def _told(decision: Decision, record: DecisionRecord) -> dict[str, object]:
    return {
        "decision_id": str(record.id),
        "purpose": decision.purpose.value if decision.purpose else None,
        "path": decision.path.value if decision.path else None,
        "rules": [reason.rule for reason in decision.reasons],
        "confidence": round(decision.confidence, 3),
        "directory_version": decision.directory_version,
    }
