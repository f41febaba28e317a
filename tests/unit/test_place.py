"""Places in texts: a table that a clerk can check, with the traps of names that mean something else."""

from __future__ import annotations

from datetime import date

import pytest

from services.adapters.gazetteer import load_gazetteer
from services.domain.own_place import OwnPlace
from services.domain.place import PlaceFinder

YIYANG, NANXIAN, XIHU, CHANGCHUN = "430900000000", "430921000000", "330106000000", "220100000000"
BEIJING_SHIJINGSHAN, JINGZHOU, DANGTU = "110107000000", "421000000000", "340521000000"


@pytest.fixture(scope="module")
def finder() -> PlaceFinder:
    return PlaceFinder(load_gazetteer())


def full_name(finder: PlaceFinder, text: str, context: str | None = None) -> str | None:
    found = finder.find(text, context=context).region
    return None if found is None else load_gazetteer().full_name(found.code)


ADDRESSES = [
    ("湖南省益阳市南县茅草街镇八百弓村三组", "湖南省益阳市南县茅草街镇"),
    ("湖南省 益阳市 南县 茅草街镇", "湖南省益阳市南县茅草街镇"),
    ("湖南益阳南县茅草街镇", "湖南省益阳市南县茅草街镇"),
    ("南县茅草街镇", "湖南省益阳市南县茅草街镇"),
    ("南县茅草街", "湖南省益阳市南县茅草街镇"),
    ("益阳市沅江市琼湖街道办事处", "湖南省益阳市沅江市琼湖街道"),
    ("大通湖区河坝镇老河口村", "湖南省益阳市大通湖区河坝镇"),
    ("益阳市大通湖管理区千山红镇", "湖南省益阳市大通湖区千山红镇"),
    ("南县河坝镇", "湖南省益阳市大通湖区河坝镇"),
    ("桃江县鲊埠回族乡", "湖南省益阳市桃江县鲊埠回族乡"),
    ("桃江县鲊埠乡", "湖南省益阳市桃江县鲊埠回族乡"),
    ("北京市朝阳区三里屯街道工体北路8号院", "北京市朝阳区三里屯街道"),
    ("北京朝阳区", "北京市朝阳区"),
    ("吉林省长春市朝阳区", "吉林省长春市朝阳区"),
    ("朝阳区（北京）", "北京市朝阳区"),
    ("辽宁省朝阳市双塔区", "辽宁省朝阳市双塔区"),
    ("吉林省吉林市船营区", "吉林省吉林市船营区"),
    ("上海市浦东新区世纪大道100号", "上海市浦东新区"),
    ("上海市南京东路123号", "上海市"),
    ("上海市闸北区彭浦新村", "上海市静安区彭浦新村街道"),
    ("上海南桥镇", "上海市奉贤区南桥镇"),
    ("重庆市城口县", "重庆市城口县"),
    ("广东省东莞市虎门镇", "广东省东莞市虎门镇"),
    ("海南省儋州市那大镇", "海南省儋州市那大镇"),
    ("甘肃省嘉峪关市新城镇", "甘肃省嘉峪关市新城镇"),
    ("湖北省仙桃市", "湖北省仙桃市"),
    ("神农架林区松柏镇", "湖北省神农架林区松柏镇"),
    ("新疆石河子市", "新疆维吾尔自治区石河子市"),
    ("内蒙古呼和浩特市赛罕区", "内蒙古自治区呼和浩特市赛罕区"),
    ("广西南宁市青秀区", "广西壮族自治区南宁市青秀区"),
    ("恩施州利川市", "湖北省恩施土家族苗族自治州利川市"),
    ("湘西吉首市", "湖南省湘西土家族苗族自治州吉首市"),
    ("贵州省威宁县", "贵州省毕节市威宁彝族回族苗族自治县"),
    ("永州道县", "湖南省永州市道县"),
    ("湖南通道", "湖南省怀化市通道侗族自治县"),
    ("晋城市城区", "山西省晋城市城区"),
    ("济南市中区", "山东省济南市市中区"),
    ("湖南省津市市", "湖南省常德市津市市"),
    ("济南高新区", "山东省济南市济南高新技术产业开发区"),
    ("益阳高新区朝阳街道金山社区", "湖南省益阳市湖南益阳高新技术产业园区朝阳街道"),
    ("苏州工业园区", "江苏省苏州市苏州工业园区"),
    ("四川天府新区", "四川省成都市四川天府新区"),
    ("青岛西海岸新区", "山东省青岛市黄岛区"),
    ("香港特别行政区", "香港特别行政区"),
    ("茅草街镇", "湖南省益阳市南县茅草街镇"),
    ("南县自然资源局征地不补偿", "湖南省益阳市南县"),
    ("我多次到北京上访,家住桃江县修山镇", "湖南省益阳市桃江县修山镇"),
    ("湖南宏达建筑有限公司欠薪,工地在沅江市琼湖街道", "湖南省益阳市沅江市琼湖街道"),
    ("南县路灯不亮", "湖南省益阳市南县"),
    ("我是湖南人,在杭州市西湖区打工,工资被拖欠", "浙江省杭州市西湖区"),
]

