"""The trained classifier on made-up petitions: what it reads, learns, promises, and refuses."""

from __future__ import annotations

import csv
import io
import json
import random
import zipfile
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from services.adapters.classifier import artifact, figures
from services.adapters.classifier.artifact import ModelRefused
from services.adapters.classifier.calibration import Curve, calibration_error, threshold
from services.adapters.classifier.evaluation import out_of_fold
from services.adapters.classifier.features import Block, Columns, Reader, Row, conjunctions
from services.adapters.classifier.model import About
from services.adapters.classifier.runs import code_of, readable, run_of, runs_of
from services.adapters.classifier.scores import Judged, macro_f1
from services.adapters.classifier.training import NothingToLearn, Trained, train
from services.adapters.classifier.twins import families
from services.adapters.classifier.vectors import Vocabulary
from services.cli.main import app

MATTERS = {
    "0101": ("垃圾堆在路边没有清运", "垃圾桶满了发臭", "环卫工人没有来打扫"),
    "0403": ("出租车司机拒载绕路", "出租车不打表乱收费", "的士司机态度恶劣"),
    "0601": ("工地拖欠工资不发", "老板欠薪跑路", "半年没有发工资了"),
}
PLACES = ("东湖", "西山", "南街", "北苑", "河口", "新城", "老城", "桥头", "柳园", "松岭")
ENDS = ("请处理", "希望解决", "多次反映", "盼回复", "请尽快派人来看", "已经一个月了")


def rows_of(count: int, *, seed: int = 1, noise: float = 0.0) -> tuple[list[Row], list[str]]:
    """Made-up petitions; ``noise``: the share that got another's label."""
    chance = random.Random(seed)
    rows: list[Row] = []
    labels: list[str] = []
    for _ in range(count):
        matter = chance.choice(list(MATTERS))
        said = chance.choice(MATTERS[matter])
        place, end = chance.choice(PLACES), chance.choice(ENDS)
        body = f"{place}{chance.randint(1, 99)}号附近,{said},{chance.choice(PLACES)}的人都知道,{end}"
        rows.append({"title": said[:5], "body": body, "source": chance.choice(["电话", "网络"])})
        labels.append(chance.choice(list(MATTERS)) if chance.random() < noise else matter)
    return rows, labels


@cache
def trained(noise: float = 0.0) -> Trained:
    rows, labels = rows_of(400, noise=noise)
    columns = Columns.of(rows, ["source", "title", "body"])
    return train(rows, labels, columns, About("matter", len(rows), "2026-03-01"))


def test_columns_play_the_part_that_their_values_show() -> None:
    rows, _ = rows_of(300)
    rows = [{**row, "title": f"{row['title']}{index}"} for index, row in enumerate(rows)]
    columns = Columns.of(rows, ["source", "title", "body"])
    assert (columns.given, columns.text, columns.heading) == (("source",), ("title", "body"), "title")


def test_a_column_that_one_file_lacks_counts_by_its_values_alone() -> None:
    rows: list[Row] = [{"title": f"标题{i}", "body": "很长的正文" * 9 + str(i)} for i in range(50)]
    rows += [{"seg": "分词 以后 的 正文" * 5 + str(i)} for i in range(200)]
    assert Columns.of(rows, ["title", "body", "seg"]).heading == "title"


def test_numbers_and_blanks_are_made_alike() -> None:
    assert readable("电话 138 0000\n１２３ A") == "电话0a"


@pytest.mark.parametrize(
    "text", ["", "路", "路灯", "路灯不亮路灯", "a" * 300, "𠮷野家🙂\x00路\x00", "\ud800路"]
)
def test_runs_are_counted_as_one_would_count_them_by_hand(text: str) -> None:
    said = readable(text)
    by_hand = Counter(said[at : at + size] for size in (1, 2, 3) for at in range(len(said) - size + 1))
    runs = runs_of(text)
    assert dict(zip(map(run_of, runs.codes.tolist()), runs.often.tolist(), strict=True)) == by_hand
    assert runs.codes.tolist() == sorted(map(code_of, by_hand))


