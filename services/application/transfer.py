"""因新的事实移交: new facts show that another organ is competent, after the time to object is over (22, 24).

An act on record, with its reason told to the petitioner: no case changes hands in any other way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.application import clocks, dispute, label
from services.application.acts import (
    Case,
    case,
    hold_visible,
    named_organ,
    notify,
    shielded,
    take,
    take_back,
    told_then,
)
from services.application.ports import Work, World
from services.application.rescreen import OF_A_DISPATCH
from services.application.routing import Target, dispatch_to
from services.domain.access import Call, ClientRole
from services.domain.directory import Directory
from services.domain.dispatch import Dispatch, Mode, NotSubordinate
from services.domain.dispute import superiors_on
from services.domain.organ import Organ
from services.domain.petition import Petition
from services.domain.refusal import InvalidField
from services.domain.steps import Act, not_allowed


@dataclass(frozen=True, slots=True)
class Transfer:
    """``reason`` says what is new; ``report_due`` makes it an assignment."""

    organ_id: UUID
    reason: str
    report_due: date | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a case changes hands: the rule, how the decision and the petitioner are told; ``public``: with the
    reason. ``article`` where it is not that of the step.
    """

    rule: str
    label: str
    told: str
    reason: str
    public: bool = True
    article: str | None = None


async def transfer(world: World, petition_id: UUID, wanted: Transfer, *, call: Call) -> Case[Dispatch]:
    """By the petition office or who sent it; of a ruled case only by who ruled. Returns the new dispatch.

    The new organ may object, unless it is ruled. The period of handling, once it runs, goes on: it is counted
    from the acceptance (34), and who has the case is no matter of the petitioner's.
    """
    async with world.begin(call) as work:
        petition, repeated = await hold_visible(world, work, petition_id, call)
        if repeated:
            sent_id = await told_then(work, petition, call, "dispatch_id", kind="dispatched")
            return await case(work, petition, await work.dispatches.get(sent_id))
        lead = await lead_to_move(world, work, petition, call)
        directory, today = await world.directory(), world.clock.today()
        label.check_report_due(wanted.report_due, today=today)
        organ = named_organ(directory, wanted.organ_id, on=today)
        _ensure_may_name(directory, lead, organ, call, today=today)
        because = Cause("R1", "因新的事实移交", "因有新的事实", wanted.reason)
        onward = await hand_over(
            world, work, petition, lead, organ, because,
            report_due=wanted.report_due, sender_id=call.client.organ_id, actor=call.actor,
        )  # fmt: skip
        return await case(work, petition, onward)


async def lead_to_move(world: World, work: Work, petition: Petition, call: Call) -> Dispatch:
    """The dispatch under which an organ has it, from which the caller may take it."""
    lead = await dispute.open_lead(work, petition)
    await dispute.ensure_may_move(world, work, lead, call.client)
    if lead is None:
        raise not_allowed(petition.state, Act.TRANSFER)
    return lead


async def hand_over(
    world: World,
    work: Work,
    petition: Petition,
    lead: Dispatch,
    organ: Organ,
    because: Cause,
    *,
    report_due: date | None,
    sender_id: UUID | None,
    actor: str,
) -> Dispatch:
    """From the hands of ``lead`` into those of ``organ``, by a decision on record, told to the petitioner.

    ``sender_id`` sends it from now on, and judges an objection.
    """
    directory = await world.directory()
    data = {"dispatch_id": str(lead.id), "from": str(lead.organ_id), "to": str(organ.id)}
    take(work, petition, Act.TRANSFER, actor=actor, data=data, article=because.article)
    await clocks.cease(work, petition, *OF_A_DISPATCH)
    await take_back(work, petition, lead)
    for beside in await work.dispatches.find(petition_id=petition.id, organ_id=organ.id, open=True):
        await take_back(work, petition, beside)  # who helped with it now has it
    await work.flush()  # the old lead is closed before the new one opens
    mode = Mode.ASSIGN if report_due else Mode.REFER
    chosen = label.Chosen(organ, mode, because.rule, f"{because.label}:{because.reason}")
    if not because.public:
        chosen = label.Chosen(organ, mode, because.rule, because.label, for_office=because.reason)
    await work.decisions.add(await label.of_person(world, work, directory, petition, chosen, actor=actor))
    ruled = await dispute.is_ruled(work, lead)
    target = Target(organ.id, sender_id, mode, report_due, binding=ruled)
    hidden = await shielded(world, work, petition)
    onward = await dispatch_to(world, work, petition, target, actor=actor, shielded=hidden)
    text = f"{because.told},您反映的信访事项改由{organ.name}办理" + (
        f":{because.reason}" if because.public else "。"
    )
    await notify(world, work, petition, "transfer", text, organ_id=sender_id, directed_to=organ.name)
    return onward


def _ensure_may_name(directory: Directory, lead: Dispatch, organ: Organ, call: Call, *, today: date) -> None:
    """Another organ than the present one; by who is no petition office, one beneath it (22, 23)."""
    if organ.id == lead.organ_id:
        raise InvalidField(
            code="organ_has_it",
            zh="该件已由该单位办理。",
            en="The petition is in this organ's hands already.",
            pointer="/organ_id",
        )
    if call.client.role is ClientRole.PETITION_OFFICE:
        return
    if call.client.organ_id not in {each.id for each in superiors_on(directory, organ, on=today)}:
        raise NotSubordinate(organ=organ.name, article="信访工作条例第二十三条")
