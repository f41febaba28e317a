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
    WITHDRAW_OBJECTION = "objection_withdrawn"
    RECALL = "recalled"
    RAISE_DISPUTE = "dispute_raised"
    RULE = "dispute_ruled"
    TRANSFER = "transferred"
    EXTEND = "extended"
    TURN_ORDINARY = "turned_ordinary"
    REPORT = "reported"
    ANSWER_ON_THE_SPOT = "answered_on_the_spot"
    ASK_IN_WRITING = "written_answer_requested"
    ISSUE_OPINION = "opinion_issued"
    SERVE = "served"
    CONCLUDE = "served_and_concluded"
    REQUEST_REVIEW = "review_requested"
    ACCEPT_REVIEW = "review_accepted"
    DECLINE_REVIEW = "review_declined"
    CONVENE_HEARING = "hearing_announced"
    HOLD_HEARING = "hearing_held"
    EXTEND_REVIEW = "review_extended"
    MOVE_REVIEW = "review_moved"
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
    ASK_RECUSAL = "recusal_requested"
    RECUSE = "recused"
    REFUSE_RECUSAL = "recusal_refused"
    RECOMMEND = "recommended"
    ANSWER_RECOMMENDATION = "recommendation_answered"


@dataclass(frozen=True, slots=True)
class Step:
    to: State
    article: str


