"""Review and re-review (复查、复核, 信访工作条例 35, 36) before the organ that decides it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.application import clocks, finality, paper, recusal_check
from services.application.acts import (
    Case,
    carried_out,
    case,
    drop_recusal_requests,
    ensure_visible,
    notify,
    shielded,
    take,
    told_then,
)
from services.application.dispatch import Extension, told_extension
from services.application.opinion import Writ, draft
from services.application.ports import Work, World
from services.domain import deadline as rules
from services.domain.access import Call, Client
from services.domain.opinion import Opinion, Outcome, check_outcome
from services.domain.petition import Petition, State, Tier
from services.domain.refusal import InvalidField, NotFound
from services.domain.review import (
    ACCEPT_RULE,
    ASK_RULE,
    DECIDE_RULE,
    TIER_NAMES,
    Review,
    ReviewAlreadyAccepted,
    ReviewState,
)
from services.domain.steps import Act, not_allowed

# What has ceased before an organ, or was taken from it, it sees no more; as with dispatches.
VISIBLE_STATES = tuple(state.value for state in ReviewState if state is not ReviewState.CEASED)


@dataclass(frozen=True, slots=True)
class Declination:
    """Why a request is not accepted: late, of the wrong tier, not about an opinion."""

    ground: str
    explanation: str


async def read(world: World, review_id: UUID, *, client: Client) -> Case[Review]:
    """For whoever may see the petition."""
    async with world.read() as work:
        missing = NotFound("复查复核申请", "review")
        found = await work.reviews.find(id=review_id)
        if not found:
            raise missing
        petition = await work.petitions.get(found[0].petition_id)
        await ensure_visible(world, work, petition, client, missing=missing)
        return await case(work, petition, found[0])


async def listed(
    world: World, organ_id: UUID, *, state: ReviewState | None, after: UUID | None, limit: int, client: Client
) -> list[Review]:
    """The reviews before an organ, newest first, without those that ceased."""
    if client.organ_id != organ_id:
        raise NotFound("机关、单位", "organ")
    states = VISIBLE_STATES if state is None else tuple({state.value} & set(VISIBLE_STATES))
    if not states:
        return []
    return await world.lists.reviews(organ_id, states=states, after=after, limit=limit)


async def accept(world: World, review_id: UUID, *, call: Call) -> Case[Review]:
    """The request is accepted; the period ran from its receipt already."""
    async with world.begin(call) as work:
        review, petition, repeated = await own(world, work, review_id, call, act=Act.ACCEPT_REVIEW)
        if repeated:
            return await case(work, petition, review)
        take(work, petition, Act.ACCEPT_REVIEW, actor=call.actor, data=named(review))
        await _say_whether(work, petition, review, on=world.clock.today())
        review.state = ReviewState.ACCEPTED
        await work.reviews.save(review)
        return await case(work, petition, review)


async def decline(world: World, review_id: UUID, why: Declination, *, call: Call) -> Case[Review]:
    """The request is not accepted, in writing and with reasons; the petitioner's window runs as before."""
    async with world.begin(call) as work:
        review, petition, repeated = await own(world, work, review_id, call, act=Act.DECLINE_REVIEW)
        if repeated:
            return await case(work, petition, review)
        if review.state is ReviewState.ACCEPTED:
            raise ReviewAlreadyAccepted(tier_name=TIER_NAMES[review.tier])
        data = {**named(review), "ground": why.ground}
        take(work, petition, Act.DECLINE_REVIEW, actor=call.actor, data=data)
        review.state = ReviewState.DECLINED
        await work.reviews.save(review)
        await _say_whether(work, petition, review, on=world.clock.today())
        await clocks.cease(work, petition, DECIDE_RULE[review.tier], subject_id=review.id)
        windows = await work.deadlines.find(petition_id=petition.id, rule=ASK_RULE[review.tier])
        window = windows[-1]
        period = world.law.pack(petition.office_region).period(window.rule, on=window.starts_on)
        rules.resume(window, period, calendar=world.law.calendar)
        await work.deadlines.save(window)
        petition.tier = Tier.HANDLING if petition.state is State.ANSWERED else Tier.REVIEW
        petition.holder_id = None
        await drop_recusal_requests(work, petition, review.organ_id)
        await notify(
            world, work, petition, "review_not_accepted", why.explanation,
            organ_id=review.organ_id, ground=why.ground,
        )  # fmt: skip
        await work.flush()  # the end stops the window, too, that runs on
        await finality.fulfil(world, work, petition, on=world.clock.today())
        return await case(work, petition, review)


