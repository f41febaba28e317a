"""The written answer (信访处理意见书, 31, 32) and its service, from which the petitioner's periods run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.application import clocks, finality, paper, recusal_check, release
from services.application import execution as executions
from services.application.acts import (
    Case,
    carried_out,
    case,
    drop_recusal_requests,
    ensure_visible,
    is_shielded,
    own_dispatch,
    shielded,
    take,
    told_then,
)
from services.application.dispatch import LeadOnly
from services.application.ports import Work, World
from services.application.routing import desk
from services.domain.access import Call, Client
from services.domain.deadline import Deadline
from services.domain.dispatch import Dispatch, DispatchState, Role
from services.domain.inbox import EntryType
from services.domain.opinion import (
    Opinion,
    OpinionVoid,
    Outcome,
    SameAsRevoked,
    check_outcome,
    check_served,
    opens_review,
    says_the_same,
)
from services.domain.paper_service import ServiceProof
from services.domain.petition import Petition, Tier
from services.domain.refusal import NotFound
from services.domain.remedy import remedy
from services.domain.review import ASK_RULE, ReviewState, reviewing_organs
from services.domain.steps import Act


@dataclass(frozen=True, slots=True)
class Difference:
    """In what a new opinion differs from the revoked one that it resembles, and who confirms that."""

    because: str
    confirmed_by: str


@dataclass(frozen=True, slots=True)
class Writ:
    """The parts of an opinion that its author writes; each is needed (信访工作条例 32)."""

    outcome: Outcome
    facts: str
    reasons: str
    legal_basis: str
    decision: str
    redo_by: date | None = None
    difference: Difference | None = None


async def read(world: World, opinion_id: UUID, *, client: Client) -> Case[Opinion]:
    """For the organs of the case, and once it is served for the source of the petition too."""
    async with world.read() as work:
        found = await work.opinions.find(id=opinion_id)
        if not found or (client.organ_id is None and found[0].served_on is None):
            raise NotFound("意见书", "opinion")
        petition = await work.petitions.get(found[0].petition_id)
        await ensure_visible(world, work, petition, client, missing=NotFound("意见书", "opinion"))
        return await case(work, petition, found[0])


async def issue(world: World, dispatch_id: UUID, writ: Writ, *, call: Call) -> Case[Opinion]:
    """Issue the handling opinion of a dispatch."""
    async with world.begin(call) as work:
        dispatch, petition, repeated = await own_dispatch(work, dispatch_id, call, anew=Act.ISSUE_OPINION)
        if repeated:
            return await case(work, petition, await _issued_then(work, petition, call, Act.ISSUE_OPINION))
        if dispatch.role is not Role.LEAD:
            raise LeadOnly()
        check_outcome(petition, Tier.HANDLING, writ.outcome, world.law.pack(petition.office_region))
        opinion = await draft(world, work, petition, Tier.HANDLING, writ, organ_id=dispatch.organ_id)
        opinion.dispatch_id = dispatch.id
        if await _is_decided_before(work, petition, opinion):
            _ensure_confirmed(opinion, writ.difference)
            await recusal_check.ensure_takes_part(
                world, work, petition, opinion.organ_id, named={"/confirmed_by": opinion.confirmed_by}
            )
        await work.opinions.add(opinion)
        data: dict[str, object] = {
            "opinion_id": str(opinion.id), "tier": "handling", "outcome": writ.outcome.value,
            "organ_id": str(opinion.organ_id),
        }  # fmt: skip
        if opinion.confirmed_by:
            data["difference_confirmed"] = True  # by whom is no matter of the ledger, which holds no names
        take(work, petition, Act.ISSUE_OPINION, actor=call.actor, data=data)
        await clocks.meet(work, petition, "D5", "DR", "D13.3", on=opinion.issued_on)
        dispatch.move(DispatchState.ANSWERED)
        await work.dispatches.save(dispatch)
        await paper.answered(world, work, petition, opinion)
        return await case(work, petition, opinion)


async def _issued_then(work: Work, petition: Petition, call: Call, act: Act) -> Opinion:
    return await work.opinions.get(await told_then(work, petition, call, "opinion_id", kind=act.value))


async def draft(
    world: World, work: Work, petition: Petition, tier: Tier, writ: Writ, *, organ_id: UUID
) -> Opinion:
    """An opinion of any tier, with the way and time to the next one filled in by the system."""
    hidden = await shielded(world, work, petition)
    today = world.clock.today()
    reviewers = reviewing_organs(await world.directory(), organ_id, on=today, hidden=hidden)
    pack = world.law.pack(petition.office_region)
    return Opinion(
        id=world.codes.new_id(),
        petition_id=petition.id,
        tier=tier,
        organ_id=organ_id,
        outcome=writ.outcome,
        facts=writ.facts,
        reasons=writ.reasons,
        legal_basis=writ.legal_basis,
        decision=writ.decision,
        remedy=remedy(petition, tier, writ.outcome, pack, [organ.name for organ in reviewers], on=today),
        issued_on=today,
        redo_by=writ.redo_by,
    )


async def _is_decided_before(work: Work, petition: Petition, opinion: Opinion) -> bool:
    """Whether, after a revocation, the same is decided again (山东 45, 北京 50)."""
    revoked = await work.reviews.find(petition_id=petition.id, outcome=Outcome.REVOKED.value)
    earlier = await work.opinions.find(petition_id=petition.id, tier=Tier.HANDLING.value)
    return bool(revoked) and any(says_the_same(each, opinion) for each in earlier)


def _ensure_confirmed(opinion: Opinion, difference: Difference | None) -> None:
    """What looks the same is refused, unless a person says in what it differs and answers for it."""
    if difference is None:
        raise SameAsRevoked()
    opinion.differs_because, opinion.confirmed_by = difference.because, difference.confirmed_by


async def serve(world: World, opinion_id: UUID, proof: ServiceProof, *, call: Call) -> Case[Opinion]:
    """Record the service of an opinion of any tier: it opens the next window, ends the chain, or remands."""
    async with world.begin(call) as work:
        found = await work.opinions.find(id=opinion_id)
        if not found or found[0].organ_id != call.client.organ_id:
            raise NotFound("意见书", "opinion")
        opinion = found[0]
        petition = await work.lock(opinion.petition_id)
        await work.opinions.refresh(opinion)
        if await is_shielded(work, petition, opinion.organ_id):
            raise NotFound("意见书", "opinion")
        if await carried_out(work, petition, call):
            return await case(work, petition, opinion)
        proof.ensure_credible()
        check_served(opinion.issued_on, opinion.served_on, proof.served_on, today=world.clock.today())
        await _ensure_stands(work, petition, opinion)
        await recusal_check.ensure_takes_part(
            world, work, petition, opinion.organ_id, named=proof.by_the_organ
        )
        opinion.served_on = proof.served_on
        opinion.service_method = proof.method
        opinion.signed = proof.signed
        await work.opinions.save(opinion)
        if opinion.review_id:
            await drop_recusal_requests(work, petition, opinion.organ_id)
        await paper.served(world, work, petition, opinion, proof)
        await _follow(world, work, petition, opinion, call)
        await work.flush()  # an agreement carried out meanwhile ends the chain, and the window just opened
        await executions.follow(world, work, petition, opinion, actor=call.actor)
        return await case(work, petition, opinion)


async def _ensure_stands(work: Work, petition: Petition, opinion: Opinion) -> None:
    """Refuse an opinion in whose place another was given, or whose review went to another organ (28, 30)."""
    given = await work.opinions.find(petition_id=petition.id)
    stands = given[-1].id == opinion.id
    if stands and opinion.review_id:
        review = await work.reviews.get(opinion.review_id)
        stands = review.state is ReviewState.DECIDED and review.organ_id == opinion.organ_id
    if not stands:
        raise OpinionVoid()


async def _follow(world: World, work: Work, petition: Petition, opinion: Opinion, call: Call) -> None:
    """What service leads to: the next tier's window, the end, or back to the organ that must decide anew."""
    served_on = opinion.served_on or world.clock.today()
    data: dict[str, object] = {
        "opinion_id": str(opinion.id),
        "organ_id": str(opinion.organ_id),
        "tier": opinion.tier.value,
        "served_on": served_on.isoformat(),
        "method": opinion.service_method.value if opinion.service_method else None,
        "signed": opinion.signed,
    }
    if opinion.outcome is Outcome.REVOKED:
        await _remand(world, work, petition, opinion, call, data)
        return
    if opinion.tier is Tier.HANDLING and not opens_review(petition, opinion.outcome):
        take(work, petition, Act.CONCLUDE, actor=call.actor, data=data)
        await release.release(work, petition)
        return
    if opinion.tier is Tier.RE_REVIEW:
        take(work, petition, Act.SERVE, actor=call.actor, data=data)
        await finality.close(world, work, petition, ground="re_review_served", on=served_on)
        return
    following = Tier.REVIEW if opinion.tier is Tier.HANDLING else Tier.RE_REVIEW
    window = await clocks.start(
        world, work, petition, ASK_RULE[following], on=served_on, subject_id=opinion.id
    )
    take(work, petition, Act.SERVE, actor=call.actor, data={**data, "clocks": clocks.told(window)})


