"""A city's own places: what may be loaded, how they are found, and how they are learnt."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.adapters.gazetteer import load_gazetteer
from services.adapters.place_files import learnt_csv, read_places
from services.bootstrap import Deployment, deploy
from services.cli.main import app
from services.domain.own_place import OwnPlace, plan_places
from services.domain.place import PlaceFinder
from services.domain.place_learning import LearntPlace, PlaceLearner, SettledMatter, names_in
from services.domain.routing import Matter
from services.settings import Settings

YIYANG, ZIYANG, HESHAN, TAOHUALUN = "430900000000", "430902000000", "430903000000", "430903002000"
GAZETTEER = load_gazetteer()
LINES = """名称,行政区划,类别,生效日期,失效日期,备注
康富南路,430903002000,道路,,,与金山路相接
秀峰公园,430903,景点,2020-01-01,,
"""

Xinfang = Callable[..., Result]


def planned(*places: OwnPlace, current: tuple[OwnPlace, ...] = ()) -> list[str]:
    plan = plan_places(current, list(enumerate(places, start=2)), gazetteer=GAZETTEER)
    return [str(problem) for problem in plan.problems]


REFUSED = [
    (OwnPlace("康富南路", "430903999000", "道路"), "不存在"),
    (OwnPlace("康富南路", "430122000000", "道路"), "已于2011-06-20撤销,现为430112000000"),
    (OwnPlace("康富南路", "430000000000", "道路"), "省级"),
    (OwnPlace("茅草街镇", HESHAN, "其他"), "已是益阳市内行政区划的名称"),
    (OwnPlace("解放", HESHAN, "其他"), "日常用语"),
    (OwnPlace("康富 南路", HESHAN, "道路"), "不含空格和标点"),
    (OwnPlace("12345", HESHAN, "道路"), "不含空格和标点"),
    (OwnPlace("康富南路", HESHAN, "道路", date(2026, 1, 1), date(2025, 1, 1)), "应晚于"),
]


@pytest.mark.parametrize(("place", "reason"), REFUSED)
def test_a_place_that_cannot_be_is_refused_with_its_line(place: OwnPlace, reason: str) -> None:
    problems = planned(OwnPlace("秀峰公园", HESHAN, "景点"), place)
    assert len(problems) == 1
    assert problems[0].startswith("第3行")
    assert reason in problems[0]


def test_the_same_place_twice_names_both_lines() -> None:
    place = OwnPlace("康富南路", HESHAN, "道路")
    assert planned(place, place) == ["第3行:“康富南路”与第2行重复"]


def test_a_row_replaces_the_place_of_its_name_and_region() -> None:
    old, other = OwnPlace("康富南路", HESHAN, "其他"), OwnPlace("秀峰公园", HESHAN, "景点")
    new = OwnPlace("康富南路", HESHAN, "道路")
    plan = plan_places([old, other], [(2, new)], gazetteer=GAZETTEER)
    assert plan.changed == ((old, new),)
    assert set(plan.places) == {new, other}


def test_a_name_in_two_districts_stays_open_unless_the_text_says_which() -> None:
    own = [OwnPlace("康富南路", HESHAN, "道路"), OwnPlace("康富南路", ZIYANG, "道路")]
    finder = PlaceFinder(GAZETTEER, own)
    assert finder.find("康富南路积水", context=YIYANG).ambiguous
    told = finder.find("资阳区康富南路积水", context=YIYANG).region
    assert told is not None
    assert told.code == ZIYANG


def test_a_place_holds_from_a_day_to_a_day() -> None:
    own = [OwnPlace("秀峰公园", HESHAN, "景点", date(2020, 1, 1), date(2024, 1, 1))]
    finder = PlaceFinder(GAZETTEER, own)
    found = finder.find("秀峰公园里", context=YIYANG, on=date(2021, 1, 1)).region
    assert found is not None
    assert found.code == HESHAN
    assert finder.find("秀峰公园里", context=YIYANG, on=date(2024, 1, 1)).region is None


# — the command —


@pytest.fixture
def data(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copyfile(sqlite_template, tmp_path / "xinfang.db")
    for name in ("XINFANG_DATABASE_URL", "XINFANG_REDIS_URL", "XINFANG_KEYS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XINFANG_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def xinfang(data: Path) -> Xinfang:
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


def saved(data: Path, text: str) -> Path:
    path = data / "places.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_places_are_loaded_once_and_routed_by_without_a_restart(xinfang: Xinfang, data: Path) -> None:
    path = saved(data, LINES)
    assert "没有写入" in xinfang("places", "load", path, "--dry-run").stdout

    async def act() -> None:
        world: Deployment = deploy(Settings(data=data, database_url=None, redis_url=None))
        before = (await world.router()).decide(asked, on=date(2026, 11, 22))
        await asyncio.to_thread(xinfang, "places", "load", path)
        world._looked_at = 0.0  # as if the second had passed after which it looks again
        after = (await world.router()).decide(asked, on=date(2026, 11, 22))
        await world.close()
        assert before.region["code"] == YIYANG
        assert after.region["code"] == TAOHUALUN

    asked = Matter("路灯不亮", "康富南路的路灯不亮", YIYANG)
    asyncio.run(act())
    assert "没有变化" in xinfang("places", "load", path).stdout


def test_places_are_asked_with_what_the_city_has_loaded(xinfang: Xinfang, data: Path) -> None:
    text = "康富南路的路灯不亮"
    assert xinfang("places", "find", text).exit_code == 1
    file = saved(data, LINES)
    assert TAOHUALUN in xinfang("places", "find", text, "--own", file).stdout
    assert xinfang("places", "find", text, "--data", data).exit_code == 1
    xinfang("places", "load", file)
    assert TAOHUALUN in xinfang("places", "find", text, "--data", data).stdout


def test_places_are_scored_with_a_file_of_own_places(xinfang: Xinfang, data: Path) -> None:
    test = data / "test.csv"
    test.write_text(f"text,context_region,accept\n康富南路积水,{YIYANG},{TAOHUALUN}\n", encoding="utf-8")
    right = [
        json.loads(xinfang("places", "evaluate", "--test", test, *own).stdout)["right"]
        for own in ((), ("--own", saved(data, LINES)))
    ]
    assert right == [0, 1]


def test_a_file_of_own_places_with_a_mistake_is_refused_when_asked_with(xinfang: Xinfang, data: Path) -> None:
    result = xinfang("places", "find", "桃花坪", "--own", saved(data, LINES + "无处,430999,道路,,,\n"))
    assert (result.exit_code, "第4行" in result.stderr) == (1, True)


def test_a_load_with_one_mistake_changes_nothing(xinfang: Xinfang, data: Path) -> None:
    result = xinfang("places", "load", saved(data, LINES + "无处,430999,道路,,,\n桃花坪,4309,,,,\n"))
    assert result.exit_code == 1
    assert "第4行" in result.output
    assert "第5行" in result.output
    assert "新增 2" in xinfang("places", "load", saved(data, LINES), "--dry-run").stdout


def test_a_later_version_keeps_what_held_before(xinfang: Xinfang, data: Path) -> None:
    xinfang("places", "load", saved(data, LINES))
    xinfang("places", "load", saved(data, "名称,行政区划,类别\n康富南路,430903,道路\n秀峰公园,430903,其他\n"))
    rows = sqlite3.connect(data / "xinfang.db").execute(
        "SELECT name, kind, since_version, until_version FROM own_places ORDER BY name, since_version"
    )
    assert [row for row in rows if row[0] == "秀峰公园"] == [
        ("秀峰公园", "景点", 1, 2),
        ("秀峰公园", "其他", 2, None),
    ]


# — learning —


def heard(*matters: tuple[str, str, str]) -> list[LearntPlace]:
    learner = PlaceLearner(GAZETTEER)
    for text, person, region in matters:
        learner.hear(SettledMatter(text, frozenset([person.encode()] if person else []), region))
    return learner.proposals()


def test_a_name_of_three_petitioners_in_one_place_is_proposed() -> None:
    found = heard(
        ("我住在康富南路,路灯不亮", "一", TAOHUALUN),
        ("康富南路积水严重", "二", TAOHUALUN),
        ("反映康富南路占道经营", "三", TAOHUALUN),
    )
    assert found == [LearntPlace("康富南路", TAOHUALUN, "道路", 3, 3, 1.0)]


def test_who_writes_often_is_one_petitioner() -> None:
    again = [("康富南路积水", "一", TAOHUALUN)] * 5
    assert heard(*again, ("康富南路积水", "二", TAOHUALUN), ("康富南路积水", "", TAOHUALUN)) == []


def test_a_name_in_several_districts_is_not_proposed() -> None:
    everywhere = [
        ("阳光花园停水", str(number), (HESHAN, ZIYANG, "430921000000")[number % 3]) for number in range(9)
    ]
    assert heard(*everywhere) == []


def test_the_county_is_proposed_where_its_towns_differ() -> None:
    found = heard(*((f"康富南路停水{n}", str(n), f"43090300{n}000") for n in (1, 2, 3)))
    assert [(each.name, each.region_code) for each in found] == [("康富南路", HESHAN)]


def test_only_what_looks_like_a_place_is_heard() -> None:
    text = "我叫王小明,电话13800000000,在菜市场旁边的人民医院第一小学,欠我三万元"
    assert list(names_in(text)) == []


def test_learnt_places_can_be_loaded_as_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "learnt.csv"
    path.write_text(learnt_csv([LearntPlace("康富南路", HESHAN, "道路", 3, 4, 1.0)]), encoding="utf-8-sig")
    assert read_places(path) == ([(2, OwnPlace("康富南路", HESHAN, "道路"))], [])
    assert path.read_text(encoding="utf-8-sig").splitlines()[0].split(",")[3] == "信访人数"