S = State
# The 条例 has the notice given on the spot (23); a local regulation has the answer.
AT_ONCE = "浙江省信访条例 20, 23; 信访工作条例 23"
# The 条例 extends no review (35, 36). A regulation may, as this one; the event names the pack's own article.
BY_REGULATION = "北京市信访条例 50"
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
    (S.DISPATCHED, Act.ANSWER_ON_THE_SPOT): Step(S.CONCLUDED, AT_ONCE),
    (S.CONCLUDED, Act.ASK_IN_WRITING): Step(S.ACCEPTED, "信访工作条例 29, 31, 32"),
    (S.DISPATCHED, Act.REFUSE): Step(S.DECLINED, "信访工作条例 19, 23, 31, 36"),
    (S.DISPATCHED, Act.OBJECT): Step(S.OBJECTED, "信访工作条例 23"),
    (S.DISPATCHED, Act.RECALL): Step(S.TRIAGE, "信访工作条例 28, 30"),
    (S.OBJECTED, Act.UPHOLD_OBJECTION): Step(S.TRIAGE, "信访工作条例 23"),
    (S.OBJECTED, Act.REDIRECT): Step(S.DISPATCHED, "信访工作条例 23, 24"),
    (S.OBJECTED, Act.REJECT_OBJECTION): Step(S.DISPATCHED, "信访工作条例 23"),
    (S.OBJECTED, Act.WITHDRAW_OBJECTION): Step(S.DISPATCHED, "信访工作条例 23"),
    (S.OBJECTED, Act.RECALL): Step(S.TRIAGE, "信访工作条例 28, 30"),
    (S.TRIAGE, Act.RAISE_DISPUTE): Step(S.DISPUTED, "信访工作条例 24"),
    (S.DISPATCHED, Act.RAISE_DISPUTE): Step(S.DISPUTED, "信访工作条例 24"),
    (S.OBJECTED, Act.RAISE_DISPUTE): Step(S.DISPUTED, "信访工作条例 24"),
    (S.DISPUTED, Act.RULE): Step(S.DISPATCHED, "信访工作条例 24"),
    (S.DISPUTED, Act.RECALL): Step(S.TRIAGE, "信访工作条例 28, 30"),
    (S.DISPATCHED, Act.TRANSFER): Step(S.DISPATCHED, "信访工作条例 22, 24"),
    (S.ACCEPTED, Act.TRANSFER): Step(S.DISPATCHED, "信访工作条例 22, 24"),
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
    (S.UNDER_REVIEW, Act.CONVENE_HEARING): Step(S.UNDER_REVIEW, "信访工作条例 31"),
    (S.UNDER_REVIEW, Act.EXTEND_REVIEW): Step(S.UNDER_REVIEW, BY_REGULATION),
    (S.UNDER_REVIEW, Act.MOVE_REVIEW): Step(S.UNDER_REVIEW, "信访工作条例 28, 30"),
    (S.REVIEW_ISSUED, Act.MOVE_REVIEW): Step(S.UNDER_REVIEW, "信访工作条例 28, 30"),
    (S.UNDER_REVIEW, Act.DECIDE_REVIEW): Step(S.REVIEW_ISSUED, "信访工作条例 35"),
    (S.REVIEW_ISSUED, Act.SERVE): Step(S.REVIEW_ANSWERED, "信访工作条例 35, 36"),
    (S.REVIEW_ISSUED, Act.REMAND): Step(S.ACCEPTED, "信访工作条例 35"),
    (S.REVIEW_ANSWERED, Act.REQUEST_REVIEW): Step(S.UNDER_RE_REVIEW, "信访工作条例 36"),
    (S.REVIEW_ANSWERED, Act.FULFIL): Step(S.FINAL, "浙江省信访条例 25; 山东省信访条例 46"),
    (S.REVIEW_ANSWERED, Act.LAPSE): Step(S.FINAL, "信访工作条例 36"),
    (S.UNDER_RE_REVIEW, Act.ACCEPT_REVIEW): Step(S.UNDER_RE_REVIEW, "信访工作条例 36"),
    (S.UNDER_RE_REVIEW, Act.DECLINE_REVIEW): Step(S.REVIEW_ANSWERED, "信访工作条例 36"),
    (S.UNDER_RE_REVIEW, Act.HOLD_HEARING): Step(S.UNDER_RE_REVIEW, "信访工作条例 36"),
    (S.UNDER_RE_REVIEW, Act.CONVENE_HEARING): Step(S.UNDER_RE_REVIEW, "信访工作条例 36"),
    (S.UNDER_RE_REVIEW, Act.EXTEND_REVIEW): Step(S.UNDER_RE_REVIEW, BY_REGULATION),
    (S.UNDER_RE_REVIEW, Act.MOVE_REVIEW): Step(S.UNDER_RE_REVIEW, "信访工作条例 28, 30"),
    (S.RE_REVIEW_ISSUED, Act.MOVE_REVIEW): Step(S.UNDER_RE_REVIEW, "信访工作条例 28, 30"),
    (S.UNDER_RE_REVIEW, Act.DECIDE_REVIEW): Step(S.RE_REVIEW_ISSUED, "信访工作条例 36"),
    (S.FINAL, Act.REOPEN): Step(S.ANSWERED, GOOD_CAUSE),
    (S.FINAL, Act.REOPEN_REVIEW): Step(S.REVIEW_ANSWERED, GOOD_CAUSE),
    (S.FINAL, Act.CARE): Step(S.FINAL, "信访工作条例 37"),
    (S.RE_REVIEW_ISSUED, Act.SERVE): Step(S.FINAL, "信访工作条例 36"),
    (S.RE_REVIEW_ISSUED, Act.REMAND): Step(S.ACCEPTED, "信访工作条例 36"),
}
_BEFORE_SERVICE = (
    S.REGISTERED, S.TRIAGE, S.DISPATCHED, S.OBJECTED, S.DISPUTED, S.ACCEPTED, S.OPINION_ISSUED,
)  # fmt: skip
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
_ASKED_FOR = tuple(state for state in S if state.screened and not state.ended)
STEPS |= {(state, Act.ASK_RECUSAL): Step(state, "信访工作条例 28") for state in _ASKED_FOR}
STEPS |= {(state, Act.REFUSE_RECUSAL): Step(state, "信访工作条例 28") for state in _ASKED_FOR}
STEPS |= {
    (state, act): Step(state, "信访工作条例 40")
    for act in (Act.RECOMMEND, Act.ANSWER_RECOMMENDATION)
    for state in S
    if state.screened
}
# After the end, too: an office or a reviewing organ may yet have to admit a late request, by somebody's name.
STEPS |= {
    (state, Act.RECUSE): Step(state, "信访工作条例 28") for state in (*_ASKED_FOR, S.FINAL, S.CONCLUDED)
}


