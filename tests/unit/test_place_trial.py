"""The trial of the place finder: what counts as right, its files, and how well ours does on our own set."""

from __future__ import annotations

import json
import random
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.adapters.gazetteer import load_gazetteer
from services.adapters.place_files import read_trial
from services.cli.main import app
from services.domain.directory_check import Problem
from services.domain.place import PlaceFinder
from services.domain.place_trial import Outcome, TrialRow, depth_share, judge, run, unknown_codes
from services.domain.region import RegionLevel

OWN_SET = Path(__file__).parents[1] / "places.csv"
XICHENG, XUANWU, NANXIAN, MAOCAOJIE = "110102000000", "110104000000", "430921000000", "430921127000"
GAZETTEER = load_gazetteer()
SAMPLE = 400


@pytest.fixture(scope="module")
def finder() -> PlaceFinder:
    return PlaceFinder(GAZETTEER)


JUDGED = [
    ("南县茅草街镇", (MAOCAOJIE,), Outcome.RIGHT),
    ("南县茅草街镇", (NANXIAN,), Outcome.WRONG),
    ("南县", (MAOCAOJIE,), Outcome.WRONG),
    ("北京市宣武区", (XUANWU,), Outcome.RIGHT),
    ("北京市宣武区", (XICHENG,), Outcome.RIGHT),
    ("朝阳区", ("AMBIGUOUS",), Outcome.RIGHT),
    ("朝阳区", ("NONE",), Outcome.INVENTED),
    ("北京市朝阳区", ("AMBIGUOUS",), Outcome.SILENT_AMBIGUITY),
    ("南县", ("NONE",), Outcome.INVENTED),
    ("湖南路", ("NONE",), Outcome.RIGHT),
    ("湖南路", ("AMBIGUOUS",), Outcome.WRONG),
    ("湖南路", ("AMBIGUOUS", "NONE"), Outcome.RIGHT),
    ("朝阳区", (NANXIAN,), Outcome.WRONG),
]


@pytest.mark.parametrize(("text", "accept", "outcome"), JUDGED)
def test_an_answer_is_judged_by_what_is_accepted(
    finder: PlaceFinder, text: str, accept: tuple[str, ...], outcome: Outcome
) -> None:
    assert judge(TrialRow(2, text, None, accept), finder.find(text), GAZETTEER) is outcome


def test_our_own_set_reaches_the_figures(finder: PlaceFinder) -> None:
    rows, problems = read_trial(OWN_SET)
    assert problems == []
    assert len(rows) >= 250
    answers = run(rows, finder, GAZETTEER)
    outcomes = [answer.outcome for answer in answers]
    county = depth_share(answers, RegionLevel.COUNTY, GAZETTEER)
    township = depth_share(answers, RegionLevel.TOWNSHIP, GAZETTEER)
    assert unknown_codes(rows, GAZETTEER) == []
    assert outcomes.count(Outcome.SILENT_AMBIGUITY) == 0
    assert outcomes.count(Outcome.INVENTED) == 0
    assert county.right >= 0.99 * county.n
    assert township.right >= 0.99 * township.n
    assert outcomes.count(Outcome.RIGHT) >= 0.99 * len(outcomes)


def test_the_command_prints_the_score_as_json(tmp_path: Path) -> None:
    path = tmp_path / "trial.csv"
    path.write_text(f"text,context_region,accept,note\n南县,,{NANXIAN},x\n南县,,NONE,\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["places", "evaluate", "--test", str(path)])
    report = json.loads(result.stdout)
    assert {name: report[name] for name in ("n", "right", "wrong", "silent_ambiguities", "invented")} == {
        "n": 2, "right": 1, "wrong": 0, "silent_ambiguities": 0, "invented": 1,
    }  # fmt: skip
    assert report["us_per_text"] > 0
    assert [(miss["line"], miss["outcome"]) for miss in report["misses"]] == [(3, "invented")]


def test_a_bad_trial_is_refused_with_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "trial.csv"
    path.write_text("text,context_region,accept\n南县,43x,430921\n南县,,\n", encoding="utf-8")
    _, problems = read_trial(path)
    assert {problem.line for problem in problems} == {2, 3}
    assert len(problems) == 3
    path.write_text("text,context_region\n南县,\n", encoding="utf-8")
    assert read_trial(path)[1] == [Problem(1, "缺少列 accept")]
    result = CliRunner().invoke(app, ["places", "evaluate", "--test", str(path)])
    assert result.exit_code == 1
    assert "缺少列 accept" in result.output


def test_a_code_we_do_not_have_is_told_and_not_an_error(finder: PlaceFinder) -> None:
    rows = [TrialRow(2, "南县", "430921999000", ("439999000000",))]
    assert unknown_codes(rows, GAZETTEER) == ["430921999000", "439999000000"]
    assert run(rows, finder, GAZETTEER)[0].outcome is Outcome.WRONG


# — the whole country, sampled —


def sampled(level: RegionLevel) -> list[str]:
    live = [region.code for region in GAZETTEER if region.level is level and region.valid_to is None]
    return random.Random(42).sample(live, SAMPLE)


def test_every_county_is_found_under_its_full_name_and_by_its_office(finder: PlaceFinder) -> None:
    for code in sampled(RegionLevel.COUNTY):
        region, outer = GAZETTEER.get(code), GAZETTEER.ancestors(code)[0]
        for found in (
            finder.find(GAZETTEER.full_name(code)),
            finder.find(f"{region.name}的路没人修", context=outer.code),
        ):
            assert found.region is not None, region
            assert found.region.code == code


def test_nearly_every_township_is_found_beneath_its_county(finder: PlaceFinder) -> None:
    missed = []
    for code in sampled(RegionLevel.TOWNSHIP):
        found = finder.find(GAZETTEER.full_name(code) + "幸福村三组").region
        if found is None or found.code != code:
            missed.append(GAZETTEER.full_name(code))
    assert len(missed) <= 0.01 * SAMPLE, missed


def test_no_name_that_several_regions_carry_is_settled_silently(finder: PlaceFinder) -> None:
    carriers: dict[str, set[str]] = {}
    for region in GAZETTEER:
        if region.name.endswith(("区", "县", "镇", "乡", "街道")) and region.code[6] not in "45":
            now = GAZETTEER.current(region.code, date.max).code
            carriers.setdefault(region.name, set()).add(now)
    shared = sorted(name for name, codes in carriers.items() if len(codes) > 1)
    for name in random.Random(7).sample(shared, SAMPLE):
        found = finder.find(name)
        assert found.ambiguous or found.region is None, name
