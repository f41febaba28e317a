"""Local regulations are read over the national one, say what they rest on, and are chosen per region."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import date
from pathlib import Path

import pytest
from typer import BadParameter
from typer.testing import CliRunner

from services.adapters.statutes import load_pack, load_packs
from services.adapters.workdays import work_calendar
from services.cli.statutes import app, due_facts, pack_lines
from services.domain.calendar import Unit
from services.domain.opinion import Outcome
from services.domain.pack import PackError, parse_pack
from services.domain.pack_choice import choose
from services.domain.statute import Period, RuleNotInForce, RulePack
from tests.unit.test_statute import LAW, citations

TODAY = date(2026, 11, 22)
PACKS = load_packs()
NATIONAL = PACKS["national-2022"]
LOCAL = [pack for pack in PACKS.values() if pack.base]
ARTICLE = re.compile(r"(第[^条]+条)(?:第(.)款)?(?:第(.+)项)?")
COUNT = "一二三四五六七八九"
CALENDAR = work_calendar()
NUMERALS = {3: "三", 5: "五", 15: "十五", 30: "三十", 60: "六十", 90: "九十"}

CITY = """
id = "hill-city-2026"
extends = "zhejiang-2016"
title = "某市信访办法（2026年）"
short_title = "某市信访办法"
region_prefix = "3399"
in_force_from = 2026-07-01

