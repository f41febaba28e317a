from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.bootstrap import Deployment, deploy
from services.cli import demo_city, welcome
from services.cli.main import app
from services.settings import Settings
from tests.integration.petitions import register

Xinfang = Callable[..., Result]
RENAMED = "机关代码,机关名称,行政区划,职能\n430921000000-transport,南县港务局,,\n"
EVENTS_UNLOCKED = "DROP TRIGGER events_no_update"


@pytest.fixture
def data(sqlite_template: Path, tmp_path: Path) -> Path:
    shutil.copyfile(sqlite_template, tmp_path / "xinfang.db")
    return tmp_path


@pytest.fixture
def xinfang(data: Path, monkeypatch: pytest.MonkeyPatch) -> Xinfang:
    """The command over a database of this test's own."""
    for name in ("XINFANG_DATABASE_URL", "XINFANG_REDIS_URL", "XINFANG_KEYS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XINFANG_DATA", str(data))
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def city(xinfang: Xinfang, data: Path) -> Path:
    """The template's organs, loaded as a city would load its own list."""
    path = data / "organs.csv"
    path.write_text(xinfang("directory", "template", "430900000000").stdout, encoding="utf-8")
    assert xinfang("directory", "load", path).exit_code == 0
    return path


def in_world(data: Path, act: Callable[[Deployment], Awaitable[object]]) -> None:
    async def run() -> None:
        world = deploy(Settings(data=data, database_url=None, redis_url=None))
        await act(world)
        await world.close()

    asyncio.run(run())


def changed(data: Path, *statements: str) -> None:
    connection = sqlite3.connect(data / "xinfang.db")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_template_loads_without_a_mistake_and_a_second_time_changes_nothing(
    xinfang: Xinfang, city: Path
) -> None:
    again = xinfang("directory", "load", city)
    assert "没有变化" in again.stdout
    shown = xinfang("directory", "show", "--region", "430921000000")
    assert "南县信访局" in shown.stdout


def test_a_dry_run_shows_the_difference_and_writes_nothing(xinfang: Xinfang, city: Path) -> None:
    city.write_text(RENAMED, encoding="gb18030")
    shown = xinfang("directory", "load", city, "--dry-run")
    assert "变更  430921000000-transport  南县港务局  名称 南县交通运输局 → 南县港务局" in shown.stdout
    assert "南县港务局" not in xinfang("directory", "show").stdout


def test_one_bad_line_and_nothing_is_loaded(xinfang: Xinfang, city: Path) -> None:
    city.write_text(RENAMED + "430921000000-x,某局,430921,no_such_function\n", encoding="utf-8")
    refused = xinfang("directory", "load", city)
    assert refused.exit_code == 1
    assert "第3行" in refused.stderr
    assert "南县港务局" not in xinfang("directory", "show").stdout


def test_organs_and_powers_load_together_or_not_at_all(xinfang: Xinfang, city: Path) -> None:
    powers = city.with_name("powers.csv")
    powers.write_text("分类代码,职能,依据\n99,housing,不存在的分类\n", encoding="utf-8")
    city.write_text(RENAMED, encoding="utf-8")
    assert xinfang("directory", "load", city, powers).exit_code == 1
    assert "南县港务局" not in xinfang("directory", "show").stdout


def test_faults_of_all_files_come_in_one_report(xinfang: Xinfang, city: Path) -> None:
    powers = city.with_name("powers.csv")
    powers.write_text("分类代码,职能,依据\n99,housing,不存在的分类\n0301,housing,某规定\n", encoding="utf-8")
    rows = "430921000000-x,某局,4309x,\n430921000000-y,某局,430921,magic\n"
    city.write_text(RENAMED + rows, encoding="utf-8")
    refused = xinfang("directory", "load", city, powers)
    assert refused.exit_code == 1
    told = refused.stderr.splitlines()
    assert [line.split(":")[0] for line in told[:-1]] == [
        f"{city.name} 第3行",
        f"{city.name} 第4行",
        "powers.csv 第2行",
        "powers.csv 第3行",
    ]
    assert "没有载入" in told[-1]


