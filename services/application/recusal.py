"""回避 (信访工作条例 28.3): recorded by the organ that has the petition, or asked for by the petitioner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.application import recusal_check
from services.application.acts import (
    carried_out,
    ensure_visible,
    hold_visible,
    is_shielded,
    named_organ,
    notify,
    party_organs,
    take,
    told_then,
)
from services.application.ports import Work, World
from services.application.routing import desk
from services.domain.access import Call, Client, ClientRole, NotCompetent
from services.domain.inbox import EntryType
from services.domain.petition import Petition, Purpose
from services.domain.recusal import (
    AlreadyRecused,
    DecidesOnOwn,
    HeadDecidedAbove,
    Officer,
    Recusal,
    RecusalDecided,
    RecusalGround,
    RecusalState,
    means,
    recused_among,
)
from services.domain.refusal import InvalidField, NotFound
from services.domain.steps import Act, not_allowed, step

TOLD = {True: "您提出的回避申请已经决定:有关人员回避。", False: "您提出的回避申请已经决定:不予回避。"}


@dataclass(frozen=True, slots=True)
class Ruling:
    """Who decided, when and why; ``organ_id`` where that is the superior, as it is of a head."""

    by: str
    on: date
    organ_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What an organ found of one of its own: the interest, and who decided."""

    officer: Officer
    ground: RecusalGround
    reason: str
    ruling: Ruling


@dataclass(frozen=True, slots=True)
class Request:
    """Whom the petitioner means, as they know them, and why. ``organ_id`` None: of the organ that has it."""

    officer: Officer
    reason: str
    organ_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Of a request. ``officer`` says who is meant where the petitioner did not know the full name."""

    granted: bool
    reason: str
    ruling: Ruling
    officer: Officer | None = None
    ground: RecusalGround | None = None


@dataclass(frozen=True, slots=True)
class OnRecord:
    """A recusal, and its petition as the act left it."""

    recusal: Recusal
    petition: Petition


async def record(world: World, petition_id: UUID, found: Finding, *, call: Call) -> OnRecord:
    """An organ that has a part in the petition recuses one of its own; a petition office too."""
    async with world.begin(call) as work:
        petition, repeated = await hold_visible(world, work, petition_id, call)
        if repeated:
            return await _then(work, petition, call, Act.RECUSE)
        organ_id = call.client.organ_id
        if organ_id is None or not await _has_part(work, petition, call.client):
            raise NotCompetent()
        recusal = Recusal(
            id=world.codes.new_id(),
            petition_id=petition.id,
            organ_id=organ_id,
            officer=found.officer.name,
            post=found.officer.post,
            is_head=found.officer.is_head,
            ground=found.ground,
            reason=found.reason,
            state=RecusalState.REQUESTED,
            decider_id=organ_id,
        )
        await _grant(world, work, petition, recusal, found.ruling, call)
        await work.recusals.add(recusal)
        await work.flush()
        return OnRecord(recusal, petition)


async def request(world: World, petition_id: UUID, wanted: Request, *, call: Call) -> OnRecord:
    """申请回避 of the petitioner, through the source or a desk: for the organ to decide.

    Of a denunciation, or what is confidential, the desk decides: the words may accuse those who would read
    them (30).
    """
    async with world.begin(call) as work:
        petition, repeated = await hold_visible(world, work, petition_id, call)
        if repeated:
            return await _then(work, petition, call, Act.ASK_RECUSAL)
        step(petition.state, Act.ASK_RECUSAL)
        organ_id = await _organ_asked(work, petition, wanted.organ_id)
        shy = petition.purpose is Purpose.DENUNCIATION or petition.confidential
        decider_id = await _desk(world, work, petition) if shy else organ_id
        recusal = Recusal(
            id=world.codes.new_id(),
            petition_id=petition.id,
            organ_id=organ_id,
            officer=wanted.officer.name,
            post=wanted.officer.post,
            is_head=wanted.officer.is_head,
            reason=wanted.reason,
            state=RecusalState.REQUESTED,
            decider_id=decider_id,
            requested_on=world.clock.today(),
        )
        take(work, petition, Act.ASK_RECUSAL, actor=call.actor, data=_named(recusal),
             article=recusal_check.article(world, petition))  # fmt: skip
        await work.recusals.add(recusal)
        work.post(decider_id, EntryType.RECUSAL_REQUESTED, petition, {"recusal_id": str(recusal.id)})
        await work.flush()
        return OnRecord(recusal, petition)


async def decide(world: World, recusal_id: UUID, decision: Decision, *, call: Call) -> OnRecord:
    """The organ decides the petitioner's request, with its reasons; the petitioner is told what, no more."""
    async with world.begin(call) as work:
        recusal, petition = await _to_decide(work, recusal_id, call)
        if await carried_out(work, petition, call):
            return OnRecord(recusal, petition)
        if recusal.state is not RecusalState.REQUESTED:
            raise RecusalDecided()
        if decision.officer is not None:
            recusal.officer, recusal.post = decision.officer.name, decision.officer.post
            recusal.is_head = decision.officer.is_head
        recusal.ground, recusal.decision_reason = decision.ground, decision.reason
        if decision.granted:
            await _grant(world, work, petition, recusal, decision.ruling, call)
        else:
            await _decided(world, work, petition, recusal, decision.ruling)
            recusal.state = RecusalState.REFUSED
            take(work, petition, Act.REFUSE_RECUSAL, actor=call.actor, data=_named(recusal),
                 article=recusal_check.article(world, petition))  # fmt: skip
        await work.recusals.save(recusal)
        await notify(world, work, petition, "recusal", TOLD[decision.granted], organ_id=recusal.organ_id)
        if decision.granted and recusal.organ_id != recusal.decider_id:
            work.post(recusal.organ_id, EntryType.RECUSAL_DECIDED, petition, {"recusal_id": str(recusal.id)})
        await work.flush()
        return OnRecord(recusal, petition)


