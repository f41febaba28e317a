"""The triage desk: what no rule could place with confidence, a person places, with a reason (22)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.application import clocks, label, paper, procedure, repetition, same_matter
from services.application.acts import (
    Case,
    accused_organs,
    case,
    drop_recusal_requests,
    hold_visible,
    is_held,
    named_organ,
    notify,
    shielded,
    take,
    told_then,
)
from services.application.dispatch import NonAcceptance, stated_ground
from services.application.lists import PetitionFilter
from services.application.ports import Work, World
from services.application.rescreen import accused_in_words
from services.application.routing import Target, alert, dispatch_to
from services.domain.access import Call, Client, Shield
from services.domain.decision import DecisionRecord
from services.domain.directory import Directory
from services.domain.dispatch import (
    Dispatch,
    Mode,
    Objection,
    ObjectionState,
    OrganWasRight,
    Procedure,
)
from services.domain.informed import alerted
from services.domain.organ import Organ
from services.domain.petition import Path, Petition, Purpose, State
from services.domain.refusal import InvalidField
from services.domain.same_matter import Difference, Link, LinkState
from services.domain.statute import Ground
from services.domain.steps import Act


@dataclass(frozen=True, slots=True)
class Choice:
    """A person's decision. ``report_due`` makes it an assignment (交办); ``purpose`` corrects the sorting.

    ``difference`` says why it is not the repetition that was proposed: it opens a chain of its own (36).
    ``procedure`` simple marks it as fit for 简易办理: the organ decides when it accepts. ``new_facts`` says
    why it goes to an organ again that was right not to want it (23).
    """

    organ_id: UUID
    reason: str
    report_due: date | None = None
    purpose: Purpose | None = None
    category_code: str | None = None
    difference: Difference | None = None
    procedure: Procedure = Procedure.ORDINARY
    new_facts: str | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """Not to accept a petition, because it repeats an earlier one: for a person to confirm (19, 36)."""

    link: Link
    earlier: Petition
    ground: Ground


@dataclass(frozen=True, slots=True)
class Waiting:
    """A petition on the desk with the decision that put it there (its three best suggestions in the body).

    ``objection`` was upheld and brought it back; ``due_on``: when the first of its clocks runs out.
    """

    petition: Petition
    decision: DecisionRecord | None
    proposal: Proposal | None = None
    objection: Objection | None = None
    due_on: date | None = None


async def waiting(world: World, client: Client, *, after: UUID | None, limit: int) -> list[Waiting]:
    """What waits on the caller's own desk, oldest first; the desks of its counties are their business.

    Nothing that the caller must not see.
    """
    wanted = PetitionFilter(
        holder_id=client.organ_id,
        office_prefix=client.region_code,
        shield_for=client.organ_id,
        states=(State.TRIAGE.value,),
        oldest_first=True,
    )
    petitions = await world.lists.petitions(wanted, after=after, limit=limit)
    async with world.read() as work:
        ids = tuple(petition.id for petition in petitions)
        decisions = await work.decisions.find(petition_id=ids) if ids else []
        proposals = await _proposals(world, work, petitions, client)
        upheld = ObjectionState.UPHELD.value
        raised = await work.objections.find(petition_id=ids, state=upheld) if ids else []
        due = await clocks.first_due(work, ids)
    newest = {decision.petition_id: decision for decision in decisions}
    back = {each.petition_id for each in newest.values() if label.is_return(each)}
    objections = {each.petition_id: each for each in raised if each.petition_id in back}
    return [
        Waiting(each, newest.get(each.id), proposals.get(each.id), objections.get(each.id), due.get(each.id))
        for each in petitions
    ]


async def _proposals(
    world: World, work: Work, petitions: list[Petition], client: Client
) -> dict[UUID, Proposal]:
    """By petition. A proposal that rests on what the caller may not see (any more) is not shown (30)."""
    ids = tuple(petition.id for petition in petitions)
    links = await work.links.find(petition_id=ids, state=LinkState.PROPOSED.value) if ids else []
    offices = {petition.id: petition.office_region for petition in petitions}
    found: dict[UUID, Proposal] = {}
    for link in links:
        earlier = await work.petitions.get(link.earlier_id)
        if link.ground is not None and await same_matter.visible_to(world, work, earlier, client):
            ground = world.law.pack(offices[link.petition_id]).ground(link.ground)
            found[link.petition_id] = Proposal(link, earlier, ground)
    return found


async def decide(world: World, petition_id: UUID, choice: Choice, *, call: Call) -> Case[Dispatch]:
    """Send a petition from the desk to an organ. The choice is kept as the better label of the decision."""
    async with world.begin(call) as work:
        petition, repeated = await hold_visible(world, work, petition_id, call, anew=Act.ASSIGN)
        if repeated:
            sent_id = await told_then(work, petition, call, "dispatch_id", kind="dispatched")
            return await case(work, petition, await work.dispatches.get(sent_id))
        directory = await world.directory()
        organ = named_organ(directory, choice.organ_id, on=world.clock.today())
        again = await _again(work, petition, organ, choice)
        _correct(directory, petition, choice, today=world.clock.today())
        hidden = await _shielded_anew(world, work, directory, petition)
        data = {
            "organ_id": str(organ.id),
            "category_code": petition.category_code,
            **await repetition.go_on(world, work, petition, choice.difference, call=call),
            **({"despite_objection": str(again.id)} if again else {}),
        }
        held = petition.urgent and await is_held(work, petition)
        known = alerted(directory, petition, hidden, held=held, on=world.clock.today())
        take(work, petition, Act.ASSIGN, actor=call.actor, data=data)
        alert(world, work, directory, petition, hidden, actor=call.actor, known=known)
        mode = Mode.ASSIGN if choice.report_due else Mode.REFER
        text = f"人工分流:{choice.reason}" + (f";新的事实:{choice.new_facts}" if again else "")
        named = choice.category_code is not None
        chosen = label.Chosen(organ, mode, "R1", text, named=named)
        await work.decisions.add(
            await label.of_person(world, work, directory, petition, chosen, actor=call.actor)
        )
        if choice.procedure is Procedure.SIMPLE:
            office_id = call.client.organ_id
            await procedure.pass_on(
                world, work, petition, mode=mode, owner_id=office_id, since=petition.received_on
            )
        target = Target(organ.id, call.client.organ_id, mode, choice.report_due, procedure=choice.procedure)
        dispatch = await dispatch_to(world, work, petition, target, actor=call.actor, shielded=hidden)
        return await case(work, petition, dispatch)


async def _again(work: Work, petition: Petition, organ: Organ, choice: Choice) -> Objection | None:
    """The upheld objection of the organ that is to have it again; on new facts alone (23)."""
    upheld = ObjectionState.UPHELD.value
    found = await work.objections.find(petition_id=petition.id, organ_id=organ.id, state=upheld)
    if found and choice.new_facts is None:
        raise OrganWasRight(organ=organ.name, decided_on=found[-1].decided_on)
    return found[-1] if found else None


def _correct(directory: Directory, petition: Petition, choice: Choice, *, today: date) -> None:
    """What the person corrects of the sorting. Only redress has one of the six paths (29, 30, 31)."""
    label.check_report_due(choice.report_due, today=today)
    if choice.category_code is not None and choice.category_code not in directory.categories:
        raise InvalidField(
            code="category_unknown",
            zh="内容分类中没有该编码。",
            en="There is no such category.",
            pointer="/category_code",
        )
    petition.category_code = choice.category_code or petition.category_code
    if choice.purpose is not None:
        petition.purpose = choice.purpose
        redress = choice.purpose is Purpose.REDRESS
        petition.path = (petition.path or Path.PETITION_PROCEDURE) if redress else None


async def _shielded_anew(
    world: World, work: Work, directory: Directory, petition: Petition
) -> frozenset[UUID]:
    """Whom it must not reach, looked for again: the person may have found that it is a denunciation (30)."""
    before = await shielded(world, work, petition)
    if petition.purpose is not Purpose.DENUNCIATION and not petition.confidential:
        return before
    respondents = await work.respondents.find(petition_id=petition.id)
    in_words = await accused_in_words(world, work, await world.router(), petition)
    accused = in_words | accused_organs(respondents, petition)
    hidden = before | directory.shielded_from(accused)
    stored = {shield.organ_id for shield in await work.shields.find(petition_id=petition.id)}
    await work.shields.add(*(Shield(petition.id, organ_id) for organ_id in sorted(hidden - stored)))
    return hidden


async def decline(world: World, petition_id: UUID, refusal: NonAcceptance, *, call: Call) -> Petition:
    """The office itself does not accept it (A1–A6), in writing and with the reason."""
    async with world.begin(call) as work:
        petition, repeated = await hold_visible(world, work, petition_id, call)
        if repeated:
            return petition
        ground = stated_ground(world.law.pack(petition.office_region), refusal)
        shown = await repetition.refused_on(world, work, petition, ground, refusal.earlier_number, call=call)
        data = {"ground": ground.id, "ground_article": str(ground.citation), **shown}
        take(work, petition, Act.DECLINE, actor=call.actor, data=data)
        await clocks.meet(work, petition, "D1", "D2", on=world.clock.today())
        await clocks.cease(work, petition)
        await drop_recusal_requests(work, petition)
        petition.holder_id = None
        await notify(
            world, work, petition, "non_acceptance", refusal.explanation,
            organ_id=call.client.organ_id, ground=ground.id, directed_to=refusal.directed_to,
        )  # fmt: skip
        await paper.refused(
            world, work, petition, ground, refusal.explanation,
            organ_id=call.client.organ_id, directed_to=refusal.directed_to,
        )  # fmt: skip
        await work.flush()
        return petition