def test_a_draft_is_tried_published_for_a_day_and_listed(xinfang: Xinfang, city: Path) -> None:
    folder = city.with_name("draft")
    folder.mkdir()
    (folder / "powers.csv").write_text(
        "分类代码,职能,依据,行政区划\n0301,housing,益阳市分工规定,430900\n", encoding="utf-8"
    )
    assert "信访件 0" in xinfang("routing", "replay", "--draft", folder).stdout
    told = xinfang("routing", "publish", "--draft", folder, "--from", "2999-01-01", "--threshold", "0.8")
    assert "规则第 1 版,2999-01-01起施行" in told.stdout
    assert "已载入,名录版本 2" in told.stdout
    listed = xinfang("directory", "versions").stdout
    assert "1\t现行" in listed
    assert "2999-01-01" in listed
    assert xinfang("routing", "verify").exit_code == 0


def test_a_version_cannot_begin_in_the_past(xinfang: Xinfang, city: Path) -> None:
    city.write_text(RENAMED, encoding="utf-8")
    refused = xinfang("directory", "load", city, "--from", "2020-01-01")
    assert refused.exit_code == 1
    assert "早于今天" in refused.stderr


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("category,weight,terms\n999999,1,征地\n", "第2行:分类 999999 不存在"),
        ("category,weight,terms\n0301,很多,征地\n", "第2行:权重“很多”应为数字"),
        ("category,weight,terms\n0301,1,征\n", "第2行:词语“征”至少两个字"),
        ("category,weight,terms\n0301,1,征地\n0301,2,征地\n", "第3行:词语“征地”与第2行重复"),
        ("category,weight,terms\n", "第1行:文件中没有任何一行"),
        ("kind,weight,terms\nmagic,1,贪污\n", "第2行:线索“magic”应为"),
        ("kind,weight,terms\nurgent,1,自杀\n", "第1行:缺少线索 misconduct"),
    ],
)
def test_words_with_a_fault_are_refused_with_the_line(
    xinfang: Xinfang, data: Path, text: str, fault: str
) -> None:
    words = data / "words.csv"
    words.write_text(text, encoding="utf-8")
    refused = xinfang("routing", "publish", "--draft", words, "--from", "2999-01-01")
    assert refused.exit_code == 1
    assert fault in refused.stderr


def test_routing_is_explained_with_its_reasons(xinfang: Xinfang, city: Path) -> None:
    explained = xinfang("routing", "explain", "南县茅草街镇征地补偿款没有发放")
    assert explained.stdout.startswith("转给:南县自然资源局")
    assert "信访工作条例" in explained.stdout
    assert "类别:030102 征地款发放  词语" in explained.stdout
    assert "模型:没有发布" in explained.stdout
    assert "版本:名录第" in explained.stdout


def test_what_was_stated_is_explained_as_it_would_be_registered(xinfang: Xinfang, city: Path) -> None:
    said = "南县南洲镇网吧深夜噪音扰民"
    unsure = xinfang("routing", "explain", said, "--title", "反映问题", "--channel", "hotline")
    assert unsure.stdout.startswith("转给:分流台(由人工决定),规则所得:益阳市生态环境局南县分局  把握 0.4")
    stated = xinfang("routing", "explain", "在南县,请处理。", "--category", "0301", "--region", "430921")
    assert stated.stdout.startswith("转给:南县自然资源局  把握 1.00")
    denounced = xinfang(
        "routing", "explain", "请查处。", "--purpose", "denunciation", "--respondent", "南县自然资源局"
    )
    assert "R6" in denounced.stdout
    assert "南县自然资源局被反映" in denounced.stdout
    assert xinfang("routing", "explain", "请处理。", "--category", "9999").exit_code == 2


def test_a_place_is_found_with_its_evidence(xinfang: Xinfang) -> None:
    found = xinfang("places", "find", "南县茅草街镇")
    assert found.stdout.startswith("430921")
    assert xinfang("places", "find", "没有地名").exit_code == 1


def test_a_client_gets_its_secret_once(xinfang: Xinfang) -> None:
    added = xinfang("clients", "add", "--name", "门户", "--role", "portal", "--region", "430900000000")
    client_id, secret = (line.split("\t")[1] for line in added.stdout.splitlines())
    listed = xinfang("clients", "list").stdout
    assert client_id in listed
    assert secret not in listed
    assert xinfang("clients", "revoke", client_id).exit_code == 0
    assert "已停用" in xinfang("clients", "list").stdout


