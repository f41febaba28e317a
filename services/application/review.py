"""Review and re-review (复查、复核, 信访工作条例 35, 36), from the request to the decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.application import clocks, finality, paper
from services.application.acts import (
    Case,
    carried_out,
    case,
    ensure_visible,
    hold,
    notify,
    shielded,
    take,
    told_then,
)
from services.application.opinion import Writ, draft, latest_served
from services.application.ports import Work, World
from services.domain import deadline as rules
from services.domain.access import Call, Client, ClientRole, NotCompetent
from services.domain.deadline import Deadline
from services.domain.inbox import EntryType
from services.domain.opinion import Opinion, Outcome, check_outcome
from services.domain.paper_opinion import HearingDay
from services.domain.petition import Petition, State, Tier
from services.domain.refusal import InvalidField, NotFound
from services.domain.review import (
    ASK_RULE,
    DECIDE_RULE,
    NEXT_TIER,
    TIER_AFTER,
    TIER_NAMES,
    HearingDates,
    NoReviewingOrgan,
    Review,
    ReviewState,
    ReviewTooLate,
    lapsed_into_finality,
    next_tier,
)
from services.domain.steps import Act


@dataclass(frozen=True, slots=True)
class Late:
    """The good cause for which a request is taken after its time, and who approved it (山东 46, 浙江 25)."""

    good_cause: str
    approved_by: str


@dataclass(frozen=True, slots=True)
class Request:
    """``organ_id`` chooses among the reviewing organs where the law gives a choice (BJ48)."""

    reason: str
    organ_id: UUID | None = None
    late: Late | None = None


@dataclass(frozen=True, slots=True)
class Declination:
    """Why a request is not accepted: late, of the wrong tier, not about an opinion."""

    ground: str
    explanation: str


async def request(world: World, work: Work, petition: Petition, wanted: Request, *, actor: str) -> Review:
    """Ask for the next tier of a locked petition, within its window. Raises the refusals of domain.review."""
    missed = await _missed_window(world, work, petition)
    if missed is not None:
        await _readmit(world, work, petition, missed, wanted.late, actor=actor)
    late = wanted.late if missed else None
    tier = next_tier(petition.state)
    today = world.clock.today()
    organ_id, opinion = await _reviewing_organ(world, work, petition, tier, wanted.organ_id)
    review = Review(
        id=world.codes.new_id(),
        petition_id=petition.id,
        tier=tier,
        opinion_id=opinion.id,
        organ_id=organ_id,
        reason=wanted.reason,
        requested_on=today,
        late_cause=late.good_cause if late else None,
        late_approved_by=late.approved_by if late else None,
    )
    await work.reviews.add(review)
    await clocks.meet(work, petition, ASK_RULE[tier], on=today)
    clock = await clocks.start(
        world, work, petition, DECIDE_RULE[tier], on=today, owner_id=organ_id, subject_id=review.id
    )
    data = {"review_id": str(review.id), "tier": tier.value, "organ_id": str(organ_id)}
    told = {"late_approved_by": late.approved_by} if late else {}
    take(work, petition, Act.REQUEST_REVIEW, actor=actor, data={**data, **told, "clocks": clocks.told(clock)})
    petition.tier = tier
    petition.holder_id = organ_id
    work.post(organ_id, EntryType.REVIEW_REQUESTED, petition, data)
    return review


async def _missed_window(world: World, work: Work, petition: Petition) -> Deadline | None:
    """The window that told until when one could ask, once that is past: open, or lapsed into finality."""
    if petition.state not in NEXT_TIER and not lapsed_into_finality(petition):
        return None
    windows = await work.deadlines.find(petition_id=petition.id, rule=ASK_RULE[TIER_AFTER[petition.tier]])
    return next((each for each in windows[-1:] if world.clock.now() >= each.due_at), None)


async def _readmit(
    world: World, work: Work, petition: Petition, window: Deadline, late: Late | None, *, actor: str
) -> None:
    """For good cause the time missed is forgiven; where it had made the petition final, that is undone."""
    tier = TIER_AFTER[petition.tier]
    if late is None:
        raise ReviewTooLate(
            tier=tier.value, tier_name=TIER_NAMES[tier], due_on=window.due_on, article=window.article
        )
    if petition.state is State.FINAL:
        act = Act.REOPEN if tier is Tier.REVIEW else Act.REOPEN_REVIEW
        missed = {"rule": window.rule, "due_on": window.due_on.isoformat()}
        take(work, petition, act, actor=actor, data={**missed, "approved_by": late.approved_by})
        petition.final_on = petition.final_ground = None
    rules.meet(window, world.clock.today())
    await work.deadlines.save(window)


async def _reviewing_organ(
    world: World, work: Work, petition: Petition, tier: Tier, chosen: UUID | None
) -> tuple[UUID, Opinion]:
    """The organ to ask, and the opinion that it is asked to look at."""
    opinion = await latest_served(work, petition)
    possible = await _possible(world, work, petition, opinion)
    if chosen is not None:
        possible = [organ_id for organ_id in possible if organ_id == chosen]
    if not possible:
        name = (await world.directory()).organ(opinion.organ_id).name
        raise NoReviewingOrgan(organ=name, tier_name=TIER_NAMES[tier])
    return possible[0], opinion


async def _possible(world: World, work: Work, petition: Petition, opinion: Opinion) -> list[UUID]:
    directory, hidden = await world.directory(), await shielded(world, work, petition)
    return [organ.id for organ in directory.reviewers(opinion.organ_id) if organ.id not in hidden]


async def _ensure_desk(world: World, work: Work, petition: Petition, wanted: Request, client: Client) -> None:
    """The petitioner's own source, the petition office, or the very organ that is asked to review (35, 36).

    A late request is admitted at the latter two alone. The organ that answered asks for nobody.
    """
    open_to_ask = petition.state in NEXT_TIER or lapsed_into_finality(petition)
    reviews_it = open_to_ask and client.organ_id in await _possible(
        world, work, petition, await latest_served(work, petition)
    )
    if not reviews_it:
        await ensure_visible(world, work, petition, client)
    source = client.role is not ClientRole.ORGAN and not wanted.late
    if open_to_ask and not (reviews_it or source or client.role is ClientRole.PETITION_OFFICE):
        raise NotCompetent()


async def request_by_desk(world: World, petition_id: UUID, wanted: Request, *, call: Call) -> Case[Review]:
    """A request that reached a desk; see :func:`_ensure_desk`."""
    async with world.begin(call) as work:
        petition = await work.lock(petition_id)
        await _ensure_desk(world, work, petition, wanted, call.client)
        repeated = await carried_out(work, petition, call, anew=Act.REQUEST_REVIEW)
        if repeated and not petition.state.ended:  # after the end it is a new request, and told why not
            return await case(work, petition, await requested_then(work, petition, call))
        review = await request(world, work, petition, wanted, actor=call.actor)
        return await case(work, petition, review)


async def requested_then(work: Work, petition: Petition, call: Call) -> Review:
    """The review that this very call asked for before."""
    kind = Act.REQUEST_REVIEW.value
    return await work.reviews.get(await told_then(work, petition, call, "review_id", kind=kind))


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
    """The reviews before an organ, newest first."""
    if client.organ_id != organ_id:
        raise NotFound("机关、单位", "organ")
    states = (state.value,) if state else ()
    return await world.lists.reviews(organ_id, states=states, after=after, limit=limit)


async def accept(world: World, review_id: UUID, *, call: Call) -> Case[Review]:
    """The request is accepted; the period ran from its receipt already."""
    async with world.begin(call) as work:
        review, petition, repeated = await _own(work, review_id, call)
        if repeated:
            return await case(work, petition, review)
        take(work, petition, Act.ACCEPT_REVIEW, actor=call.actor, data=_named(review))
        review.state = ReviewState.ACCEPTED
        await work.reviews.save(review)
        return await case(work, petition, review)


async def decline(world: World, review_id: UUID, why: Declination, *, call: Call) -> Case[Review]:
    """The request is not accepted, in writing and with reasons; the petitioner's window runs as before."""
    async with world.begin(call) as work:
        review, petition, repeated = await _own(work, review_id, call)
        if repeated:
            return await case(work, petition, review)
        data = {**_named(review), "ground": why.ground}
        take(work, petition, Act.DECLINE_REVIEW, actor=call.actor, data=data)
        review.state = ReviewState.DECLINED
        await work.reviews.save(review)
        await clocks.cease(work, petition, DECIDE_RULE[review.tier])
        windows = await work.deadlines.find(petition_id=petition.id, rule=ASK_RULE[review.tier])
        window = windows[-1]
        period = world.law.pack(petition.office_region).period(window.rule, on=window.starts_on)
        rules.resume(window, period, calendar=world.law.calendar)
        await work.deadlines.save(window)
        petition.tier = Tier.HANDLING if petition.state is State.ANSWERED else Tier.REVIEW
        petition.holder_id = None
        await notify(
            world, work, petition, "review_not_accepted", why.explanation,
            organ_id=review.organ_id, ground=why.ground,
        )  # fmt: skip
        await work.flush()  # the end stops the window, too, that runs on
        await finality.fulfil(world, work, petition, on=world.clock.today())
        return await case(work, petition, review)