async def _remand(
    world: World,
    work: Work,
    petition: Petition,
    opinion: Opinion,
    call: Call,
    data: dict[str, object],
) -> None:
    """撤销并责令重新作出: the handling organ has it again, with the date that the decision set."""
    handled = await work.opinions.find(petition_id=petition.id, tier=Tier.HANDLING.value)
    dispatches = {dispatch.id: dispatch for dispatch in await work.dispatches.find(petition_id=petition.id)}
    answered = [dispatches[each.dispatch_id] for each in handled if each.dispatch_id in dispatches][-1]
    petition.tier = Tier.HANDLING
    if await is_shielded(work, petition, answered.organ_id):
        await _remand_to_desk(world, work, petition, answered, call, data)
        return
    answered.move(DispatchState.ACCEPTED)
    await work.dispatches.save(answered)
    petition.holder_id = answered.organ_id
    clock = await _redo_clock(world, work, petition, opinion, answered)
    take(work, petition, Act.REMAND, actor=call.actor, data={**data, "clocks": clocks.told(clock)})
    entry = {"dispatch_id": str(answered.id), "opinion_id": str(opinion.id),
             "redo_by": opinion.redo_by.isoformat() if opinion.redo_by else None}  # fmt: skip
    work.post(answered.organ_id, EntryType.REVIEW_REMANDED, petition, entry)


