"""The lexicon alone, scored on labelled rows: what the system knows of matters before any training."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np

from services.adapters.classifier.evaluation import Wanted, microseconds
from services.adapters.classifier.features import Row
from services.adapters.classifier.scores import Judged
from services.adapters.classifier.tables import read_table, tested
from services.adapters.directory_files import PHRASES, UnreadableFile, load_categories, load_lexicon
from services.domain.matter import MatterFinder

FieldMap = Mapping[str, Sequence[str]]
"""Code → the labels that it may stand for, the most fitting first."""


def evaluate(test: Path, wanted: Wanted, map_file: Path | None) -> tuple[dict[str, object], Judged]:
    """The report; labels are matched with our categories by the map. Raises UnreadableFile."""
    rows, truth = tested(test, [*wanted.text, wanted.label], wanted.label)
    fields = read_map([map_file]) if map_file else own_map()
    labels = frozenset(truth)
    unknown = labels - {label for names in fields.values() for label in names}
    if unknown:
        raise UnreadableFile(
            name=(map_file or test).name, reason=f"标签没有对应的分类编码:{'、'.join(sorted(unknown))}"
        )
    finder = MatterFinder(load_lexicon(), load_categories())

    def answer(row: Row) -> tuple[list[str], float]:
        *heading, text = (row.get(name, "") for name in wanted.text)
        found = finder.find(text, title=" ".join(heading))
        votes: dict[str, float] = defaultdict(float)
        for category, share in found.candidates:
            if (named := label_of(category.code, fields, labels)) is not None:
                votes[named] += share
        return [named for named in sorted(votes, key=lambda name: -votes[name])], found.confidence

    given = [answer(row) for row in rows]
    judged = Judged(
        truth, [ranked for ranked, _ in given], np.array([sure for _, sure in given], dtype=np.float32)
    )
    report = judged.report() | {"us_per_text": microseconds(rows, answer)}
    report["calibration_error"] = judged.calibration_error()
    report["by_label"] = _by_label(judged)
    return report, judged


def label_of(code: str, fields: FieldMap, labels: frozenset[str]) -> str | None:
    """The label for a category: of the nearest heading above it that the map knows."""
    for length in (6, 4, 2):
        for label in fields.get(code[:length], ()) if len(code) >= length else ():
            if label in labels:
                return label
    return None


def own_map() -> FieldMap:
    """The field names of the classification that petition offices used before, as this system has them."""
    text = (files("services.directory") / "fields.csv").read_text(encoding="utf-8")
    return _by_code(list(csv.DictReader(io.StringIO(text))))


def read_map(paths: Sequence[Path]) -> FieldMap:
    """A file with the columns ``label`` and ``codes`` (joined by 、)."""
    return _by_code(read_table(paths, ["label", "codes"]).rows)


def _by_code(rows: Sequence[Mapping[str, str]]) -> FieldMap:
    fields: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        for code in row["codes"].split(PHRASES):
            fields[code.strip()].append(row["label"])
    return fields


def _by_label(judged: Judged) -> dict[str, object]:
    right, truth = judged.right, np.array(judged.truth)
    return {label: round(float(right[truth == label].mean()), 3) for label in sorted(set(judged.truth))}
