"""What a complaint is about: short ones as a clerk would write them, and the limits."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.adapters.directory_files import load_categories, load_lexicon
from services.domain.category import Categories, Category
from services.domain.matcher import Heads, PhraseMatcher
from services.domain.matter import LexiconEntry, MatterFinder

FINDER = MatterFinder(load_lexicon(), load_categories())
SMALL = Categories(
    [Category("01", "城市"), Category("0101", "垃圾"), Category("02", "医疗"), Category("0201", "医院")]
)


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("小区物业公司乱收物业费,业主意见很大", "0201"),
        ("包工头跑路,二十名农民工工资半年没有发", "0601"),
        ("村里征地补偿款三年没有发到户", "0301"),
        ("申请宅基地审批一直没有结果", "0302"),
        ("邻居在楼顶违章搭建铁皮房,城管不来", "0103"),
        ("夜市烧烤摊占道经营,人行道走不过去", "0102"),
        ("出租车司机拒载还绕路,不打表", "0403"),
        ("开发商延期交房一年,要求退房", "0203"),
        ("买房五年办不了房产证", "0204"),
        ("井盖缺失半个月没人管", "0104"),
        ("路灯坏了,漆黑一片", "0105"),
        ("工厂偷排工业废水,河里全是死鱼", "0502"),
        ("楼下饭店油烟扰民", "0501"),
        ("工地夜间施工,打桩声吵得睡不着", "0503"),
        ("单位不缴社保,养老保险断缴", "0605"),
        ("在单位上班受伤,工伤认定迟迟不下来", "0604"),
        ("培训机构跑路,要求退学费", "0707"),
        ("孩子小升初,学区划分不合理", "0701"),
        ("异地就医医保报销比例低", "0808"),
        ("产妇死亡是医疗事故,医疗纠纷没有解决", "0802"),
        ("超市卖过期食品", "0901"),
        ("健身房关门跑路,会员卡里还有钱", "0902"),
        ("导游强制购物", "0910"),
        ("村务公开不到位,村级财务不公开", "1004"),
        ("水库移民补助没有到账", "1008"),
        ("低保被取消,人情保关系保严重", "1101"),
        ("退役士兵安置问题", "1111"),
        ("公墓收费太高,殡仪馆乱收费", "1106"),
        ("给孩子上户口,派出所说不能落户", "1201"),
        ("路口红绿灯时间太短", "1208"),
        ("被骗刷单,电信诈骗报警", "1204"),
        ("法院判决生效后执行局不执行,老赖有钱不还", "1302"),
        ("村支书贪污受贿,挪用公款", "1401"),
        ("商家拒开发票", "1502"),
        ("经常停电,变压器容量不够", "1602"),
        ("天然气安装收费,燃气公司不给通气", "1603"),
        ("暖气不热,供热公司不管", "1604"),
        ("消防通道被堵,消防栓没有水", "1703"),
    ],
)
def test_plain_complaints_find_their_matter(text: str, matter: str) -> None:
    finding = FINDER.find(text)
    assert finding.category is not None
    assert finding.category.code[:4] == matter, finding.evidence


def test_detail_is_named_when_the_words_are_specific() -> None:
    finding = FINDER.find("要求发放征地款,土地补偿款被克扣")
    assert finding.category == Category("030102", "征地款发放")


def test_evidence_says_the_words_and_the_path() -> None:
    finding = FINDER.find("路灯不亮")
    assert finding.evidence == "文中提到路灯不亮,属于城乡建设/路灯与照明"


def test_nothing_said_finds_nothing() -> None:
    for text in ("", "您好", "aaaa", "𠮷"):
        finding = FINDER.find(text)
        assert finding.category is None
        assert finding.confidence == 0.0
        assert finding.candidates == ()


def test_confidence_grows_with_evidence_and_margin() -> None:
    faint = FINDER.find("路灯")
    torn = FINDER.find("路灯不亮,公交车不来,低保没批")
    clear = FINDER.find("路灯不亮,照明灯坏了,整条街路灯损坏,漆黑一片,要求安装路灯")
    assert faint.confidence < clear.confidence
    assert torn.confidence < clear.confidence
    assert 0 < torn.confidence < 1


def test_candidates_come_best_first_and_share_one() -> None:
    candidates = FINDER.find("物业不作为,小区电梯故障,停车难").candidates
    scores = [score for _, score in candidates]
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) <= 1.01
    assert 2 <= len(candidates) <= 5


def test_title_counts_more_than_the_body() -> None:
    entries = [LexiconEntry("垃圾桶", "0101", 2), LexiconEntry("大医院", "0201", 2)]
    finder = MatterFinder(entries, SMALL)
    title_says = finder.find("大医院门口", title="垃圾桶满了")
    assert title_says.category == Category("0101", "垃圾")


def test_exclusion_hides_the_words_inside_it() -> None:
    entries = [
        LexiconEntry("医院", "0201", 3),
        LexiconEntry("医院对面", "", 0),
        LexiconEntry("垃圾", "0101", 1),
    ]
    finding = MatterFinder(entries, SMALL).find("医院对面的垃圾没人收")
    assert finding.category == Category("0101", "垃圾")


def test_negative_weight_speaks_against() -> None:
    entries = [
        LexiconEntry("医院", "0201", 3),
        LexiconEntry("医院的垃圾", "0201", -3),
        LexiconEntry("垃圾", "0101", 1),
    ]
    finding = MatterFinder(entries, SMALL).find("医院附近,医院的垃圾,垃圾")
    assert finding.category == Category("0101", "垃圾")


def test_word_for_an_unknown_category_is_refused() -> None:
    with pytest.raises(ValueError, match="不存在"):
        MatterFinder([LexiconEntry("垃圾", "9999", 1)], SMALL)


def test_longest_phrase_wins_and_nothing_overlaps() -> None:
    found = PhraseMatcher(["物业", "物业公司", "公司法"]).find("物业公司法人和物业")
    assert [(match.start, match.phrase) for match in found] == [(0, "物业公司"), (7, "物业")]


def test_phrases_of_one_character_are_refused() -> None:
    with pytest.raises(ValueError, match="至少两个字"):
        PhraseMatcher(["税"])


def test_hundred_thousand_characters_do_not_hurt() -> None:
    text = "小区物业费和工地噪音,征地补偿款没有发;" * 5_000
    started = time.process_time()
    FINDER.find(text[:100_000])
    assert time.process_time() - started < 1.0


def test_lexicon_is_rich_and_reaches_nearly_every_matter() -> None:
    lexicon = load_lexicon()
    assert len(lexicon) >= 1_200
    pairs = [(entry.phrase, entry.category_code) for entry in lexicon]
    assert len(set(pairs)) == len(pairs)
    reached = {code[:4] for _, code in pairs if len(code) >= 4}
    silent = {item.code for item in load_categories() if item.level == 2} - reached
    assert silent == {"1899"}


PHRASES = ("路灯", "灯坏", "路灯坏了", "坏了", "😀灯", "灯😀", "aa", "aab", "\ud800路")


@given(st.text(alphabet="路灯坏了ab😀\ud800。", max_size=40))
def test_phrases_are_found_leftmost_and_longest_in_any_text(text: str) -> None:
    found, at = [], 0
    while at < len(text):
        longest = max((each for each in PHRASES if text.startswith(each, at)), key=len, default=None)
        if longest is not None:
            found.append((at, longest))
        at += len(longest or text[at])
    assert [(each.start, each.phrase) for each in PhraseMatcher(PHRASES).find(text)] == found


@pytest.mark.parametrize(
    "text", ["", "路", "路灯", "路灯坏了" * 9, "在路灯" * 8 + "𠮷野家" + "路灯", "\ud800路灯" * 9]
)
def test_heads_are_found_in_any_text_as_if_one_looked_at_every_place(text: str) -> None:
    heads = Heads(["路灯", "路灯坏", "了路", "𠮷野家"])
    assert heads.lengths["路灯"] == (3, 2)
    assert heads.positions(text) == [at for at in range(len(text) - 1) if text[at : at + 2] in heads.lengths]


def test_phrases_are_those_of_the_matches() -> None:
    matcher = PhraseMatcher(["物业", "物业公司", "公司法"])
    assert matcher.phrases("物业公司法人和物业") == ["物业公司", "物业"]
