"""What an organ had in hand goes to its successor, once it was split, merged or abolished (信访工作条例 24).

Nobody asks for it: the directory says from which day, and the schedule follows within minutes. One petition a
transaction. Where no successor is named the duty falls to the government of that level, which may name one.
What waits at a desk, and objections to an organ that is gone, are not passed on by themselves.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from uuid import UUID

from services.application import clocks, transfer
from services.application.acts import shielded, take, take_back
from services.application.dispute import open_lead
from services.application.ports import StoreBusy, StoreUnavailable, Work, World
from services.application.release import take_all_back
from services.application.rescreen import OF_A_DISPATCH
from services.application.review_move import in_hand, move, next_reviewer
from services.application.routing import Target, desk, involve
from services.domain.dispatch import Dispatch, DispatchState, Role
from services.domain.inbox import EntryType
from services.domain.organ import Organ, OrganKind
from services.domain.petition import Petition, Purpose
from services.domain.refusal import Refusal
from services.domain.review import Review, ReviewState
from services.domain.steps import STEPS, Act

log = logging.getLogger(__name__)
SYSTEM, PAGE = "system:succession", 200
ARTICLE = "信访工作条例 24"
UNDER_WAY = tuple(state.value for state in ReviewState if state.open)
# What was answered is its petitioner's to go on with, what was objected to its sender's.
IN_HAND = tuple(state.value for state in (DispatchState.SENT, DispatchState.RECEIVED, DispatchState.ACCEPTED))


async def follow_successors(world: World) -> int:
    """Pass on the cases and reviews of organs that exist no more. Returns how many were passed on."""
    today, moved = world.clock.today(), 0
    for organ in (await world.directory()).organs:
        if organ.valid_to is None or organ.valid_to > today:
            continue
        moved += await _reviews_of(world, organ)
        moved += await _cases_of(world, organ)
    return moved


async def _reviews_of(world: World, gone: Organ) -> int:
    after, moved = None, 0
    while found := await world.lists.reviews(gone.id, states=UNDER_WAY, after=after, limit=PAGE):
        for review in found:
            moved += await _tried(_follow_review(world, review, gone), review.id)
        after = found[-1].id
    return moved


async def _cases_of(world: World, gone: Organ) -> int:
    after, moved = None, 0
    while found := await world.lists.dispatches(gone.id, states=IN_HAND, after=after, limit=PAGE):
        for dispatch in found:
            moved += await _tried(_follow_case(world, dispatch, gone), dispatch.id)
        after = found[-1].id
    return moved


async def _tried(following: Awaitable[bool], what: UUID) -> bool:
    """One that cannot be passed on, or is locked, keeps no other back; without the database all wait."""
    try:
        return await following
    except Refusal as refused:
        if isinstance(refused, StoreUnavailable) and not isinstance(refused, StoreBusy):
            raise
        log.warning("%s stays with an organ that is gone: %s", what, type(refused).__name__)
        return False


async def _follow_review(world: World, listed: Review, gone: Organ) -> bool:
    """To the successor; where that must not know of it, or gave the opinion, to the next reviewer."""
    async with world.begin() as work:
        petition = await work.lock(listed.petition_id)
        review = await in_hand(work, petition)
        if review is None or review.id != listed.id or review.organ_id != gone.id:
            return False  # decided, declined or moved since it was listed
        hidden = await shielded(world, work, petition)
        opinion = await work.opinions.get(review.opinion_id)
        heir = (await world.directory()).successor(gone, world.clock.today())
        if heir is None or heir.id in hidden or heir.id == opinion.organ_id:
            heir = await next_reviewer(world, work, review, hidden)
        if heir is None:
            return False
        await move(world, work, petition, review, heir, actor=SYSTEM, article=ARTICLE)
        return True


async def _follow_case(world: World, listed: Dispatch, gone: Organ) -> bool:
    """A case that is yet to be answered, or a part in one, as it stands; the periods go on (34)."""
    async with world.begin() as work:
        petition = await work.lock(listed.petition_id)
        dispatch = await work.dispatches.get(listed.id)
        if dispatch.state.value not in IN_HAND or (petition.state, Act.TRANSFER) not in STEPS:
            return False  # answered, given back or moved since it was listed
        heir, why = await _heir(world, work, petition, gone)
        if dispatch.role is Role.CO:
            await _pass_part(world, work, petition, dispatch, heir)
            return True
        lead = await open_lead(work, petition)
        if lead is None or lead.id != dispatch.id:
            return False
        if heir is None:
            await _to_the_desk(world, work, petition)
            return True
        because = transfer.Cause("R9", "原承办机关撤并", "因原承办机关撤并", why, article=ARTICLE)
        hidden = await shielded(world, work, petition)
        sender_id = await _sender(world, lead) or desk(
            await world.directory(), petition, hidden, on=world.clock.today()
        )
        await transfer.hand_over(
            world, work, petition, lead, heir, because,
            report_due=lead.report_due, sender_id=sender_id, actor=SYSTEM,
        )  # fmt: skip
        return True


async def _sender(world: World, lead: Dispatch) -> UUID | None:
    """Who sent it, or the successor: it judges an objection."""
    directory, today = await world.directory(), world.clock.today()
    sender = directory.find(lead.sender_id) if lead.sender_id else None
    if sender is None or sender.in_force(today):
        return sender.id if sender else None
    heir = directory.successor(sender, today)
    return heir.id if heir else None


async def _heir(world: World, work: Work, petition: Petition, gone: Organ) -> tuple[Organ | None, str]:
    """The first that may know (30): the successor, that level's government (24), the superior; and why.

    A denunciation goes to nobody but the successor and the discipline above (22, 30).
    """
    directory, today = await world.directory(), world.clock.today()
    hidden = await shielded(world, work, petition)
    government = directory.by_function(OrganKind.GOVERNMENT.value, gone.region_code, on=today)
    heirs = (
        (directory.successor(gone, today), "该单位继续行使其职权。"),
        (
            None if petition.purpose is Purpose.DENUNCIATION else government,
            "承接机关未明确,由本级人民政府办理。",
        ),
        (directory.superior_of_same_line(gone.id, on=today), "由其上一级主管机关办理。"),
    )
    found = ((organ, why) for organ, why in heirs if organ is not None and organ.id not in hidden)
    return next(found, (None, ""))


async def _to_the_desk(world: World, work: Work, petition: Petition) -> None:
    """Where nobody is left who may have it, a person finds out who does."""
    hidden = await shielded(world, work, petition)
    await take_all_back(work, petition)
    take(work, petition, Act.RECALL, actor=SYSTEM, article=ARTICLE)
    await clocks.cease(work, petition, *OF_A_DISPATCH)
    petition.holder_id = desk(await world.directory(), petition, hidden, on=world.clock.today())
    await clocks.hand_over(work, petition, owner_id=petition.holder_id)
    if petition.holder_id is not None:
        work.post(petition.holder_id, EntryType.PETITION_SUPPLEMENTED, petition, {"holder_gone": True})


async def _pass_part(
    world: World, work: Work, petition: Petition, dispatch: Dispatch, heir: Organ | None
) -> None:
    await take_back(work, petition, dispatch)
    if heir is None or await work.dispatches.find(petition_id=petition.id, organ_id=heir.id, open=True):
        return  # it leads, or helps already
    hidden: frozenset[UUID] = await shielded(world, work, petition)
    target = Target(heir.id, dispatch.sender_id)
    await involve(world, work, petition, heir.id, target, actor=SYSTEM, shielded=hidden)