FORMER = [
    ("北京市宣武区牛街", "北京市西城区", "2010-07-01"),
    ("上海市闸北区", "上海市静安区", "2015-11-04"),
    ("杭州下城区", "浙江省杭州市拱墅区", "2021-04-09"),
    ("三明市沙县", "福建省三明市沙县区", "2021-02-02"),
    ("山东省莱芜市莱城区", "山东省济南市莱芜区", "2019-01-09"),
    ("长沙市望城县", "湖南省长沙市望城区", "2011-06-20"),
    ("重庆市渝北区", "重庆市两江新区", "2025-11-07"),
]

IN_CONTEXT = [
    ("茅草街镇新镇区", YIYANG, "湖南省益阳市南县茅草街镇"),
    ("茅草街汽渡码头收费", NANXIAN, "湖南省益阳市南县茅草街镇"),
    ("朝阳区某小区", CHANGCHUN, "吉林省长春市朝阳区"),
    ("西湖街道", XIHU, "浙江省杭州市西湖区西湖街道"),
    ("高桥镇", NANXIAN, "湖南省益阳市桃江县高桥镇"),
    ("桃江的征地补偿没有发", YIYANG, "湖南省益阳市桃江县"),
    ("朝阳街道", YIYANG, "湖南省益阳市湖南益阳高新技术产业园区朝阳街道"),
    ("我们镇政府和县政府都去过", DANGTU, None),
    ("公安机关不立案", JINGZHOU, None),
    ("荆州市公安局", JINGZHOU, "湖北省荆州市"),
    ("鲁谷街道", BEIJING_SHIJINGSHAN, "北京市石景山区鲁谷街道"),
]

NO_PLACE = [
    "湖南路与北京南路交叉口",
    "南京东路123号",
    "长沙大道路面破损",
    "朝阳路12号",
    "解放路、和平街、新华大道",
    "沙县小吃店油烟扰民",
    "兰州拉面馆占道经营",
    "湖南农业大学毕业证",
    "广州银行贷款",
    "A市A3区某小区停车难",
    "B市物业不作为",
    "建筑面积八十四平方米",
    "大厦门口堆放垃圾",
    "城西安置房漏水",
    "推广安装充电桩",
    "集中卫生整治",
    "校长治理不力",
    "重大理由",
    "强大连锁店",
    "沿海城市发展",
    "东方市场停业",
    "镇政府和县政府",
    "社区、街道都不管",
    "市林业局电话无人接听",
    "城区停水三天",
    "开发区招商",
    "合作社分红",
    "通道被堵",
    "新建县中心医院",
    "😀 hello, world",
    "請問這條路什麼時候修好",
    "",
    "南",
]

