"""Which act leads a petition from which state to which, and the article that allows it.

The one table of allowed steps. An act's value is the word its ledger event bears.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from services.domain.petition import State
from services.domain.refusal import Refusal


class Act(StrEnum):
    ROUTE = "routed"
    HOLD = "held_for_triage"
    ASSIGN = "triage_decided"
    DECLINE = "declined"
    RECEIVE = "received"
    REFER = "referred"
    ACCEPT = "accepted"
    REFUSE = "refused"
    OBJECT = "objected"
    UPHOLD_OBJECTION = "objection_upheld"
    REDIRECT = "redirected"
    REJECT_OBJECTION = "objection_rejected"
    RECALL = "recalled"
    EXTEND = "extended"
    TURN_ORDINARY = "turned_ordinary"
    REPORT = "reported"
    ISSUE_OPINION = "opinion_issued"
    SERVE = "served"
    CONCLUDE = "served_and_concluded"
    REQUEST_REVIEW = "review_requested"
    ACCEPT_REVIEW = "review_accepted"
    DECLINE_REVIEW = "review_declined"
    HOLD_HEARING = "hearing_held"
    DECIDE_REVIEW = "review_decided"
    REMAND = "remanded"
    CARRY_OUT = "carried_out"
    FULFIL = "agreement_fulfilled"
    LAPSE = "lapsed"
    CLOSE = "closed_without_successor"
    CARE = "care_given"
    REOPEN = "reopened"
    REOPEN_REVIEW = "review_reopened"
    WITHDRAW = "withdrawn"
    SUPPLEMENT = "supplemented"
    EVALUATE = "evaluated"
    CALL_BACK = "called_back"
    UNMASK = "unmasked"


@dataclass(frozen=True, slots=True)
class Step:
    to: State
    article: str


S = State
# The 条例 does not say what ends the chain; local regulations do, and except who had good cause to be late.
GOOD_CAUSE = "山东省信访条例 46; 浙江省信访条例 25; 北京市信访条例 37"
STEPS: dict[tuple[State, Act], Step] = {
    (S.REGISTERED, Act.ROUTE): Step(S.DISPATCHED, "信访工作条例 22"),
    (S.REGISTERED, Act.HOLD): Step(S.TRIAGE, "信访工作条例 22"),
    (S.REGISTERED, Act.DECLINE): Step(S.DECLINED, "信访工作条例 19, 23, 31, 36"),
    (S.TRIAGE, Act.ASSIGN): Step(S.DISPATCHED, "信访工作条例 22"),
    (S.TRIAGE, Act.DECLINE): Step(S.DECLINED, "信访工作条例 19, 23, 31, 36"),
    (S.DISPATCHED, Act.RECEIVE): Step(S.DISPATCHED, "信访工作条例 23"),
    (S.DISPATCHED, Act.REFER): Step(S.DISPATCHED, "信访工作条例 23"),
    (S.DISPATCHED, Act.ACCEPT): Step(S.ACCEPTED, "信访工作条例 23"),
    (S.DISPATCHED, Act.REFUSE): Step(S.DECLINED, "信访工作条例 19, 23, 31, 36"),
    (S.DISPATCHED, Act.OBJECT): Step(S.OBJECTED, "信访工作条例 23"),
    (S.DISPATCHED, Act.RECALL): Step(S.TRIAGE, "信访工作条例 28, 30"),
    (S.OBJECTED, Act.UPHOLD_OBJECTION): Step(S.TRIAGE, "信访工作条例 23"),
    (S.OBJECTED, Act.REDIRECT): Step(S.DISPATCHED, "信访工作条例 23, 24"),
    (S.OBJECTED, Act.REJECT_OBJECTION): Step(S.DISPATCHED, "信访工作条例 23"),
    (S.OBJECTED, Act.RECALL): Step(S.TRIAGE, "信访工作条例 28, 30"),
    (S.ACCEPTED, Act.RECALL): Step(S.TRIAGE, "信访工作条例 28, 30"),
    (S.OPINION_ISSUED, Act.RECALL): Step(S.TRIAGE, "信访工作条例 28, 30"),
    (S.ACCEPTED, Act.EXTEND): Step(S.ACCEPTED, "信访工作条例 34"),
    (S.ACCEPTED, Act.TURN_ORDINARY): Step(S.ACCEPTED, "信访工作条例 34"),
    (S.ACCEPTED, Act.ISSUE_OPINION): Step(S.OPINION_ISSUED, "信访工作条例 31, 32"),
    (S.OPINION_ISSUED, Act.SERVE): Step(S.ANSWERED, "信访工作条例 35"),
    (S.OPINION_ISSUED, Act.CONCLUDE): Step(S.CONCLUDED, "信访工作条例 29, 30, 31"),
    (S.ANSWERED, Act.REQUEST_REVIEW): Step(S.UNDER_REVIEW, "信访工作条例 35"),
    (S.ANSWERED, Act.FULFIL): Step(S.FINAL, "浙江省信访条例 25; 山东省信访条例 46"),
    (S.ANSWERED, Act.LAPSE): Step(S.FINAL, "信访工作条例 35"),
    (S.UNDER_REVIEW, Act.ACCEPT_REVIEW): Step(S.UNDER_REVIEW, "信访工作条例 35"),
    (S.UNDER_REVIEW, Act.DECLINE_REVIEW): Step(S.ANSWERED, "信访工作条例 35"),
    (S.UNDER_REVIEW, Act.HOLD_HEARING): Step(S.UNDER_REVIEW, "信访工作条例 31"),
    (S.UNDER_REVIEW, Act.DECIDE_REVIEW): Step(S.REVIEW_ISSUED, "信访工作条例 35"),
    (S.REVIEW_ISSUED, Act.SERVE): Step(S.REVIEW_ANSWERED, "信访工作条例 35, 36"),
    (S.REVIEW_ISSUED, Act.REMAND): Step(S.ACCEPTED, "信访工作条例 35"),
    (S.REVIEW_ANSWERED, Act.REQUEST_REVIEW): Step(S.UNDER_RE_REVIEW, "信访工作条例 36"),
    (S.REVIEW_ANSWERED, Act.FULFIL): Step(S.FINAL, "浙江省信访条例 25; 山东省信访条例 46"),
    (S.REVIEW_ANSWERED, Act.LAPSE): Step(S.FINAL, "信访工作条例 36"),
    (S.UNDER_RE_REVIEW, Act.ACCEPT_REVIEW): Step(S.UNDER_RE_REVIEW, "信访工作条例 36"),
    (S.UNDER_RE_REVIEW, Act.DECLINE_REVIEW): Step(S.REVIEW_ANSWERED, "信访工作条例 36"),
    (S.UNDER_RE_REVIEW, Act.HOLD_HEARING): Step(S.UNDER_RE_REVIEW, "信访工作条例 36"),
    (S.UNDER_RE_REVIEW, Act.DECIDE_REVIEW): Step(S.RE_REVIEW_ISSUED, "信访工作条例 36"),
    (S.FINAL, Act.REOPEN): Step(S.ANSWERED, GOOD_CAUSE),
    (S.FINAL, Act.REOPEN_REVIEW): Step(S.REVIEW_ANSWERED, GOOD_CAUSE),
    (S.FINAL, Act.CARE): Step(S.FINAL, "信访工作条例 37"),
    (S.RE_REVIEW_ISSUED, Act.SERVE): Step(S.FINAL, "信访工作条例 36"),
    (S.RE_REVIEW_ISSUED, Act.REMAND): Step(S.ACCEPTED, "信访工作条例 36"),
}
_BEFORE_SERVICE = (S.REGISTERED, S.TRIAGE, S.DISPATCHED, S.OBJECTED, S.ACCEPTED, S.OPINION_ISSUED)
_AFTER_ACCEPTANCE = (
    S.ACCEPTED, S.OPINION_ISSUED, S.ANSWERED, S.UNDER_REVIEW, S.REVIEW_ISSUED, S.REVIEW_ANSWERED,
    S.UNDER_RE_REVIEW, S.RE_REVIEW_ISSUED, S.FINAL, S.CONCLUDED,
)  # fmt: skip
_TOLD_SOMETHING = (
    S.ANSWERED, S.UNDER_REVIEW, S.REVIEW_ISSUED, S.REVIEW_ANSWERED, S.UNDER_RE_REVIEW,
    S.RE_REVIEW_ISSUED, S.FINAL, S.CONCLUDED, S.DECLINED,
)  # fmt: skip
STEPS |= {(state, Act.WITHDRAW): Step(S.WITHDRAWN, "信访工作条例 17") for state in _BEFORE_SERVICE}
STEPS |= {(state, Act.REPORT): Step(state, "信访工作条例 22") for state in _AFTER_ACCEPTANCE}
STEPS |= {
    (state, Act.CLOSE): Step(S.FINAL, "山东省信访条例 46")
    for state in S
    if state.screened and not state.ended
}
STEPS |= {(state, Act.SUPPLEMENT): Step(state, "信访工作条例 19") for state in S if not state.ended}
STEPS |= {
    (state, Act.CARRY_OUT): Step(state, "信访工作条例 32") for state in _TOLD_SOMETHING if state != S.DECLINED
}
STEPS |= {(state, Act.EVALUATE): Step(state, "信访工作条例 21") for state in _TOLD_SOMETHING}
STEPS |= {(state, Act.CALL_BACK): Step(state, "信访工作条例 21") for state in S}
STEPS |= {(state, Act.UNMASK): Step(state, "信访工作条例 23, 27") for state in S if state.screened}


class StepNotAllowed(Refusal):
    """信访件当前为“{state_name}”,不能进行此项操作({act})。"""

    english = "The petition is in state '{state}'; the act '{act}' is not possible from there."


def step(state: State, act: Act) -> Step:
    """The step that ``act`` takes from ``state``; raises :class:`StepNotAllowed`."""
    found = STEPS.get((state, act))
    if found is None:
        raise StepNotAllowed(state=state.value, state_name=state.chinese, act=act.value)
    return found
