"""``xinfang classifier``: a model from a file of labelled rows, published, listed, taken back."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from services.adapters.classifier import figures
from services.adapters.classifier.scores import Judged
from services.cli.main import app
from tests.unit.test_classifier import csv_of

Xinfang = Callable[..., Result]


@pytest.fixture
def xinfang(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Xinfang:
    shutil.copyfile(sqlite_template, tmp_path / "xinfang.db")
    for name in ("XINFANG_DATABASE_URL", "XINFANG_REDIS_URL", "XINFANG_KEYS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XINFANG_DATA", str(tmp_path))
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, ["classifier", *map(str, arguments)])


@pytest.fixture
def model(xinfang: Xinfang, tmp_path: Path) -> Path:
    rows = csv_of(tmp_path / "rows.csv", 120, seed=1)
    done = xinfang(
        "train", "--train", rows, "--text", "title,body", "--label", "matter", "--out", tmp_path / "m.zip"
    )
    assert done.exit_code == 0, done.output
    return tmp_path / "m.zip"


def listed(xinfang: Xinfang) -> list[list[str]]:
    """Version, kind and whether it stands, of each line."""
    return [line.split("\t")[:3] for line in xinfang("list").stdout.splitlines()[1:]]


def test_a_model_is_published_restored_and_withdrawn(xinfang: Xinfang, model: Path) -> None:
    assert "模型版本 1" in xinfang("publish", model).output
    assert "模型版本 2" in xinfang("publish", model).output
    assert listed(xinfang) == [["2", "matter", "是"], ["1", "matter", ""]]
    assert xinfang("restore", 1).exit_code == 0
    assert listed(xinfang) == [["2", "matter", ""], ["1", "matter", "是"]]
    assert xinfang("withdraw", "matter").exit_code == 0
    assert listed(xinfang) == [["2", "matter", ""], ["1", "matter", ""]]


def test_a_damaged_model_is_refused_with_the_reason(xinfang: Xinfang, model: Path) -> None:
    model.write_bytes(model.read_bytes()[:-100])
    done = xinfang("publish", model)
    assert done.exit_code == 1
    assert "模型不能采用" in done.output
    assert listed(xinfang) == []


def test_a_version_that_is_not_there_is_refused(xinfang: Xinfang) -> None:
    done = xinfang("restore", 7)
    assert done.exit_code == 1
    assert "没有找到该模型版本" in done.output


def test_a_city_without_a_past_is_told_so(xinfang: Xinfang, tmp_path: Path) -> None:
    done = xinfang("train", "--kind", "precedent", "--out", tmp_path / "none.zip")
    assert done.exit_code == 1
    assert "训练数据不足" in done.output
    assert not (tmp_path / "none.zip").exists()


def test_a_test_file_without_rows_is_refused(xinfang: Xinfang, tmp_path: Path) -> None:
    rows, empty = csv_of(tmp_path / "rows.csv", 120, seed=1), tmp_path / "empty.csv"
    empty.write_text("title,body,matter\n路灯不亮,请修,\n", encoding="utf-8")
    columns = ("--text", "title,body", "--label", "matter")
    for way in (("--train", rows), ("--lexicon",)):
        done = xinfang("evaluate", *way, "--test", empty, *columns)
        assert done.exit_code == 1
        assert "empty.csv" in done.output
        assert "没有任何一行" in done.output


@pytest.mark.filterwarnings("error::UserWarning")
@pytest.mark.parametrize("answered", ["水", "电"], ids=["nothing confused", "half confused"])
def test_the_picture_is_drawn_without_a_warning(tmp_path: Path, answered: str) -> None:
    judged = Judged(["水", answered], [["水"], ["水"]], np.array([0.9, 0.8], dtype=np.float32))
    figures.draw(judged, tmp_path / "drawn.png", title="n=2")
    assert (tmp_path / "drawn.png").read_bytes().startswith(b"\x89PNG")


def test_the_program_starts_without_the_training_library() -> None:
    script = (
        "import sys, services.cli.main, services.bootstrap;"
        "print([name for name in ('sklearn', 'scipy', 'matplotlib', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
