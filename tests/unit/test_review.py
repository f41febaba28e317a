from __future__ import annotations

import pytest

from services.domain.petition import State, Tier
from services.domain.review import ASK_RULE, DECIDE_RULE, NEXT_TIER, ReviewNotOpen, ReviewTooLate, next_tier
from tests.worlds import national_law

CLOSED = [state for state in State if state not in NEXT_TIER]


def test_after_the_answer_comes_review() -> None:
    assert next_tier(State.ANSWERED) is Tier.REVIEW


def test_after_the_review_comes_re_review() -> None:
    assert next_tier(State.REVIEW_ANSWERED) is Tier.RE_REVIEW


@pytest.mark.parametrize("state", CLOSED)
def test_nothing_can_be_asked_for_elsewhere(state: State) -> None:
    with pytest.raises(ReviewNotOpen) as refused:
        next_tier(state)
    assert refused.value.facts["why"]
    assert str(refused.value.facts["why_en"]) in refused.value.message("en")


def test_an_opinion_not_served_opens_nothing() -> None:
    with pytest.raises(ReviewNotOpen, match="尚未收到书面答复"):
        next_tier(State.OPINION_ISSUED)


def test_after_finality_the_reason_is_said() -> None:
    with pytest.raises(ReviewNotOpen, match="三级终结"):
        next_tier(State.FINAL)


@pytest.mark.parametrize("tier", [Tier.REVIEW, Tier.RE_REVIEW])
def test_a_tier_is_asked_for_and_decided_within_30_days(tier: Tier) -> None:
    law = national_law()
    for rule, article in ((ASK_RULE[tier], "三十"), (DECIDE_RULE[tier], "三十")):
        period = law.pack("").period(rule, on=law.pack("").in_force_from)
        assert period.length == 30
        assert article in period.article


def test_late_request_names_the_due_date() -> None:
    refused = ReviewTooLate(
        tier="review", tier_name="复查", due_on="2026-12-21", length="30日", article="信访工作条例第三十五条"
    )
    assert "2026-12-21" in refused.message()
    assert "2026-12-21" in refused.message("en")
