"""The router over the template's organs of one city: whom a matter goes to, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.domain.organ import OrganKind
from services.domain.petition import Channel, Path, Purpose, RespondentKind
from services.domain.routing import Decision, GivenRespondent, Matter
from services.domain.routing_replay import Replay
from tests.unit.cases import petition
from tests.worlds import CITY, city_directory, city_router

DAY = date(2026, 11, 20)
COUNTY = "430921000000"
LAND = "南县茅草街镇八百弓村去年征地,征地补偿款至今没有发放,多次询问没有答复。"
BRIBES = "举报南县自然资源局局长张某收受贿赂,违规审批,贪污征地款。"
VERDICT = "不服南县人民法院的民事判决,要求再审,法院枉法裁判。"


def decided(content: str, **more: Any) -> Decision:
    return city_router().decide(
        Matter(**{"title": "", "content": content, "office_region": CITY, **more}), on=DAY
    )


def lead_of(decision: Decision) -> str:
    assert decision.lead_id is not None
    return city_directory().organ(decision.lead_id).name


def rules(decision: Decision) -> list[str]:
    return [reason.rule for reason in decision.reasons]


def test_place_and_matter_lead_to_the_lowest_competent_organ() -> None:
    decision = decided(LAND, address="南县茅草街镇八百弓村")
    assert lead_of(decision) == "南县自然资源局"
    assert decision.region["name"] == "茅草街镇"
    assert not decision.needs_triage
    assert decision.confidence >= 0.6


def test_every_reason_names_its_rule_and_article() -> None:
    for content in (LAND, BRIBES, VERDICT, "请领导帮帮我们。"):
        for reason in decided(content).reasons:
            assert reason.rule
            assert "信访工作条例第" in reason.article
            assert reason.text


def test_the_same_matter_is_decided_the_same_again() -> None:
    assert decided(LAND) == decided(LAND)


def test_what_is_explained_is_what_would_be_registered() -> None:
    """Few give a title on the phone: the first sentence of what they said is one, explained or registered."""
    said = "南县南洲镇网吧深夜噪音扰民。望处理。"
    stored = petition(title="南县南洲镇网吧深夜噪音扰民", content=said, office_region=CITY)
    explained = city_router().decide(Matter.brought(said, title=None, office_region=CITY), on=DAY)
    registered = city_router().decide(Matter.of(stored, []), on=DAY)
    assert explained.as_json() == registered.as_json()


def test_given_codes_win_over_the_text() -> None:
    decision = decided("请予处理。", region_code=COUNTY, category_code="0301")
    assert lead_of(decision) == "南县自然资源局"
    assert decision.category["code"] == "0301"
    assert not decision.needs_triage


def test_a_matter_of_two_organs_has_one_lead_and_co_handlers() -> None:
    decision = decided("赫山区某工地老板拖欠农民工工资三个月,共二十人。")
    assert lead_of(decision) == "赫山区人力资源和社会保障局"
    assert decision.co_ids
    assert decision.lead_id not in decision.co_ids
    assert "R8" in rules(decision)


def test_a_denunciation_goes_to_discipline() -> None:
    decision = decided(BRIBES)
    assert decision.purpose is Purpose.DENUNCIATION
    assert lead_of(decision) == "中共南县纪律检查委员会"
    assert decision.path is None
    assert "R5" in rules(decision)


def test_the_accused_is_known_and_never_the_lead() -> None:
    decision = decided(BRIBES)
    accused = {city_directory().organ(organ_id).name for organ_id in decision.accused_organ_ids}
    assert accused == {"南县自然资源局"}
    assert decision.lead_id not in city_directory().shielded_from(decision.accused_organ_ids)


def test_an_accused_county_government_is_judged_one_level_up() -> None:
    decision = decided("举报南县人民政府县长受贿贪污。", office_region=COUNTY)
    assert lead_of(decision) == "中共益阳市纪律检查委员会"


def test_an_accused_discipline_organ_is_judged_one_level_up() -> None:
    name = "中共南县纪律检查委员会"
    accused = (GivenRespondent(RespondentKind.ORGAN, name),)
    decision = decided("举报其书记受贿贪污。", office_region=COUNTY, respondents=accused)
    assert lead_of(decision) == "中共益阳市纪律检查委员会"


def test_people_of_a_discipline_organ_named_in_the_text_are_judged_one_level_up() -> None:
    decision = decided("举报南县纪委副书记收受贿赂。")
    assert lead_of(decision) == "中共益阳市纪律检查委员会"


def test_a_discipline_organ_that_the_text_turns_to_is_not_accused() -> None:
    decision = decided("请南县纪委查处南县民政局局长收受贿赂。")
    assert lead_of(decision) == "中共南县纪律检查委员会"


def test_the_head_of_a_place_stands_for_its_government() -> None:
    decision = decided("举报南县茅草街镇镇长贪污扶贫款。")
    names = {city_directory().organ(organ_id).name for organ_id in decision.accused_organ_ids}
    assert names == {"南县茅草街镇人民政府"}


def test_confidential_redress_against_the_competent_organ_goes_one_level_up() -> None:
    accused = (GivenRespondent(RespondentKind.ORGAN, "南县教育局"),)
    decision = decided("南县教育局不作为,学校乱收费。", confidential=True, respondents=accused)
    lead = city_directory().organ(decision.lead_id) if decision.lead_id else None
    hidden = city_directory().shielded_from(decision.accused_organ_ids)
    assert decision.accused_organ_ids
    assert lead is not None
    assert lead.id not in hidden
    assert not set(decision.co_ids) & hidden


def test_a_confidential_petition_goes_to_the_organ_that_it_turns_to() -> None:
    decision = decided("南县茅草街镇征地补偿款没有发放,请南县自然资源局核实。", confidential=True)
    assert decision.accused_organ_ids == ()
    assert lead_of(decision) == "南县自然资源局"


@pytest.mark.parametrize(
    "content",
    [
        "南县茅草街镇征地补偿款没有发放,南县自然资源局扣着不给。",
        "请南县自然资源局不要再截留茅草街镇的征地补偿款。",
        "请查处。南县自然资源局的人拿走了茅草街镇的征地补偿款。请南县自然资源局核实。",
    ],
)
def test_a_confidential_petition_does_not_go_to_the_organ_that_it_complains_of(content: str) -> None:
    decision = decided(content, confidential=True)
    assert decision.lead_id not in city_directory().shielded_from(decision.accused_organ_ids)
    names = [city_directory().organ(organ_id).name for organ_id in decision.accused_organ_ids]
    assert names == ["南县自然资源局"]


def test_a_denunciation_counts_even_those_it_turns_to_as_accused() -> None:
    decision = decided("请南县自然资源局查处某公司行贿受贿、贪污征地款的干部。")
    names = [city_directory().organ(organ_id).name for organ_id in decision.accused_organ_ids]
    assert names == ["南县自然资源局"]


def test_open_redress_may_go_to_the_organ_it_complains_of() -> None:
    decision = decided("南县教育局不作为,学校乱收费。")
    assert decision.accused_organ_ids == ()
    assert lead_of(decision) == "南县教育局"


def test_reasons_that_name_the_accused_are_restricted() -> None:
    reasons = decided(BRIBES).reasons
    naming = [reason for reason in reasons if "南县自然资源局" in reason.text]
    assert naming
    assert all(reason.restricted for reason in naming)


def test_suggestions_never_name_the_accused() -> None:
    accused = (GivenRespondent(RespondentKind.ORGAN, "南县人民政府"),)
    decision = decided("请领导过问。", office_region=COUNTY, confidential=True, respondents=accused)
    hidden = city_directory().shielded_from(decision.accused_organ_ids)
    assert decision.needs_triage
    assert not {each.organ_id for each in decision.suggestions} & hidden


def test_a_letter_on_a_verdict_goes_to_the_political_legal_organ() -> None:
    decision = decided(VERDICT, channel=Channel.LETTER)
    assert decision.path is Path.LITIGATION
    assert decision.lead_id is not None
    assert city_directory().organ(decision.lead_id).kind is OrganKind.POLITICAL_LEGAL
    assert "R4" in rules(decision)


def test_a_visitor_on_a_verdict_is_guided_by_a_person() -> None:
    decision = decided(VERDICT, channel=Channel.VISIT)
    assert decision.needs_triage
    assert decision.lead_id is None
    assert city_directory().organ(decision.suggestions[0].organ_id).kind is OrganKind.POLITICAL_LEGAL


def test_low_confidence_goes_to_triage_with_up_to_three_suggestions() -> None:
    decision = decided("建议市里在桃花仑路增设公交站点,方便群众出行。", title="建议增设公交")
    assert decision.needs_triage
    assert decision.confidence < 0.6
    assert len(decision.suggestions) == 3
    assert len({each.organ_id for each in decision.suggestions}) == 3


def test_matter_of_no_known_category_is_offered_three_organs_too() -> None:
    decision = decided("在南县,请领导帮帮我们,谢谢。")
    names = ["南县人民政府", "南县信访局", "益阳市人民政府"]
    assert [each.name for each in decision.suggestions] == names
    named = decided("我找过南县发展和改革局,请领导帮帮我们。").suggestions
    assert [each.name for each in named] == ["南县发展和改革局", *names[:2]]


@pytest.mark.parametrize("stated", ["0301", "030101", "0503"])
def test_the_category_chosen_is_among_its_candidates(stated: str) -> None:
    candidates: Any = decided(LAND, category_code=stated).category["candidates"]
    assert (candidates[0]["code"], candidates[0]["by"]["given"]) == (stated, 1.0)
    guessed: Any = decided(LAND).category
    assert guessed["code"] in [each["code"] for each in guessed["candidates"]]
    codes = [each["code"] for each in candidates]
    assert len(codes) == len(set(codes)) <= 5


def test_replay_tells_a_moved_threshold() -> None:
    before = replace(decided(LAND), confidence=0.63, rules_version="national-2022/4be1f0c2/r0@0.6")
    after = replace(before, needs_triage=True, rules_version="national-2022/4be1f0c2/r1@0.7")
    tally = Replay()
    tally.add("1", before, after, confidential=False)
    assert [each.reason for each in tally.shown()] == ["门槛 0.60 → 0.70"]


@pytest.mark.parametrize("content", ["请领导帮帮我们,谢谢。", "。", "abc"])
def test_what_says_nothing_is_never_guessed(content: str) -> None:
    decision = decided(content)
    assert decision.needs_triage
    assert decision.lead_id is None


def test_the_json_has_the_shape_of_the_api() -> None:
    body = decided(LAND).as_json()
    assert set(body) == {
        "lead", "co", "mode", "purpose", "path", "urgent", "region", "category",
        "confidence", "needs_triage", "suggestions", "reasons",
    }  # fmt: skip
    lead = body["lead"]
    assert isinstance(lead, dict)
    assert set(lead) == {"organ_id", "name", "region_code"}
