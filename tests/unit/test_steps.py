"""The step table, whole: what the law allows is allowed, and every other pair is refused."""

from __future__ import annotations

import itertools
import re
from collections import deque

import pytest

from services.domain.petition import State
from services.domain.steps import STEPS, Act, StepNotAllowed, step

PAIRS = list(itertools.product(State, Act))
FORBIDDEN = [pair for pair in PAIRS if pair not in STEPS]
CITED = re.compile(r"(信访工作|[^;\s]+省信访|北京市信访)条例 \d+(, \d+)*(; (?!$)|$)")
ENDED = [state for state in State if state.ended]
# After the end the chain stands; what may still be added leaves the state as it is.
AFTER_THE_END = {
    Act.CARRY_OUT, Act.CARE, Act.REPORT, Act.EVALUATE, Act.CALL_BACK, Act.UNMASK, Act.RECUSE,
    Act.RECOMMEND, Act.ANSWER_RECOMMENDATION,
}  # fmt: skip
# Who had good cause to be late is heard all the same; who was answered on the spot may have it in writing.
REOPENED = {State.FINAL: {Act.REOPEN, Act.REOPEN_REVIEW}, State.CONCLUDED: {Act.ASK_IN_WRITING}}


@pytest.mark.parametrize(("state", "act"), list(STEPS), ids=str)
def test_every_step_cites_its_article(state: State, act: Act) -> None:
    assert CITED.sub("", STEPS[state, act].article) == ""


@pytest.mark.parametrize(("state", "act"), FORBIDDEN, ids=str)
def test_every_other_step_is_refused(state: State, act: Act) -> None:
    with pytest.raises(StepNotAllowed) as refused:
        step(state, act)
    assert state.chinese in refused.value.message()
    assert act.value in refused.value.message("en")
    assert "不能不" not in refused.value.message()
    assert act.value not in refused.value.facts["allowed"]  # type: ignore[operator]  # a list, as all tell


def test_refused_step_names_those_that_are_possible() -> None:
    with pytest.raises(StepNotAllowed) as refused:
        step(State.ACCEPTED, Act.REFUSE)
    assert refused.value.message() == "信访件当前为“办理中”,不能作出不予受理决定。"
    assert refused.value.facts["allowed"] == [
        "transferred", "extended", "turned_ordinary", "reported", "opinion_issued",
        "closed_without_successor", "withdrawn", "supplemented", "called_back", "unmasked",
        "recusal_requested", "recused", "recusal_refused", "recommended", "recommendation_answered",
    ]  # fmt: skip


def test_refused_step_of_an_ended_petition_points_to_a_new_one() -> None:
    with pytest.raises(StepNotAllowed) as refused:
        step(State.WITHDRAWN, Act.SUPPLEMENT)
    assert refused.value.message().endswith("不能补充材料;有新的事实、理由或者请求的,请另行登记。")


@pytest.mark.parametrize("state", ENDED)
def test_nothing_leads_out_of_an_end(state: State) -> None:
    acts = {act for act in Act if (state, act) in STEPS} - REOPENED.get(state, set())
    assert acts <= AFTER_THE_END
    assert {STEPS[state, act].to for act in acts} <= {state}


@pytest.mark.parametrize("state", [state for state in State if not state.ended])
def test_every_state_leads_to_an_end(state: State) -> None:
    seen, waiting = {state}, deque([state])
    while waiting:
        here = waiting.popleft()
        following = {STEPS[here, act].to for act in Act if (here, act) in STEPS} - seen
        seen |= following
        waiting.extend(following)
    assert seen & set(ENDED)


def test_every_state_but_the_first_is_reached() -> None:
    reached = {allowed.to for (state, _), allowed in STEPS.items() if allowed.to is not state}
    assert reached == set(State) - {State.REGISTERED}


def test_every_act_is_allowed_somewhere() -> None:
    assert {act for _, act in STEPS} == set(Act)


@pytest.mark.parametrize(
    ("start", "acts", "end"),
    [
        (
            State.REGISTERED,
            [Act.ROUTE, Act.OBJECT, Act.REDIRECT, Act.ACCEPT, Act.EXTEND, Act.ISSUE_OPINION, Act.SERVE,
             Act.REQUEST_REVIEW, Act.ACCEPT_REVIEW, Act.DECIDE_REVIEW, Act.SERVE,
             Act.REQUEST_REVIEW, Act.HOLD_HEARING, Act.DECIDE_REVIEW, Act.SERVE],
            State.FINAL,
        ),
        (State.REGISTERED, [Act.HOLD, Act.ASSIGN, Act.REFER, Act.ACCEPT, Act.ISSUE_OPINION, Act.CONCLUDE],
         State.CONCLUDED),
        (State.ANSWERED, [Act.LAPSE], State.FINAL),
        (State.REVIEW_ANSWERED, [Act.LAPSE], State.FINAL),
        (State.ANSWERED, [Act.CARRY_OUT, Act.FULFIL], State.FINAL),
        (State.REVIEW_ANSWERED, [Act.CARRY_OUT, Act.FULFIL], State.FINAL),
        (State.REVIEW_ISSUED, [Act.REMAND, Act.ISSUE_OPINION, Act.SERVE], State.ANSWERED),
        (State.RE_REVIEW_ISSUED, [Act.REMAND], State.ACCEPTED),
        (State.UNDER_RE_REVIEW, [Act.DECLINE_REVIEW], State.REVIEW_ANSWERED),
        (State.TRIAGE, [Act.CLOSE, Act.CARE], State.FINAL),
        (State.UNDER_REVIEW, [Act.CLOSE], State.FINAL),
        (State.FINAL, [Act.REOPEN, Act.REQUEST_REVIEW], State.UNDER_REVIEW),
        (State.FINAL, [Act.REOPEN_REVIEW, Act.REQUEST_REVIEW], State.UNDER_RE_REVIEW),
        (State.DISPATCHED, [Act.REFUSE], State.DECLINED),
    ],
)  # fmt: skip
def test_the_ways_of_the_law_lead_to_their_end(start: State, acts: list[Act], end: State) -> None:
    state = start
    for act in acts:
        state = step(state, act).to
    assert state is end


@pytest.mark.parametrize("state", [State.ACCEPTED, State.ANSWERED, State.FINAL])
def test_objection_comes_before_acceptance_only(state: State) -> None:
    assert (state, Act.OBJECT) in FORBIDDEN


@pytest.mark.parametrize("state", [State.DISPATCHED, State.OPINION_ISSUED, State.ANSWERED])
def test_only_an_accepted_case_is_extended(state: State) -> None:
    assert (state, Act.EXTEND) in FORBIDDEN


def test_an_answer_never_served_cannot_lapse() -> None:
    assert (State.OPINION_ISSUED, Act.LAPSE) in FORBIDDEN
    assert (State.REVIEW_ISSUED, Act.LAPSE) in FORBIDDEN
