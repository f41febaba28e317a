from __future__ import annotations

import pytest

from services.domain.opinion import Outcome
from services.domain.petition import Path, Petition, Purpose, Tier
from services.domain.remedy import remedy
from tests.unit.cases import DAY, petition
from tests.worlds import national_law

PACK = national_law().pack("")


def said(
    tier: Tier,
    outcome: Outcome = Outcome.SUPPORTED,
    *,
    of: Petition | None = None,
    by: list[str] | None = None,
) -> str:
    return remedy(of or petition(), tier, outcome, PACK, by or [], on=DAY)


def test_handling_opinion_tells_the_way_and_time_to_review() -> None:
    text = said(Tier.HANDLING, by=["益阳市自然资源局", "南县人民政府"])
    assert "30日内" in text
    assert "益阳市自然资源局或者南县人民政府" in text
    assert "复查" in text
    assert "第三十五条" in text


def test_review_opinion_tells_the_way_to_re_review() -> None:
    text = said(Tier.REVIEW, Outcome.UPHELD, by=["湖南省自然资源厅"])
    assert "湖南省自然资源厅" in text
    assert "复核" in text
    assert "第三十六条" in text


def test_re_review_opinion_says_that_it_is_the_end() -> None:
    text = said(Tier.RE_REVIEW, Outcome.UPHELD)
    assert "终结" in text
    assert "第三十六条" in text


@pytest.mark.parametrize("tier", [Tier.REVIEW, Tier.RE_REVIEW])
def test_revocation_tells_of_the_new_opinion_to_come(tier: Tier) -> None:
    assert "重新作出" in said(tier, Outcome.REVOKED)


@pytest.mark.parametrize(
    ("purpose", "article"), [(Purpose.SUGGESTION, "第二十九条"), (Purpose.DENUNCIATION, "第三十条")]
)
def test_suggestions_and_denunciations_have_no_review(purpose: Purpose, article: str) -> None:
    text = said(Tier.HANDLING, of=petition(purpose=purpose, path=None))
    assert article in text
    assert "不适用信访复查、复核" in text


@pytest.mark.parametrize("path", [path for path in Path if path is not Path.PETITION_PROCEDURE])
def test_other_procedures_have_no_review(path: Path) -> None:
    assert "不适用信访复查、复核" in said(Tier.HANDLING, of=petition(path=path))


def test_without_a_known_reviewer_the_law_itself_is_told() -> None:
    assert "上一级机关、单位" in said(Tier.HANDLING)
