"""A petition's tiers as its papers tell them: each pass with organ, dates, opinion, service and remedy."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from uuid import UUID

from services.application.ports import Work, World
from services.domain.deadline import Deadline, DeadlineState
from services.domain.directory import Directory
from services.domain.dispatch import Dispatch
from services.domain.issued_paper import IssuedPaper
from services.domain.opinion import Opinion
from services.domain.paper_opinion import KINDS, Earlier
from services.domain.paper_record import TierRecord
from services.domain.paper_service import served_how
from services.domain.petition import Petition, Tier
from services.domain.review import ASK_RULE, DECIDE_RULE, Review, ReviewState
from services.domain.statute import RulePack

HANDLING_RULES = ("D5", "DR")
SIMPLE_RULE = "D13.3"


async def earlier_of(world: World, work: Work, review: Review) -> Earlier:
    """The opinion that a review is about, as its paper names it."""
    opinion = await work.opinions.get(review.opinion_id)
    papers = await work.papers.find(subject_id=opinion.id)
    return Earlier(
        organ=(await world.directory()).organ(opinion.organ_id).name,
        kind=KINDS[opinion.tier],
        number=papers[0].number if papers else None,
        decision=opinion.decision,
        served_on=opinion.served_on,
    )


@dataclass(frozen=True, slots=True)
class _Rows:
    """All of a petition that its tiers are told from."""

    pack: RulePack
    directory: Directory
    papers: dict[UUID, IssuedPaper]
    clocks: dict[UUID, list[Deadline]]

    def clock(self, subject_id: UUID, *rules: str, turn: int = -1) -> Deadline | None:
        """The ``turn``-th clock of these rules on a dispatch, review or opinion; the last by default."""
        found = [each for each in self.clocks.get(subject_id, []) if each.rule in rules]
        return found[turn] if -len(found) <= turn < len(found) else None


async def tier_records(world: World, work: Work, petition: Petition) -> list[TierRecord]:
    """Every pass of every tier, in its order: handling, handling anew after a revocation, reviews."""
    clocks: dict[UUID, list[Deadline]] = defaultdict(list)
    for clock in await work.deadlines.find(petition_id=petition.id):
        if clock.subject_id is not None:
            clocks[clock.subject_id].append(clock)
    issued = await work.papers.find(petition_id=petition.id)
    rows = _Rows(
        world.law.pack(petition.office_region),
        await world.directory(),
        {each.subject_id: each for each in issued if each.subject_id is not None},
        clocks,
    )
    opinions = await work.opinions.find(petition_id=petition.id)
    told = _handled(rows, opinions, await work.dispatches.find(petition_id=petition.id))
    told += _reviewed(rows, opinions, await work.reviews.find(petition_id=petition.id))
    return [record for _, record in sorted(told, key=lambda each: each[0])]


def _handled(
    rows: _Rows, opinions: list[Opinion], dispatches: list[Dispatch]
) -> list[tuple[tuple[int, UUID], TierRecord]]:
    """The passes of handling, each with what puts it in order: opinions as they came, what is open last."""
    told = []
    for dispatch in dispatches:
        if dispatch.accepted_on is None:
            continue
        given = [each for each in opinions if each.dispatch_id == dispatch.id]
        for turn, opinion in enumerate(given):
            record = _handling(rows, dispatch, turn, opinion)
            told.append(((0, opinion.id), record))
        begun = [each for each in rows.clocks.get(dispatch.id, []) if each.rule in HANDLING_RULES]
        if dispatch.open and len(given) < max(len(begun), 1):
            told.append(((1, dispatch.id), _handling(rows, dispatch, len(given), None)))
    return told


def _handling(rows: _Rows, dispatch: Dispatch, turn: int, opinion: Opinion | None) -> TierRecord:
    clock = rows.clock(dispatch.id, *HANDLING_RULES, turn=turn)
    began = clock.starts_on if clock and turn else dispatch.accepted_on
    organ = rows.directory.organ(dispatch.organ_id).name
    bare = _due(TierRecord(Tier.HANDLING, organ, began), clock)
    simple = None if turn else rows.clock(dispatch.id, SIMPLE_RULE, turn=0)
    if simple is not None and simple.state is not DeadlineState.CEASED:
        bare = replace(
            bare,
            simple_due_on=simple.due_on,
            simple_provisional=simple.may_move,
            simple_article=simple.article,
        )
    return _with(rows, bare, opinion) if opinion else bare


def _reviewed(
    rows: _Rows, opinions: list[Opinion], reviews: list[Review]
) -> list[tuple[tuple[int, UUID], TierRecord]]:
    given = {each.review_id: each for each in opinions if each.review_id}
    told = []
    for review in reviews:
        clock = rows.clock(review.id, DECIDE_RULE[review.tier])
        bare = TierRecord(
            review.tier,
            rows.directory.organ(review.organ_id).name,
            review.requested_on,
            outcome="不予受理" if review.state is ReviewState.DECLINED else None,
        )
        bare = _due(bare, clock)
        opinion = given.get(review.id)
        told.append(((0, review.id), _with(rows, bare, opinion) if opinion else bare))
    return told


def _due(bare: TierRecord, clock: Deadline | None) -> TierRecord:
    if clock is None:
        return bare
    return replace(bare, due_on=clock.due_on, due_provisional=clock.may_move, due_article=clock.article)


def _with(rows: _Rows, bare: TierRecord, opinion: Opinion) -> TierRecord:
    """A pass with the opinion that ended it. It is the petitioner's to read once it has been served."""
    paper = rows.papers.get(opinion.id)
    if opinion.served_on is None:
        return bare
    following = ASK_RULE.get(Tier.REVIEW if opinion.tier is Tier.HANDLING else Tier.RE_REVIEW, "")
    window = rows.clock(opinion.id, following)
    method = opinion.service_method
    return replace(
        bare,
        opinion_number=paper.number if paper else None,
        outcome=rows.pack.outcome(opinion.outcome.value).title,
        decision=opinion.decision,
        issued_on=opinion.issued_on,
        served_on=opinion.served_on,
        service=served_how(method, opinion.signed) if method else None,
        remedy=opinion.remedy,
        remedy_until=window.due_on if window else None,
        remedy_provisional=window.may_move if window else False,
    )