OPEN = [
    ("朝阳区", None),
    ("城关镇东大街", None),
    ("西湖街道", None),
    ("高桥镇", None),
    ("湖南省高桥镇", "湖南省"),
    ("桃江县和安化县交界处", "湖南省益阳市"),
    ("南县南洲镇与茅草街镇争地", "湖南省益阳市南县"),
]


@pytest.mark.parametrize(("text", "expected"), ADDRESSES)
def test_an_address_leads_to_its_deepest_region(finder: PlaceFinder, text: str, expected: str) -> None:
    assert full_name(finder, text) == expected


@pytest.mark.parametrize(("text", "expected", "ended"), FORMER)
def test_a_former_name_leads_to_the_successor_and_says_so(
    finder: PlaceFinder, text: str, expected: str, ended: str
) -> None:
    found = finder.find(text)
    assert found.region is not None
    assert load_gazetteer().full_name(found.region.code) == expected
    assert ended in found.evidence
    assert expected in found.evidence


@pytest.mark.parametrize(("text", "context", "expected"), IN_CONTEXT)
def test_the_receiving_office_settles_what_the_text_leaves_open(
    finder: PlaceFinder, text: str, context: str, expected: str | None
) -> None:
    assert full_name(finder, text, context) == expected


@pytest.mark.parametrize("text", NO_PLACE)
def test_roads_firms_and_everyday_words_are_no_places(finder: PlaceFinder, text: str) -> None:
    found = finder.find(text)
    assert found.region is None
    assert not found.ambiguous


@pytest.mark.parametrize(("text", "shared"), OPEN)
def test_what_stays_open_is_never_settled_silently(
    finder: PlaceFinder, text: str, shared: str | None
) -> None:
    found = finder.find(text)
    assert found.ambiguous
    assert len(found.candidates) >= 2
    assert found.confidence <= 0.4
    assert full_name(finder, text) == shared


def test_a_former_name_stands_for_itself_before_its_end(finder: PlaceFinder) -> None:
    found = finder.find("上海市闸北区", on=date(2014, 5, 1))
    assert found.region is not None
    assert found.region.name == "闸北区"


def test_a_consistent_chain_is_surer_than_a_single_name(finder: PlaceFinder) -> None:
    chain = finder.find("湖南省益阳市南县茅草街镇").confidence
    single = finder.find("茅草街镇").confidence
    stem = finder.find("哈尔滨").confidence
    assert chain > single > stem > 0.5


def test_a_place_far_from_the_office_is_less_sure(finder: PlaceFinder) -> None:
    here = finder.find("石河子市", context="650000000000").confidence
    far = finder.find("石河子市", context=NANXIAN).confidence
    assert far < here


def test_the_office_s_own_province_alone_says_next_to_nothing(finder: PlaceFinder) -> None:
    assert finder.find("湖南省人民医院门口", context=NANXIAN).confidence < 0.5


def test_the_place_comes_before_other_places_that_are_named_in_passing(finder: PlaceFinder) -> None:
    found = finder.find("南县茅草街镇道路塌陷,我在长沙市的亲戚也知道", context=YIYANG)
    assert found.region is not None
    assert found.region.name == "茅草街镇"
    assert {candidate.region.name for candidate in found.candidates} >= {"茅草街镇", "长沙市"}


def test_candidates_say_where_the_words_stand(finder: PlaceFinder) -> None:
    first = finder.find("投诉:南县茅草街镇").candidates[0]
    assert (first.matched, first.start) == ("南县茅草街镇", 3)


def test_a_city_s_own_places_are_found_even_on_roads() -> None:
    finder = PlaceFinder(load_gazetteer(), [OwnPlace("康富南路", "430903002000", "道路")])
    found = finder.find("康富南路与金山路口", context=YIYANG).region
    assert found is not None
    assert found.name == "桃花仑街道"


def test_a_very_long_text_is_read_to_a_result(finder: PlaceFinder) -> None:
    text = "沅江市琼湖街道" + "道路积水问题长期得不到解决,𠮷" * 6_000
    assert len(text) > 90_000
    assert full_name(finder, text) == "湖南省益阳市沅江市琼湖街道"