async def read(world: World, recusal_id: UUID, *, client: Client) -> OnRecord:
    """For the organ whose officer it is, who decides, and the petition office."""
    async with world.read() as work:
        missing = _missing()
        found = await work.recusals.find(id=recusal_id)
        if not found:
            raise missing
        petition = await work.petitions.get(found[0].petition_id)
        await ensure_visible(world, work, petition, client, missing=missing)
        if not _may_read(found[0], client):
            raise missing
        return OnRecord(found[0], petition)


async def of_petition(world: World, petition_id: UUID, *, client: Client) -> tuple[Petition, list[Recusal]]:
    """Those of a petition that the caller may read, in the order in which they came."""
    async with world.read() as work:
        found = await work.petitions.find(id=petition_id)
        if not found:
            raise NotFound("信访件", "petition")
        await ensure_visible(world, work, found[0], client)
        recusals = await work.recusals.find(petition_id=petition_id)
        return found[0], [each for each in recusals if _may_read(each, client)]


def _may_read(recusal: Recusal, client: Client) -> bool:
    """What a petitioner asked of the desk, the organ sees once it is granted, for it must keep to it."""
    if client.role is ClientRole.PETITION_OFFICE or client.organ_id == recusal.decider_id:
        return True
    return client.organ_id == recusal.organ_id and recusal.state is RecusalState.GRANTED


async def _grant(
    world: World, work: Work, petition: Petition, recusal: Recusal, ruling: Ruling, call: Call
) -> None:
    standing = await work.recusals.find(petition_id=petition.id)
    if recused_among(recusal.officer, standing, recusal.organ_id):
        raise AlreadyRecused()
    await _decided(world, work, petition, recusal, ruling)
    recusal.state = RecusalState.GRANTED
    take(work, petition, Act.RECUSE, actor=call.actor, data=_named(recusal),
         article=recusal_check.article(world, petition))  # fmt: skip


