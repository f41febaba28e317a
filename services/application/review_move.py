"""A review is taken from an organ accused since, and goes to one that may know (信访工作条例 28, 30).

Likewise from one whose head is recused (28), and from one that exists no more (24).
"""

from __future__ import annotations

from uuid import UUID

from services.application import clocks
from services.application.acts import drop_recusal_requests, shielded, take
from services.application.ports import Work, World
from services.application.release import tell_review_gone
from services.application.routing import desk
from services.domain import deadline as rules
from services.domain.deadline import DeadlineState
from services.domain.inbox import EntryType
from services.domain.organ import Organ
from services.domain.petition import Petition
from services.domain.review import DECIDE_RULE, Review, ReviewState, reviewing_organs
from services.domain.steps import STEPS, Act

OVER = (ReviewState.DECLINED, ReviewState.CEASED)
UNDER_WAY = tuple(state.value for state in ReviewState if state.open)
SYSTEM, PAGE = "system:succession", 200


async def move_from_accused(
    world: World, work: Work, petition: Petition, hidden: frozenset[UUID], *, actor: str
) -> bool:
    """Move the review in hand when ``hidden`` has its organ. True when it was in such hands.

    It is the same request, so nothing of it begins anew: the petitioner waits for an answer from the day of
    the request on, whoever gives it (信访工作条例 35, 36: 自收到复查请求之日起), and an acceptance that was
    told to the petitioner stands. An opinion that was not served binds nobody and is made anew.
    """
    review = await in_hand(work, petition)
    if review is None or review.organ_id not in hidden:
        return False
    organ = await next_reviewer(world, work, review, hidden)
    if organ is not None:
        await move(world, work, petition, review, organ, actor=actor)
        return True
    if petition.holder_id == review.organ_id:
        tell_review_gone(work, petition, review)
    petition.holder_id = desk(await world.directory(), petition, hidden, on=world.clock.today())
    await _pass_clocks(world, work, petition, review, owner_id=petition.holder_id)
    work.record(petition, "review_without_organ", actor=actor, data={"review_id": str(review.id)})
    return True


async def next_reviewer(world: World, work: Work, review: Review, not_these: frozenset[UUID]) -> Organ | None:
    """Who may decide it instead: the next that reviews that opinion, or one level up (条例 35, 36)."""
    opinion = await work.opinions.get(review.opinion_id)
    on = world.clock.today()
    organs = reviewing_organs(await world.directory(), opinion.organ_id, on=on, hidden=not_these)
    return next(iter(organs), None)


async def move(
    world: World,
    work: Work,
    petition: Petition,
    review: Review,
    organ: Organ,
    *,
    actor: str,
    article: str | None = None,
) -> None:
    """The review in hand goes to another organ, as it stands, by a step on record."""
    if petition.holder_id == review.organ_id:
        tell_review_gone(work, petition, review)
        await drop_recusal_requests(work, petition, review.organ_id)
    review.organ_id = petition.holder_id = organ.id
    await _pass_clocks(world, work, petition, review, owner_id=review.organ_id)
    if review.state is ReviewState.DECIDED:
        review.state, review.outcome, review.decided_on = ReviewState.ACCEPTED, None, None
    await work.reviews.save(review)
    data = {"review_id": str(review.id), "tier": review.tier.value, "organ_id": str(review.organ_id)}
    running = await clocks.running(work, petition, subject_id=review.id)
    told = {**data, "clocks": clocks.told(*running)}
    take(work, petition, Act.MOVE_REVIEW, actor=actor, data=told, article=article)
    work.post(review.organ_id, EntryType.REVIEW_REQUESTED, petition, data)


async def in_hand(work: Work, petition: Petition) -> Review | None:
    """The review that an organ has to decide, or whose opinion it has to serve."""
    if (petition.state, Act.MOVE_REVIEW) not in STEPS:
        return None
    reviews = await work.reviews.find(petition_id=petition.id)
    return next((each for each in reversed(reviews) if each.state not in OVER), None)


async def follow_successors(world: World) -> int:
    """What an organ had under review goes, once it is gone, to whoever exercises its powers (24.2).

    One review a transaction. Returns how many were moved.
    """
    today, moved = world.clock.today(), 0
    for organ in (await world.directory()).organs:
        if organ.valid_to is None or organ.valid_to > today:
            continue
        after: UUID | None = None
        while found := await world.lists.reviews(organ.id, states=UNDER_WAY, after=after, limit=PAGE):
            for review in found:
                moved += await _follow(world, review, organ)
            after = found[-1].id
    return moved


async def _follow(world: World, listed: Review, gone: Organ) -> bool:
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
        await move(world, work, petition, review, heir, actor=SYSTEM, article="信访工作条例 24")
        return True


async def _pass_clocks(
    world: World, work: Work, petition: Petition, review: Review, *, owner_id: UUID | None
) -> None:
    """The clocks of a review change hands as they run; what an opinion met that does not stand, runs on."""
    pack, calendar = world.law.pack(petition.office_region), world.law.calendar
    met = (DeadlineState.MET, DeadlineState.MET_LATE)
    for clock in await work.deadlines.find(petition_id=petition.id, subject_id=review.id):
        if clock.rule == DECIDE_RULE[review.tier] and clock.state in met:
            rules.resume(clock, pack.period(clock.rule, on=clock.starts_on), calendar=calendar)
        if clock.state.value in clocks.RUNNING:
            clock.owner_id = owner_id
            await work.deadlines.save(clock)
