"""Regions: the tree, its codes and its history, on the table that comes with the system."""

from __future__ import annotations

from collections import Counter
from datetime import date
from importlib.resources import files

import pytest

from services.adapters.gazetteer import load_gazetteer, merged, with_own_regions
from services.domain.region import Gazetteer, Region, RegionLevel, RegionLoop, UnknownRegion

HUNAN, YIYANG, NANXIAN = "430000000000", "430900000000", "430921000000"


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


def own_row(**values: str) -> dict[str, str]:
    columns = ("code", "name", "level", "parent", "valid_from", "valid_to", "successor_code", "kind", "note")
    return dict.fromkeys(columns, "") | values


def test_the_table_has_every_province_and_plausible_numbers_of_the_rest(gazetteer: Gazetteer) -> None:
    levels = Counter(region.level for region in gazetteer if region.valid_to is None)
    assert levels[RegionLevel.PROVINCE] == 34
    assert len(gazetteer.children(None)) == 34
    assert 330 <= levels[RegionLevel.PREFECTURE] <= 345
    assert 2_950 <= levels[RegionLevel.COUNTY] <= 3_050
    assert levels[RegionLevel.TOWNSHIP] == 41_350  # the table's 41,351 without 洋浦, a zone like a county


def test_every_region_has_twelve_digits_and_a_superior_of_a_higher_level(gazetteer: Gazetteer) -> None:
    for region in gazetteer:
        assert len(region.code) == 12
        assert region.code.isdecimal()
        assert region.name
        if region.level is RegionLevel.PROVINCE:
            assert region.parent is None
        else:
            assert region.parent is not None
            assert gazetteer.get(region.parent).level.rank < region.level.rank


def test_every_abolished_region_leads_to_one_that_is_in_force(gazetteer: Gazetteer) -> None:
    ended = [region for region in gazetteer if region.valid_to is not None]
    assert len(ended) >= 200
    for region in ended:
        assert gazetteer.current(region.code, date(2026, 1, 1)).valid_to is None, region.name


def test_the_committed_data_stays_small() -> None:
    assert len((files("services.gazetteer") / "divisions.txt.gz").read_bytes()) < 1_000_000


@pytest.mark.parametrize(
    ("code", "full_name"),
    [
        ("430921127", "湖南省益阳市南县茅草街镇"),
        ("110105", "北京市朝阳区"),
        ("500156", "重庆市武隆区"),
        ("500229", "重庆市城口县"),
        ("441900121", "广东省东莞市虎门镇"),
        ("620201100", "甘肃省嘉峪关市新城镇"),
        ("429021", "湖北省神农架林区"),
        ("659001", "新疆维吾尔自治区石河子市"),
        ("469002", "海南省琼海市"),
        ("130272", "河北省唐山市汉沽管理区"),
        ("430971121", "湖南省益阳市大通湖区河坝镇"),
        ("810000", "香港特别行政区"),
    ],
)
def test_full_names_read_as_people_write_them(gazetteer: Gazetteer, code: str, full_name: str) -> None:
    assert gazetteer.full_name(code) == full_name


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("43", HUNAN),
        ("4309", YIYANG),
        ("430921", NANXIAN),
        ("430921127", "430921127000"),
        (NANXIAN, NANXIAN),
        (" 430921 ", NANXIAN),
        ("110100", "110000000000"),
        ("5002", "500000000000"),
        ("429000", "420000000000"),
    ],
)
def test_short_codes_are_padded_and_levels_without_government_skipped(
    gazetteer: Gazetteer, given: str, found: str
) -> None:
    region = gazetteer.find(given)
    assert region is not None
    assert region.code == found


@pytest.mark.parametrize("code", ["", "99", "430999", "not a code", "4309210000001"])
def test_an_unknown_code_is_refused_by_name(gazetteer: Gazetteer, code: str) -> None:
    assert gazetteer.find(code) is None
    with pytest.raises(UnknownRegion, match="行政区划代码"):
        gazetteer.get(code)


def test_containment_follows_the_tree(gazetteer: Gazetteer) -> None:
    assert gazetteer.contains(HUNAN, "430921127000")
    assert gazetteer.contains(NANXIAN, NANXIAN)
    assert not gazetteer.contains(NANXIAN, YIYANG)
    assert not gazetteer.contains("430922", "430921127000")


