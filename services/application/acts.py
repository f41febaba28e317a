"""What every act has in common: the petition is locked, the step is allowed, the ledger is told, once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar
from uuid import UUID

from services.application import clocks
from services.application.ports import Work, World
from services.domain import own_limit
from services.domain.access import Call, Client, StaleVersion, may_see
from services.domain.deadline import Deadline
from services.domain.directory import Directory
from services.domain.dispatch import GONE, Dispatch, DispatchState, HandedOn
from services.domain.execution import Execution
from services.domain.inbox import EntryType
from services.domain.informed import informed
from services.domain.opinion import Notice, Opinion
from services.domain.organ import Organ
from services.domain.petition import Petition, Purpose, Respondent, State
from services.domain.recusal import RecusalState
from services.domain.refusal import InvalidField, NotFound
from services.domain.review import Review, ReviewState
from services.domain.steps import STEPS, Act, step

T = TypeVar("T", Dispatch, Opinion, Review, Execution)


@dataclass(frozen=True, slots=True)
class Case(Generic[T]):
    """A dispatch, opinion, review or execution, its petition as the act left it, and the clocks of it."""

    subject: T
    petition: Petition
    deadlines: list[Deadline]


async def case(work: Work, petition: Petition, subject: T) -> Case[T]:
    """What an act answers. It writes what waits, so it is the last thing an act does."""
    await work.flush()
    found = await work.deadlines.find(petition_id=petition.id, subject_id=subject.id)
    return Case(subject, petition, found)


async def hold(
    work: Work, petition_id: UUID, call: Call, *, anew: Act | None = None
) -> tuple[Petition, bool]:
    """Lock a petition for an act of someone who has it in hand. True with it: see :func:`carried_out`."""
    petition = await work.lock(petition_id)
    return petition, await carried_out(work, petition, call, anew=anew)


async def hold_visible(
    world: World, work: Work, petition_id: UUID, call: Call, *, anew: Act | None = None
) -> tuple[Petition, bool]:
    """As :func:`hold`, for a petition that the caller names: of one that it may not see, not even the version
    is told. Raises ``NotFound`` for that.
    """
    petition = await work.lock(petition_id)
    await ensure_visible(world, work, petition, call.client)
    return petition, await carried_out(work, petition, call, anew=anew)


async def carried_out(work: Work, petition: Petition, call: Call, *, anew: Act | None = None) -> bool:
    """Whether the very same call was carried out on this locked petition before.

    A repeated call is recognised before its ``If-Match`` is judged, for it answers as it did. An act that
    may come again in the same words, on another tier or after a remand, names itself as ``anew``: where the
    table allows it, it is no repetition. Raises :class:`StaleVersion` for a version that is not the present.
    """
    comes_again = anew is not None and (petition.state, anew) in STEPS
    if call.fingerprint and not comes_again and await work.done_before(petition.id, call.fingerprint):
        return True
    if call.if_match is not None and call.if_match != petition.version:
        raise StaleVersion(current=petition.version)
    return False


async def told_then(work: Work, petition: Petition, call: Call, name: str, *, kind: str) -> UUID:
    """The id that the ledger told as ``name`` when this very call was carried out, the last time."""
    events = await work.events.find(petition_id=petition.id, fingerprint=call.fingerprint, kind=kind)
    last = max(events, key=lambda event: event.seq)
    return UUID(str(last.data[name]))


def take(
    work: Work,
    petition: Petition,
    act: Act,
    *,
    actor: str,
    data: Mapping[str, object] | None = None,
    article: str | None = None,
) -> None:
    """Take the step, or raise ``StepNotAllowed``; its event names the article that allows it.

    ``article`` is given where that is a row of the pack, which not every pack has.
    """
    allowed = step(petition.state, act)
    petition.state = allowed.to
    facts = {**(data or {}), "article": article or allowed.article, "state": allowed.to.value}
    work.record(petition, act.value, actor=actor, data=facts)


async def party_organs(work: Work, petition: Petition) -> set[UUID]:
    """The organs in whose hands the petition is or was answered, by dispatch or by review; and who decides,
    or decided, whose matter it is (24).
    """
    return await _parties(work, petition, await work.dispatches.find(petition_id=petition.id))


async def _parties(work: Work, petition: Petition, dispatches: list[Dispatch]) -> set[UUID]:
    reviews = await work.reviews.find(petition_id=petition.id)
    there = [dispatch for dispatch in dispatches if dispatch.state not in GONE]
    held = {dispatch.organ_id for dispatch in there}
    held |= {each.sender_id for each in there if each.binding and each.sender_id}
    if petition.state is State.DISPUTED and petition.holder_id:
        held.add(petition.holder_id)
    return held | {review.organ_id for review in reviews if review.state is not ReviewState.CEASED}


async def shielded(world: World, work: Work, petition: Petition) -> frozenset[UUID]:
    """The organs that must never see it: those it accuses and all beneath them (信访工作条例 30)."""
    stored = {shield.organ_id for shield in await work.shields.find(petition_id=petition.id)}
    accused = accused_organs(await work.respondents.find(petition_id=petition.id), petition)
    directory = await world.directory()
    return directory.shielded_from(frozenset(stored) | accused)  # with what was set up beneath them since


async def is_shielded(work: Work, petition: Petition, organ_id: UUID) -> bool:
    """Whether screening found that this organ must not see the petition."""
    return bool(await work.shields.find(petition_id=petition.id, organ_id=organ_id))


def accused_organs(respondents: Iterable[Respondent], petition: Petition) -> frozenset[UUID]:
    """Respondents of a denunciation, or of a petition that asks for confidence, known as organs."""
    if petition.purpose != "denunciation" and not petition.confidential:
        return frozenset()
    return frozenset(person.organ_id for person in respondents if person.organ_id)


async def ensure_visible(
    world: World,
    work: Work,
    petition: Petition,
    client: Client,
    *,
    missing: NotFound | None = None,
    reading: bool = False,
) -> None:
    """Raise ``NotFound``, exactly as for a petition that does not exist, when the caller may not see it.

    ``missing`` is what is raised for something of a petition, as if that did not exist. ``reading``: nothing
    is done to it, so who was only told of it may see it too (信访工作条例 22, 25).
    """
    directory = await world.directory()
    in_region = directory.gazetteer.contains(client.region_code, petition.office_region)
    dispatches = await work.dispatches.find(petition_id=petition.id)
    parties, hidden = await _parties(work, petition, dispatches), await shielded(world, work, petition)
    if reading:
        pack, today = world.law.pack(petition.office_region), world.clock.today()
        held = petition.urgent and await is_held(work, petition)
        parties |= informed(directory, petition, pack, dispatches, hidden=hidden, held=held, on=today)
    visible = may_see(
        client,
        source_id=petition.client_id,
        screened=petition.state.screened,
        denunciation=petition.purpose is Purpose.DENUNCIATION,
        in_office_region=in_region,
        party_organs=parties,
        shielded=hidden,
    )
    if not visible:
        raise missing or NotFound("信访件", "petition")


async def is_held(work: Work, petition: Petition) -> bool:
    """Whether it waits for a person to tell whom it accuses."""
    if petition.state is not State.TRIAGE:
        return False
    decisions = await work.decisions.find(petition_id=petition.id)
    return bool(decisions and decisions[-1].body.get("held"))


async def own_dispatch(
    work: Work, dispatch_id: UUID, call: Call, *, anew: Act | None = None, though_handed_on: bool = False
) -> tuple[Dispatch, Petition, bool]:
    """A dispatch in the caller's hands, and its petition, locked; ``NotFound`` for any other.

    Of one that the caller passed on it may still report, and nothing else: :class:`HandedOn`. One that it
    gave back answers only the calls that were carried out while it held it; one from which it is shielded
    answers none (信访工作条例 30).
    """
    missing = NotFound("转交办件", "dispatch")
    found = await work.dispatches.find(id=dispatch_id)
    if not found or found[0].organ_id != call.client.organ_id:
        raise missing
    dispatch = found[0]
    petition = await work.lock(dispatch.petition_id)
    await work.dispatches.refresh(dispatch)  # it may have changed while the lock was awaited
    if dispatch.state is DispatchState.WITHDRAWN or await is_shielded(work, petition, dispatch.organ_id):
        raise missing
    if dispatch.state in GONE:
        if not await _was_carried_out(work, dispatch, call):
            raise missing
        return dispatch, petition, True
    repeated = await carried_out(work, petition, call, anew=anew)
    if dispatch.state is DispatchState.REFERRED and not (repeated or though_handed_on):
        raise HandedOn()
    return dispatch, petition, repeated


async def _was_carried_out(work: Work, dispatch: Dispatch, call: Call) -> bool:
    return bool(call.fingerprint) and await work.done_before(dispatch.petition_id, call.fingerprint or "")


async def take_back(work: Work, petition: Petition, dispatch: Dispatch) -> None:
    """Take a case out of an organ's hands. Its entry says no more than that, whatever the cause: if only some
    said why, those that do not would tell an accused organ what it must not know (信访工作条例 30).
    """
    dispatch.move(DispatchState.WITHDRAWN)
    await work.dispatches.save(dispatch)
    await drop_recusal_requests(work, petition, dispatch.organ_id)
    await clocks.cease(work, petition, own_limit.ORGAN, subject_id=dispatch.id)
    work.post(dispatch.organ_id, EntryType.DISPATCH_WITHDRAWN, petition, {"dispatch_id": str(dispatch.id)})


async def drop_recusal_requests(work: Work, petition: Petition, organ_id: UUID | None = None) -> None:
    """What a petitioner asked of an organ's officers is nothing to decide, once it has the petition no more.

    Without an organ: of any, for the petition has ended.
    """
    of_one = {"organ_id": organ_id} if organ_id is not None else {}
    asked = RecusalState.REQUESTED.value
    for recusal in await work.recusals.find(petition_id=petition.id, state=asked, **of_one):
        recusal.state = RecusalState.CEASED
        await work.recusals.save(recusal)


def named_organ(directory: Directory, organ_id: UUID, *, on: date, pointer: str = "/organ_id") -> Organ:
    """The organ that a caller names; an unknown or abolished one is an invalid field."""
    organ = directory.find(organ_id)
    if organ is None or not organ.in_force(on):
        raise InvalidField(
            code="organ_unknown",
            zh="机构目录中没有该机关、单位,或者该单位已撤并。",
            en="The directory has no such organ, or it was abolished.",
            pointer=pointer,
        )
    return organ


async def notify(
    world: World,
    work: Work,
    petition: Petition,
    kind: str,
    text: str,
    *,
    organ_id: UUID | None,
    ground: str | None = None,
    directed_to: str | None = None,
) -> None:
    """书面告知: what the petitioner is told in writing stays on record."""
    notice = Notice(
        id=world.codes.new_id(),
        petition_id=petition.id,
        kind=kind,
        organ_id=organ_id,
        text=text,
        issued_on=world.clock.today(),
        ground=ground,
        directed_to=directed_to,
    )
    await work.notices.add(notice)
