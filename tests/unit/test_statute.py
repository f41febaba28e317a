"""The national pack holds what the law says; a pack that cannot be read names its fault."""

from __future__ import annotations

import copy
import json
import tomllib
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from services.adapters.statutes import load_pack, pack_names
from services.cli.statutes import app, pack_lines
from services.domain.calendar import Unit
from services.domain.opinion import Outcome
from services.domain.pack import PackError, parse_pack
from services.domain.statute import Citation, NoSuchRule, RuleNotInForce, RulePack, Source

TODAY = date(2026, 11, 22)
LAW = Path(__file__).parents[3] / "shared" / "law"
RAW: dict[str, Any] = tomllib.loads(
    files("services.statutes").joinpath("national-2022.toml").read_text(encoding="utf-8")
)
PACK = load_pack("national-2022")


def citations(pack: RulePack) -> Iterator[Citation]:
    for section in (pack.periods, pack.grounds, pack.outcomes, pack.supervision):
        yield from (row.citation for row in section)
    for rule in (*pack.finality, *pack.reviewing, *pack.routing):
        yield rule.citation
    for period in pack.periods:
        if period.extension:
            yield period.extension.citation


@pytest.mark.parametrize(
    ("rule", "length", "unit", "article"),
    [
        ("D1", 15, Unit.NATURAL, "信访工作条例第二十二条第一款"),
        ("D2", 15, Unit.NATURAL, "信访工作条例第二十三条第二款"),
        ("D3", 15, Unit.NATURAL, "信访工作条例第二十三条第三款"),
        ("D4", 5, Unit.WORKING, "信访工作条例第二十三条第三款"),
        ("D5", 60, Unit.NATURAL, "信访工作条例第三十四条"),
        ("D7", 30, Unit.NATURAL, "信访工作条例第三十五条"),
        ("D8", 30, Unit.NATURAL, "信访工作条例第三十五条"),
        ("D9", 30, Unit.NATURAL, "信访工作条例第三十六条第一款"),
        ("D10", 30, Unit.NATURAL, "信访工作条例第三十六条第一款"),
        ("D11", None, Unit.NATURAL, "信访工作条例第二十二条第一款第三项"),
        ("D12", None, Unit.NATURAL, "信访工作条例第四十条第四款"),
        ("D13.1", 1, Unit.WORKING, "简易办理（国信发〔2016〕8号）"),
        ("D13.2", 3, Unit.WORKING, "简易办理（国信发〔2016〕8号）"),
        ("D13.3", 10, Unit.WORKING, "简易办理（国信发〔2016〕8号）"),
        ("DR", None, Unit.NATURAL, "山东省信访条例第四十五条第一款第二项"),
    ],
)
def test_national_period_is_as_long_as_the_law_says(
    rule: str, length: int | None, unit: Unit, article: str
) -> None:
    period = PACK.period(rule, on=TODAY)

    assert (period.length, period.unit, period.article) == (length, unit, article)
    assert period.roll_forward


def test_handling_may_be_extended_by_thirty_days() -> None:
    extension = PACK.period("D5", on=TODAY).extension

    assert extension is not None
    assert (extension.rule, extension.max_days, extension.max_total_days) == ("D6", 30, None)


def test_tiers_bind_the_petition_procedure_alone() -> None:
    bound = {period.rule for period in PACK.periods if not period.applies_to("litigation")}

    assert bound == {"D5", "D7", "D8", "D9", "D10"}
    assert all(period.applies_to("petition_procedure") for period in PACK.periods)


def test_only_the_rights_of_the_petitioner_lapse() -> None:
    assert {p.rule for p in PACK.periods if p.on_lapse == "final"} == {"D7", "D9"}
    assert {p.rule for p in PACK.periods if p.is_right} == {"D4", "D7", "D9"}
    assert {p.rule for p in PACK.periods if p.obliged == "petitioner"} == {"D7", "D9"}
    assert {p.rule for p in PACK.periods if p.excludes_hearing} == {"D10"}


def test_pack_has_every_ground_outcome_and_rule() -> None:
    assert [ground.id for ground in PACK.grounds] == [f"A{n}" for n in range(1, 8)]
    assert {ground.id for ground in PACK.grounds if ground.links_earlier} == {"A1", "A2", "A3"}
    assert {outcome.code for outcome in PACK.outcomes} == {*(each.value for each in Outcome), "withdrawn"}
    assert [rule.code for rule in PACK.finality] == [
        "re_review_served", "time_lapsed", "agreement_carried_out", "no_successor",
    ]  # fmt: skip
    assert [rule.id for rule in PACK.routing] == [
        "R1", "R2", "R2b", *(f"R{n}" for n in range(3, 9)), "R8b", *(f"R{n}" for n in range(9, 16)),
    ]  # fmt: skip
    assert PACK.reviewing_rule("re_review").article == "信访工作条例第三十六条第一款"
    assert PACK.trigger("shirking").threshold == 2
    assert PACK.finality_ground("F2") is PACK.finality_ground("time_lapsed")
    assert PACK.outcome("revoked").orders_anew
    assert PACK.ground("A5").names_organ
    assert PACK.routing_rule("R6").article == "信访工作条例第三十条第三款"


