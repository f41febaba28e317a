"""The request for review or re-review (复查、复核申请, 信访工作条例 35, 36): by whom, until when, of whom."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.application import clocks, recusal_check, release
from services.application.acts import Case, carried_out, case, ensure_visible, shielded, take, told_then
from services.application.opinion import latest_served
from services.application.ports import Work, World
from services.domain import deadline as rules
from services.domain.access import Call, Client, ClientRole, NotCompetent
from services.domain.deadline import Deadline
from services.domain.inbox import EntryType
from services.domain.opinion import Opinion
from services.domain.organ import Organ
from services.domain.paper_words import span
from services.domain.petition import Petition, State, Tier
from services.domain.review import (
    ACCEPT_RULE,
    ASK_RULE,
    DECIDE_RULE,
    NEXT_TIER,
    TIER_AFTER,
    TIER_NAMES,
    NoReviewingOrgan,
    OrganNotReviewing,
    Review,
    ReviewTooLate,
    lapsed_into_finality,
    next_tier,
    reviewing_organs,
)
from services.domain.steps import Act


@dataclass(frozen=True, slots=True)
class Late:
    """The good cause for which a request is taken after its time, and who approved it (山东 46, 浙江 25)."""

    good_cause: str
    approved_by: str


@dataclass(frozen=True, slots=True)
class Request:
    """``organ_id`` chooses among the reviewing organs where the law gives a choice (BJ48).

    Who does not choose asks the first that the opinion names.
    """

    reason: str
    organ_id: UUID | None = None
    late: Late | None = None


async def request(
    world: World,
    work: Work,
    petition: Petition,
    wanted: Request,
    *,
    actor: str,
    admitted_by: UUID | None = None,
) -> Review:
    """Ask for the next tier of a locked petition, within its window. Raises the refusals of domain.review.

    ``admitted_by`` is the organ at whose desk a late request is admitted: its officer approves.
    """
    missed = await _missed_window(world, work, petition)
    if missed is not None:
        approver = {"/late/approved_by": wanted.late.approved_by if wanted.late else None}
        await recusal_check.ensure_takes_part(world, work, petition, admitted_by, named=approver)
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
    started = [
        await clocks.start_where_stated(
            world, work, petition, rule, on=today, owner_id=organ_id, subject_id=review.id
        )
        for rule in (ACCEPT_RULE[tier], DECIDE_RULE[tier])
    ]
    data = {"review_id": str(review.id), "tier": tier.value, "organ_id": str(organ_id)}
    told = {"late": True} if late else {}
    facts = {**data, **told, "clocks": clocks.told(*started)}
    take(work, petition, Act.REQUEST_REVIEW, actor=actor, data=facts)
    petition.tier = tier
    petition.holder_id = organ_id
    work.post(organ_id, EntryType.REVIEW_REQUESTED, petition, data)
    return review


async def _missed_window(world: World, work: Work, petition: Petition) -> Deadline | None:
    """The window that told until when one could ask, once it ran out: open, or lapsed into finality."""
    if petition.state not in NEXT_TIER and not lapsed_into_finality(petition):
        return None
    windows = await work.deadlines.find(petition_id=petition.id, rule=ASK_RULE[TIER_AFTER[petition.tier]])
    return next((each for each in windows[-1:] if rules.ran_out(each, now=world.clock.now())), None)


async def _readmit(
    world: World, work: Work, petition: Petition, window: Deadline, late: Late | None, *, actor: str
) -> None:
    """For good cause the time missed is forgiven; where it had made the petition final, that is undone."""
    tier = TIER_AFTER[petition.tier]
    if late is None:
        period = world.law.pack(petition.office_region).period(window.rule, on=window.starts_on)
        raise ReviewTooLate(
            tier=tier.value, tier_name=TIER_NAMES[tier],
            due_on=window.due_on, length=span(period), article=window.article,
        )  # fmt: skip
    if petition.state is State.FINAL:
        act = Act.REOPEN if tier is Tier.REVIEW else Act.REOPEN_REVIEW
        missed = {"rule": window.rule, "due_on": window.due_on.isoformat()}
        take(work, petition, act, actor=actor, data=missed)
        petition.final_on = petition.final_ground = None
        await release.reopen(work, petition)
    rules.meet(window, world.clock.today())
    await work.deadlines.save(window)


async def _reviewing_organ(
    world: World, work: Work, petition: Petition, tier: Tier, chosen: UUID | None
) -> tuple[UUID, Opinion]:
    """The organ to ask, and the opinion that it is asked to look at."""
    opinion = await latest_served(work, petition)
    possible = await _possible(world, work, petition, opinion)
    if not possible:
        name = (await world.directory()).organ(opinion.organ_id).name
        raise NoReviewingOrgan(organ=name, tier_name=TIER_NAMES[tier])
    organ_id = chosen or possible[0].id
    if organ_id not in {organ.id for organ in possible}:
        raise OrganNotReviewing(possible, tier)
    return organ_id, opinion


async def _possible(world: World, work: Work, petition: Petition, opinion: Opinion) -> tuple[Organ, ...]:
    hidden = await shielded(world, work, petition)
    today = world.clock.today()
    return reviewing_organs(await world.directory(), opinion.organ_id, on=today, hidden=hidden)


async def organs_to_ask(world: World, work: Work, petition: Petition) -> tuple[Organ, ...]:
    """Who may be asked for the next tier; of a provincial enterprise nobody may stand above."""
    if petition.state not in NEXT_TIER:
        return ()
    return await _possible(world, work, petition, await latest_served(work, petition))


async def _ensure_desk(world: World, work: Work, petition: Petition, wanted: Request, client: Client) -> None:
    """The petitioner's own source, the petition office, or the very organ that is asked to review (35, 36).

    A late request is admitted at the latter two alone. The organ that answered asks for nobody.
    """
    open_to_ask = petition.state in NEXT_TIER or lapsed_into_finality(petition)
    possible = (
        await _possible(world, work, petition, await latest_served(work, petition)) if open_to_ask else ()
    )
    reviews_it = client.organ_id in {organ.id for organ in possible}
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
        admitted_by = call.client.organ_id
        review = await request(world, work, petition, wanted, actor=call.actor, admitted_by=admitted_by)
        return await case(work, petition, review)


async def requested_then(work: Work, petition: Petition, call: Call) -> Review:
    """The review that this very call asked for before."""
    kind = Act.REQUEST_REVIEW.value
    return await work.reviews.get(await told_then(work, petition, call, "review_id", kind=kind))