async def _remand_to_desk(
    world: World,
    work: Work,
    petition: Petition,
    answered: Dispatch,
    call: Call,
    data: dict[str, object],
) -> None:
    """The handling organ, accused since, is told nothing: another is found to decide anew (28, 30)."""
    take(work, petition, Act.REMAND, actor=call.actor, data=data)
    take(work, petition, Act.RECALL, actor=call.actor)
    answered.move(DispatchState.WITHDRAWN)
    await work.dispatches.save(answered)
    await release.take_all_back(work, petition)
    petition.holder_id = desk(
        await world.directory(), petition, await shielded(world, work, petition), on=world.clock.today()
    )


async def _redo_clock(
    world: World, work: Work, petition: Petition, opinion: Opinion, answered: Dispatch
) -> Deadline | None:
    """The date that the decision set, however late it is served; where it set none, 34's period anew."""
    rule, on = ("DR", opinion.issued_on) if opinion.redo_by else ("D5", opinion.served_on)
    return await clocks.start(
        world, work, petition, rule, on=on or opinion.issued_on,
        owner_id=answered.organ_id, subject_id=answered.id, due_on=opinion.redo_by,
    )  # fmt: skip


async def latest_served(work: Work, petition: Petition) -> Opinion:
    """The opinion whose service the petitioner may answer now, or could until the time lapsed."""
    tier = Tier.REVIEW if petition.tier is Tier.REVIEW else Tier.HANDLING
    served = [
        opinion
        for opinion in await work.opinions.find(petition_id=petition.id, tier=tier.value)
        if opinion.served_on is not None
    ]
    if not served:
        raise NotFound("已送达的意见书", "served opinion")
    return served[-1]