def test_a_row_is_answered_by_the_scores_that_training_assumed() -> None:
    rows, _ = rows_of(50, seed=4)
    rows += [{"body": "全是新词"}, {"title": "工地拖欠工资"}, {}]
    lessons, labels = rows_of(200, noise=0.2)
    columns = Columns(("title", "body"), ("source",), heading="title")
    model = train(lessons, labels, columns, About("matter", 200, ""), places=frozenset({"东湖"})).model
    for row in rows:
        whole, alone = model.vocabulary.matrix(
            model.reader.bags(row, heading_only=heading_only) for heading_only in (False, True)
        )
        voice = model.voice if row.get("title") else 0.0
        blended = (1 - voice) * whole + voice * alone
        scores, familiar = model.heard(row)
        assert scores == pytest.approx((blended @ model.weights + model.bias)[0], abs=1e-6)
        of_all = model.trust.confidence(scores[None, :], np.array([familiar], dtype=np.float32))
        assert model.answer(row)[0][1] == pytest.approx(float(of_all[0]), abs=1e-6)


def test_a_category_is_read_alone_and_with_its_neighbours() -> None:
    assert list(conjunctions(["甲", "乙", ""])) == ["0:甲", "0:甲/乙", "1:乙"]


def test_what_fewer_than_three_petitions_say_is_not_kept() -> None:
    rows: list[Row] = [{"body": said} for said in ["张三丰家的事"] * 2 + ["路灯不亮"] * 3]
    reader = Reader(Columns(("body",)))
    vocabulary = Vocabulary.of([reader.bags(row) for row in rows], len(rows))
    kept = vocabulary.columns[Block.TEXT]
    assert "路灯不" in kept
    assert not any("张" in token for token in kept)


def test_a_district_is_told_alone_and_with_each_category() -> None:
    reader = Reader(Columns(("body",), given=("kind",)), frozenset({"东湖", "西山"}))
    bag = reader.bags({"body": "东湖区的路灯不亮", "kind": "照明"}).named[Block.PLACE]
    assert set(bag) == {"东湖", "东湖:kind:照明"}


def test_a_model_keeps_only_the_places_that_its_rows_speak_of() -> None:
    rows, labels = rows_of(200)
    columns = Columns(("title", "body"))
    names = frozenset({"东湖", "西山", "沙河"})
    model = train(rows, labels, columns, About("matter", 200, ""), places=names).model
    assert model.reader.places == {"东湖", "西山"}
    assert artifact.from_bytes(artifact.to_bytes(model)).reader.places == {"东湖", "西山"}


def test_near_copies_are_one_family() -> None:
    rows: list[Row] = [
        {"body": "新城路12号楼下烧烤店每天营业到凌晨三点,油烟很大,居民无法休息"},
        {"body": "反映新城路12号楼下烧烤店每天营业到凌晨三点,油烟很大。"},
        {"body": "河口小学门前没有斑马线,孩子上学过马路很危险,请交警施划"},
    ]
    first, copy, other = families(Reader(Columns(("body",))), rows)
    assert first == copy != other


def test_it_learns_what_words_decide() -> None:
    rows, labels = rows_of(100, seed=2)
    model = trained().model
    assert sum(model.answer(row)[0][0] == label for row, label in zip(rows, labels, strict=True)) >= 98


def test_a_petition_is_answered_with_falling_chances() -> None:
    answer = trained(0.2).model.speak("欠薪", "工地拖欠工资,老板跑路")
    chances = [chance for _, chance in answer]
    assert answer[0][0] == "0601"
    assert chances == sorted(chances, reverse=True)
    assert all(0 <= chance <= 1 for chance in chances)


@pytest.mark.parametrize(
    "text", ["", "路", "路" * 100_000, "this is english", "🙂🙂🙂", "計程車司機拒載", "\x00\n\t", "𠮷野家"]
)
def test_any_text_gets_an_answer(text: str) -> None:
    assert len(trained().model.speak("", text)) == 3


def test_confidence_is_the_share_of_right_answers() -> None:
    rows, labels = rows_of(600, seed=3, noise=0.3)
    model = trained(0.3).model
    answers = [model.answer(row)[0] for row in rows]
    right = np.array([label == true for (label, _), true in zip(answers, labels, strict=True)])
    confidence = np.array([chance for _, chance in answers], dtype=np.float32)
    assert calibration_error(confidence, right) < 0.08
    assert confidence.max() < 0.98


def test_a_text_in_new_words_is_trusted_less() -> None:
    model = trained(0.3).model
    known, new = "东湖3号附近,工地拖欠工资不发", "包工头说没钱,工资一分没结给大伙儿,年底还得等"
    assert model.answer({"body": known})[0][0] == model.answer({"body": new})[0][0] == "0601"
    assert model.answer({"body": new})[0][1] < 0.7 * model.answer({"body": known})[0][1]