def test_levels_are_found_upwards_and_a_municipality_has_no_prefecture(gazetteer: Gazetteer) -> None:
    county = gazetteer.at_level("430921127000", RegionLevel.COUNTY)
    assert county is not None
    assert county.code == NANXIAN
    assert gazetteer.at_level(YIYANG, RegionLevel.COUNTY) is None
    assert gazetteer.at_level("110105", RegionLevel.PREFECTURE) is None


def test_children_are_those_in_force_on_the_day(gazetteer: Gazetteer) -> None:
    def names(on: date | None) -> set[str]:
        return {region.name for region in gazetteer.children("330100", on=on)}

    assert {"拱墅区", "临平区"} <= names(None)
    assert not {"下城区", "江干区"} & names(None)
    assert {"下城区", "江干区"} <= names(date(2021, 4, 8))
    assert not {"临平区", "钱塘区"} & names(date(2021, 4, 8))
    assert {"临平区", "钱塘区"} <= names(date(2021, 4, 9))


@pytest.mark.parametrize(
    ("code", "on", "name"),
    [
        ("310108", date(2015, 11, 3), "闸北区"),
        ("310108", date(2015, 11, 4), "静安区"),
        ("420600", date(2010, 12, 8), "襄樊市"),
        ("420600", date(2010, 12, 9), "襄阳市"),
        ("371202", date(2020, 1, 1), "莱芜区"),
        ("371200", date(2020, 1, 1), "济南市"),
        ("430124", date(2018, 1, 1), "宁乡市"),
        ("500112", date(2025, 11, 7), "两江新区"),
        ("430921", date(2026, 1, 1), "南县"),
    ],
)
def test_an_abolished_region_leads_to_its_successor_from_the_day(
    gazetteer: Gazetteer, code: str, on: date, name: str
) -> None:
    assert gazetteer.current(code, on).name == name


def test_a_year_alone_counts_from_its_end(gazetteer: Gazetteer) -> None:
    assert gazetteer.get("110228").valid_to == date(2016, 1, 1), "密云县: 2015"
    assert gazetteer.get("110118").valid_from == date(2016, 1, 1), "密云区 begins where 密云县 ended"


def test_towns_follow_their_county_to_its_successor(gazetteer: Gazetteer) -> None:
    assert gazetteer.full_name("500112011") == "重庆市两江新区龙溪街道"
    assert gazetteer.full_name("500112133") == "重庆市北碚区统景镇", "moved elsewhere by its own row"


def test_a_management_district_is_told_from_a_county(gazetteer: Gazetteer) -> None:
    assert gazetteer.get("430971").is_management_district
    assert not gazetteer.get(NANXIAN).is_management_district
    assert not gazetteer.get("429021").is_management_district
    assert [region.name for region in gazetteer.names("430971")] == ["大通湖区", "益阳市大通湖管理区"]


def test_a_city_adds_its_own_regions() -> None:
    own = own_row(
        code="430975000000", name="滨湖新城", level="county", parent=YIYANG, kind="management_district"
    )
    gazetteer = with_own_regions([own])
    assert gazetteer.full_name("430975") == "湖南省益阳市滨湖新城"
    assert gazetteer.get("430975").is_management_district
    assert gazetteer.version != load_gazetteer().version


@pytest.mark.parametrize(
    "wrong",
    [
        own_row(code="4309", name="某区", level="county", parent=YIYANG),
        own_row(code="430975000000", name="某区", level="village", parent=YIYANG),
        own_row(code="430975000000", name="某区", level="county", parent=YIYANG, valid_from="2020年"),
    ],
)
def test_a_wrong_row_is_named_by_its_line(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="line 2"):
        merged([], [wrong])


def test_circles_are_faults_and_no_endless_walk() -> None:
    level = RegionLevel.COUNTY
    around = Gazetteer(
        [
            Region("1" * 12, "甲县", level, "2" * 12, valid_to=date(2000, 1, 1), successor="2" * 12),
            Region("2" * 12, "乙县", level, "1" * 12, valid_to=date(2000, 1, 1), successor="1" * 12),
        ]
    )
    with pytest.raises(RegionLoop):
        around.ancestors("1" * 12)
    with pytest.raises(RegionLoop):
        around.current("1" * 12, date(2020, 1, 1))
