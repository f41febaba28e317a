"""Letting go: when a petition ends, or is taken from those who had it, nobody is left with a part of it."""

from __future__ import annotations

from services.application import clocks
from services.application.acts import drop_recusal_requests, is_shielded, take_back
from services.application.ports import Work
from services.domain.dispatch import DispatchState, ObjectionState
from services.domain.dispute import DisputeState
from services.domain.inbox import EntryType
from services.domain.petition import Petition
from services.domain.review import Review, ReviewState


async def release(work: Work, petition: Petition) -> None:
    """The petition has ended: no dispatch, objection or review of it is open, and no clock runs.

    An organ whose answer was served keeps sight of what it answered; from all others it is taken.
    """
    served = {
        opinion.dispatch_id
        for opinion in await work.opinions.find(petition_id=petition.id)
        if opinion.served_on is not None
    }
    for dispatch in await work.dispatches.find(petition_id=petition.id, open=True):
        if dispatch.state is DispatchState.ANSWERED and dispatch.id in served:
            dispatch.open = False
            await work.dispatches.save(dispatch)
        elif dispatch.open:  # the act that ends it may have closed this one itself
            await take_back(work, petition, dispatch)
    await cease_contests(work, petition)
    for review in await work.reviews.find(petition_id=petition.id):
        if review.state.open:
            await _cease(work, petition, review)
    await drop_recusal_requests(work, petition)
    await clocks.cease(work, petition)
    petition.holder_id = None


async def take_all_back(work: Work, petition: Petition) -> None:
    """It goes back to the desk: out of every hand, those that only helped included."""
    for dispatch in await work.dispatches.find(petition_id=petition.id, open=True):
        if dispatch.open:
            await take_back(work, petition, dispatch)
    await cease_contests(work, petition)


async def cease_contests(work: Work, petition: Petition) -> None:
    """What was contested is in nobody's hands any more: there is nothing left to decide."""
    for objection in await work.objections.find(petition_id=petition.id):
        if objection.state is ObjectionState.OPEN:
            objection.state = ObjectionState.CEASED
            await work.objections.save(objection)
    for dispute in await work.disputes.find(petition_id=petition.id, state=DisputeState.OPEN.value):
        dispute.state = DisputeState.CEASED
        await work.disputes.save(dispute)


async def reopen(work: Work, petition: Petition) -> None:
    """The end is undone for good cause: whoever answered stands where it stood."""
    for dispatch in await work.dispatches.find(petition_id=petition.id):
        if dispatch.state is DispatchState.ANSWERED:
            dispatch.open = True
            await work.dispatches.save(dispatch)


async def _cease(work: Work, petition: Petition, review: Review) -> None:
    review.state = ReviewState.CEASED
    await work.reviews.save(review)
    if not await is_shielded(work, petition, review.organ_id):
        tell_review_gone(work, petition, review)


def tell_review_gone(work: Work, petition: Petition, review: Review) -> None:
    """As of a dispatch that was taken back, the organ learns no cause, lest its absence tell (条例 30)."""
    work.post(review.organ_id, EntryType.REVIEW_CEASED, petition, {"review_id": str(review.id)})
