"""What an organ had in hand goes to its successor, once it was split, merged or abolished (信访工作条例 24).

Nobody asks for it: the directory says from which day, and the schedule follows within minutes. One petition a
transaction. Where no successor is named the duty falls to the government of that level, which may name one.
"""

from __future__ import annotations

from uuid import UUID

from services.application import transfer
from services.application.acts import shielded, take_back
from services.application.dispute import open_lead
from services.application.ports import Work, World
from services.application.review_move import in_hand, move, next_reviewer
from services.application.routing import Target, desk, involve
from services.domain.dispatch import Dispatch, DispatchState, Role
from services.domain.organ import Organ, OrganKind
from services.domain.petition import Petition
from services.domain.review import Review, ReviewState
from services.domain.steps import STEPS, Act

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
            moved += await _follow_review(world, review, gone)
        after = found[-1].id
    return moved


async def _cases_of(world: World, gone: Organ) -> int:
    after, moved = None, 0
    while found := await world.lists.dispatches(gone.id, states=IN_HAND, after=after, limit=PAGE):
        for dispatch in found:
            moved += await _follow_case(world, dispatch, gone)
        after = found[-1].id
    return moved


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
        heir = await _heir(world, work, petition, gone)
        if heir is None or dispatch.state.value not in IN_HAND or (petition.state, Act.TRANSFER) not in STEPS:
            return False  # answered, given back or moved since it was listed
        if dispatch.role is Role.CO:
            await _pass_part(world, work, petition, dispatch, heir)
            return True
        lead = await open_lead(work, petition)
        if lead is None or lead.id != dispatch.id:
            return False
        because = transfer.Cause(
            "R9", "原承办机关撤并", "因原承办机关撤并", "该单位继续行使其职权。", article=ARTICLE
        )
        hidden = await shielded(world, work, petition)
        sender_id = lead.sender_id or desk(await world.directory(), petition, hidden, on=world.clock.today())
        await transfer.hand_over(
            world, work, petition, lead, heir, because,
            report_due=lead.report_due, sender_id=sender_id, actor=SYSTEM,
        )  # fmt: skip
        return True


async def _heir(world: World, work: Work, petition: Petition, gone: Organ) -> Organ | None:
    """The first that may know (30) of the successor, the government of that level (24), the superior."""
    directory, today = await world.directory(), world.clock.today()
    hidden = await shielded(world, work, petition)
    heirs = (
        directory.successor(gone, today),
        directory.by_function(OrganKind.GOVERNMENT.value, gone.region_code, on=today),
        directory.superior_of_same_line(gone.id, on=today),
    )
    return next((organ for organ in heirs if organ is not None and organ.id not in hidden), None)


async def _pass_part(world: World, work: Work, petition: Petition, dispatch: Dispatch, heir: Organ) -> None:
    await take_back(work, petition, dispatch)
    if await work.dispatches.find(petition_id=petition.id, organ_id=heir.id, open=True):
        return  # it leads, or helps already
    hidden: frozenset[UUID] = await shielded(world, work, petition)
    target = Target(heir.id, dispatch.sender_id)
    await involve(world, work, petition, heir.id, target, actor=SYSTEM, shielded=hidden)
