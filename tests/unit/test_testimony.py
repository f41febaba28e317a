"""Trained models as witnesses: they make decisions surer or less sure, and never name a lead."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

import pytest

from services.adapters import directory_files
from services.adapters.routers import build_router
from services.domain.matter import NOTHING_FOUND
from services.domain.place import PlaceFinder
from services.domain.routing import Decision, Matter
from services.domain.rule_set import RuleSet, read_name
from services.domain.testimony import SUREST, agreed, by_both, contested
from services.domain.witness import Witnesses
from tests.worlds import CITY, city_directory, city_router, national_law

DAY = date(2026, 11, 20)
LAND = "南县茅草街镇八百弓村去年征地,征地补偿款至今没有发放,多次询问没有答复。"
WORDLESS = "南县茅草街镇那件事还没有办好。"
BUREAU, HOUSING = "function:natural_resources@county", "function:housing@county"
CATEGORIES = directory_files.load_categories()


@dataclass(frozen=True, slots=True)
class Says:
    """A witness that says the same of every text."""

    label: str
    chance: float

    def speak(self, title: str, text: str) -> tuple[tuple[str, float], ...]:
        return ((self.label, self.chance),)


@cache
def places() -> PlaceFinder:
    return PlaceFinder(city_directory().gazetteer)


def decided(content: str, *, witnesses: Witnesses, **more: Any) -> Decision:
    router = build_router(
        city_directory(),
        RuleSet(),
        pack=national_law().pack,
        threshold=0.6,
        places=places(),
        witnesses=witnesses,
    )
    return router.decide(Matter(**{"title": "", "content": content, "office_region": CITY, **more}), on=DAY)


def name(organ_id: UUID | None) -> str:
    assert organ_id is not None
    return city_directory().organ(organ_id).name


def category(decision: Decision) -> dict[str, Any]:
    return dict(decision.category)


def told(decision: Decision, rule: str) -> str:
    return ";".join(reason.text for reason in decision.reasons if reason.rule == rule)


def test_without_models_everything_is_as_before() -> None:
    for content in (LAND, WORDLESS, "举报南县自然资源局局长受贿。", "不服南县人民法院的判决。"):
        alone = city_router().decide(Matter("", content, CITY), on=DAY)
        heard = decided(content, witnesses=Witnesses())
        assert replace(heard, rules_version=alone.rules_version) == alone


@pytest.mark.parametrize("second", [0.55, 0.8, 0.99])
@pytest.mark.parametrize("first", [0.4, 0.7, 0.95, 1.0])
def test_agreement_never_lowers_and_contest_never_raises(first: float, second: float) -> None:
    assert first <= agreed(first, second) <= 1
    assert 0 < contested(first, second) <= first


def test_a_witness_who_is_not_sure_says_nothing() -> None:
    assert contested(0.8, 0.5) == 0.8
    assert agreed(0.8, 0.3) == pytest.approx(0.8)


def test_where_words_and_model_agree_it_is_surer_and_both_are_named() -> None:
    alone = decided(LAND, witnesses=Witnesses())
    heard = decided(LAND, witnesses=Witnesses(matter=Says("0301", 0.9)))
    assert category(heard)["code"] == category(alone)["code"]
    assert category(heard)["confidence"] > category(alone)["confidence"]
    assert "文中提到" in told(heard, "R1")
    assert "模型据本地既往信访件作同样判断" in told(heard, "R1")
    [first, *_] = category(heard)["candidates"]
    assert set(first["by"]) == {"lexicon", "model"}


def test_the_model_speaks_where_the_words_say_nothing_and_the_powers_name_the_lead() -> None:
    assert decided(WORDLESS, witnesses=Witnesses()).lead_id is None
    heard = decided(WORDLESS, witnesses=Witnesses(matter=Says("0301", 0.9)))
    assert name(heard.lead_id) == "南县自然资源局"
    assert "模型据本地既往信访件判断属于" in told(heard, "R1")


def test_a_model_that_is_unsure_names_nothing_where_the_words_say_nothing() -> None:
    heard = decided(WORDLESS, witnesses=Witnesses(matter=Says("0301", 0.4)))
    assert heard.category_code is None
    assert heard.needs_triage
    assert "南县自然资源局" in {each.name for each in heard.suggestions}


def test_the_surer_of_two_that_differ_names_the_matter_and_is_less_sure_of_it() -> None:
    alone = decided(LAND, witnesses=Witnesses())
    over = decided(LAND, witnesses=Witnesses(matter=Says("0601", 0.97)))
    under = decided(LAND, witnesses=Witnesses(matter=Says("0601", 0.6)))
    assert over.category_code == "0601"
    assert category(over)["confidence"] < 0.97
    assert under.category_code == alone.category_code
    assert category(under)["confidence"] < category(alone)["confidence"]


def test_details_of_one_matter_speak_for_it_together() -> None:
    heard = by_both(NOTHING_FOUND, (("030101", 0.4), ("030102", 0.35), ("0601", 0.2)), CATEGORIES)
    assert heard.category is not None
    assert heard.category.code == "030101"
    assert heard.confidence == pytest.approx(0.75)
    sure = by_both(NOTHING_FOUND, (("030101", 0.9), ("030102", 0.1)), CATEGORIES)
    assert sure.confidence == SUREST


def test_precedent_that_agrees_makes_it_surer_but_not_surer_than_the_place() -> None:
    alone = decided(LAND, witnesses=Witnesses())
    heard = decided(LAND, witnesses=Witnesses(precedent=Says(BUREAU, 0.95)))
    assert heard.lead_id == alone.lead_id
    assert alone.confidence < heard.confidence <= dict[str, Any](heard.region)["confidence"]
    assert "与职权规定一致" in told(heard, "precedent")


def test_two_models_that_read_the_same_words_are_one_witness() -> None:
    model = Says("0301", 0.8)
    alone = decided(WORDLESS, witnesses=Witnesses(matter=model))
    heard = decided(WORDLESS, witnesses=Witnesses(matter=model, precedent=Says(BUREAU, 0.95)))
    assert heard.confidence == alone.confidence == 0.8
    assert "与职权规定一致" in told(heard, "precedent")


def test_precedent_against_the_powers_sends_it_to_the_desk_with_its_organ_and_why() -> None:
    alone = decided(LAND, witnesses=Witnesses())
    heard = decided(LAND, witnesses=Witnesses(precedent=Says(HOUSING, 0.95)))
    assert not alone.needs_triage
    assert heard.needs_triage
    assert heard.lead_id == alone.lead_id
    first, second, *_ = heard.suggestions
    assert (first.name, first.reason) == ("南县自然资源局", "规则所得")
    assert (second.name, second.reason) == ("南县住房和城乡建设局", "本地同类信访件多由该单位办理")
    assert "以职权规定为准" in told(heard, "precedent")


def test_precedent_is_no_rule_where_the_category_was_stated() -> None:
    stated = {"category_code": "0301", "region_code": "430921000000"}
    heard = decided("请予处理。", witnesses=Witnesses(precedent=Says(HOUSING, 0.9)), **stated)
    assert name(heard.lead_id) == "南县自然资源局"
    assert not heard.needs_triage
    assert heard.confidence < 0.9


@pytest.mark.parametrize(
    "content",
    ["举报南县自然资源局局长张某收受贿赂。", "不服南县人民法院的民事判决,要求再审。"],
    ids=["denunciation", "litigation"],
)
def test_precedent_is_not_asked_where_another_rule_decides(content: str) -> None:
    alone = decided(content, witnesses=Witnesses())
    assert decided(content, witnesses=Witnesses(precedent=Says(HOUSING, 0.97))) == alone


@pytest.mark.parametrize("label", [f"organ:{UUID(int=0)}", "function:none@county"])
def test_an_organ_that_is_gone_is_no_precedent(label: str) -> None:
    alone = decided(LAND, witnesses=Witnesses())
    assert decided(LAND, witnesses=Witnesses(precedent=Says(label, 0.97))) == alone


def test_a_decision_names_the_models_it_heard() -> None:
    heard = decided(LAND, witnesses=Witnesses(matter=Says("0301", 0.9), version="matter-12+precedent-3"))
    found = read_name(heard.rules_version)
    assert found is not None
    assert (found.matter, found.precedent) == (12, 3)
    assert len(heard.rules_version) <= 80
    for models, expected in (("", (None, None)), ("/matter-2", (2, None)), ("/precedent-4", (None, 4))):
        one = read_name(f"national-2022/0123abcd/r7@0.6{models}")
        assert one is not None
        assert (one.rules, one.matter, one.precedent) == (7, *expected)


def test_place_and_words_reach_the_answer() -> None:
    decision = decided(LAND, witnesses=Witnesses())
    assert "茅草街镇" in str(decision.region["evidence"])
    assert decision.region["candidates"]
    assert "征地" in str(decision.category["evidence"])
    accused = decided("举报南县自然资源局局长张某收受贿赂。", witnesses=Witnesses())
    assert (accused.region["evidence"], accused.category["evidence"]) == (None, None)
