"""A petition as its callers read it, and what may be added to it: supplements, files, return calls."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from services.application.acts import ensure_visible, hold_visible, take, told_then
from services.application.lists import PetitionFilter
from services.application.ports import Work, World
from services.application.rescreen import accused_in_words
from services.application.same_matter import Related, related
from services.domain.access import Call, Client, ClientRole, NotCompetent
from services.domain.deadline import Deadline
from services.domain.decision import DecisionRecord
from services.domain.dispatch import ObjectionState
from services.domain.execution import Execution
from services.domain.inbox import EntryType
from services.domain.ledger import Event
from services.domain.outbox import Topic
from services.domain.petition import (
    Attachment,
    Callback,
    Care,
    Petition,
    Petitioner,
    Purpose,
    Respondent,
    State,
    Supplement,
)
from services.domain.recommendation import RULE as RECOMMENDATION
from services.domain.refusal import NotFound
from services.domain.steps import Act

# Registered, held, closed, final, care given: with fewer events in its ledger a petition has had neither care
# nor, which takes longer, an opinion to carry out.
CARE_GIVEN = 5


@dataclass(frozen=True, slots=True)
class Dossier:
    """A petition with what a reader needs beside it."""

    petition: Petition
    petitioners: list[Petitioner]
    respondents: list[Respondent]
    supplements: list[Supplement]
    deadlines: list[Deadline]
    executions: list[Execution]
    cares: list[Care]
    related: list[Related]
    objection_id: UUID | None


async def visible(world: World, work: Work, petition_id: UUID, client: Client) -> Petition:
    """The petition, or ``NotFound`` for one that does not exist or that the caller may not see."""
    found = await work.petitions.find(id=petition_id)
    if not found:
        raise NotFound("信访件", "petition")
    await ensure_visible(world, work, found[0], client, reading=True)
    return found[0]


async def read(world: World, petition_id: UUID, *, client: Client) -> Dossier:
    async with world.read() as work:
        petition = await visible(world, work, petition_id, client)
        return await dossier(world, work, petition, client)


async def dossier(world: World, work: Work, petition: Petition, client: Client) -> Dossier:
    """A petition that ``client`` may see, with what it may see of it."""
    return Dossier(
        petition,
        sorted(await work.petitioners.find(petition_id=petition.id), key=lambda each: each.position),
        await work.respondents.find(petition_id=petition.id),
        await _supplements(world, work, petition, client),
        [each for each in await work.deadlines.find(petition_id=petition.id) if _concerns(each, client)],
        await work.executions.find(petition_id=petition.id) if petition.version >= CARE_GIVEN else [],
        await work.cares.find(petition_id=petition.id) if petition.version >= CARE_GIVEN else [],
        await related(world, work, petition, client),
        await _open_objection(work, petition, client),
    )


async def _open_objection(work: Work, petition: Petition, client: Client) -> UUID | None:
    """The objection that is not decided yet, for who raised it and who decides it."""
    if petition.state is not State.OBJECTED:
        return None
    for objection in await work.objections.find(petition_id=petition.id, state=ObjectionState.OPEN.value):
        dispatch = await work.dispatches.get(objection.dispatch_id)
        if client.organ_id in (objection.organ_id, dispatch.sender_id):
            return objection.id
    return None


def _concerns(clock: Deadline, client: Client) -> bool:
    """What the office recommended to an organ is between the two of them (40)."""
    mine = client.role is ClientRole.PETITION_OFFICE or client.organ_id == clock.owner_id
    return mine or clock.rule != RECOMMENDATION


async def _supplements(world: World, work: Work, petition: Petition, client: Client) -> list[Supplement]:
    """What was added since, oldest first; nothing to an organ that it accuses while screening still waits."""
    found = await work.supplements.find(petition_id=petition.id)
    if found and client.organ_id is not None:
        accused = await accused_in_words(world, work, await world.router(), petition)
        if client.organ_id in (await world.directory()).shielded_from(accused):
            return []
    return sorted(found, key=lambda each: (each.added_at, each.id))


async def listing(
    world: World, wanted: PetitionFilter, *, client: Client, after: UUID | None, limit: int
) -> list[Petition]:
    """What the caller may see of the petitions wanted, newest first. See :func:`within_reach`.

    Who names one petition may just have registered it, and must find it; pages of many may be seconds old.
    Whoever was accused in these seconds is not shown it even so: that page is read anew (信访工作条例 30).
    """
    wanted = within_reach(wanted, client)
    one = wanted.number is not None or wanted.external_ref is not None
    lists = world.lists if one else world.reports
    found = await lists.petitions(wanted, after=after, limit=limit)
    organ, ids = wanted.shield_for, [petition.id for petition in found]
    if lists is not world.lists and organ and ids and await world.lists.any_shielded(organ, ids):
        return await world.lists.petitions(wanted, after=after, limit=limit)
    return found


def within_reach(wanted: PetitionFilter, client: Client) -> PetitionFilter:
    """Narrow a list to the caller's own: an office's region, a source's petitions; what an organ has in hand
    and, denunciations excepted, what was brought to it (信访工作条例 23, 30).
    """
    if client.role is ClientRole.PETITION_OFFICE:
        return replace(
            wanted, office_prefix=client.region_code, shield_for=client.organ_id, screened_only=True
        )
    if client.organ_id is not None:
        return replace(
            wanted, holder_id=client.organ_id, or_brought_by=client.id,
            shield_for=client.organ_id, screened_only=True,
        )  # fmt: skip
    return replace(wanted, client_id=client.id)


async def events(world: World, petition_id: UUID, *, client: Client) -> list[Event]:
    """The ledger of a petition, in its order."""
    async with world.read() as work:
        petition = await visible(world, work, petition_id, client)
        found = await work.events.find(petition_id=petition.id)
        return sorted(found, key=lambda event: event.seq)


async def decision(world: World, petition_id: UUID, *, client: Client) -> DecisionRecord:
    """The newest routing decision.

    One that the rules were sure of may still wait for a person: what repeats an earlier petition is held for
    the desk (信访工作条例 19, 36).
    """
    async with world.read() as work:
        petition = await visible(world, work, petition_id, client)
        decisions = await work.decisions.find(petition_id=petition.id)
    if not decisions:
        raise NotFound("分流决定(尚未作出)", "routing decision (none yet)")
    newest = decisions[-1]
    return replace(newest, needs_triage=newest.needs_triage or petition.state is State.TRIAGE)


async def supplement(world: World, petition_id: UUID, content: str, *, call: Call) -> Supplement:
    """Add to a petition. Whoever holds it is told, after what was added has been screened."""
    async with world.begin(call) as work:
        petition, repeated = await hold_visible(world, work, petition_id, call)
        _ensure_may_add(petition, call.client)
        if repeated:
            added_id = await told_then(work, petition, call, "supplement_id", kind=Act.SUPPLEMENT.value)
            return await work.supplements.get(added_id)
        added = Supplement(
            id=world.codes.new_id(),
            petition_id=petition.id,
            content=content,
            client_id=call.client.id,
            added_at=world.clock.now(),
        )
        await add_supplement(work, petition, added, actor=call.actor)
        return added


def _ensure_may_add(petition: Petition, client: Client) -> None:
    """An organ adds in the petitioner's name only to what the petitioner brought to it (23)."""
    if client.role is ClientRole.ORGAN and client.id != petition.client_id:
        raise NotCompetent()


