"""Who is accused never sees it, however they are named; of whom nobody knows, a person decides (R6)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.domain.petition import Path, Purpose, RespondentKind
from services.domain.routing import Decision, GivenRespondent, Matter
from tests.worlds import CITY, city_directory, city_router

DAY = date(2026, 11, 20)
COUNTY = "430921000000"
LAND = "南县农村土地征收,征地补偿款没给够。"


def decided(content: str, **more: Any) -> Decision:
    facts = {"title": "", "content": content, "office_region": CITY, **more}
    return city_router().decide(Matter(**facts), on=DAY)


def person(position: str | None = None, name: str = "张三") -> tuple[GivenRespondent, ...]:
    return (GivenRespondent(RespondentKind.PERSON, name, position=position),)


def accused(decision: Decision) -> set[str]:
    return {city_directory().organ(organ_id).name for organ_id in decision.accused_organ_ids}


def lead_of(decision: Decision) -> str | None:
    return city_directory().organ(decision.lead_id).name if decision.lead_id else None


def restricted(decision: Decision) -> str:
    return ";".join(reason.text for reason in decision.reasons if reason.restricted)


CITY_DISCIPLINE, COUNTY_DISCIPLINE = "中共益阳市纪律检查委员会", "中共南县纪律检查委员会"
TOWN = {"南县茅草街镇人民政府"}
OF_COUNTY = {"南县人民政府", "中共南县委员会"}


@pytest.mark.parametrize(
    ("content", "organs", "lead"),
    [
        ("我实名检举南县茅草街镇书记贪污,村级财务不公开", TOWN, COUNTY_DISCIPLINE),
        ("我实名检举南县茅草街镇党委书记贪污", TOWN, COUNTY_DISCIPLINE),
        ("我举报南县县委书记贪污受贿", OF_COUNTY, CITY_DISCIPLINE),
        ("我举报南县县长贪污受贿", {"南县人民政府"}, CITY_DISCIPLINE),
        (
            "我举报益阳市委书记贪污受贿、以权谋私",
            {"益阳市人民政府", "中共益阳市委员会"},
            "中共湖南省纪律检查委员会",
        ),
        ("我举报南县检察院检察长贪污受贿", {"南县人民检察院"}, CITY_DISCIPLINE),
        ("我举报南县供电公司经理贪污受贿", {"南县供电公司"}, COUNTY_DISCIPLINE),
        ("我舉報南縣自然資源局局長貪汙受賄", {"南县自然资源局"}, COUNTY_DISCIPLINE),
        ("我举报南县自然资源局局长贪 污 受 贿", {"南县自然资源局"}, COUNTY_DISCIPLINE),
        ("茅草街镇的群众举报县长贪污", {"南县人民政府"}, CITY_DISCIPLINE),
    ],
)
def test_a_denunciation_is_known_and_kept_from_whom_it_names(
    content: str, organs: set[str], lead: str
) -> None:
    decision = decided(content)
    assert decision.purpose is Purpose.DENUNCIATION
    assert (accused(decision), lead_of(decision)) == (organs, lead)
    assert not decision.needs_triage


@pytest.mark.parametrize(
    "content",
    [
        "我举报县纪委书记受贿",
        "我举报县纪委张书记受贿",
        "南县纪委监委第一监督检查室主任张某收受贿赂",
        "南县纪委张某受贿,他是干部",
        "举报县纪检委书记收受贿赂",
        "南縣紀委副書記受賄",
    ],
)
def test_a_discipline_organ_never_gets_what_denounces_it(content: str) -> None:
    decision = decided(content, office_region=COUNTY)
    assert accused(decision) == {COUNTY_DISCIPLINE}
    assert lead_of(decision) == CITY_DISCIPLINE


@pytest.mark.parametrize(
    "content",
    [
        "请县纪委查处县民政局局长收受贿赂。",
        "我向县纪委举报县民政局局长收受贿赂。",
        "尊敬的县委书记:您好!我举报县民政局局长收受贿赂。",
    ],
)
def test_who_is_asked_to_look_into_it_is_not_accused(content: str) -> None:
    decision = decided(content, office_region=COUNTY)
    assert (accused(decision), lead_of(decision)) == ({"南县民政局"}, COUNTY_DISCIPLINE)
    assert not decision.needs_triage


@pytest.mark.parametrize(
    ("content", "more", "organs"),
    [
        ("南縣自然資源局不作為,徵地補償款沒給夠,請查處。", {}, {"南县自然资源局"}),
        (LAND, {"respondents": person("南县自然资源局局长")}, {"南县自然资源局"}),
        (LAND, {"respondents": person("茅草街镇镇长")}, TOWN),
        ("茅草街镇干部不公开村级财务,村账不公开", {"office_region": COUNTY}, TOWN),
        ("县自规局不作为,农村土地征收、征地补偿款没给", {"office_region": COUNTY}, {"南县自然资源局"}),
        ("大通湖区管委会不作为,征地补偿款没给", {}, {"大通湖区管理委员会"}),
    ],
)
def test_a_confidential_petition_is_kept_from_whom_it_complains_of(
    content: str, more: dict[str, Any], organs: set[str]
) -> None:
    decision = decided(content, confidential=True, **more)
    hidden = city_directory().shielded_from(decision.accused_organ_ids)
    assert accused(decision) == organs
    assert decision.lead_id not in hidden
    assert not set(decision.co_ids) & hidden


def test_a_position_tells_the_organ_of_a_person_denounced() -> None:
    position = person("南县纪委副书记", "李四")
    decision = decided("收钱,包庇村支书", purpose=Purpose.DENUNCIATION, respondents=position)
    assert accused(decision) == {COUNTY_DISCIPLINE}
    assert lead_of(decision) == CITY_DISCIPLINE
    assert decision.respondent_organ_ids == decision.accused_organ_ids


@pytest.mark.parametrize(
    ("content", "more", "word"),
    [
        ("我们镇的镇政府不公开村级财务", {"office_region": COUNTY}, "镇政府"),
        ("县派出所不作为,征地补偿款没给", {"office_region": COUNTY}, "派出所"),
        ("南县国土所所长扣着征地补偿款", {}, "国土所"),
        (LAND, {"respondents": person("南县某某局局长")}, "南县某某局局长"),
        (LAND, {"respondents": person()}, "张三"),
        (LAND, {"respondents": (GivenRespondent(RespondentKind.ORGAN, "南县水管站"),)}, "南县水管站"),
    ],
)
def test_whoever_cannot_be_named_is_looked_for_by_a_person(
    content: str, more: dict[str, Any], word: str
) -> None:
    decision = decided(content, confidential=True, **more)
    assert decision.needs_triage
    assert word in restricted(decision)
    assert not any(word in reason.text for reason in decision.reasons if not reason.restricted)


@pytest.mark.parametrize(
    ("content", "more"),
    [
        ("南县茅草街镇征地补偿款没有发放,请保密。", {}),
        ("南县茅草街镇征地补偿款没有发放,望领导重视,请南县自然资源局核实。", {}),
        (LAND, {"respondents": (GivenRespondent(RespondentKind.ORGAN, "幸福物业公司"),)}),
        (LAND, {"respondents": person("村主任")}),
    ],
)
def test_a_confidential_petition_that_accuses_no_organ_goes_its_way(
    content: str, more: dict[str, Any]
) -> None:
    decision = decided(content, confidential=True, **more)
    assert not decision.needs_triage
    assert lead_of(decision) == "南县自然资源局"


@pytest.mark.parametrize("purpose", [Purpose.REDRESS, Purpose.SUGGESTION])
def test_what_is_stated_otherwise_and_denounces_is_held_for_a_person(purpose: Purpose) -> None:
    decision = decided("我实名举报南县茅草街镇镇长贪污,村级财务不公开", purpose=purpose)
    assert decision.needs_triage
    assert "疑似检举控告" in restricted(decision)


@pytest.mark.parametrize("content", ["举报南县自然资源局张某受贿", "举报县自规局张某受贿"])
def test_a_deed_of_somebody_at_an_organ_is_held_for_a_person(content: str) -> None:
    decision = decided(content, office_region=COUNTY, category_code="0301")
    assert decision.needs_triage
    assert "疑似检举控告" in restricted(decision)


def test_a_deed_of_somebody_at_no_organ_is_not() -> None:
    assert "疑似检举控告" not in restricted(decided("南县茅草街镇老板贪污工资,拖欠农民工工资"))


def test_a_denunciation_of_nobody_in_particular_is_not_sent_by_rules() -> None:
    decision = decided("我举报局长贪污受贿")
    assert decision.needs_triage
    assert decision.confidence <= 0.5


def test_a_denunciation_is_no_surer_than_the_place_on_which_it_rests() -> None:
    there = decided("举报南县茅草街镇八百弓村村支书贪污低保款")
    nowhere = decided("举报村支书贪污低保款")
    assert (there.needs_triage, lead_of(there)) == (False, COUNTY_DISCIPLINE)
    assert nowhere.needs_triage
    assert nowhere.confidence <= 0.55


def test_litigation_is_no_surer_than_its_place() -> None:
    there, nowhere = decided("不服南县人民法院判决,要求再审"), decided("不服判决,要求再审")
    assert (there.path, nowhere.path) == (Path.LITIGATION, Path.LITIGATION)
    assert not there.needs_triage
    assert nowhere.needs_triage


def test_one_judge_in_passing_does_not_make_litigation() -> None:
    decision = decided("南县供电公司停电,民警和法官都说不归他们管,经常停电")
    assert (decision.path, lead_of(decision)) == (Path.PETITION_PROCEDURE, "南县供电公司")


def test_the_words_and_the_place_of_a_denunciation_are_told() -> None:
    reasons = decided("我实名检举南县茅草街镇书记贪污").reasons
    told = ";".join(reason.text for reason in reasons if not reason.restricted)
    office = ";".join(reason.text for reason in reasons if reason.restricted)
    assert "“贪污”" in told
    assert "书记" not in told
    assert "茅草街镇" not in told
    assert "“书记”" in office
    assert "事发地为湖南省益阳市南县茅草街镇" in office
