"""Confidence keeps its word on a made-up city: of the decisions that are sure, nine of ten are right."""

from __future__ import annotations

from bench.confidence_city import past, present
from bench.routing import OWN_CITY, city_router
from bench.routing_confidence import SURE, Reliability, decisions, taught


def test_of_ten_decisions_that_are_sure_nine_are_right_and_models_make_more_of_them() -> None:
    alone = city_router(OWN_CITY)
    heard = city_router(OWN_CITY, taught(alone.directory, list(past(1, 600))))
    asked = list(present(2, 300))
    without, with_models = decisions("without", alone, asked), decisions("with", heard, asked)
    assert right_of_sure(with_models) >= 0.9
    assert len(sure(with_models)) > len(sure(without)) + 50
    assert without.silent > with_models.silent


def sure(found: Reliability) -> list[bool]:
    return [right for confidence, right in found.answers if confidence >= SURE]


def right_of_sure(found: Reliability) -> float:
    return sum(sure(found)) / len(sure(found))
