"""How many petitions a second one core routes: whole decisions, warm, without trained models and with both.

``python -m bench.routing``: over texts of our own making, and over the evaluation data where they are there.
The models are thrown away: they learn, from the same texts, what the router decided without them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from operator import add
from statistics import median
from typing import Annotated
from uuid import UUID

import typer

from bench.material import NoData, read_rows
from bench.year_material import Material
from services.adapters import statutes
from services.adapters.classifier.features import Row
from services.adapters.classifier.history import COLUMNS
from services.adapters.classifier.model import About, TextModel
from services.adapters.classifier.places import county_names
from services.adapters.classifier.training import train
from services.adapters.directory_files import load_categories, load_functions, load_lexicon, load_powers
from services.adapters.gazetteer import load_gazetteer
from services.adapters.routers import build_router
from services.domain.directory import Directory
from services.domain.organ_template import template_organs
from services.domain.router import Router
from services.domain.routing import Matter
from services.domain.rule_set import RuleSet
from services.domain.witness import Kind, Precedent, Witnesses

DAY = date(2026, 11, 20)
OWN_CITY, OWN_COUNTY, DATA_CITY = "430900000000", "430921000000", "460100000000"
TEXTS = 1000
ROUNDS = 7


@dataclass(frozen=True, slots=True)
class Measured:
    """Microseconds of processor time a text; ``floor_us``: to look up every two characters of it once."""

    name: str
    texts: int
    characters: float
    median_us: float
    least_us: float
    most_us: float
    floor_us: float

    @property
    def per_second(self) -> float:
        return 1e6 / self.median_us

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "texts": self.texts,
            "characters": round(self.characters, 1),
            "us_per_decision": {
                "median": round(self.median_us, 1),
                "least": round(self.least_us, 1),
                "most": round(self.most_us, 1),
            },
            "per_second": round(self.per_second),
            "floor_us": round(self.floor_us, 1),
            "ratio_to_floor": round(self.median_us / self.floor_us, 1),
        }


def city_router(region_code: str, witnesses: Witnesses | None = None) -> Router:
    """The router of a city with the template's organs, and the models to be heard."""
    gazetteer = load_gazetteer()
    ids = iter(range(1, 1 << 20))
    organs = template_organs(
        region_code, gazetteer, functions=load_functions(), new_id=lambda: UUID(int=next(ids))
    )
    directory = Directory(1, organs, load_powers(), load_categories(), gazetteer)
    pack = statutes.load_pack("national-2022")
    return build_router(directory, RuleSet(), pack=lambda _region: pack, threshold=0.6, witnesses=witnesses)


def taught(router: Router, matters: Sequence[Matter]) -> Witnesses:
    """Both models, taught what the router says of these texts."""
    of_matter: list[tuple[Row, str]] = []
    of_precedent: list[tuple[Row, str]] = []
    for matter in matters:
        row = {"title": matter.title, "text": matter.text}
        decision = router.decide(matter, on=DAY)
        if decision.category_code is not None:
            of_matter.append((row, decision.category_code))
        if decision.lead_id is not None:
            of_precedent.append((row, Precedent.of(router.directory.organ(decision.lead_id)).label))
    return Witnesses(
        matter=_model(of_matter, Kind.MATTER),
        precedent=_model(of_precedent, Kind.PRECEDENT),
        version="matter-1+precedent-2",
    )


def _model(lessons: Sequence[tuple[Row, str]], kind: Kind) -> TextModel:
    rows, labels = [row for row, _ in lessons], [label for _, label in lessons]
    return train(rows, labels, COLUMNS, About(kind, len(rows), ""), places=county_names()).model


def own_matters() -> list[Matter]:
    """Petitions as the simulated year brings them."""
    material = Material(1, [OWN_CITY, OWN_COUNTY])
    brought = (material.brought(index, DAY).registration for index in range(TEXTS))
    return [
        Matter(
            title=each.title,
            content=each.content,
            requests=each.requests,
            address=each.address,
            office_region=OWN_CITY,
            channel=each.channel,
            purpose=each.purpose,
            confidential=each.confidential,
        )
        for each in brought
    ]


def data_matters() -> list[Matter]:
    """Work orders and messages of the evaluation data. Raises NoData."""
    bodies = [row.body for row in read_rows("routing", limit=TEXTS)]
    return [
        Matter(title=body.get("title", ""), content=body["content"], office_region=DATA_CITY)
        for body in bodies
    ]


def measure(name: str, router: Router, matters: Sequence[Matter]) -> Measured:
    """Warm: everything is decided once before it is timed. Both are timed in turns, round by round."""
    starts = {entry.phrase[:2]: entry for entry in load_lexicon()}
    texts = [f"{matter.title}\n{matter.text}" for matter in matters]

    def decide() -> None:
        for matter in matters:
            router.decide(matter, on=DAY)

    def scan() -> None:
        for text in texts:
            for pair in map(add, text, islice(text, 1, None)):
                starts.get(pair)

    decide()
    scan()
    decided, scanned = [], []
    for _ in range(ROUNDS):
        decided.append(_timed(decide) / len(texts))
        scanned.append(_timed(scan) / len(texts))
    characters = sum(map(len, texts)) / len(texts)
    return Measured(
        name, len(texts), characters, median(decided), min(decided), max(decided), median(scanned)
    )


def _timed(act: Callable[[], None]) -> float:
    """Processor time in microseconds: of this process alone, whatever else the machine does."""
    begun = time.process_time()
    act()
    return (time.process_time() - begun) * 1e6


def _both(name: str, region_code: str, matters: Sequence[Matter]) -> tuple[Measured, Measured]:
    alone = city_router(region_code)
    without = measure(name, alone, matters)
    heard = city_router(region_code, taught(alone, matters))
    return without, measure(f"{name}, with models", heard, matters)


def main(
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """每秒分流多少件(单核,不含模型和含模型) · decisions a second, one core, without models and with them"""
    found = [*_both("own texts", OWN_CITY, own_matters())]
    try:
        found += _both("evaluation data", DATA_CITY, data_matters())
    except NoData as absent:
        typer.echo(str(absent), err=True)
    if as_json:
        typer.echo(json.dumps([each.as_json() for each in found], ensure_ascii=False, indent=1))
        return
    for each in found:
        typer.echo(
            f"{each.name}: {each.texts} texts of {each.characters:.0f} characters; "
            f"{each.median_us:.0f} µs a decision ({each.least_us:.0f}–{each.most_us:.0f}), "
            f"{each.per_second:.0f} a second; floor {each.floor_us:.0f} µs, ratio "
            f"{each.median_us / each.floor_us:.1f}"
        )


if __name__ == "__main__":
    typer.run(main)