def test_a_refusal_is_told_in_plain_words(xinfang: Xinfang) -> None:
    refused = xinfang("clients", "add", "--name", "门户", "--role", "portal", "--region", "999999999999")
    assert refused.exit_code == 1
    assert "没有这个行政区划代码" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_dead_letters_are_listed_and_retried(xinfang: Xinfang, data: Path) -> None:
    in_world(data, lambda world: register(world, 2))
    changed(data, "UPDATE outbox SET state = 'dead', tries = 8, error = 'ValueError [route:1]'")
    assert xinfang("jobs", "list", "--dead").stdout.count("ValueError [route:1]") == 2
    assert "2" in xinfang("jobs", "retry", "--all").stdout
    assert xinfang("jobs", "list", "--dead").stdout.count("ValueError") == 0
    assert xinfang("jobs", "list").stdout.count("等待") == 2
    assert xinfang("jobs", "retry", "01a201c1-57e5-7075-b222-b88dfd541c5d").exit_code == 1


def test_a_broken_ledger_ends_with_status_one_and_says_where(xinfang: Xinfang, data: Path) -> None:
    in_world(data, lambda world: register(world, 2))
    assert "2 件" in xinfang("audit", "verify").stdout
    changed(data, EVENTS_UNLOCKED, "UPDATE events SET actor = 'client:other'")
    broken = xinfang("audit", "verify")
    assert broken.exit_code == 1
    assert "第1条记录" in broken.stdout


def test_no_worker_no_health(xinfang: Xinfang, data: Path) -> None:
    assert xinfang("worker", "--check").exit_code == 1


def test_without_a_database_the_command_says_what_to_do(xinfang: Xinfang, data: Path) -> None:
    (data / "xinfang.db").unlink()
    refused = xinfang("jobs", "list")
    assert refused.exit_code == 1
    assert "xinfang migrate" in refused.stderr


def test_without_its_keys_no_command_touches_the_data(xinfang: Xinfang, data: Path) -> None:
    add = ("clients", "add", "--name", "门户", "--role", "portal", "--region", "430900000000")
    assert xinfang(*add).exit_code == 0
    (data / "keys.json").unlink()
    result = xinfang("clients", "list")
    assert result.exit_code == 1
    assert "请从备份恢复该文件" in result.stderr
    assert not (data / "keys.json").exists()


def test_one_step_down_asks_first(xinfang: Xinfang) -> None:
    assert xinfang("migrate", "--down").exit_code == 1
    assert xinfang("migrate", "--down", "--yes").exit_code == 0
    assert xinfang("migrate").exit_code == 0


def test_the_demo_makes_its_clients_once_and_again_when_the_file_is_gone(data: Path) -> None:
    in_world(data, demo_city.prepare)
    path = data / demo_city.CLIENTS_FILE
    first = json.loads(path.read_text(encoding="utf-8"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    roles = [client["role"] for client in first]
    assert roles[:4] == ["portal", "hotline", "window", "petition_office"]
    assert {"organ", "admin"} <= set(roles)
    assert first[3]["organ_name"] == "益阳市信访局"
    in_world(data, demo_city.prepare)
    assert json.loads(path.read_text(encoding="utf-8")) == first
    path.unlink()
    in_world(data, demo_city.prepare)
    assert json.loads(path.read_text(encoding="utf-8")) != first


def test_the_server_says_where_to_look(data: Path) -> None:
    said = "\n".join(welcome.lines(Settings(data=data, host="::", port=8123), data / "demo-clients.json"))
    assert "http://127.0.0.1:8123/docs" in said
    assert "oauth/token" in said
    assert f"demo play --url http://127.0.0.1:8123 --clients {data / 'demo-clients.json'}" in said


def test_papers_lead_to_the_port_that_is_served_unless_an_address_is_named() -> None:
    assert Settings(port=8123).public_url == "http://127.0.0.1:8123"
    assert Settings(port=8123, public_url="https://xf.example").public_url == "https://xf.example"


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://localhost/xf", "http://[::1]:8000"])
def test_papers_name_no_address_that_leads_nowhere_but_in_the_demo(url: str) -> None:
    assert Settings(public_url=url).reached_at is None
    assert Settings(public_url=url, demo=True).reached_at == url
    assert Settings(public_url="https://xf.example/").reached_at == "https://xf.example"
