"""Whom a text speaks of: by name, by the names of the place, by titles; and what nobody can tell."""

from __future__ import annotations

import pytest

from services.domain.spoken_of import Speech
from tests.worlds import CITY, city_directory

COUNTY = "430921000000"
SPEECH = Speech(city_directory())


def known(text: str, region: str = COUNTY) -> set[str]:
    return {span.organ.name for span in SPEECH.of(text, [region]).known}


def unknown(text: str, region: str = COUNTY) -> list[str]:
    return [text[start:end] for start, end in SPEECH.of(text, [region]).unknown]


@pytest.mark.parametrize(
    ("text", "organs"),
    [
        ("举报县纪委张书记", {"中共南县纪律检查委员会"}),
        ("南县纪检委主任", {"中共南县纪律检查委员会"}),
        ("县监察委的人", {"中共南县纪律检查委员会"}),
        ("县自规局局长", {"南县自然资源局"}),
        ("举报县市监局", {"南县市场监督管理局"}),
        ("城管大队打人", {"南县城市管理和综合执法局"}),
        ("组织部部长", {"中共南县委员会组织部"}),
        ("南县县长", {"南县人民政府"}),
        ("县长", {"南县人民政府"}),
        ("贪官县长", {"南县人民政府"}),
        ("南县县委书记", {"南县人民政府", "中共南县委员会"}),
        ("县委包庇他", {"中共南县委员会", "南县人民政府"}),
        ("县里的主要领导", {"南县人民政府", "中共南县委员会"}),
        ("益阳市委书记", {"益阳市人民政府", "中共益阳市委员会"}),
        ("茅草街镇书记", {"南县茅草街镇人民政府"}),
        ("茅草街镇党委副书记", {"南县茅草街镇人民政府"}),
        ("茅草街镇的干部", {"南县茅草街镇人民政府"}),
        ("赫山区桃花仑街道办主任", {"赫山区桃花仑街道办事处"}),
        ("大通湖区管委会", {"大通湖区管理委员会"}),
        ("沅江市市长", {"沅江市人民政府"}),
    ],
)
def test_names_and_titles_stand_for_their_organs(text: str, organs: set[str]) -> None:
    assert known(text) == organs


def test_a_title_without_a_place_means_the_one_around_the_matter() -> None:
    region = next(each for each in city_directory().gazetteer.children(COUNTY) if each.name == "茅草街镇")
    assert known("我们镇的镇长", region.code) == {"南县茅草街镇人民政府"}
    assert unknown("我们镇的镇长", COUNTY) == ["镇长"]
    assert known("我们镇的镇政府", region.code) == {"南县茅草街镇人民政府"}


@pytest.mark.parametrize(
    "text",
    [
        "浏阳市市长",
        "浏阳市公安局",
        "县派出所",
        "国土所所长",
        "县人大主任",
        "某某局局长",
        "镇政府",
        "当地政府不管",
        "执法中队",
    ],
)
def test_what_is_like_an_organ_and_is_none_of_ours_is_told(text: str) -> None:
    assert unknown(text)
    assert not known(text)


@pytest.mark.parametrize(
    "text",
    [
        "举报局长",
        "请顾全大局",
        "县城人口多",
        "镇长期停水",
        "小区主任",
        "城市干部",
        "政府补贴没有发",
        "社区书记",
        "法院门口",
    ],
)
def test_ordinary_words_are_no_organs(text: str) -> None:
    assert (known(text), unknown(text)) == (set(), [])


@pytest.mark.parametrize(
    "text", ["村支书", "八百弓村书记", "村里的干部", "社区居委会主任", "村民小组长", "村会计"]
)
def test_people_of_villages_belong_to_no_organ(text: str) -> None:
    spoken = SPEECH.of(text, [COUNTY])
    assert spoken.villages
    assert (spoken.known, spoken.unknown) == ((), ())


def test_town_officials_sent_to_a_village_are_not_of_the_village() -> None:
    assert not SPEECH.of("驻村干部", [CITY]).villages
