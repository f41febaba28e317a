"""What the petitioner's page says, apart from how a petition came there."""

from __future__ import annotations

import pytest

from intake_api.page import grounded
from services.adapters.statutes import load_packs
from services.domain.statute import RulePack

PACKS = load_packs()
GROUNDS = ("re_review_served", "time_lapsed", "agreement_carried_out", "no_successor")


@pytest.mark.parametrize("code", GROUNDS)
@pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS)
def test_end_of_a_petition_cites_no_regulation_of_elsewhere(pack: RulePack, code: str) -> None:
    ground = pack.finality_ground(code)
    said = grounded(ground)
    assert said.startswith(ground.title)
    elsewhere = {other.finality_ground(code).citation.law for other in PACKS.values()} - {pack.short_title}
    assert not any(law in said for law in elsewhere)


def test_end_of_a_petition_cites_the_article_where_it_is_law() -> None:
    assert grounded(PACKS["shandong-2015"].finality_ground("F1")).endswith(
        "（《山东省信访条例》第四十六条第一款第三项）"
    )
    assert grounded(PACKS["national-2022"].finality_ground("F1")) == "复核意见送达"