[[period]]
rule = "D5"
name = "handle"
title = "办结"
obliged = "organ"
starts_on = "accepted"
length = 20
unit = "working_day"
article = "第九条"
quote = "应当自受理之日起20个工作日内办结"
"""

SUCCESSOR = CITY.replace("hill-city-2026", "zhejiang-2030").replace("2026-07-01", "2030-01-01")
SUCCESSOR = SUCCESSOR.replace(
    'extends = "zhejiang-2016"', 'extends = "national-2022"\nsucceeds = "zhejiang-2016"'
)


def read(text: str) -> RulePack:
    return parse_pack(tomllib.loads(text), PACKS)


def own_periods(pack: RulePack) -> list[Period]:
    return [period for period in pack.periods if pack.states(period.citation)]


def article_text(law: str, article: str) -> str:
    """The text of 第三十六条, or of its paragraph (第一款) or item (第二项) alone; empty if there is none."""
    text = next(LAW.glob(f"{law}-*.md")).read_text(encoding="utf-8")
    parts = ARTICLE.fullmatch(article)
    assert parts, article
    number, paragraph, item = parts.groups()
    found = re.search(rf"^{number} .*?(?=^第|^#|\Z)", text, re.DOTALL | re.MULTILINE)
    lines = [line for line in found.group().splitlines() if line.strip()] if found else []
    starts = [
        place for place, line in enumerate(lines) if not re.match(r"（[一二三四五六七八九十]+）|\d", line)
    ]
    if paragraph:
        nth = COUNT.index(paragraph)
        lines = lines[starts[nth] : [*starts, len(lines)][nth + 1]]
    if item:
        lines = [line for line in lines if line.startswith(f"（{item}）")]
    return "\n".join(lines)


def test_five_regulations_are_read_over_the_national_one() -> None:
    assert {pack.id: pack.region_prefix for pack in LOCAL} == {
        "beijing-2006": "11", "henan-2012": "41", "shandong-2015": "37",
        "shanghai-2018": "31", "zhejiang-2016": "33",
    }  # fmt: skip
    assert all(pack.base == NATIONAL for pack in LOCAL)


@pytest.mark.skipif(not LAW.is_dir(), reason="the texts of the laws are not beside this checkout")
@pytest.mark.parametrize("pack", PACKS.values(), ids=lambda pack: pack.id)
def test_every_quotation_stands_in_its_article(pack: RulePack) -> None:
    own = [each for each in citations(pack) if pack.states(each) and each.quote]

    assert own
    assert [
        f"{each}: {each.quote}"
        for each in own
        if (each.quote or "") not in article_text(each.law, each.article)
    ] == []
    assert pack.base is None or {each.law for each in own} == {pack.short_title}
    references = [reference.split("条例", 1) for each in own for reference in each.see_also]
    assert [each for each in references if not article_text(f"{each[0]}条例", each[1])] == []


@pytest.mark.parametrize("pack", LOCAL, ids=lambda pack: pack.id)
def test_every_length_is_the_number_its_quotation_says(pack: RulePack) -> None:
    stated = []
    for period in own_periods(pack):
        if length := period.length or period.default_length:
            stated.append((length, period.unit, period.quote or ""))
        if extension := period.extension:
            added = extension.max_days or extension.max_total_days or 0
            stated.append((added, period.unit, extension.citation.quote or ""))

    for length, unit, quote in stated:
        word = "日" if unit is Unit.NATURAL else "个工作日"
        assert f"{length}{word}" in quote or f"{NUMERALS[length]}{word}" in quote


@pytest.mark.parametrize("pack", LOCAL, ids=lambda pack: pack.id)
def test_local_pack_lacks_nothing_that_the_chain_needs(pack: RulePack) -> None:
    assert {period.rule for period in pack.periods} >= {period.rule for period in NATIONAL.periods}
    assert [ground.id for ground in pack.grounds][:7] == [f"A{n}" for n in range(1, 8)]
    assert {outcome.code for outcome in pack.outcomes} >= {each.value for each in Outcome}
    assert [rule.id for rule in pack.routing] == [rule.id for rule in NATIONAL.routing]
    for national, local in zip(NATIONAL.outcomes, pack.outcomes, strict=False):
        assert (local.tiers, local.purposes) == (national.tiers, national.purposes)
        assert (local.followed_up, local.orders_anew) == (national.followed_up, national.orders_anew)
    for trigger in NATIONAL.supervision:
        assert pack.trigger(trigger.code).automatic == trigger.automatic
        assert pack.trigger(trigger.code).threshold == trigger.threshold
    for period in pack.periods:
        if period.rule in {row.rule for row in NATIONAL.periods}:
            national_row = NATIONAL.period(period.rule, on=TODAY)
            assert (period.name, period.obliged, period.starts_on) == (
                national_row.name, national_row.obliged, national_row.starts_on,
            )  # fmt: skip
            assert (period.paths, period.on_lapse) == (national_row.paths, national_row.on_lapse)
            assert period.excludes_hearing == national_row.excludes_hearing


def test_what_a_regulation_does_not_state_is_the_national_row() -> None:
    zhejiang = PACKS["zhejiang-2016"]

    assert zhejiang.period("D7", on=TODAY) is NATIONAL.period("D7", on=TODAY)
    assert not zhejiang.states(zhejiang.routing_rule("R5").citation)
    assert zhejiang.warnings == NATIONAL.warnings
    shown = "\n".join(line for line, _ in pack_lines(zhejiang))
    assert "(本条例没有规定,从 national-2022)《信访工作条例》第三十五条" in shown
    assert "(本条例和 national-2022 都没有规定,借用)《山东省信访条例》第四十六条第一款第四项" in shown
    assert "注:信访工作条例第三十四条的延长不得超过30日；两者的总期限都是自受理之日起90日" in shown


def test_regulation_older_than_the_national_one_has_its_own_rows_alone() -> None:
    zhejiang = PACKS["zhejiang-2016"]

    assert zhejiang.period("D5", on=date(2018, 1, 1)).length == 30
    with pytest.raises(RuleNotInForce, match=r"national-2022.*2018-01-01"):
        zhejiang.period("D7", on=date(2018, 1, 1))
    with pytest.raises(RuleNotInForce, match="2016-07-31"):
        zhejiang.period("D5", on=date(2016, 7, 31))


def test_repealed_regulation_leaves_its_place_to_the_national_one() -> None:
    head = CITY.replace("in_force_from = 2026-07-01", "in_force_from = 2026-07-01\nin_force_to = 2027-12-31")
    city = read(head)

    assert city.period("D5", on=date(2027, 12, 31)).length == 20
    assert city.period("D5", on=date(2028, 1, 1)).article == "浙江省信访条例第二十三条第一款"
    assert city.on(date(2028, 1, 1)).id == "zhejiang-2016"


def test_row_with_an_end_leaves_its_place_to_the_national_row() -> None:
    pack = read(CITY.replace('rule = "D5"', 'rule = "D5"\nin_force_to = 2026-12-31'))

    assert pack.period("D5", on=date(2026, 12, 31)).length == 20
    assert pack.period("D5", on=date(2027, 1, 1)).length == 30


def test_petition_is_judged_by_the_pack_in_force_on_its_day() -> None:
    pack = read(SUCCESSOR)

    assert pack.on(date(2029, 12, 31)).id == "zhejiang-2016"
    assert pack.period("D5", on=date(2029, 12, 31)).length == 30
    assert pack.period("D1", on=date(2029, 12, 31)).unit is Unit.WORKING
    assert pack.period("D5", on=date(2030, 1, 1)).length == 20
    assert pack.period("D1", on=date(2030, 1, 1)) is NATIONAL.period("D1", on=TODAY)


def test_new_pack_needs_no_code(tmp_path: Path) -> None:
    (tmp_path / "hill-city-2026.toml").write_text(CITY, encoding="utf-8")
    pack = load_pack("hill-city-2026", tmp_path)
    here = ["--pack", "hill-city-2026", "--packs", str(tmp_path)]
    due = CliRunner().invoke(app, ["due", "--rule", "D5", "--from", "2026-09-01", *here])
    shown = CliRunner().invoke(app, ["show", *here])
    listed = CliRunner().invoke(app, ["list", "--packs", str(tmp_path)])

    assert [pack.period(rule, on=TODAY).citation.pack for rule in ("D5", "D1", "D7")] == [
        "hill-city-2026", "zhejiang-2016", "national-2022",
    ]  # fmt: skip
    assert json.loads(due.stdout) == {
        "due_on": "2026-09-29",
        "raw_last_day": "2026-09-29",
        "provisional": False,
    }
    assert "《某市信访办法》第九条:“应当自受理之日起20个工作日内办结”" in shown.stdout
    assert "(本条例没有规定,从 zhejiang-2016)《浙江省信访条例》第二十条第一款" in shown.stdout
    assert "某市信访办法（2026年）:行政区划代码 3399 开头的地区,自 2026-07-01 起施行" in listed.stdout


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("hill-city-2026", CITY.replace("zhejiang-2016", "nowhere"), "没有规则包 nowhere"),
        ("hill-city-2026", CITY.replace("zhejiang-2016", "hill-city-2026"), "成环"),
        (
            "hill-city-2026",
            CITY.replace("2026-07-01", "2026-07-01\nin_force_to = 2026-06-30"),
            "早于施行之日",
        ),
        ("hill-city-2026", CITY + CITY[CITY.index("[[period]]") :], "重复的条目 D5 2026-07-01"),
        ("hill-city-2026", CITY + "default_length = 90", "default_length: 没有这一项"),
        ("zhejiang-2016", CITY, "已随系统提供"),
        ("another", CITY, "应当与文件同名"),
        ("hill-city-2026", "id = ", "不是有效的 TOML"),
    ],
)
def test_city_pack_that_cannot_be_read_names_its_fault(
    tmp_path: Path, name: str, text: str, fault: str
) -> None:
    (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")

    with pytest.raises(PackError, match=re.escape(fault)):
        load_pack(name, tmp_path)


def test_pack_that_extends_none_given_is_refused() -> None:
    with pytest.raises(PackError, match="extends: 没有规则包 zhejiang-2016"):
        parse_pack(tomllib.loads(CITY))


@pytest.mark.parametrize(
    ("region", "pack"),
    [
        ("", "national-2022"),
        ("430921000000", "national-2022"),
        ("330106000000", "zhejiang-2016"),
        ("330000000000", "zhejiang-2016"),
        ("339900000000", "hill-city-2026"),
        ("339902001000", "hill-city-2026"),
        ("370700000000", "shandong-2015"),
        ("370100000000", "national-2022"),
    ],
)
def test_narrowest_region_of_the_choice_decides(region: str, pack: str) -> None:
    packs = {**PACKS, "hill-city-2026": read(CITY)}
    choice = "national-2022; 330000=zhejiang-2016;339900000000=hill-city-2026;370700=shandong-2015;"

    assert choose(packs, choice)(region).id == pack


def test_one_pack_is_a_choice_for_every_region() -> None:
    pack_for = choose(PACKS, "shandong-2015")

    assert {pack_for(region).id for region in ("", "370700000000", "990001000000")} == {"shandong-2015"}


def test_semicolon_of_a_chinese_keyboard_is_one() -> None:
    assert choose(PACKS, "national-2022；330000=zhejiang-2016")("330106000000").id == "zhejiang-2016"


@pytest.mark.parametrize(
    ("choice", "fault"),
    [
        ("", "没有写默认规则包"),
        ("330000=zhejiang-2016", "没有写默认规则包"),
        ("nowhere", "没有规则包 nowhere"),
        ("national-2022;330000=", "没有规则包 (空)"),
        ("national-2022;shandong-2015", "两个默认规则包:national-2022 和 shandong-2015"),
        ("national-2022;330000=zhejiang-2016;330000000000=zhejiang-2016", "两次写了地区 330000000000"),
        ("national-2022;370000=zhejiang-2016", "只适用于代码以 33 开头的地区,不能用于 370000"),
        ("national-2022;杭州=zhejiang-2016", "“杭州”不是行政区划代码"),
        ("national-2022;33010=zhejiang-2016", "“33010”不是行政区划代码"),
        ("national-2022;000000=national-2022", "“000000”不是行政区划代码"),
    ],
)
def test_choice_that_cannot_be_read_says_why(choice: str, fault: str) -> None:
    with pytest.raises(PackError, match=re.escape(fault)):
        choose(PACKS, choice)


@pytest.mark.parametrize("pack", PACKS.values(), ids=lambda pack: pack.id)
def test_every_row_of_every_pack_has_an_end_or_says_who_sets_it(pack: RulePack) -> None:
    for period in pack.periods:
        if period.length or period.default_length:
            facts = due_facts(pack, CALENDAR, rule=period.rule, on=TODAY)
            assert facts.keys() == {"due_on", "raw_last_day", "provisional"}
        else:
            with pytest.raises(BadParameter, match="自行指定"):
                due_facts(pack, CALENDAR, rule=period.rule, on=TODAY)


def test_family_of_rules_is_told_its_members() -> None:
    done = CliRunner().invoke(app, ["due", "--rule", "D13", "--from", "2026-05-20"], env={"COLUMNS": "200"})

    assert done.exit_code == 2
    assert "D13.1、D13.2、D13.3" in done.stderr


def test_extension_is_counted_from_the_start_of_its_period() -> None:
    on = date(2026, 1, 5)
    ends = {
        (pack, rule): due_facts(PACKS[pack], CALENDAR, rule=rule, on=on)["raw_last_day"]
        for pack, rule in (("national-2022", "D6"), ("henan-2012", "D6"), ("beijing-2006", "D8+"))
    }

    assert ends == {
        ("national-2022", "D6"): "2026-04-05",  # 60 + 30
        ("henan-2012", "D6"): "2026-04-05",  # 90 in all
        ("beijing-2006", "D8+"): "2026-03-06",  # 30 + 30
    }