async def extend(world: World, review_id: UUID, extension: Extension, *, call: Call) -> Case[Review]:
    """延期, where a regulation allows it: within its limit, before the due date, the petitioner told why.

    The 条例 itself extends no review (35, 36): its pack answers ``ExtensionNotAllowed``.
    """
    async with world.begin(call) as work:
        review, petition, repeated = await own(world, work, review_id, call, act=Act.EXTEND_REVIEW)
        if repeated:
            return await case(work, petition, review)
        await recusal_check.ensure_takes_part(
            world, work, petition, review.organ_id, named={"/approved_by": extension.approved_by}
        )
        data = {**named(review), "days": extension.days}
        [clock] = await clocks.running(work, petition, DECIDE_RULE[review.tier], subject_id=review.id)
        stated = world.law.pack(petition.office_region).period(clock.rule, on=clock.starts_on).extension
        article = str(stated.citation) if stated else None  # without one, the clock refuses
        take(work, petition, Act.EXTEND_REVIEW, actor=call.actor, data=data, article=article)
        before = clock.due_on
        await clocks.extend(world, work, petition, clock, days=extension.days, actor=call.actor)
        text = told_extension(extension)
        await notify(world, work, petition, "extension", text, organ_id=review.organ_id)
        await paper.extended(
            world, work, petition, review, clock,
            days=extension.days, reason=extension.reason, due_before=before,
        )  # fmt: skip
        return await case(work, petition, review)


async def decide(world: World, review_id: UUID, writ: Writ, *, call: Call) -> tuple[Case[Review], Opinion]:
    """复查意见 / 复核意见: upheld, changed, or revoked with an order to decide anew by a date."""
    async with world.begin(call) as work:
        review, petition, repeated = await own(world, work, review_id, call, act=Act.DECIDE_REVIEW)
        if repeated:
            kind = Act.DECIDE_REVIEW.value
            opinion_id = await told_then(work, petition, call, "opinion_id", kind=kind)
            return await case(work, petition, review), await work.opinions.get(opinion_id)
        check_outcome(petition, review.tier, writ.outcome, world.law.pack(petition.office_region))
        _check_order(writ, today=world.clock.today())
        opinion = await draft(world, work, petition, review.tier, writ, organ_id=review.organ_id)
        opinion.review_id = review.id
        await work.opinions.add(opinion)
        told = {"opinion_id": str(opinion.id), "tier": review.tier.value, "outcome": writ.outcome.value}
        data = {**named(review), **told}
        take(work, petition, Act.DECIDE_REVIEW, actor=call.actor, data=data)
        await _say_whether(work, petition, review, on=opinion.issued_on)
        rule = DECIDE_RULE[review.tier]
        await clocks.meet(work, petition, rule, on=opinion.issued_on, subject_id=review.id)
        review.state = ReviewState.DECIDED
        review.outcome = writ.outcome
        review.decided_on = opinion.issued_on
        await work.reviews.save(review)
        await paper.decided(world, work, petition, opinion, review)
        return await case(work, petition, review), opinion


def _check_order(writ: Writ, *, today: date) -> None:
    """A revocation, and nothing else, orders a new opinion by a date to come (山东 45)."""
    if writ.redo_by is not None and (writ.outcome is not Outcome.REVOKED or writ.redo_by <= today):
        raise InvalidField(
            code="redo_by_invalid",
            zh="只有撤销原意见时才填写 redo_by,且应当晚于今天。",
            en="redo_by goes with a revocation alone, and lies after today.",
            pointer="/redo_by",
        )


def named(review: Review) -> dict[str, object]:
    """A review as the ledger names it."""
    return {"review_id": str(review.id), "organ_id": str(review.organ_id)}


async def _say_whether(work: Work, petition: Petition, review: Review, *, on: date) -> None:
    """Whether the request is accepted has been said, by accepting, declining or deciding it (山东 43, 44)."""
    await clocks.meet(work, petition, ACCEPT_RULE[review.tier], on=on, subject_id=review.id)


async def own(
    world: World, work: Work, review_id: UUID, call: Call, *, act: Act
) -> tuple[Review, Petition, bool]:
    """A review before the caller's organ, with its petition locked; ``NotFound`` for any other.

    For an organ that has been accused since there is none, not even what it did before (信访工作条例 30). One
    that was decided or declined allows no act any more, though the next tier's may be under way.
    """
    missing = NotFound("复查复核申请", "review")
    found = await work.reviews.find(id=review_id)
    if not found or found[0].organ_id != call.client.organ_id:
        raise missing
    review = found[0]
    petition = await work.lock(review.petition_id)
    await work.reviews.refresh(review)  # it may have changed hands while the lock was awaited
    gone = review.organ_id != call.client.organ_id or review.state is ReviewState.CEASED
    if gone or review.organ_id in await shielded(world, work, petition):
        raise missing
    repeated = await carried_out(work, petition, call)
    if not repeated and not review.state.open:
        raise not_allowed(petition.state, act)
    return review, petition, repeated