async def hear(
    world: World, review_id: UUID, start: date, end: date, *, notice: HearingDay | None = None, call: Call
) -> Case[Review]:
    """A hearing, held or, with a ``notice``, to be held; in re-review its days are not counted (36)."""
    async with world.begin(call) as work:
        review, petition, repeated = await _own(work, review_id, call)
        if repeated:
            return await case(work, petition, review)
        if not review.requested_on <= start <= end:
            raise HearingDates(start=start, end=end)
        if notice is not None and start < world.clock.today():
            raise InvalidField(
                code="hearing_over",
                zh="听证已经开始的,不再通知。",
                en="A hearing that has begun is not announced any more.",
                pointer="/notice",
            )
        more = len(_days(start, end) - await _heard(work, petition, review))
        data = {**_named(review), "from": start.isoformat(), "to": end.isoformat()}
        take(work, petition, Act.HOLD_HEARING, actor=call.actor, data=data)
        review.hearing_from, review.hearing_to = start, end
        await work.reviews.save(review)
        if notice is not None:
            await paper.convened(world, work, petition, review, notice)
        for clock in await clocks.running(work, petition, DECIDE_RULE[review.tier]):
            if more and start <= clock.due_on:  # a period that ended before the hearing ended for good
                await _leave_out(world, work, petition, clock, days=more, actor=call.actor)
        return await case(work, petition, review)