async def _decided(world: World, work: Work, petition: Petition, recusal: Recusal, ruling: Ruling) -> None:
    """Who decided: somebody else of the organ; of its head, the superior, where the directory knows one."""
    today = world.clock.today()
    if not petition.received_on <= ruling.on <= today:
        raise InvalidField(
            code="out_of_range",
            zh="决定回避的日期应当在收到信访件之日与今天之间。",
            en="The day of the decision lies between receipt of the petition and today.",
            pointer="/decided_on",
        )
    if means(ruling.by, recusal.whom):
        raise DecidesOnOwn(article=recusal_check.article(world, petition))
    standing = await work.recusals.find(petition_id=petition.id)
    above = await recusal_check.superiors(world, work, petition, recusal.organ_id, standing)
    if ruling.organ_id is not None:
        pointer = "/deciding_organ_id"
        organ = named_organ(await world.directory(), ruling.organ_id, on=today, pointer=pointer)
        recusal_check.ensure_above(above, organ, pointer=pointer)
    elif recusal.is_head and above:
        raise HeadDecidedAbove(above="、".join(each.name for each in above))
    deciders = (recusal.organ_id, ruling.organ_id)
    await recusal_check.ensure_takes_part(world, work, petition, *deciders, named={"/decided_by": ruling.by})
    recusal.decided_by, recusal.decided_on, recusal.deciding_organ_id = ruling.by, ruling.on, ruling.organ_id


async def _has_part(work: Work, petition: Petition, client: Client) -> bool:
    """In whose hands it is, or was answered; and the petition office, for its own part in it."""
    if client.role is ClientRole.PETITION_OFFICE:
        return True
    return client.organ_id in await party_organs(work, petition)


async def _organ_asked(work: Work, petition: Petition, wanted: UUID | None) -> UUID:
    """Of whose officer it is asked: of an organ that has the petition now."""
    held = await work.dispatches.find(petition_id=petition.id, open=True)
    reviews = await work.reviews.find(petition_id=petition.id)
    now = {each.organ_id for each in held if each.open} | {r.organ_id for r in reviews if r.state.open}
    now |= {petition.holder_id} if petition.holder_id else set()
    organ_id = wanted or petition.holder_id
    if organ_id is None:
        raise not_allowed(petition.state, Act.ASK_RECUSAL)
    if organ_id not in now:
        raise InvalidField(
            code="organ_not_handling",
            zh="该单位目前没有承办本件。",
            en="The petition is not in this organ's hands.",
            pointer="/organ_id",
        )
    return organ_id


async def _desk(world: World, work: Work, petition: Petition) -> UUID:
    shields = await work.shields.find(petition_id=petition.id)
    hidden = frozenset(each.organ_id for each in shields)
    office_id = desk(await world.directory(), petition, hidden, on=world.clock.today())
    if office_id is None:
        raise not_allowed(petition.state, Act.ASK_RECUSAL)
    return office_id


async def _to_decide(work: Work, recusal_id: UUID, call: Call) -> tuple[Recusal, Petition]:
    found = await work.recusals.find(id=recusal_id)
    if not found or call.client.organ_id != found[0].decider_id:
        raise _missing()
    petition = await work.lock(found[0].petition_id)
    await work.recusals.refresh(found[0])
    gone = found[0].state is RecusalState.CEASED
    if gone or await is_shielded(work, petition, found[0].decider_id):
        raise _missing()
    return found[0], petition


async def _then(work: Work, petition: Petition, call: Call, act: Act) -> OnRecord:
    """What this very call recorded before."""
    recusal_id = await told_then(work, petition, call, "recusal_id", kind=act.value)
    return OnRecord(await work.recusals.get(recusal_id), petition)


def _named(recusal: Recusal) -> dict[str, object]:
    """As the ledger names it: whose officer, and no more."""
    return {"recusal_id": str(recusal.id), "organ_id": str(recusal.organ_id)}


def _missing() -> NotFound:
    return NotFound("回避记录", "recusal")
