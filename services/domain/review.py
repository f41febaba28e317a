"""Review and re-review (复查、复核, 信访工作条例 35, 36): who may ask, until when, and of whom."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.domain.directory import Directory
from services.domain.dispute import present
from services.domain.opinion import Outcome
from services.domain.organ import Organ
from services.domain.petition import Petition, State, Tier
from services.domain.refusal import Refusal


class ReviewState(StrEnum):
    REQUESTED = "requested"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    DECIDED = "decided"
    CEASED = "ceased"

    @property
    def open(self) -> bool:
        """The organ has it to decide."""
        return self in (ReviewState.REQUESTED, ReviewState.ACCEPTED)


@dataclass(slots=True)
class Review:
    """A request for the next tier, on the opinion ``opinion_id``, before the reviewing organ ``organ_id``.

    ``late_cause`` is the good cause for which it was taken after its time, approved by ``late_approved_by``.
    """

    id: UUID
    petition_id: UUID
    tier: Tier
    opinion_id: UUID
    organ_id: UUID
    reason: str
    requested_on: date
    state: ReviewState = ReviewState.REQUESTED
    hearing_from: date | None = None
    hearing_to: date | None = None
    outcome: Outcome | None = None
    decided_on: date | None = None
    late_cause: str | None = None
    late_approved_by: str | None = None


class ReviewNotOpen(Refusal):
    """本件目前不能申请复查、复核:{why}。"""

    english = "No review or re-review can be asked for now: {why_en}."


class ReviewTooLate(Refusal):
    """申请{tier_name}的期限已于{due_on}届满(自收到书面答复之日起{length}内,{article})。"""

    english = "The period for asking for {tier} ended on {due_on} ({article})."


class NoReviewingOrgan(Refusal):
    """机构目录未载明{organ}的{tier_name}机关,请管理员补充后重试。"""

    english = "The directory names no organ that reviews {organ}."


class OrganNotReviewing(Refusal):
    """所选机关不是本件的{tier_name}机关,可以向{names}提出。"""

    english = "The organ chosen does not review this petition; ask one of: {names}."

    def __init__(self, organs: Sequence[Organ], tier: Tier) -> None:
        self.organs = organs
        names = "或者".join(organ.name for organ in organs)
        super().__init__(names=names, tier=tier.value, tier_name=TIER_NAMES[tier])


class ReviewAlreadyAccepted(Refusal):
    """该{tier_name}申请已经受理,应当作出{tier_name}意见,不能再不予受理。"""

    english = "The request was accepted; it is decided now, not refused."


class HearingDates(Refusal):
    """听证起止日期有误:{start} 至 {end}。已举行的,在申请之日与今天之间;将举行的,填写听证通知。"""

    english = (
        "The hearing's dates are wrong: {start} to {end}. One that was held lies between the request and "
        "today; one to come is announced with a notice, and begins today or later."
    )


TIER_AFTER = {Tier.HANDLING: Tier.REVIEW, Tier.REVIEW: Tier.RE_REVIEW}
NEXT_TIER = {State.ANSWERED: Tier.REVIEW, State.REVIEW_ANSWERED: Tier.RE_REVIEW}
TIER_NAMES = {Tier.HANDLING: "办理", Tier.REVIEW: "复查", Tier.RE_REVIEW: "复核"}
# The petitioner's period to ask for a tier, and the organ's to decide it (rule ids of the packs).
ASK_RULE = {Tier.REVIEW: "D7", Tier.RE_REVIEW: "D9"}
DECIDE_RULE = {Tier.REVIEW: "D8", Tier.RE_REVIEW: "D10"}
# Where a regulation gives the organ a time of its own to say whether it accepts the request (山东 43, 44).
ACCEPT_RULE = {Tier.REVIEW: "D8.1", Tier.RE_REVIEW: "D10.1"}


def next_tier(state: State) -> Tier:
    """The tier that may be asked for now; raises :class:`ReviewNotOpen`, saying why."""
    tier = NEXT_TIER.get(state)
    if tier is None:
        why, why_en = _WHY_NOT.get(state, ("尚未收到书面答复", "no written answer has been served yet"))
        raise ReviewNotOpen(why=why, why_en=why_en)
    return tier


def lapsed_into_finality(petition: Petition) -> bool:
    """Final only because the petitioner's time ran out; good cause undoes it (山东 46, 浙江 25, 北京 37)."""
    return petition.state is State.FINAL and petition.final_ground == "time_lapsed"


def reviewing_organs(
    directory: Directory, organ_id: UUID, *, on: date, hidden: Collection[UUID]
) -> tuple[Organ, ...]:
    """Who may review the opinions of an organ on that day, in the directory's order, none of them accused.

    For one that was split, merged or abolished, whoever exercises its powers now (信访工作条例 24). Where
    none is left, those that review them, level by level, as an accused organ's case goes one level up (30).
    Empty when the tree ends before one is found.
    """
    seen, level = {organ_id}, directory.reviewers(organ_id)
    while level:
        now = dict.fromkeys(present(directory, organ.id, on=on) for organ in level)
        may_know = tuple(
            organ for organ in now if organ.in_force(on) and organ.id not in hidden and organ.id != organ_id
        )
        if may_know:
            return may_know
        seen |= {organ.id for organ in level}
        above = [each for organ in level for each in directory.reviewers(organ.id) if each.id not in seen]
        level = tuple(dict.fromkeys(above))
    return ()


_WHY_NOT = {
    State.UNDER_REVIEW: ("复查正在进行", "the review is under way"),
    State.UNDER_RE_REVIEW: ("复核正在进行", "the re-review is under way"),
    State.FINAL: ("本件已三级终结", "the petition is final"),
    State.CONCLUDED: ("本件不属于信访程序办理事项", "the petition was led to another procedure"),
    State.DECLINED: ("本件不予受理", "the petition was not accepted"),
    State.WITHDRAWN: ("本件已撤回", "the petition was withdrawn"),
}
