"""Organs made from the gazetteer alone: their names, superiors and reviewers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from services.adapters.directory_files import load_categories, load_functions, load_powers
from services.adapters.gazetteer import load_gazetteer
from services.domain.directory_check import validate
from services.domain.organ import Organ, OrganKind
from services.domain.organ_template import template_organs
from services.domain.petition import Path, Purpose
from services.domain.region import RegionLevel
from tests.unit.cases import petition

YIYANG, NAN, HESHAN, DATONG_LAKE = "430900000000", "430921000000", "430903000000", "430971000000"
GAZETTEER = load_gazetteer()


@pytest.mark.parametrize(
    ("kind", "matter", "own"),
    [
        (OrganKind.DISCIPLINE, {"purpose": Purpose.DENUNCIATION, "path": None}, True),
        (OrganKind.COURT, {"path": Path.LITIGATION}, True),
        (OrganKind.POLITICAL_LEGAL, {"path": Path.LITIGATION}, True),
        (OrganKind.DISCIPLINE, {}, False),  # the pay of its own staff, say
        (OrganKind.COURT, {}, False),
        (OrganKind.DEPARTMENT, {"purpose": Purpose.DENUNCIATION, "path": None}, False),
    ],
)
def test_own_rules_of_notice_are_of_litigation_and_denunciations_alone(
    kind: OrganKind, matter: dict[str, Any], own: bool
) -> None:
    assert kind.tells_by_own_rules(petition(**matter)) is own


def numbered_ids() -> Callable[[], UUID]:
    numbers = count(1)
    return lambda: UUID(int=next(numbers))


def template(region: str, depth: RegionLevel = RegionLevel.COUNTY) -> dict[str, Organ]:
    organs = template_organs(
        region, GAZETTEER, functions=load_functions(), new_id=numbered_ids(), depth=depth
    )
    return {organ.code: organ for organ in organs}


ORGANS = template(YIYANG, RegionLevel.TOWNSHIP)
NAMES = {organ.id: organ.name for organ in ORGANS.values()}


def named(name: str) -> Organ:
    return next(organ for organ in ORGANS.values() if organ.name == name)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (f"{YIYANG}-natural_resources", "益阳市自然资源局"),
        (f"{NAN}-government", "南县人民政府"),
        (f"{YIYANG}-discipline", "中共益阳市纪律检查委员会"),
        (f"{NAN}-political_legal", "中共南县委员会政法委员会"),
        (f"{NAN}-tax", "国家税务总局南县税务局"),
        (f"{HESHAN}-tax", "国家税务总局益阳市赫山区税务局"),
        (f"{YIYANG}-petition_office", "益阳市信访局"),
        ("430000000000-natural_resources", "湖南省自然资源厅"),
        ("430000000000-financial_regulation", "国家金融监督管理总局湖南监管局"),
        (f"{YIYANG}-court", "益阳市中级人民法院"),
        (f"{NAN}-court", "南县人民法院"),
        (f"{HESHAN}-public_security", "益阳市公安局赫山分局"),
        (f"{NAN}-public_security", "南县公安局"),
        (f"{NAN}-ecology", "益阳市生态环境局南县分局"),
        (f"{DATONG_LAKE}-government", "大通湖区管理委员会"),
    ],
)
def test_names_read_right(code: str, name: str) -> None:
    assert ORGANS[code].name == name


def test_towns_have_governments_and_streets_have_offices() -> None:
    assert named("南县茅草街镇人民政府").kind is OrganKind.GOVERNMENT
    assert named("赫山区赫山街道办事处").level is RegionLevel.TOWNSHIP


@pytest.mark.parametrize(
    ("organ", "superior", "reviewers"),
    [
        ("南县自然资源局", "南县人民政府", ["益阳市自然资源局", "南县人民政府"]),
        ("南县茅草街镇人民政府", "南县人民政府", ["南县人民政府"]),
        ("南县人民政府", "益阳市人民政府", ["益阳市人民政府"]),
        ("益阳市人民政府", "湖南省人民政府", ["湖南省人民政府"]),
        ("益阳市自然资源局", "益阳市人民政府", ["湖南省自然资源厅", "益阳市人民政府"]),
        ("益阳市城市管理和综合执法局", "益阳市人民政府", ["湖南省住房和城乡建设厅", "益阳市人民政府"]),
        ("国家税务总局南县税务局", "国家税务总局益阳市税务局", ["国家税务总局益阳市税务局"]),
        ("益阳市公安局赫山分局", "益阳市公安局", ["益阳市公安局"]),
        ("南县公安局交通警察大队", "南县公安局", ["益阳市公安局交通警察支队", "南县人民政府"]),
        ("中共南县纪律检查委员会", "中共南县委员会", ["中共益阳市纪律检查委员会"]),
        ("南县自来水有限公司", "南县人民政府", ["南县城市管理和综合执法局", "南县人民政府"]),
    ],
)
def test_superiors_and_reviewers_follow_the_law(organ: str, superior: str, reviewers: list[str]) -> None:
    """条例 art. 35, 北京市信访条例 art. 48."""
    found = named(organ)
    assert found.superior_id is not None
    assert NAMES[found.superior_id] == superior
    assert [NAMES[reviewer] for reviewer in found.reviewer_ids] == reviewers


def test_merged_functions_lie_with_one_organ() -> None:
    assert ORGANS[f"{YIYANG}-culture_tourism"].functions == ("culture_tourism", "sports")
    assert "forestry" in ORGANS[f"{HESHAN}-natural_resources"].functions
    assert ORGANS[f"{NAN}-forestry"].name == "南县林业局"


@pytest.mark.parametrize(
    "region",
    ["110000000000", "310000000000", "433100000000", "429004000000", "441900000000", "650100000000", NAN],
)
def test_any_region_gets_a_directory_without_faults(region: str) -> None:
    organs = tuple(template(region).values())
    assert len(organs) > 50
    powers, functions = load_powers(), load_functions()
    assert validate(organs, powers, GAZETTEER, functions=functions, categories=load_categories()) == []


def test_great_cities_have_bureaus_not_departments() -> None:
    names = {organ.name for organ in template("110000000000").values()}
    assert {"北京市教育局", "北京市高级人民法院", "北京市公安局东城分局", "东城区生态环境局"} <= names


def test_county_directly_under_a_province_has_no_branches() -> None:
    names = {organ.name for organ in template("429004000000").values()}
    assert {"仙桃市公安局", "仙桃市生态环境局", "国家税务总局仙桃市税务局"} <= names


def test_organ_is_in_force_until_the_day_it_ends() -> None:
    organ = Organ(
        id=UUID(int=1),
        code="x",
        name="某局",
        kind=OrganKind.DEPARTMENT,
        region_code=NAN,
        level=RegionLevel.COUNTY,
        functions=("health",),
        valid_from=date(2020, 1, 1),
        valid_to=date(2024, 1, 1),
    )
    days = ((2019, 12, 31), (2020, 1, 1), (2023, 12, 31), (2024, 1, 1))
    assert [organ.in_force(date(*day)) for day in days] == [False, True, True, False]


def test_forty_functions_and_more_are_known() -> None:
    functions = load_functions()
    assert len(functions) >= 40
    for power in load_powers():
        assert power.function in functions