ACT_NAMES: dict[Act, str] = {
    Act.ROUTE: "自动分流", Act.HOLD: "转人工分流", Act.ASSIGN: "人工分流",
    Act.DECLINE: "由信访部门作出不予受理决定",
    Act.RECEIVE: "签收", Act.REFER: "转送下级单位", Act.ACCEPT: "受理", Act.REFUSE: "作出不予受理决定",
    Act.OBJECT: "提出异议", Act.UPHOLD_OBJECTION: "认定异议成立", Act.REDIRECT: "改派",
    Act.REJECT_OBJECTION: "驳回异议", Act.WITHDRAW_OBJECTION: "撤回异议",
    Act.RECALL: "收回", Act.EXTEND: "延期", Act.REPORT: "提交办结报告",
    Act.ISSUE_OPINION: "出具处理意见书", Act.SERVE: "登记送达", Act.CONCLUDE: "送达并办结",
    Act.REQUEST_REVIEW: "申请复查、复核", Act.ACCEPT_REVIEW: "受理复查、复核申请",
    Act.DECLINE_REVIEW: "对复查、复核申请作出不予受理决定", Act.HOLD_HEARING: "登记听证",
    Act.CONVENE_HEARING: "通知听证", Act.EXTEND_REVIEW: "延长复查、复核期限",
    Act.MOVE_REVIEW: "变更复查、复核机关",
    Act.DECIDE_REVIEW: "出具复查、复核意见", Act.REMAND: "责令重新作出处理意见", Act.LAPSE: "期满终结",
    Act.REOPEN: "恢复申请复查", Act.REOPEN_REVIEW: "恢复申请复核", Act.WITHDRAW: "撤回",
    Act.SUPPLEMENT: "补充材料", Act.EVALUATE: "评价", Act.CALL_BACK: "登记回访", Act.UNMASK: "查看完整信息",
    Act.TURN_ORDINARY: "转为普通程序", Act.ANSWER_ON_THE_SPOT: "当场答复办结",
    Act.RAISE_DISPUTE: "报请决定受理机关", Act.RULE: "决定受理机关", Act.TRANSFER: "因新的事实移交",
    Act.ASK_IN_WRITING: "要求书面答复", Act.CARRY_OUT: "登记执行情况", Act.FULFIL: "登记协议履行",
    Act.CLOSE: "以无人承继终结", Act.CARE: "登记帮扶",
    Act.ASK_RECUSAL: "申请回避", Act.RECUSE: "决定回避", Act.REFUSE_RECUSAL: "作出不予回避决定",
    Act.RECOMMEND: "提出建议", Act.ANSWER_RECOMMENDATION: "反馈建议采纳情况",
}  # fmt: skip


_BY_ITSELF = frozenset({Act.ROUTE, Act.HOLD, Act.RECALL, Act.LAPSE, Act.FULFIL})


class StepNotAllowed(Refusal):
    """信访件当前为“{state_name}”,不能{act_name}{instead}。"""

    english = "The petition is in state '{state}'; the act '{act}' is not possible from there{instead_en}."


def step(state: State, act: Act) -> Step:
    """The step that ``act`` takes from ``state``; raises :class:`StepNotAllowed`."""
    found = STEPS.get((state, act))
    if found is None:
        raise not_allowed(state, act)
    return found


def not_allowed(state: State, act: Act) -> StepNotAllowed:
    """The refusal of a step: of one that is not in the table, or not in it for whoever asks."""
    anew, anew_en = (
        ";有新的事实、理由或者请求的,请另行登记",
        "; register new facts or requests as a new petition",
    )
    return StepNotAllowed(
        state=state.value, state_name=state.chinese, act=act.value, act_name=ACT_NAMES[act],
        instead=anew if state.ended else "", instead_en=anew_en if state.ended else "",
        allowed=[other.value for other in acts_from(state) if other is not act],
    )  # fmt: skip


def acts_from(state: State) -> list[Act]:
    """What somebody may do from ``state``; not what follows by itself."""
    return [act for act in Act if (state, act) in STEPS and act not in _BY_ITSELF]