def test_confidence_falls_on_below_what_training_saw() -> None:
    curve = Curve(np.array([0, 2], dtype=np.float32), np.array([0.5, 0.9], dtype=np.float32))
    assert curve.read(np.array([-2, 0, 1, 9], dtype=np.float32)) == pytest.approx(
        [0.119, 0.5, 0.7, 0.9], abs=0.001
    )


def test_a_unit_that_was_renamed_on_a_day_is_called_by_its_name_of_the_day() -> None:
    rows, labels = rows_of(300)
    days = [f"202601{day:02d}{index:04d}" for index, day in enumerate(sorted([*range(1, 31)] * 10))]
    rows = [{**row, "number": number} for row, number in zip(rows, days, strict=True)]
    named = [
        label + ("旧" if number < "20260113" else "新") for label, number in zip(labels, days, strict=True)
    ]
    columns = Columns(("body",), reference="number")
    model = artifact.from_bytes(artifact.to_bytes(train(rows, named, columns, About("", 300, "")).model))
    assert len(model.reader.cuts) == 11
    asked = {"body": "工地拖欠工资不发"}
    assert [model.answer({**asked, "number": f"{day}0001"})[0][0] for day in ("20260105", "20260125")] == [
        "0601旧",
        "0601新",
    ]


def test_training_is_repeatable() -> None:
    rows, labels = rows_of(120)
    columns = Columns.of(rows, ["title", "body"])
    one, two = (train(rows, labels, columns, About("matter", 120, "")).model for _ in range(2))
    assert artifact.to_bytes(one) == artifact.to_bytes(two)


@pytest.mark.parametrize("labels", [["a"] * 40, ["a", "b"] * 5])
def test_too_little_is_refused(labels: list[str]) -> None:
    rows: list[Row] = [{"body": f"第{index}件事"} for index in range(len(labels))]
    with pytest.raises(NothingToLearn):
        train(rows, labels, Columns(("body",)), About("matter", len(rows), ""))


def test_a_model_survives_its_file() -> None:
    model = trained(0.2).model
    again = artifact.from_bytes(artifact.to_bytes(model))
    rows, _ = rows_of(50, seed=4)
    for row in rows:
        before, after = model.answer(row), again.answer(row)
        assert before[0][0] == after[0][0]
        assert after[0][1] == pytest.approx(before[0][1], abs=0.02)
    assert again.about == model.about


