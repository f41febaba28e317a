"""因回避移交上级: when the head of an organ is recused and it cannot act, its superior has the case (28.3).

By the roads that there are: a transfer while it is handled, a move of the review while it is reviewed.
"""

from __future__ import annotations

from uuid import UUID

from services.application import recusal_check, review_move, transfer
from services.application.acts import ensure_visible, hold_visible, shielded
from services.application.ports import Work, World
from services.application.recusal import OnRecord
from services.domain.access import Call, ClientRole, NotCompetent
from services.domain.petition import Petition
from services.domain.recusal import RULE, NobodyAbove, NoHeadRecused, Recusal, RecusalState, head_recused
from services.domain.refusal import NotFound
from services.domain.review import Review


async def move_up(world: World, recusal_id: UUID, reason: str, *, call: Call) -> OnRecord:
    """By the petition office, or who sent the case. The petitioner is told who has it now, not whose head."""
    async with world.begin(call) as work:
        recusal = await _known(world, work, recusal_id, call)
        petition, repeated = await hold_visible(world, work, recusal.petition_id, call)
        if repeated:
            return OnRecord(recusal, petition)
        stands = recusal.state is RecusalState.GRANTED and recusal.is_head
        article = recusal_check.article(world, petition)
        if not stands or petition.holder_id != recusal.organ_id:
            raise NoHeadRecused(article=article)
        review = await review_move.in_hand(work, petition)
        if review is not None:
            await _review_up(world, work, petition, review, article, call)
        else:
            await _case_up(world, work, petition, recusal, transfer.Cause(
                RULE, "因负责人回避移交上级", "因有关负责人回避", reason, public=False, article=article,
            ), call)  # fmt: skip
        await work.flush()
        return OnRecord(recusal, petition)


async def _known(world: World, work: Work, recusal_id: UUID, call: Call) -> Recusal:
    missing = NotFound("回避记录", "recusal")
    found = await work.recusals.find(id=recusal_id)
    if not found:
        raise missing
    petition = await work.petitions.get(found[0].petition_id)
    await ensure_visible(world, work, petition, call.client, missing=missing)
    return found[0]


async def _case_up(
    world: World, work: Work, petition: Petition, recusal: Recusal, because: transfer.Cause, call: Call
) -> None:
    lead = await transfer.lead_to_move(world, work, petition, call)
    recusals = await work.recusals.find(petition_id=petition.id)
    above = await recusal_check.superiors(world, work, petition, recusal.organ_id, recusals)
    if not above:
        raise NobodyAbove()
    await transfer.hand_over(
        world, work, petition, lead, above[0], because,
        report_due=lead.report_due, sender_id=call.client.organ_id, actor=call.actor,
    )  # fmt: skip


async def _review_up(
    world: World, work: Work, petition: Petition, review: Review, article: str, call: Call
) -> None:
    """Nobody sent a review to the organ that has it: only the petition office moves it."""
    if call.client.role is not ClientRole.PETITION_OFFICE:
        raise NotCompetent()
    recusals = await work.recusals.find(petition_id=petition.id)
    out = {each.organ_id for each in recusals if head_recused(recusals, each.organ_id)}
    not_these = await shielded(world, work, petition) | out
    organ = await review_move.next_reviewer(world, work, review, not_these)
    if organ is None:
        raise NobodyAbove()
    await review_move.move(world, work, petition, review, organ, actor=call.actor, article=article)