async def _heard(work: Work, petition: Petition, review: Review) -> set[date]:
    """The days of the hearings told so far: a day is left out of the count once, however often it is told."""
    told = await work.events.find(petition_id=petition.id, kind=Act.HOLD_HEARING.value)
    spans = [each.data for each in told if each.data["review_id"] == str(review.id)]
    ends = [(date.fromisoformat(str(span["from"])), date.fromisoformat(str(span["to"]))) for span in spans]
    return {day for start, end in ends for day in _days(start, end)}


def _days(start: date, end: date) -> set[date]:
    return {date.fromordinal(day) for day in range(start.toordinal(), end.toordinal() + 1)}


async def _leave_out(
    world: World, work: Work, petition: Petition, clock: Deadline, *, days: int, actor: str
) -> None:
    """Leave days of a hearing out of the count, where the rule of the clock does (信访工作条例 36)."""
    period = world.law.pack(petition.office_region).period(clock.rule, on=clock.starts_on)
    if not period.excludes_hearing:
        return
    before = clock.due_on
    rules.exclude_days(clock, period, days=days, calendar=world.law.calendar)
    await work.deadlines.save(clock)
    moved = {"rule": clock.rule, "from": before.isoformat(), "to": clock.due_on.isoformat()}
    work.record(petition, "deadline_moved", actor=actor, data={**moved, "cause": "hearing"})


async def decide(world: World, review_id: UUID, writ: Writ, *, call: Call) -> tuple[Case[Review], Opinion]:
    """复查意见 / 复核意见: upheld, changed, or revoked with an order to decide anew by a date."""
    async with world.begin(call) as work:
        review, petition, repeated = await _own(work, review_id, call)
        if repeated:
            return await case(work, petition, review), (await work.opinions.find(review_id=review.id))[-1]
        check_outcome(petition, review.tier, writ.outcome, world.law.pack(petition.office_region))
        _check_order(writ, today=world.clock.today())
        opinion = await draft(world, work, petition, review.tier, writ, organ_id=review.organ_id)
        opinion.review_id = review.id
        await work.opinions.add(opinion)
        told = {"opinion_id": str(opinion.id), "tier": review.tier.value, "outcome": writ.outcome.value}
        data = {**_named(review), **told}
        take(work, petition, Act.DECIDE_REVIEW, actor=call.actor, data=data)
        await clocks.meet(work, petition, DECIDE_RULE[review.tier], on=opinion.issued_on)
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


def _named(review: Review) -> dict[str, object]:
    return {"review_id": str(review.id), "organ_id": str(review.organ_id)}


async def _own(work: Work, review_id: UUID, call: Call) -> tuple[Review, Petition, bool]:
    """A review before the caller's organ, with its petition locked; ``NotFound`` for any other."""
    found = await work.reviews.find(id=review_id)
    if not found or found[0].organ_id != call.client.organ_id:
        raise NotFound("复查复核申请", "review")
    petition, repeated = await hold(work, found[0].petition_id, call)
    await work.reviews.refresh(found[0])
    return found[0], petition, repeated
