"""Whether confidence keeps its word: of the answers with a confidence, how many are right.

``python -m bench.routing_confidence``: whole decisions over a made-up city's petitions, without models and
with both, trained on its past; and, where the evaluation data are, the witnesses by themselves, each row
answered by a model that had not seen it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import typer

from bench.confidence_city import Told, past, present
from bench.material import DATA, HOTLINE, MESSAGES, NoData
from bench.routing import DAY, OWN_CITY, city_router
from services.adapters.classifier import lexicon_trial
from services.adapters.classifier.evaluation import Wanted, out_of_fold, train_on
from services.adapters.classifier.features import Row
from services.adapters.classifier.history import COLUMNS
from services.adapters.classifier.model import About, TextModel
from services.adapters.classifier.places import county_names
from services.adapters.classifier.training import train
from services.domain.directory import Directory
from services.domain.organ import Organ
from services.domain.router import Router
from services.domain.routing import Matter
from services.domain.testimony import agreed, contested
from services.domain.witness import Kind, Precedent, Witnesses, lead_functions

BANDS = (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.01)
SURE = 0.9
HISTORY, ASKED = 1200, 600


@dataclass(slots=True)
class Reliability:
    """Answers with a confidence, and whether each was right; ``silent``: no answer at all."""

    name: str
    answers: list[tuple[float, bool]] = field(default_factory=list)
    silent: int = 0

    def bands(self) -> list[tuple[str, int, float, float]]:
        """Of each band: its bounds, how many, the mean confidence, the share right."""
        found = []
        for low, high in pairwise(BANDS):
            inside = [answer for answer in self.answers if low <= answer[0] < high]
            if inside:
                found.append((f"{low:.2f}–{min(high, 1.0):.2f}", len(inside), *_means(inside)))
        return found

    def as_json(self) -> dict[str, object]:
        sure = [answer for answer in self.answers if answer[0] >= SURE]
        confidence, right = _means(self.answers)
        return {
            "name": self.name,
            "n": len(self.answers),
            "silent": self.silent,
            "mean_confidence": round(confidence, 3),
            "right": round(right, 3),
            "sure": len(sure),
            "right_of_sure": round(_means(sure)[1], 3) if sure else None,
            "bands": [
                {"confidence": band, "n": n, "mean": round(mean, 3), "right": round(share, 3)}
                for band, n, mean, share in self.bands()
            ],
        }


def _means(answers: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    if not answers:
        return 0.0, 0.0
    return sum(each for each, _ in answers) / len(answers), sum(right for _, right in answers) / len(answers)


# -- whole decisions ----------------------------------------------------------------------------------------


def decisions(name: str, router: Router, asked: Sequence[Told]) -> Reliability:
    """Right is the organ that the powers name for the true matter at the true place."""
    found = Reliability(name)
    for told in asked:
        decision = router.decide(Matter("", told.text, OWN_CITY), on=DAY)
        if decision.lead_id is None:
            found.silent += 1
        else:
            right = decision.lead_id == competent(router.directory, told).id
            found.answers.append((decision.confidence, right))
    return found


def competent(directory: Directory, told: Told) -> Organ:
    lead = directory.competent(told.category, told.county, DAY).lead
    if lead is None:
        raise ValueError(f"nobody is competent for {told.category}")
    return lead


def taught(directory: Directory, history: Sequence[Told]) -> Witnesses:
    """Both models, of what was decided on these petitions."""
    precedents = []
    for told in history:
        function, county = told.function, told.county
        by_custom = directory.by_function(function, county, on=None) if function else None
        led_by = lead_functions(directory, told.category)
        precedents.append(Precedent.of(by_custom or competent(directory, told), led_by=led_by).label)
    return Witnesses(
        matter=_model(history, [told.category for told in history], Kind.MATTER),
        precedent=_model(history, precedents, Kind.PRECEDENT),
    )


def _model(history: Sequence[Told], labels: Sequence[str], kind: Kind) -> TextModel:
    rows: list[Row] = [{"title": "", "text": told.text} for told in history]
    return train(rows, labels, COLUMNS, About(kind, len(rows), ""), places=county_names()).model


# -- the witnesses by themselves ----------------------------------------------------------------------------


def witnesses_of_data(folder: Path = DATA) -> list[Reliability]:
    """Lexicon, model and both of them on messages; who handles hotline orders. Raises NoData."""
    missing = [name for name in (MESSAGES, HOTLINE) if not (folder / name).exists()]
    if missing:
        raise NoData(f"没有评测数据 {'、'.join(missing)},跳过 · no evaluation data: skipped")
    wanted = Wanted(("title", "body"), "l1")
    model = out_of_fold(train_on([folder / MESSAGES], wanted, kind="matter", trained_at=""))
    _, words = lexicon_trial.evaluate(folder / MESSAGES, wanted, None)
    found = [Reliability("messages, words"), Reliability("messages, model"), Reliability("messages, both")]
    answered = zip(model.truth, words.ranked, words.confidence, model.ranked, model.confidence, strict=True)
    for true, by_words, words_sure, by_model, model_sure in answered:
        said, seen = (by_words[0] if by_words else None), by_model[0]
        both = _both((said, float(words_sure)), (seen, float(model_sure)))
        given = ((said, float(words_sure)), (seen, float(model_sure)), both)
        for reliability, (label, sure) in zip(found, given, strict=True):
            reliability.answers.append((sure, label == true))
    wanted = Wanted(("c1", "c2", "c3", "c4", "text_deleaked"), "unit")
    orders = out_of_fold(train_on([folder / HOTLINE], wanted, kind="precedent", trained_at=""))
    precedent = Reliability("hotline orders, who handled them")
    precedent.answers = [
        (float(sure), bool(right)) for sure, right in zip(orders.confidence, orders.right, strict=True)
    ]
    return [*found, precedent]


def _both(words: tuple[str | None, float], model: tuple[str, float]) -> tuple[str | None, float]:
    """As :func:`services.domain.testimony.by_both`, over labels that are not ours."""
    if words[0] is None:
        return model
    sure, unsure = sorted((model, words), key=lambda each: -each[1])
    if sure[0] == unsure[0]:
        return sure[0], agreed(sure[1], unsure[1])
    return sure[0], contested(sure[1], unsure[1])


def main(as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False) -> None:
    """把握是否可信:各档把握中正确的比例 · of each band of confidence, the share right"""
    alone = city_router(OWN_CITY)
    history, asked = list(past(1, HISTORY)), list(present(2, ASKED))
    heard = city_router(OWN_CITY, taught(alone.directory, history))
    found = [
        decisions("made-up city, without models", alone, asked),
        decisions("made-up city, with both models", heard, asked),
    ]
    try:
        found += witnesses_of_data()
    except NoData as absent:
        typer.echo(str(absent), err=True)
    if as_json:
        typer.echo(json.dumps([each.as_json() for each in found], ensure_ascii=False, indent=1))
        return
    for each in found:
        _show(each)


def _show(found: Reliability) -> None:
    told = found.as_json()
    typer.echo(
        f"{found.name}: {told['n']} answers, {told['right']:.3f} right, mean confidence "
        f"{told['mean_confidence']:.3f}; {found.silent} without an answer; from {SURE} on {told['sure']}, "
        f"of which {told['right_of_sure']} right"
    )
    for band, n, mean, share in found.bands():
        typer.echo(f"  {band}  n={n:<5} confidence {mean:.3f}  right {share:.3f}")


if __name__ == "__main__":
    typer.run(main)
