"""An evaluation from files to figures: train on some rows, answer others, say how good the answers were."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from services.adapters.classifier.features import Columns, Row
from services.adapters.classifier.model import About, TextModel
from services.adapters.classifier.places import county_names
from services.adapters.classifier.scores import Judged
from services.adapters.classifier.tables import read_table, tested
from services.adapters.classifier.training import Trained, train

NUMBER_COLUMN = "order_no"
TIMED_ROWS = 500
TIMED_ROUNDS = 3
MICROSECONDS = 1e6


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which columns to learn from; ``reference`` None: the dated number of a row, where there is one."""

    text: tuple[str, ...]
    label: str
    reference: str | None = None


def train_on(files: Sequence[Path], wanted: Wanted, *, kind: str, trained_at: str) -> Trained:
    """A model from CSV files. Raises UnreadableFile and NothingToLearn."""
    table = read_table(files, [*wanted.text, wanted.label, *filter(None, [wanted.reference])])
    rows, labels = table.labelled(wanted.label)
    reference = wanted.reference or (NUMBER_COLUMN if NUMBER_COLUMN in table.names else None)
    columns = Columns.of(rows, wanted.text, reference=reference)
    return train(rows, labels, columns, About(kind, len(rows), trained_at), places=county_names())


def out_of_fold(trained: Trained) -> Judged:
    """Its own rows, answered by models that had not seen them."""
    labels = trained.model.labels
    order = np.argsort(-trained.scores, axis=1, kind="stable")[:, :3]
    ranked = [[labels[index] for index in best] for best in order]
    return Judged([labels[index] for index in trained.truth], ranked, trained.confidence)


def answers(model: TextModel, rows: Sequence[Row], truth: Sequence[str]) -> Judged:
    given = [model.answer(row) for row in rows]
    ranked = [[label for label, _ in best] for best in given]
    confidence = np.array([best[0][1] for best in given], dtype=np.float32)
    return Judged(list(truth), ranked, confidence)


def evaluate(files: Sequence[Path], test: Path, wanted: Wanted) -> tuple[dict[str, object], Judged]:
    """The report on the rows of ``test``, with thresholds that were found on the training rows alone."""
    rows, truth = tested(test, [wanted.label], wanted.label)
    begun = time.process_time()
    trained = train_on(files, wanted, kind="evaluation", trained_at="")
    seconds = time.process_time() - begun
    model, own = trained.model, out_of_fold(trained)
    judged = answers(model, rows, truth)
    known = Counter(own.truth)
    report = judged.report() | judged.covered(own.thresholds())
    report["us_per_text"] = microseconds(rows, model.answer)
    report["calibration_error"] = judged.calibration_error()
    report["frequent_labels"] = judged.of_frequent(known)
    report["out_of_fold"] = own.report() | own.covered(own.thresholds())
    report["training"] = {
        "rows": len(trained.truth),
        "labels": len(model.labels),
        "tokens": len(model.vocabulary),
        "seconds": round(seconds, 1),
        "columns": {
            "text": model.reader.columns.text,
            "given": model.reader.columns.given,
            "heading": model.reader.columns.heading,
            "reference": model.reader.columns.reference,
        },
    }
    return report, judged


def microseconds(rows: Sequence[Row], answer: Callable[[Row], object]) -> float | None:
    """Processor time a text, warm: the median of several rounds over the first rows."""
    asked = rows[:TIMED_ROWS]
    if not asked:
        return None
    rounds = []
    for _ in range(TIMED_ROUNDS):
        begun = time.process_time()
        for row in asked:
            answer(row)
        rounds.append((time.process_time() - begun) / len(asked) * MICROSECONDS)
    return round(float(np.median(rounds)), 1)