async def add_supplement(work: Work, petition: Petition, added: Supplement, *, actor: str) -> None:
    await work.supplements.add(added)
    data = {"supplement_id": str(added.id), "characters": len(added.content)}
    take(work, petition, Act.SUPPLEMENT, actor=actor, data=data)
    await _announce(work, petition, data)


async def _announce(work: Work, petition: Petition, data: dict[str, object]) -> None:
    """Tell the holder. What is confidential is screened first: it may name the holder itself (条例 30)."""
    if petition.purpose is Purpose.DENUNCIATION or petition.confidential:
        await work.enqueue(Topic.RESCREEN, petition.id)
    elif petition.holder_id is not None and petition.state.screened:
        work.post(petition.holder_id, EntryType.PETITION_SUPPLEMENTED, petition, data)


async def attach(world: World, petition_id: UUID, attachment: Attachment, *, call: Call) -> Attachment:
    """Record a stored file on the petition."""
    async with world.begin(call) as work:
        petition, _ = await hold_visible(world, work, petition_id, call)
        same = await work.attachments.find(petition_id=petition.id, sha256=attachment.sha256)
        if same:
            return same[0]
        await work.attachments.add(attachment)
        data = {"attachment_id": str(attachment.id), "sha256": attachment.sha256, "size": attachment.size}
        take(work, petition, Act.SUPPLEMENT, actor=call.actor, data=data)
        await _announce(work, petition, data)
        return attachment


async def attachment(world: World, attachment_id: UUID, *, client: Client) -> Attachment:
    async with world.read() as work:
        missing = NotFound("附件", "attachment")
        found = await work.attachments.find(id=attachment_id)
        if not found:
            raise missing
        petition = await work.petitions.get(found[0].petition_id)
        await ensure_visible(world, work, petition, client, missing=missing, reading=True)
        return found[0]


async def unmask(world: World, petition_id: UUID, reason: str, *, call: Call) -> list[Petitioner]:
    """The petitioners in clear, for the organ that handles the petition; the reason stays on record."""
    async with world.begin(call) as work:
        petition, _ = await hold_visible(world, work, petition_id, call)
        if petition.holder_id is None or petition.holder_id != call.client.organ_id:
            raise NotFound("信访件", "petition")
        take(work, petition, Act.UNMASK, actor=call.actor, data={"reason": reason})
        return sorted(await work.petitioners.find(petition_id=petition.id), key=lambda each: each.position)


async def call_back(world: World, petition_id: UUID, made: Callback, *, call: Call) -> Callback:
    """A return call by the hotline or the office (回访)."""
    async with world.begin(call) as work:
        petition, repeated = await hold_visible(world, work, petition_id, call)
        if repeated:
            made_id = await told_then(work, petition, call, "callback_id", kind=Act.CALL_BACK.value)
            return await work.callbacks.get(made_id)
        await work.callbacks.add(made)
        data = {"callback_id": str(made.id), "reached": made.reached, "satisfaction": made.satisfaction}
        take(work, petition, Act.CALL_BACK, actor=call.actor, data=data)
        return made
