"""``xinfang calendar`` over a database of the test's own. Its clock is the true one: 2060 is far off."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.application import clocks
from services.bootstrap import deploy
from services.cli.main import app
from services.domain.petition import Path as Way
from services.settings import Settings
from tests.integration.petitions import register

Xinfang = Callable[..., Result]
NOTICE = "[2060]\nholidays = [2060-01-01, 2060-01-21]\nmakeup = [2060-01-24]\n"


@pytest.fixture
def data(sqlite_template: Path, tmp_path: Path) -> Path:
    shutil.copyfile(sqlite_template, tmp_path / "xinfang.db")
    return tmp_path


@pytest.fixture
def xinfang(data: Path, monkeypatch: pytest.MonkeyPatch) -> Xinfang:
    for name in ("XINFANG_DATABASE_URL", "XINFANG_REDIS_URL", "XINFANG_KEYS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XINFANG_DATA", str(data))
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def notice(data: Path) -> Path:
    path = data / "notice-2060.toml"
    path.write_text(NOTICE, encoding="utf-8")
    return path


@pytest.fixture
def running(data: Path) -> None:
    """Three petitions with 60 days from 22 November 2059."""

    async def start() -> None:
        world = deploy(Settings(data=data, database_url=None, redis_url=None))
        for petition_id in await register(world, 3):
            async with world.begin() as work:
                petition = await work.lock(petition_id)
                petition.path = Way.PETITION_PROCEDURE
                await clocks.start(world, work, petition, "D5", on=date(2059, 11, 22))
        await world.close()

    asyncio.run(start())


@pytest.mark.usefixtures("running")
def test_dry_run_counts_and_lists_the_first_moves(xinfang: Xinfang, notice: Path) -> None:
    done = xinfang("calendar", "load", notice, "--dry-run", "--first", 2)

    assert done.exit_code == 0, done.output
    assert "2060年:放假2日,调休上班1日" in done.stdout
    assert "涉及进行中的期限 3 个,届满日变动 3 个" in done.stdout
    assert done.stdout.count("D5") == 2
    assert "2060-01-21\t2060-01-22" in done.stdout
    assert "另有 1 个" in done.stdout
    assert "没有写入" in done.stdout
    assert "暂按法定节日" in xinfang("calendar", "show", "--year", 2060).stderr


@pytest.mark.usefixtures("running")
def test_load_moves_the_dates_and_keeps_who_when_and_what(xinfang: Xinfang, notice: Path) -> None:
    done = xinfang("calendar", "load", notice, "--by", "李主任")

    assert done.exit_code == 0, done.output
    assert "已载入2060年的放假通知(第1次载入)" in done.stdout
    assert "已重新计算期限 3 个" in done.stdout
    shown = xinfang("calendar", "show", "--year", 2060)
    assert shown.stdout.splitlines() == [
        "日期\t星期\t安排", "2060-01-01\t四\t放假", "2060-01-21\t三\t放假", "2060-01-24\t六\t调休上班"
    ]  # fmt: skip
    assert "李主任 notice-2060.toml" in shown.stderr
    assert "已有通知" in shown.stderr


@pytest.mark.usefixtures("running")
def test_loading_again_finds_nothing_to_change(xinfang: Xinfang, notice: Path) -> None:
    xinfang("calendar", "load", notice)

    done = xinfang("calendar", "load", notice)

    assert (done.exit_code, "没有变化" in done.stdout) == (0, True)
    assert "第2次载入" not in xinfang("calendar", "show", "--year", 2060).stderr


def test_impossible_notice_is_told_by_its_line_and_not_loaded(xinfang: Xinfang, notice: Path) -> None:
    notice.write_text(NOTICE.replace("2060-01-24", "2060-01-22"), encoding="utf-8")

    done = xinfang("calendar", "load", notice)

    assert done.exit_code == 1
    assert "notice-2060.toml 第3行: [2060] 调休上班日 2060-01-22 不是周末" in done.stderr
    assert "没有载入" in done.stderr
    assert "暂按法定节日" in xinfang("calendar", "show", "--year", 2060).stderr


def test_year_that_has_begun_is_not_loaded(xinfang: Xinfang, notice: Path) -> None:
    notice.write_text("[2025]\nholidays = [2025-01-01]\nmakeup = []\n", encoding="utf-8")

    done = xinfang("calendar", "load", notice)

    assert (done.exit_code, "2025年已经开始" in done.stderr) == (1, True)


def test_due_counts_by_what_was_loaded_where_asked(xinfang: Xinfang, notice: Path, data: Path) -> None:
    asked = ("statutes", "due", "--rule", "D5", "--from", "2059-11-22")
    xinfang("calendar", "load", notice)

    plain, loaded = xinfang(*asked), xinfang(*asked, "--data", data)

    first = {"due_on": "2060-01-21", "raw_last_day": "2060-01-21", "provisional": True}
    assert json.loads(plain.stdout) == first
    assert json.loads(loaded.stdout) == first | {"due_on": "2060-01-22", "provisional": False}
