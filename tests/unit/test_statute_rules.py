"""The law row by row, continued: whom it goes to, what is not accepted, outcomes, finality, supervision."""

from __future__ import annotations

import pytest

from services.adapters.statutes import load_packs
from services.domain.statute import RulePack

PACKS = load_packs()
N, BJ, SD, SH, ZJ, HN = (
    "national-2022", "beijing-2006", "shandong-2015", "shanghai-2018", "zhejiang-2016", "henan-2012",
)  # fmt: skip


# ── §3 Whom it goes to ───────────────────────────────────────────────────────────────────────────

ROUTING = [
    (N, "R1", "place_and_competence", "信访工作条例第五条第三项"),
    (N, "R2", "level", "信访工作条例第二十二条第一款第一项"),
    (N, "R2b", "copy_to_office", "北京市信访条例第三十四条第一款第二项"),
    (N, "R3", "assign_or_refer", "信访工作条例第二十二条第一款第三项"),
    (N, "R4", "litigation", "信访工作条例第二十二条第二款"),
    (N, "R5", "discipline", "信访工作条例第二十二条第二款"),
    (N, "R6", "shield", "信访工作条例第三十条第三款"),
    (N, "R7", "path", "信访工作条例第三十一条"),
    (N, "R8", "several_organs", "信访工作条例第二十四条第一款"),
    (N, "R8b", "no_second_objection", "惯例"),
    (N, "R9", "successor", "信访工作条例第二十四条第二款"),
    (N, "R10", "urgent", "信访工作条例第二十五条第一款"),
    (N, "R11", "recusal", "信访工作条例第二十八条第三款"),
    (N, "R12", "first_handler", "山东省信访条例第三十七条"),
    (N, "R13", "no_address", "信访工作条例第二十三条第二款"),
    (N, "R14", "care", "信访工作条例第三十七条第三款"),
    (N, "R15", "hearing", "信访工作条例第三十一条第六项"),
    (BJ, "R2", "level", "北京市信访条例第三十四条第一款第二项"),
    (BJ, "R8", "several_organs", "北京市信访条例第三十八条"),
    (SD, "R6", "shield", "山东省信访条例第五十六条"),
    (SD, "R8", "several_organs", "山东省信访条例第三十四条第一款"),
    (SD, "R12", "first_handler", "山东省信访条例第三十七条第一款"),
    (SH, "R8", "several_organs", "上海市信访条例第二十七条第二款"),
    (ZJ, "R6", "shield", "浙江省信访条例第二十六条第四项"),
    (ZJ, "R9", "successor", "浙江省信访条例第二十一条第二款"),
    (HN, "R6", "shield", "河南省信访条例第二十八条"),
    (HN, "R8", "several_organs", "河南省信访条例第二十二条第四项"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("pack", "id", "code", "article"), ROUTING, ids=[f"{row[1]}-{row[0]}" for row in ROUTING]
)
def test_routing_rule_has_its_article(pack: str, id: str, code: str, article: str) -> None:
    rule = PACKS[pack].routing_rule(id)

    assert (rule.code, rule.article) == (code, article)


# ── §4 What is not accepted ──────────────────────────────────────────────────────────────────────

GROUNDS = [
    (N, "A1", "decline", "信访工作条例第十九条第三款"),
    (N, "A2", "no_longer_accept", "信访工作条例第三十六条第三款"),
    (N, "A3", "no_longer_accept", "山东省信访条例第四十六条第一款第二项"),
    (N, "A4", "decline", "信访工作条例第三十一条"),
    (N, "A5", "decline", "信访工作条例第二十三条第一款"),
    (N, "A6", "guide", "信访工作条例第二十条第一款"),
    (N, "A7", "ask", "信访工作条例第二十条第三款"),
    (BJ, "A1", "decline", "北京市信访条例第三十七条第二项"),
    (BJ, "A2", "no_longer_accept", "北京市信访条例第五十一条"),
    (BJ, "A3", "no_longer_accept", "北京市信访条例第三十七条第三项"),
    (BJ, "A7", "ask", "北京市信访条例第二十五条第二款"),
    (BJ, "A8", "no_longer_accept", "北京市信访条例第二十七条第二款"),
    (SD, "A1", "decline", "山东省信访条例第三十三条第三款"),
    (SD, "A2", "no_longer_accept", "山东省信访条例第四十六条第二款"),
    (SD, "A4", "decline", "山东省信访条例第三十三条第一款第四项"),
    (SD, "A6", "guide", "山东省信访条例第二十六条第二款"),
    (SH, "A2", "no_longer_accept", "上海市信访条例第四十二条第一款"),
    (SH, "A4", "decline", "上海市信访条例第三十六条第二款"),
    (SH, "A5", "decline", "上海市信访条例第三十六条第二款"),
    (ZJ, "A1", "decline", "浙江省信访条例第二十条第一款第五项"),
    (ZJ, "A2", "no_longer_accept", "浙江省信访条例第二十五条第二款"),
    (ZJ, "A3", "no_longer_accept", "浙江省信访条例第二十五条第一款第二项"),
    (ZJ, "A4", "decline", "浙江省信访条例第二十条第一款第一项"),
    (ZJ, "A7", "ask", "浙江省信访条例第十五条第二款"),
    (HN, "A4", "decline", "河南省信访条例第二十三条"),
    (HN, "A5", "decline", "河南省信访条例第二十二条第三项"),
    (HN, "A6", "guide", "河南省信访条例第二十二条第二项"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("pack", "id", "answer", "article"), GROUNDS, ids=[f"{row[1]}-{row[0]}" for row in GROUNDS]
)
def test_ground_of_non_acceptance_has_its_article(pack: str, id: str, answer: str, article: str) -> None:
    ground = PACKS[pack].ground(id)

    assert (ground.answer.value, str(ground.citation)) == (answer, article)
    assert ground.tell


@pytest.mark.parametrize("pack", PACKS.values(), ids=lambda pack: pack.id)
def test_a1_to_a3_point_to_the_earlier_petition_and_a4_to_a6_to_an_organ(pack: RulePack) -> None:
    rows = [row for row in pack.grounds if row.id <= "A7"]

    assert [row.id for row in rows if row.links_earlier] == ["A1", "A2", "A3"]
    assert [row.id for row in rows if row.names_organ] == ["A4", "A5", "A6"]


@pytest.mark.parametrize(
    ("pack", "people", "most"),
    [(N, 2, 5), (N, 400, 5), (BJ, 8, 5), (SH, 8, 5), (HN, 8, 5), (SD, 8, 5), (ZJ, 10, 3), (ZJ, 11, 5)],
)
def test_a7_says_how_many_represent_that_many_people(pack: str, people: int, most: int) -> None:
    assert PACKS[pack].ground("A7").most_representatives(people) == most


# ── §5 Outcomes, and who reviews ─────────────────────────────────────────────────────────────────

OUTCOMES = [
    (N, "supported", "信访工作条例第三十二条第一款第一项"),
    (N, "partly_supported", "北京市信访条例第四十二条第一款第一项"),
    (N, "explained", "信访工作条例第三十二条第一款第二项"),
    (N, "not_supported", "信访工作条例第三十二条第一款第三项"),
    (N, "suggestion_adopted", "信访工作条例第二十九条第一款"),
    (N, "suggestion_partly_adopted", "信访工作条例第二十九条第一款"),
    (N, "suggestion_not_adopted", "信访工作条例第二十九条第一款"),
    (N, "settled", "信访工作条例第三十三条"),
    (N, "led_to_other_procedure", "信访工作条例第三十一条"),
    (N, "withdrawn", "惯例"),
    (N, "upheld", "山东省信访条例第四十五条第一款第一项"),
    (N, "changed", "山东省信访条例第四十五条第一款第二项"),
    (N, "revoked", "山东省信访条例第四十五条第一款第二项"),
    (BJ, "explained", "北京市信访条例第四十二条第一款第三项"),
    (BJ, "revoked", "北京市信访条例第五十条第一款第二项"),
    (SD, "supported", "山东省信访条例第四十一条第一款第一项"),
    (SD, "suggestion_not_adopted", "山东省信访条例第四十九条第一款第二项"),
    (SH, "not_supported", "上海市信访条例第三十八条第一款第三项"),
    (HN, "upheld", "河南省信访条例第二十七条第三项"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("pack", "code", "article"), OUTCOMES, ids=[f"{row[1]}-{row[0]}" for row in OUTCOMES]
)
def test_outcome_has_its_article(pack: str, code: str, article: str) -> None:
    assert str(PACKS[pack].outcome(code).citation) == article


def test_only_a_revoking_decision_orders_to_decide_anew() -> None:
    for pack in PACKS.values():
        assert [row.code for row in pack.outcomes if row.orders_anew] == ["revoked"]
        assert pack.outcome("supported").followed_up


@pytest.mark.parametrize(
    ("pack", "tier", "article"),
    [
        (N, "review", "信访工作条例第三十五条"),
        (N, "re_review", "信访工作条例第三十六条第一款"),
        (BJ, "review", "北京市信访条例第四十八条"),
        (BJ, "re_review", "北京市信访条例第四十八条第一款"),
        (SD, "review", "山东省信访条例第四十三条第一款"),
        (SH, "re_review", "上海市信访条例第四十条第一款"),
        (ZJ, "review", "信访工作条例第三十五条"),  # its article 24 leaves it to national rules
        (HN, "review", "河南省信访条例第二十七条第一项"),
        (HN, "re_review", "信访工作条例第三十六条第一款"),
    ],
)
def test_reviewing_organ_has_its_article(pack: str, tier: str, article: str) -> None:
    assert PACKS[pack].reviewing_rule(tier).article == article


# ── §6 Finality ──────────────────────────────────────────────────────────────────────────────────

FINALITY = [
    (N, "F1", "re_review_served", "山东省信访条例第四十六条第一款第三项"),
    (N, "F2", "time_lapsed", "浙江省信访条例第二十五条第一款第二项"),
    (N, "F3", "agreement_carried_out", "浙江省信访条例第二十五条第一款第一项"),
    (N, "F4", "no_successor", "山东省信访条例第四十六条第一款第四项"),
    (SD, "F2", "time_lapsed", "山东省信访条例第四十六条第一款第二项"),
    (SD, "F3", "agreement_carried_out", "山东省信访条例第四十六条第一款第一项"),
    (SH, "F1", "re_review_served", "上海市信访条例第四十二条第一款第一项"),
    (SH, "F5", "verified", "上海市信访条例第四十二条第一款第二项"),
    (ZJ, "F1", "re_review_served", "浙江省信访条例第二十五条第一款第三项"),
    (ZJ, "F4", "no_successor", "山东省信访条例第四十六条第一款第四项"),
    (HN, "F1", "re_review_served", "山东省信访条例第四十六条第一款第三项"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("pack", "id", "code", "article"), FINALITY, ids=[f"{row[1]}-{row[0]}" for row in FINALITY]
)
def test_finality_ground_has_its_article(pack: str, id: str, code: str, article: str) -> None:
    rule = PACKS[pack].finality_ground(id)

    assert (rule.code, rule.article) == (code, article)


# ── §7 Supervision, where the regulations differ ─────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("pack", "code", "article"),
    [
        (N, "overdue", "信访工作条例第四十五条第一项"),
        (N, "shirking", "信访工作条例第四十条第一款"),
        (BJ, "not_accepted", "北京市信访条例第三十六条"),
        (BJ, "opinion_in_error", "北京市信访条例第五十二条第一款第六项"),
        (SD, "overdue", "山东省信访条例第五十九条第一款第二项"),
        (SH, "overdue", "信访工作条例第四十五条第一项"),
        (ZJ, "procedure_breached", "浙江省信访条例第二十九条"),
        (HN, "not_reported", "河南省信访条例第三十二条第二项"),
    ],
)
def test_trigger_of_supervision_has_its_article(pack: str, code: str, article: str) -> None:
    assert str(PACKS[pack].trigger(code).citation) == article
