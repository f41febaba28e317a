"""Training: one linear separator a label, leaning on likelihood (naive Bayes and a softmax) and on what the
text alone says; all are linear and become one matrix. Scores out of fold say what to expect of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from services.adapters.classifier import likelihood
from services.adapters.classifier.calibration import Floats, Labels
from services.adapters.classifier.features import Block, Columns, Reader, Row, cuts_of
from services.adapters.classifier.model import HEADING_VOICE, About, TextModel
from services.adapters.classifier.runs import runs_of
from services.adapters.classifier.trust import Trust
from services.adapters.classifier.twins import families
from services.adapters.classifier.vectors import FEWEST_ROWS as FEWEST_ROWS_OF_TOKEN
from services.adapters.classifier.vectors import Vocabulary
from services.domain.refusal import Refusal

FOLDS = 10
"""The more, the nearer what they tell is to the model of all rows; training takes so many times as long."""
SOFTNESS = 0.3
"""The C of the separators: the lower, the less a single row can say."""
EVENNESS = 0.25
"""The power of a label's rarity that its rows are weighed with: 0 all rows alike, 1 all labels alike."""
TELLING = 0.5
"""How far a separator hears the tokens by what they tell of its label, and not all alike."""
HINT = 0.05
"""What a token counts besides, within a label and without."""
FEWEST_ROWS = 20
FEWEST_ROWS_OF_PLACE = 10
LEANING = 0.015
"""What naive Bayes weighs beside the separators: it orders the labels behind the first far better."""
LIKELIHOOD = 0.08
"""What the softmax weighs beside the separators, for the same reason."""
TEXT_ALONE = 0.2
"""What separators of the text alone weigh: categories are loud, and may be chosen wrongly."""
UNSEEN = 0.004
"""What a token counts with a label that it never stood with; a row's tokens count less than one each."""
NEVER = -3.0
"""The score of a label that a fold has not seen."""
CHANCE = 20220501


class NothingToLearn(Refusal):
    """训练数据不足:有标签的记录{rows}条,标签{labels}种;至少需要{fewest}条、2种。"""

    english = "Too little to learn from: {rows} labelled rows, {labels} labels; {fewest} and 2 are needed."


@dataclass(frozen=True, slots=True)
class Trained:
    """The model, and of each of its rows: the scores of models that had not seen it, and the confidence."""

    model: TextModel
    scores: Floats
    truth: Labels
    confidence: Floats


def train(
    rows: Sequence[Row],
    labels: Sequence[str],
    columns: Columns,
    about: About,
    *,
    places: frozenset[str] = frozenset(),
) -> Trained:
    """Learn from labelled rows; ``places`` are names to look for. Raises ``NothingToLearn``."""
    names = tuple(sorted(set(labels)))
    if len(rows) < FEWEST_ROWS or len(names) < 2:
        raise NothingToLearn(rows=len(rows), labels=len(names), fewest=FEWEST_ROWS)
    place = {name: index for index, name in enumerate(names)}
    truth = np.array([place[label] for label in labels])
    reader = Reader(columns, _named_often(columns, places, rows), cuts_of(rows, columns))
    vocabulary = Vocabulary.of((reader.bags(row) for row in rows), len(rows))
    whole = vocabulary.matrix(reader.bags(row) for row in rows)
    headed = np.flatnonzero([reader.has_heading(row) for row in rows])
    heading = vocabulary.matrix(reader.bags(rows[int(index)], heading_only=True) for index in headed)
    texts = len(vocabulary.columns[Block.TEXT]) if columns.given else 0
    scores = _out_of_fold(whole, (headed, heading), truth, families(reader, rows), texts)
    runs = np.array([len(reader.bags(row).text.codes) for row in rows])
    trust, confidence = Trust.of(scores, _familiar(whole, vocabulary, runs), truth, chance=CHANCE)
    weights, bias = _fit(whole, truth, len(names), texts)
    model = TextModel(names, reader, vocabulary, weights, bias, trust, about)
    return Trained(model, scores, truth, confidence)


def _named_often(columns: Columns, places: frozenset[str], rows: Sequence[Row]) -> frozenset[str]:
    """The places that these rows speak of: the model keeps no others."""
    reader = Reader(columns, places)
    named: Counter[str] = Counter()
    for row in rows:
        named.update(reader.named_places(runs_of(" ".join(row.get(name, "") for name in columns.text))))
    return frozenset(name for name, count in named.items() if count >= FEWEST_ROWS_OF_PLACE)


