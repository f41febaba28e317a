"""Small worlds for tests of use cases: a directory of one city from the template, the law, a clock."""

from __future__ import annotations

import itertools
from datetime import datetime
from functools import cache
from uuid import UUID

from services.adapters import directory_files, statutes
from services.adapters.cues import load_cues
from services.adapters.gazetteer import load_gazetteer
from services.adapters.workdays import work_calendar
from services.domain.directory import Directory
from services.domain.matter import MatterFinder
from services.domain.organ_template import template_organs
from services.domain.place import PlaceFinder
from services.domain.router import Router
from services.domain.sorting import Sorter
from tests.fakes import FakeLaw, FakeWorld, FixedClock

CITY = "430900000000"


@cache
def city_directory(region_code: str = CITY) -> Directory:
    """The organs of 益阳市 and its districts, by template; ids count up, the same in every run."""
    count = itertools.count(1 << 64)
    gazetteer = load_gazetteer()
    organs = template_organs(
        region_code,
        gazetteer,
        functions=directory_files.load_functions(),
        new_id=lambda: UUID(int=next(count)),
    )
    powers, categories = directory_files.load_powers(), directory_files.load_categories()
    return Directory(1, organs, powers, categories, gazetteer)


@cache
def city_router() -> Router:
    directory = city_directory()
    return Router(
        directory,
        PlaceFinder(directory.gazetteer),
        MatterFinder(directory_files.load_lexicon(), directory.categories),
        Sorter(load_cues()),
        lambda _region: statutes.load_pack("national-2022"),
        threshold=0.6,
        rules_version="test",
    )


@cache
def national_law() -> FakeLaw:
    return FakeLaw(statutes.load_pack("national-2022"), work_calendar())


def small_world(moment: datetime) -> FakeWorld:
    """A world in memory on that day, with nothing in it but the city's organs and the law."""
    return FakeWorld(
        clock=FixedClock(moment), directory=city_directory(), law=national_law(), router=city_router()
    )