def damaged(**members: bytes | None) -> bytes:
    """The file of a good model, with members replaced (None: left out)."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(artifact.to_bytes(trained().model))) as good,
        zipfile.ZipFile(out, "w") as bad,
    ):
        for name in good.namelist():
            content = members.get(name.partition(".")[0], good.read(name))
            if content is not None:
                bad.writestr(name, content)
    return out.getvalue()


def pickled() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.array([{"run": "me"}], dtype=object), allow_pickle=True)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 not really",
        damaged(header=None),
        damaged(header=b"[]"),
        damaged(header=b"{"),
        damaged(header=json.dumps({"format": 99}).encode()),
        damaged(weights=None),
        damaged(bias=pickled()),
        artifact.to_bytes(trained().model)[:-500],
    ],
    ids=["empty", "no zip", "no header", "a list", "no json", "newer", "no weights", "pickle", "cut off"],
)
def test_a_damaged_file_is_refused(content: bytes) -> None:
    with pytest.raises(ModelRefused):
        artifact.from_bytes(content)


def test_a_file_of_an_earlier_format_says_to_train_again() -> None:
    with pytest.raises(ModelRefused, match=r"格式版本为1.*重新训练"):
        artifact.from_bytes(damaged(header=json.dumps({"format": 1}).encode()))


def test_a_file_of_the_format_before_hears_headings_as_it_was_trained_to() -> None:
    model = trained().model
    with zipfile.ZipFile(io.BytesIO(artifact.to_bytes(model))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    header = json.loads(members["header.json"])
    assert header.pop("voice") == model.voice != artifact.VOICE_OF_EARLIER
    members["header.json"] = json.dumps({**header, "format": artifact.EARLIER}).encode()
    earlier = io.BytesIO()
    with zipfile.ZipFile(earlier, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    assert artifact.from_bytes(earlier.getvalue()).voice == artifact.VOICE_OF_EARLIER


def test_a_flipped_byte_is_refused_or_changes_nothing() -> None:
    """What stands between the members of the archive (its dates, for one) is not content."""
    good = artifact.to_bytes(trained().model)
    refused = 0
    for place in range(0, len(good), max(len(good) // 40, 1)):
        flipped = good[:place] + bytes([good[place] ^ 0xFF]) + good[place + 1 :]
        try:
            assert artifact.to_bytes(artifact.from_bytes(flipped)) == good
        except ModelRefused:
            refused += 1
    assert refused > 30


def test_the_threshold_is_the_lowest_that_keeps_the_precision() -> None:
    confidence = np.array([0.9, 0.8, 0.8, 0.7, 0.6], dtype=np.float32)
    right = np.array([True, True, False, True, False])
    assert threshold(confidence, right, 1.0) == pytest.approx(0.9)
    assert threshold(confidence, right, 0.75) == pytest.approx(0.7)
    assert threshold(confidence, ~right, 0.95) is None


def test_the_curve_never_falls_and_never_promises_certainty() -> None:
    chance = np.random.default_rng(1)
    raw = chance.normal(size=2000).astype(np.float32)
    curve = Curve.of(raw, chance.random(2000) < 1 / (1 + np.exp(-3 * raw)))
    assert (np.diff(curve.right) >= 0).all()
    assert 0 < curve.right.min() <= curve.right.max() < 1


def test_macro_f1_counts_every_label_alike() -> None:
    assert macro_f1(["a", "a", "a", "b"], ["a", "a", "a", "a"]) == pytest.approx((6 / 7 + 0) / 2, abs=1e-4)


def test_coverage_uses_thresholds_found_elsewhere() -> None:
    judged = Judged(["a", "b"], [["a"], ["a"]], np.array([0.9, 0.4], dtype=np.float32))
    assert judged.covered({0.95: 0.8, 0.9: None}) == {
        "coverage_at_precision": {"0.95": 0.5, "0.90": 0.0},
        "precision_reached": {"0.95": 1.0, "0.90": None},
    }


def test_the_picture_is_drawn(tmp_path: Path) -> None:
    figures.draw(out_of_fold(trained(0.3)), tmp_path / "picture.png", title="演示")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")


def csv_of(path: Path, count: int, *, seed: int, columns: tuple[str, ...] = ("title", "body")) -> Path:
    rows, labels = rows_of(count, seed=seed, noise=0.1)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow((*columns, "matter"))
        for row, label in zip(rows, labels, strict=True):
            writer.writerow((*(row[name] for name in columns), label))
    return path


def evaluated(*arguments: str) -> dict[str, object]:
    result = CliRunner().invoke(app, ["classifier", "evaluate", *arguments])
    assert result.exit_code == 0, result.output
    report: dict[str, object] = json.loads(result.stdout)
    return report


def test_the_evaluation_prints_its_figures(tmp_path: Path) -> None:
    files = [
        csv_of(tmp_path / "a.csv", 200, seed=5),
        csv_of(tmp_path / "b.csv", 100, seed=6, columns=("body",)),
    ]
    test = csv_of(tmp_path / "test.csv", 80, seed=7)
    report = evaluated(
        *("--train", str(files[0]), "--train", str(files[1]), "--test", str(test)),
        *("--text", "title,body", "--label", "matter"),
    )
    assert list(report)[:5] == ["n", "accuracy", "macro_f1", "top3", "coverage_at_precision"]
    assert report["n"] == 80
    assert float(str(report["accuracy"])) > 0.8
    assert isinstance(report["coverage_at_precision"], dict)
    assert set(report["coverage_at_precision"]) == {"0.95", "0.90"}
    assert float(str(report["us_per_text"])) > 0


def test_the_lexicon_is_scored_without_training(tmp_path: Path) -> None:
    test = csv_of(tmp_path / "test.csv", 60, seed=8)
    fields = tmp_path / "map.csv"
    fields.write_text("label,codes\n0101,01\n0403,04\n0601,06\n", encoding="utf-8")
    report = evaluated(
        *("--lexicon", "--test", str(test), "--text", "title,body", "--label", "matter"),
        *("--map", str(fields)),
    )
    assert float(str(report["accuracy"])) > 0.8


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--text", "nothing", "--label", "matter"], "没有列 nothing"),
        (["--text", "body", "--label", "nothing"], "没有列 nothing"),
        (["--text", "", "--label", "matter"], "至少要一列"),
    ],
)
def test_a_column_that_is_nowhere_is_refused(tmp_path: Path, arguments: list[str], reason: str) -> None:
    file = str(csv_of(tmp_path / "a.csv", 30, seed=9))
    result = CliRunner().invoke(app, ["classifier", "evaluate", "--train", file, "--test", file, *arguments])
    assert result.exit_code != 0
    assert reason in result.output