def test_local_and_customary_rows_say_so() -> None:
    assert all(rule.citation.source is Source.LOCAL for rule in PACK.finality)
    for citation in citations(PACK):
        assert (citation.source is Source.PRACTICE) == (citation.quote is None)
        assert citation.source is not Source.STATUTE or citation.law == "信访工作条例"
        assert citation.source is not Source.LOCAL or citation.law != "信访工作条例"


@pytest.mark.skipif(not LAW.is_dir(), reason="the texts of the laws are not beside this checkout")
def test_every_quotation_stands_in_its_law() -> None:
    def text(law: str) -> str:
        return next(LAW.glob(f"{law}-*.md")).read_text(encoding="utf-8")

    missing = [
        f"{citation}: {citation.quote}"
        for citation in citations(PACK)
        if citation.quote and citation.quote not in _article(text(citation.law), citation.article)
    ]
    assert missing == []


def _article(law: str, article: str) -> str:
    """The text of 第三十六条, given 第三十六条第一款."""
    number = article[: article.index("条") + 1]
    body = law[law.index(f"\n{number} ") + 1 :]
    end = body.find("\n第", 1)
    return body if end < 0 else body[:end]


def test_old_case_is_judged_by_the_row_of_its_day() -> None:
    raw = copy.deepcopy(RAW)
    newer = copy.deepcopy(next(row for row in raw["period"] if row["rule"] == "D5"))
    newer |= {"length": 45, "in_force_from": date(2030, 1, 1)}
    raw["period"].append(newer)
    pack = parse_pack(raw)

    assert pack.period("D5", on=date(2029, 12, 31)).length == 60
    assert pack.period("D5", on=date(2030, 1, 1)).length == 45


def test_row_with_an_end_is_not_used_after_it() -> None:
    raw = copy.deepcopy(RAW)
    raw["period"][0]["in_force_to"] = date(2029, 12, 31)

    assert parse_pack(raw).period("D1", on=date(2029, 12, 31)).rule == "D1"
    with pytest.raises(RuleNotInForce, match=r"D1.*2030-01-01"):
        parse_pack(raw).period("D1", on=date(2030, 1, 1))


def test_no_rule_is_a_fault_and_never_nothing() -> None:
    with pytest.raises(NoSuchRule, match="D99"):
        PACK.period("D99", on=TODAY)
    with pytest.raises(RuleNotInForce, match="2022-04-30"):
        PACK.period("D1", on=date(2022, 4, 30))
    with pytest.raises(NoSuchRule, match="A9"):
        PACK.ground("A9")


