"""建议及其反馈 (信访工作条例 40): given by the petition office, answered in writing by the organ (D12).

Its clock is the organ's, and no part of what the petitioner asks: it runs on when the petition ends, and
neither the petitioner nor the organ that handles the case is told of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.application import clocks
from services.application.acts import (
    carried_out,
    ensure_visible,
    hold_visible,
    named_organ,
    shielded,
    take,
    told_then,
)
from services.application.ports import Work, World
from services.domain.access import Call, Client, ClientRole, NotCompetent
from services.domain.dispatch import OrganShielded
from services.domain.inbox import EntryType
from services.domain.petition import Petition
from services.domain.recommendation import (
    RULE,
    Adoption,
    AnswerDateNeeded,
    Recommendation,
    RecommendationAnswered,
    RecommendationKind,
)
from services.domain.refusal import NotFound
from services.domain.steps import Act


@dataclass(frozen=True, slots=True)
class Given:
    """``answer_by`` is needed where the law sets no time for the answer."""

    organ_id: UUID
    kind: RecommendationKind
    text: str
    answer_by: date | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """Whether it is adopted, and what is done; of what is not adopted, why."""

    adoption: Adoption
    text: str


async def give(world: World, petition_id: UUID, given: Given, *, call: Call) -> Recommendation:
    """By a petition office that may see the petition, to any organ that may know of it (30)."""
    async with world.begin(call) as work:
        petition, repeated = await hold_visible(world, work, petition_id, call)
        if repeated:
            kind = Act.RECOMMEND.value
            given_id = await told_then(work, petition, call, "recommendation_id", kind=kind)
            return await work.recommendations.get(given_id)
        office_id = call.client.organ_id
        if call.client.role is not ClientRole.PETITION_OFFICE or office_id is None:
            raise NotCompetent()
        today = world.clock.today()
        organ = named_organ(await world.directory(), given.organ_id, on=today)
        if organ.id in await shielded(world, work, petition):
            raise OrganShielded()
        new_id = world.codes.new_id()
        clock = await clocks.start(
            world, work, petition, RULE, on=today, owner_id=organ.id, subject_id=new_id,
            due_on=_answer_by(world, petition, given, today=today),
        )  # fmt: skip
        if clock is None:
            raise ValueError("D12 binds every petition: the pack must name no paths for it")
        recommendation = Recommendation(
            new_id, petition.id, office_id, organ.id, given.kind, given.text, today, clock.due_on
        )
        data = {"recommendation_id": str(new_id), "clocks": clocks.told(clock)}
        take(work, petition, Act.RECOMMEND, actor=call.actor, data=data, article=clock.article)
        await work.recommendations.add(recommendation)
        told = {"recommendation_id": str(new_id), "due_on": clock.due_on.isoformat()}
        work.post(organ.id, EntryType.RECOMMENDATION_GIVEN, petition, told)
        return recommendation


def _answer_by(world: World, petition: Petition, given: Given, *, today: date) -> date | None:
    """The day that the act sets; None where the regulation has a length of its own (山东 59, 上海 41)."""
    period = world.law.pack(petition.office_region).period(RULE, on=today)
    if period.length is not None:
        return None
    if given.answer_by is None or given.answer_by < today:
        raise AnswerDateNeeded(article=period.article)
    return given.answer_by


async def answer(world: World, recommendation_id: UUID, answered: Answered, *, call: Call) -> Recommendation:
    """By the organ to which it was given, whether or not it has a part in the petition."""
    async with world.begin(call) as work:
        recommendation = await _found(work, recommendation_id)
        petition = await work.lock(recommendation.petition_id)
        await work.recommendations.refresh(recommendation)
        hidden = await shielded(world, work, petition)
        if recommendation.organ_id != call.client.organ_id or recommendation.organ_id in hidden:
            raise _missing()
        if await carried_out(work, petition, call):
            return recommendation
        if recommendation.answered_on is not None:
            raise RecommendationAnswered()
        today = world.clock.today()
        recommendation.answered_on = today
        recommendation.adoption, recommendation.answer = answered.adoption, answered.text
        await work.recommendations.save(recommendation)
        await clocks.meet(work, petition, RULE, on=today, subject_id=recommendation.id)
        told = {"recommendation_id": str(recommendation.id), "adoption": answered.adoption.value}
        take(work, petition, Act.ANSWER_RECOMMENDATION, actor=call.actor, data=told)
        work.post(recommendation.office_id, EntryType.RECOMMENDATION_ANSWERED, petition, told)
        return recommendation


async def read(world: World, recommendation_id: UUID, *, client: Client) -> Recommendation:
    """For the organ to which it was given, and a petition office that may see the petition."""
    async with world.read() as work:
        found = await _found(work, recommendation_id)
        petition = await work.petitions.get(found.petition_id)
        if client.organ_id == found.organ_id:
            if found.organ_id in await shielded(world, work, petition):
                raise _missing()
            return found
        await ensure_visible(world, work, petition, client, missing=_missing())
        if client.role is not ClientRole.PETITION_OFFICE:
            raise _missing()
        return found


async def of_petition(world: World, petition_id: UUID, *, client: Client) -> list[Recommendation]:
    """All that were given on a petition, for the petition office."""
    async with world.read() as work:
        found = await work.petitions.find(id=petition_id)
        if not found:
            raise NotFound("信访件", "petition")
        await ensure_visible(world, work, found[0], client)
        if client.role is not ClientRole.PETITION_OFFICE:
            raise NotCompetent()
        return await work.recommendations.find(petition_id=petition_id)


async def _found(work: Work, recommendation_id: UUID) -> Recommendation:
    found = await work.recommendations.find(id=recommendation_id)
    if not found:
        raise _missing()
    return found[0]


def _missing() -> NotFound:
    return NotFound("建议", "recommendation")
