"""The softmax that leans on the separators: what it learns, and that it does so the same way each time."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from services.adapters.classifier import likelihood, training
from services.adapters.classifier.calibration import Labels
from services.adapters.classifier.features import Columns, Row
from services.adapters.classifier.model import About

LABELS = 4
"""One more than any row has."""


def lessons(rows: int = 240) -> tuple[sparse.csr_matrix, Labels]:
    """Three labels with a token each, half of each one's rows beside a token that all share; label 0 shares
    its token with every fourth row of label 1."""
    truth = np.arange(rows) % 3
    dense = np.zeros((rows, 5), dtype=np.float32)
    dense[np.arange(rows), truth] = 1
    dense[::2, 3] = 1
    dense[1::12, 0] = 1
    return sparse.csr_matrix(dense), truth


def test_it_learns_what_tokens_tell_of_labels() -> None:
    matrix, truth = lessons()
    weights, bias = likelihood.fit(matrix, truth, LABELS, chance=1)
    assert (weights.shape, bias.shape) == ((5, LABELS), (LABELS,))
    assert weights[:3, :3].argmax(axis=1).tolist() == [0, 1, 2]
    assert float(((matrix @ weights + bias).argmax(axis=1) == truth).mean()) > 0.9


def test_the_second_label_is_the_one_that_shares_the_token() -> None:
    weights, bias = likelihood.fit(*lessons(), LABELS, chance=1)
    assert np.argsort(-(weights[0] + bias))[:2].tolist() == [0, 1]


def test_a_label_without_rows_and_a_token_without_rows_say_nothing() -> None:
    weights, bias = likelihood.fit(*lessons(), LABELS, chance=1)
    assert bias.argmin() == LABELS - 1
    assert not weights[4].any()


def test_the_same_rows_give_the_same_weights() -> None:
    first, second = (likelihood.fit(*lessons(), LABELS, chance=7) for _ in range(2))
    assert all(np.array_equal(left, right) for left, right in zip(first, second, strict=True))


@pytest.mark.parametrize("given", [(), ("kind",)])
def test_the_text_is_heard_alone_only_beside_categories(
    monkeypatch: pytest.MonkeyPatch, given: tuple[str, ...]
) -> None:
    """Without categories the text is all there is, and a second hearing would only cost time."""
    asked: list[int] = []
    separators = training._separators

    def counted(matrix: sparse.csr_matrix, truth: Labels, labels: int) -> object:
        asked.append(matrix.shape[1])
        return separators(matrix, truth, labels)

    monkeypatch.setattr(training, "_separators", counted)
    said = ("路灯不亮请维修", "拖欠工资不发放")
    rows: list[Row] = [{"body": f"{said[i % 2]}{'甲乙丙丁'[i % 4]}", "kind": "市政"} for i in range(40)]
    training.train(rows, [str(i % 2) for i in range(40)], Columns(("body",), given), About("matter", 40, ""))
    assert len(set(asked)) == (2 if given else 1)