def test_format_carries_what_local_regulations_need() -> None:
    raw = copy.deepcopy(RAW)
    rows = {row["rule"]: row for row in raw["period"]}
    raw |= {"id": "henan-2012", "region_prefix": "41"}
    rows["D1"] |= {"length": 5, "unit": "working_day", "roll_forward": False}
    rows["D5"]["length"] = 30
    rows["D5"]["extension"] |= {"max_total_days": 90}
    del rows["D5"]["extension"]["max_days"]
    rows["D8"]["extension"] = rows["D5"]["extension"] | {"rule": "D8+", "max_days": 30}
    rows["D4"]["warnings"] = {"yellow_left": "1/2", "red_working_days": 1}
    pack = parse_pack(raw)

    handling, review = (pack.period(rule, on=TODAY).extension for rule in ("D5", "D8"))
    assert pack.region_prefix == "41"
    assert (pack.period("D1", on=TODAY).unit, pack.period("D1", on=TODAY).roll_forward) == (
        Unit.WORKING,
        False,
    )
    assert handling is not None
    assert (handling.max_days, handling.max_total_days) == (None, 90)
    assert review is not None
    assert (review.rule, review.max_days) == ("D8+", 30)
    assert pack.period("D4", on=TODAY).warnings.red_working_days == 1


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"length": None}, "D1 的 length: 缺少"),
        ({"length": 0}, "D1 的 length: 应当大于 0"),
        ({"length": True}, "D1 的 length: 应当是整数"),
        ({"length": "15"}, "D1 的 length: 应当是整数"),
        ({"unit": None}, "D1 的 unit: 缺少"),
        ({"unit": "month"}, "D1 的 unit: “month”应当是 natural_day、working_day 之一"),
        ({"starts_on": "birth"}, "D1 的 starts_on"),
        ({"obliged": "nobody"}, "D1 的 obliged"),
        ({"paths": ["petiton_procedure"]}, "D1 的 paths"),
        ({"paths": "petition_procedure"}, "D1 的 paths: 应当是文字的列表"),
        ({"title": " "}, "D1 的 title: 是空的"),
        ({"quote": None}, "D1 的 quote"),
        ({"article": None}, "D1 的 article: 缺少"),
        ({"source": "practice"}, "D1 的 reason"),
        ({"source": "local"}, "D1 的 law: 缺少"),
        ({"law": "某条例"}, "D1 的 law: 没有这一项"),
        ({"rollforward": False}, "D1 的 rollforward: 没有这一项"),
        ({"roll_forward": "no"}, "D1 的 roll_forward"),
        ({"on_lapse": "maybe"}, "D1 的 on_lapse"),
        ({"in_force_to": date(2020, 1, 1)}, "D1 的 in_force_to"),
        ({"extension": 30}, "D1 的 extension: 应当是一节"),
        (
            {"extension": {"rule": "D6", "approver": "x", "article": "x", "quote": "x"}},
            "extension 的 max_days",
        ),
        ({"warnings": {"yellow_left": "2", "red_working_days": 3}}, "yellow_left: 应当在 0 与 1 之间"),
        ({"warnings": {"yellow_left": "1/0", "red_working_days": 3}}, "yellow_left: 应当是分数"),
        ({"rule": "D2"}, "缺少期限 D1"),
    ],
)
def test_malformed_period_names_rule_and_field(change: dict[str, object], fault: str) -> None:
    raw = copy.deepcopy(RAW)
    row = raw["period"][0] | change
    raw["period"][0] = {field: value for field, value in row.items() if value is not None}

    with pytest.raises(PackError) as refused:
        parse_pack(raw)
    assert fault in str(refused.value)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"id": None}, "id: 缺少"),
        ({"warnings": None}, "warnings: 缺少这一节"),
        ({"ground": []}, "ground: 缺少这一节"),
        ({"ground": [1]}, "ground: 每条应当是一个 [[ground]]"),
        ({"routing": None}, "routing: 缺少这一节"),
        ({"in_force_from": "2022-05-01"}, "in_force_from: 应当是日期"),
        ({"peroid": []}, "peroid: 没有这一项"),
        ({"routing": [*RAW["routing"], RAW["routing"][0]]}, "重复的条目 R1"),
        ({"outcome": [{**RAW["outcome"][0], "tiers": []}]}, "outcome supported 的 tiers: 缺少"),
    ],
)
def test_malformed_pack_names_the_section(change: dict[str, object], fault: str) -> None:
    raw = {field: value for field, value in (RAW | change).items() if value is not None}

    with pytest.raises(PackError) as refused:
        parse_pack(raw)
    assert fault in str(refused.value)


def test_unknown_pack_stops_the_start() -> None:
    assert "national-2022" in pack_names()
    with pytest.raises(PackError, match="national-2022"):
        load_pack("../settings")


def test_lawyer_reads_every_rule_with_its_words() -> None:
    shown = "\n".join(line for line, _ in pack_lines(PACK))

    for citation in citations(PACK):
        assert (citation.quote or citation.reason or "") in shown
    assert "办结并出具信访处理意见书:有权处理的机关、单位,自受理之日起60日" in shown
    assert "延期:经本机关、单位负责人批准,延长不超过30日" in shown
    assert "仍以同一事实和理由提出的，不再受理(原信访件以下列情形终结的:复核意见送达)" in shown


def test_command_computes_the_end_of_a_period() -> None:
    done = CliRunner().invoke(app, ["due", "--pack", "national-2022", "--rule", "D5", "--from", "2026-11-22"])

    assert done.exit_code == 0
    assert json.loads(done.stdout) == {
        "due_on": "2027-01-21",
        "raw_last_day": "2027-01-21",
        "provisional": True,
    }


def test_command_counts_with_the_notices_of_the_city(tmp_path: Path) -> None:
    notices = tmp_path / "notices.toml"
    notices.write_text("[2027]\nholidays = [2027-01-21]\nmakeup = []\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["due", "--rule", "D5", "--from", "2026-11-22", "--notices", str(notices)])

    assert json.loads(done.stdout)["due_on"] == "2027-01-22"
    assert json.loads(done.stdout)["provisional"] is False


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (["--rule", "D99", "--from", "2026-11-22"], "D99"),
        (["--rule", "D11", "--from", "2026-11-22"], "自行指定"),
        (["--rule", "D5", "--from", "20261122"], "不是日期"),
        (["--rule", "D5", "--from", "2026-02-30"], "不是日期"),
        (["--rule", "D5", "--from", "2020-01-01"], "未施行"),
        (["--rule", "D5", "--from", "2026-11-22", "--pack", "nowhere"], "没有规则包"),
    ],
)
def test_command_explains_what_it_cannot_compute(options: list[str], fault: str) -> None:
    done = CliRunner().invoke(app, ["due", *options], env={"COLUMNS": "200"})

    assert done.exit_code == 2
    assert fault in done.stderr


def test_command_shows_the_pack() -> None:
    done = CliRunner().invoke(app, ["show"])

    assert done.exit_code == 0
    assert "《信访工作条例》第三十四条" in done.stdout