def _familiar(whole: sparse.csr_matrix, vocabulary: Vocabulary, runs: Labels) -> Floats:
    """Of the different runs of each row's text, the share that would be known without the row itself."""
    stands = whole[:, : len(vocabulary.columns[Block.TEXT])].astype(bool).astype(np.float32)
    known = np.asarray(stands.sum(axis=0)).ravel() > FEWEST_ROWS_OF_TOKEN[Block.TEXT]
    share: Floats = (stands @ known.astype(np.float32)) / np.maximum(runs, 1)
    return share.astype(np.float32)


def _out_of_fold(
    whole: sparse.csr_matrix,
    heading: tuple[Labels, sparse.csr_matrix],
    truth: Labels,
    family: Labels,
    texts: int,
) -> Floats:
    """Scores (rows × labels) by models that have seen neither the row nor its near copies."""
    from sklearn.model_selection import GroupKFold

    labels = int(truth.max()) + 1
    headed, of_heading = heading
    scores = np.zeros((len(truth), labels), dtype=np.float32)
    folds = GroupKFold(min(FOLDS, len(np.unique(family))), shuffle=True, random_state=CHANCE)
    for known, asked in folds.split(whole, groups=family):
        weights, bias = _fit(whole[known], truth[known], labels, texts)
        scores[asked] = whole[asked] @ weights + bias
        among = np.isin(headed, asked)
        alone = of_heading[among] @ weights + bias
        scores[headed[among]] *= 1 - HEADING_VOICE
        scores[headed[among]] += HEADING_VOICE * alone
    return scores


def _fit(matrix: sparse.csr_matrix, truth: Labels, labels: int, texts: int) -> tuple[Floats, Floats]:
    """Weights (tokens × labels) and bias (labels) of all that is heard together; a label without rows never
    wins. ``texts``: so many of the columns, the first ones, are of a text that has categories beside it."""
    weights, bias = _separators(matrix, truth, labels)
    if texts:
        of_text, bias_of_text = _separators(matrix[:, :texts], truth, labels)
        weights[:texts] += TEXT_ALONE * of_text
        bias += TEXT_ALONE * bias_of_text
    likely, bias_of_likely = likelihood.fit(matrix, truth, labels, chance=CHANCE)
    weights += LIKELIHOOD * likely
    bias += LIKELIHOOD * bias_of_likely
    return weights, bias


def _separators(matrix: sparse.csr_matrix, truth: Labels, labels: int) -> tuple[Floats, Floats]:
    """One separator a label, with naive Bayes leaning on them."""
    from sklearn.svm import LinearSVC

    present, counts = np.unique(truth, return_counts=True)
    rarity = (len(truth) / (len(present) * counts)) ** EVENNESS
    strength = _strength(matrix, truth, present)
    all_labels = strength.sum(axis=0)
    weights = np.zeros((matrix.shape[1], labels), dtype=np.float32)
    bias = np.full(labels, NEVER, dtype=np.float32)
    for index, label in enumerate(present):
        told = _told(strength[index], all_labels)
        seen = sparse.csr_matrix(
            (matrix.data * told[matrix.indices], matrix.indices, matrix.indptr), matrix.shape
        )
        separator = LinearSVC(C=SOFTNESS, class_weight={True: rarity[index]}, random_state=CHANCE)
        separator.fit(seen, truth == label)
        weights[:, label] = separator.coef_[0] * told
        bias[label] = separator.intercept_[0]
    weights[:, present] += LEANING * _by_frequency(strength)
    return weights, bias


def _strength(matrix: sparse.csr_matrix, truth: Labels, present: Labels) -> Floats:
    """Of each label, how much there is of each token in its rows."""
    member = sparse.csr_matrix(present[:, None] == truth[None, :], dtype=np.float32)
    strength: Floats = np.asarray((member @ matrix).todense())
    return strength


def _told(own: Floats, all_labels: Floats) -> npt.NDArray[np.float64]:
    """How much each token tells of a label, for or against it: a separator then needs fewer rows to hear it
    (naive Bayes and separators in one). Half of it is the same for all tokens; their mean is one."""
    inside, outside = own + HINT, all_labels - own + HINT
    ratio = np.abs(np.log((inside / inside.sum()) / (outside / outside.sum())), dtype=np.float64)
    told: npt.NDArray[np.float64] = (1 - TELLING) + TELLING * ratio / max(float(ratio.mean()), 1e-6)
    return told


def _by_frequency(strength: Floats) -> Floats:
    """Multinomial naive Bayes without the labels' shares: of each token and label, the logarithm of its share
    in the label's rows, beside the mean over the labels."""
    share = strength + np.float32(UNSEEN)
    logs = np.log(share / share.sum(axis=1, keepdims=True)).T
    leaning: Floats = logs - logs.mean(axis=1, keepdims=True)
    return leaning
