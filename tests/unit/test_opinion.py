from __future__ import annotations

import pytest

from services.domain.opinion import Outcome, OutcomeNotFitting, check_outcome, says_the_same
from services.domain.petition import Petition, Purpose, Tier
from tests.unit.cases import opinion, petition
from tests.worlds import national_law

PACK = national_law().pack("")
OF_REVIEW = (Outcome.UPHELD, Outcome.CHANGED, Outcome.REVOKED)
OF_HANDLING = [outcome for outcome in Outcome if outcome not in OF_REVIEW]
OF_SUGGESTION = [outcome for outcome in Outcome if outcome.value.startswith("suggestion_")]
OF_COMPLAINT = (Outcome.SUPPORTED, Outcome.PARTLY_SUPPORTED, Outcome.EXPLAINED, Outcome.NOT_SUPPORTED)
SUGGESTION = petition(purpose=Purpose.SUGGESTION, path=None)
DENUNCIATION = petition(purpose=Purpose.DENUNCIATION, path=None)


@pytest.mark.parametrize("outcome", OF_REVIEW)
def test_outcomes_of_review_do_not_fit_handling(outcome: Outcome) -> None:
    with pytest.raises(OutcomeNotFitting):
        check_outcome(petition(), Tier.HANDLING, outcome, PACK)


@pytest.mark.parametrize("tier", [Tier.REVIEW, Tier.RE_REVIEW])
@pytest.mark.parametrize("outcome", OF_HANDLING)
def test_outcomes_of_handling_do_not_fit_review(outcome: Outcome, tier: Tier) -> None:
    with pytest.raises(OutcomeNotFitting):
        check_outcome(petition(), tier, outcome, PACK)


@pytest.mark.parametrize("tier", [Tier.REVIEW, Tier.RE_REVIEW])
@pytest.mark.parametrize("outcome", OF_REVIEW)
def test_reviews_uphold_change_or_revoke(outcome: Outcome, tier: Tier) -> None:
    check_outcome(petition(), tier, outcome, PACK)


@pytest.mark.parametrize("outcome", OF_SUGGESTION)
def test_only_suggestions_are_adopted(outcome: Outcome) -> None:
    check_outcome(SUGGESTION, Tier.HANDLING, outcome, PACK)
    for other in (petition(purpose=Purpose.REDRESS), DENUNCIATION):
        with pytest.raises(OutcomeNotFitting, match="第二十九条"):
            check_outcome(other, Tier.HANDLING, outcome, PACK)


@pytest.mark.parametrize("outcome", OF_COMPLAINT)
def test_suggestions_are_adopted_or_not_and_nothing_else(outcome: Outcome) -> None:
    check_outcome(DENUNCIATION, Tier.HANDLING, outcome, PACK)
    with pytest.raises(OutcomeNotFitting, match=r"第三十二条|第四十二条"):
        check_outcome(SUGGESTION, Tier.HANDLING, outcome, PACK)


@pytest.mark.parametrize("other", [SUGGESTION, DENUNCIATION])
def test_only_redress_is_settled_by_agreement(other: Petition) -> None:
    check_outcome(petition(purpose=Purpose.REDRESS), Tier.HANDLING, Outcome.SETTLED, PACK)
    with pytest.raises(OutcomeNotFitting, match="第三十三条"):
        check_outcome(other, Tier.HANDLING, Outcome.SETTLED, PACK)


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_its_row_in_the_rule_pack(outcome: Outcome) -> None:
    citation = PACK.outcome(outcome.value).citation
    assert citation.quote or citation.reason


def test_same_words_spaced_otherwise_say_the_same() -> None:
    assert says_the_same(opinion(), opinion(facts="经查,补偿款 已经发放。\n", decision=" 不予支持。"))


@pytest.mark.parametrize(
    "change",
    [
        {"facts": "经重新调查,补偿款少发3万元。"},
        {"reasons": "原来的理由不成立。", "legal_basis": "信访工作条例第三十二条"},
        {"decision": "补发3万元。"},
        {"outcome": Outcome.SUPPORTED},
    ],
)
def test_other_facts_reasons_or_decision_say_something_new(change: dict[str, object]) -> None:
    assert not says_the_same(opinion(), opinion(**change))


@pytest.mark.parametrize(
    "change", [{"reasons": "原来的理由不成立。"}, {"legal_basis": "信访工作条例第三十二条"}]
)
def test_old_facts_and_decision_under_new_words_say_the_same(change: dict[str, object]) -> None:
    assert says_the_same(opinion(), opinion(**change))
