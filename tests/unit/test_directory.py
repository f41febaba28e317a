"""Who is competent, who is above whom, who is shielded; and a load laid over the directory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from itertools import count
from uuid import UUID

import pytest

from services.adapters.directory_files import load_categories, load_functions, load_powers
from services.adapters.gazetteer import load_gazetteer
from services.domain.directory import Competence, Directory
from services.domain.organ import Organ
from services.domain.organ_template import template_organs
from services.domain.power import Power, PowerRole
from services.domain.refusal import NotFound
from services.domain.region import RegionLevel

YIYANG, NAN, HESHAN, MAOCAOJIE = "430900000000", "430921000000", "430903000000", "茅草街镇"
TODAY = date(2026, 11, 22)
GAZETTEER, FUNCTIONS, CATEGORIES = load_gazetteer(), load_functions(), load_categories()
TOWN = next(town.code for town in GAZETTEER.children(NAN) if town.name == MAOCAOJIE)


def ids(start: int = 1) -> Callable[[], UUID]:
    numbers = count(start)
    return lambda: UUID(int=next(numbers))


ORGANS = template_organs(YIYANG, GAZETTEER, functions=FUNCTIONS, new_id=ids())


def directory(organs: Sequence[Organ] = ORGANS, powers: Sequence[Power] = load_powers()) -> Directory:
    return Directory(1, organs, powers, CATEGORIES, GAZETTEER)


DIRECTORY = directory()


def id_of(code: str) -> UUID:
    organ = DIRECTORY.find_by_code(code)
    assert organ is not None
    return organ.id


def competent(category: str, region: str, on: date = TODAY) -> Competence:
    return DIRECTORY.competent(category, region, on)


def names(organs: Sequence[Organ]) -> list[str]:
    return [organ.name for organ in organs]


@pytest.mark.parametrize(
    ("category", "region", "lead"),
    [
        ("030102", TOWN, "南县自然资源局"),
        ("0601", TOWN, "南县人力资源和社会保障局"),
        ("030201", TOWN, "南县茅草街镇人民政府"),
        ("0403", TOWN, "益阳市交通运输局"),
        ("1501", HESHAN, "国家税务总局益阳市赫山区税务局"),
        ("160101", HESHAN, "益阳市自来水有限公司"),
        ("0209", NAN, "益阳市住房公积金管理中心"),
        ("1605", NAN, "湖南省通信管理局"),
        ("0716", NAN, "南县文化旅游广电体育局"),
        ("1011", HESHAN, "赫山区自然资源局"),
        ("1208", HESHAN, "益阳市公安局交通警察支队"),
        ("0501", NAN, "益阳市生态环境局南县分局"),
    ],
)
def test_lowest_competent_organ_of_the_place_leads(category: str, region: str, lead: str) -> None:
    """条例 art. 22: 属地管理、分级负责,谁主管、谁负责."""
    answer = competent(category, region)
    assert answer.lead is not None
    assert answer.lead.name == lead
    assert answer.coarse is False


def test_others_handle_with_the_lead() -> None:
    answer = competent("030201", TOWN)
    assert names(answer.co) == ["南县农业农村局"]
    assert answer.reason == "“宅基地审批”由乡级主管(土地管理法:农村村民住宅用地由乡镇人民政府审核批准)"


def test_narrow_partner_joins_the_lead_of_the_wider_matter() -> None:
    answer = competent("060101", NAN)
    assert answer.lead is not None
    assert answer.lead.name == "南县人力资源和社会保障局"
    assert "南县住房和城乡建设局" in names(answer.co)


def test_place_known_only_roughly_goes_to_the_level_known() -> None:
    answer = competent("030102", YIYANG)
    assert answer.lead is not None
    assert answer.lead.name == "益阳市自然资源局"
    assert answer.coarse is True
    assert "事发地只明确到市级" in answer.reason


def test_missing_organ_climbs_and_says_so() -> None:
    answer = competent("160101", HESHAN)
    assert "赫山区未设该部门,由上一级益阳市自来水有限公司承担" in answer.reason


def test_unknown_matter_names_the_government_as_alternative() -> None:
    answer = competent("999999", NAN)
    assert answer.lead is None
    assert names(answer.alternatives) == ["南县人民政府", "南县信访局"]
    assert "尚未登记" in answer.reason


def test_every_category_has_a_lead_in_the_template() -> None:
    orphans = [category.code for category in CATEGORIES if competent(category.code, TOWN).lead is None]
    assert orphans == []


def test_merged_organ_is_followed_to_its_successor() -> None:
    """条例 art. 24: 分立、合并、撤销的,由继续行使其职权的机关、单位受理."""
    old = next(organ for organ in ORGANS if organ.name == "南县统计局")
    heir = next(organ for organ in ORGANS if organ.name == "南县发展和改革局")
    closed = replace(old, valid_to=date(2026, 7, 1), successor_id=heir.id)
    after = directory([closed if organ is old else organ for organ in ORGANS])
    before_merger = after.competent("1511", NAN, date(2026, 6, 30))
    now = after.competent("1511", NAN, TODAY)
    assert before_merger.lead == closed
    assert now.lead == heir
    assert "原南县统计局已撤并,由南县发展和改革局继续行使职权" in now.reason
    without_day = after.competent("1511", NAN, None)
    assert without_day.lead == heir


def test_abolished_without_successor_falls_to_the_government() -> None:
    old = next(organ for organ in ORGANS if organ.name == "南县统计局")
    closed = replace(old, valid_to=date(2026, 7, 1))
    after = directory([closed if organ is old else organ for organ in ORGANS])
    lead = after.competent("1511", NAN, TODAY).lead
    assert lead is not None
    assert lead.name == "南县人民政府"


def test_city_rule_goes_before_the_general_one() -> None:
    own = Power("0105", "housing", RegionLevel.COUNTY, PowerRole.LEAD, "益阳市分工规定", region_code=YIYANG)
    lead = directory(powers=[*load_powers(), own]).competent("0105", NAN, TODAY).lead
    assert lead is not None
    assert lead.name == "南县住房和城乡建设局"


def test_ended_power_no_longer_counts() -> None:
    powers = [replace(power, valid_to=date(2026, 1, 1)) for power in load_powers()]
    assert directory(powers=powers).competent("0105", NAN, TODAY).lead is None


def test_chain_above_ends_at_the_province() -> None:
    chain = DIRECTORY.superiors(id_of(f"{NAN}-health"))
    assert names(chain) == ["南县人民政府", "益阳市人民政府", "湖南省人民政府"]


def test_denounced_government_shields_all_below_it() -> None:
    """条例 art. 30, 46: neither the denounced nor a subordinate may learn of it."""
    shielded = DIRECTORY.shielded_from([id_of(f"{NAN}-government")])
    for code in (f"{NAN}-government", f"{NAN}-health", f"{NAN}-traffic_police", f"{TOWN}-government"):
        assert id_of(code) in shielded
    for code in (f"{YIYANG}-government", f"{YIYANG}-health", f"{NAN}-tax", f"{NAN}-discipline"):
        assert id_of(code) not in shielded


def test_denounced_party_committee_shields_its_discipline_organ() -> None:
    shielded = DIRECTORY.shielded_from([id_of(f"{NAN}-party_committee")])
    assert id_of(f"{NAN}-discipline") in shielded
    assert id_of(f"{YIYANG}-discipline") not in shielded


def test_branch_is_subordinate_to_its_bureau() -> None:
    branch, bureau = id_of(f"{HESHAN}-public_security"), id_of(f"{YIYANG}-public_security")
    assert DIRECTORY.is_subordinate(branch, of=bureau)
    assert not DIRECTORY.is_subordinate(bureau, of=branch)


def test_one_level_up_is_the_same_line() -> None:
    above = DIRECTORY.superior_of_same_line(id_of(f"{NAN}-health"), on=TODAY)
    assert above is not None
    assert above.name == "益阳市卫生健康委员会"
    assert DIRECTORY.superior_of_same_line(id_of("430000000000-health"), on=TODAY) is None


def test_an_organ_counts_from_its_first_day_to_its_last() -> None:
    """An office whose end is set serves until then, and its successor not before."""
    office = DIRECTORY.petition_office(TOWN, on=TODAY)
    assert office is not None
    heir = replace(office, id=UUID(int=7), code="new", name="南县信访服务中心", valid_from=date(2027, 1, 1))
    ending = replace(office, valid_to=date(2027, 1, 1), successor_id=heir.id)
    rest = [organ for organ in DIRECTORY.organs if organ.id != office.id]
    changed = Directory(2, [heir, *rest, ending], (), DIRECTORY.categories, DIRECTORY.gazetteer)
    assert changed.petition_office(TOWN, on=date(2026, 12, 31)) == ending
    assert changed.petition_office(TOWN, on=date(2027, 1, 1)) == heir


def test_special_organs_are_found_from_a_town() -> None:
    found = [
        DIRECTORY.petition_office(TOWN, on=TODAY),
        DIRECTORY.discipline(TOWN, on=TODAY),
        DIRECTORY.political_legal(TOWN, on=TODAY),
    ]
    assert names([organ for organ in found if organ]) == [
        "南县信访局",
        "中共南县纪律检查委员会",
        "中共南县委员会政法委员会",
    ]


def test_unknown_organ_is_not_found() -> None:
    assert DIRECTORY.find(UUID(int=0)) is None
    with pytest.raises(NotFound):
        DIRECTORY.organ(UUID(int=0))


@pytest.mark.parametrize(
    ("text", "region", "found"),
    [
        ("南县国土局多次推诿", None, ["南县自然资源局"]),
        ("益阳市公安局赫山分局不立案", None, ["益阳市公安局赫山分局"]),
        ("市公安局赫山分局和赫山公安分局", None, ["益阳市公安局赫山分局"]),
        ("举报茅草街镇政府和益阳市赫山区人民政府", None, ["南县茅草街镇人民政府", "赫山区人民政府"]),
        ("县住建局不管,镇政府也不管", TOWN, ["南县住房和城乡建设局", "南县茅草街镇人民政府"]),
        ("县住建局不管", None, []),
        ("沅江市公安局", TOWN, ["沅江市公安局"]),
        ("隔壁常德市教育局", TOWN, []),
        ("南县纪委", None, ["中共南县纪律检查委员会"]),
    ],
)
def test_organs_named_in_a_text_are_found(text: str, region: str | None, found: list[str]) -> None:
    assert names(DIRECTORY.find_by_name(text, region_code=region)) == found
