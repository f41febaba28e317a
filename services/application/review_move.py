"""A review is taken from an organ accused since, and goes to one that may know (信访工作条例 28, 30).

Likewise from one whose head is recused (28), and from one that exists no more (24): ``succession``.
"""

from __future__ import annotations

from uuid import UUID

from services.application import clocks
from services.application.acts import drop_recusal_requests, take
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
