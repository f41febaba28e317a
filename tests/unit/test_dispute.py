"""Who decides whose matter it is: the lowest common superior of the day, else the joint conference (24)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.domain.directory import Directory
from services.domain.dispute import (
    Arbiter,
    CircularSuperiors,
    Forum,
    NobodyDecides,
    arbiter,
    superiors_on,
)
from services.domain.organ import Organ
from tests.worlds import city_directory

YIYANG, NAN, HESHAN = "430900000000", "430921000000", "430903000000"
TODAY = date(2026, 11, 23)
CITY = city_directory()


def organ(code: str) -> Organ:
    found = CITY.find_by_code(code)
    assert found is not None, code
    return found


def decides(*codes: str, directory: Directory = CITY, hidden: Sequence[UUID] = ()) -> Arbiter:
    return arbiter(directory, [organ(code).id for code in codes], on=TODAY, hidden=hidden)


def changed(*organs: Organ) -> Directory:
    """The city with these organs in place of those of their ids."""
    new = {each.id: each for each in organs}
    kept = [new.pop(each.id, each) for each in CITY.organs]
    return Directory(2, [*kept, *new.values()], (), CITY.categories, CITY.gazetteer)


HEALTH, EDUCATION = f"{NAN}-health", f"{NAN}-education"
GOVERNMENT, UPPER = f"{NAN}-government", f"{YIYANG}-government"


@pytest.mark.parametrize(
    ("parties", "forum", "decider"),
    [
        ((HEALTH, EDUCATION), Forum.SUPERIOR, GOVERNMENT),
        ((HEALTH, EDUCATION, f"{NAN}-natural_resources"), Forum.SUPERIOR, GOVERNMENT),
        ((HEALTH, f"{HESHAN}-health"), Forum.SUPERIOR, UPPER),
        ((HEALTH, f"{YIYANG}-health"), Forum.SUPERIOR, UPPER),
        ((HEALTH, GOVERNMENT), Forum.SUPERIOR, UPPER),
        ((HEALTH, f"{NAN}-petition_office"), Forum.SUPERIOR, GOVERNMENT),
        ((HEALTH, f"{NAN}-tax"), Forum.JOINT_CONFERENCE, f"{NAN}-petition_office"),
        ((HEALTH, f"{HESHAN}-tax"), Forum.JOINT_CONFERENCE, f"{YIYANG}-petition_office"),
        ((HEALTH, f"{NAN}-discipline"), Forum.JOINT_CONFERENCE, f"{NAN}-petition_office"),
    ],
)
def test_lowest_common_superior_decides_else_the_conference(
    parties: tuple[str, ...], forum: Forum, decider: str
) -> None:
    found = decides(*parties)
    assert (found.forum, found.organ.code) == (forum, decider)
    assert decides(*reversed(parties)) == found


def test_shielded_superior_is_climbed_over() -> None:
    found = decides(HEALTH, EDUCATION, hidden=[organ(GOVERNMENT).id])
    assert (found.forum, found.organ.code) == (Forum.SUPERIOR, UPPER)


def test_shielded_office_does_not_convene() -> None:
    found = decides(HEALTH, f"{NAN}-tax", hidden=[organ(f"{NAN}-petition_office").id])
    assert (found.forum, found.organ.code) == (Forum.JOINT_CONFERENCE, f"{YIYANG}-petition_office")


def test_nobody_decides_without_superior_and_office() -> None:
    alone = [replace(organ(code), superior_id=None) for code in (HEALTH, EDUCATION)]
    bare = Directory(2, alone, (), CITY.categories, CITY.gazetteer)
    with pytest.raises(NobodyDecides):
        decides(HEALTH, EDUCATION, directory=bare)


def test_superior_of_the_day_counts() -> None:
    moved = replace(organ(EDUCATION), superior_id=organ(UPPER).id)
    assert decides(HEALTH, EDUCATION, directory=changed(moved)).organ.code == UPPER


def test_abolished_superior_is_succeeded() -> None:
    """条例 art. 24.2: whoever exercises its powers now, decides."""
    old = organ(GOVERNMENT)
    new = replace(old, id=UUID(int=7), code="new", valid_from=TODAY)
    gone = replace(old, valid_to=TODAY, successor_id=new.id)
    assert decides(HEALTH, EDUCATION, directory=changed(gone, new)).organ == new
    day_before = arbiter(
        changed(gone, new), [organ(HEALTH).id, organ(EDUCATION).id], on=date(2026, 11, 22), hidden=()
    )
    assert day_before.organ == gone


def test_abolished_superior_without_successor_is_passed_over() -> None:
    gone = replace(organ(GOVERNMENT), valid_to=TODAY)
    assert decides(HEALTH, EDUCATION, directory=changed(gone)).organ.code == UPPER


def test_abolished_party_is_represented_by_its_successor() -> None:
    gone = replace(organ(HEALTH), valid_to=TODAY, successor_id=organ(f"{HESHAN}-health").id)
    assert decides(HEALTH, EDUCATION, directory=changed(gone)).organ.code == UPPER


def test_circle_of_superiors_is_refused() -> None:
    upper = organ(UPPER)
    circle = changed(replace(upper, superior_id=organ(GOVERNMENT).id))
    with pytest.raises(CircularSuperiors, match="stands above itself"):
        superiors_on(circle, circle.organ(organ(HEALTH).id), on=TODAY)
