"""The classification of contents and the one that comes with the system."""

from __future__ import annotations

import pytest

from services.adapters.directory_files import load_categories
from services.domain.category import Categories, Category

LAND = (Category("0301", "农村土地征收"), Category("030102", "征地款发放"), Category("03", "土地与规划"))


def test_path_runs_from_field_to_detail() -> None:
    assert Categories(LAND).path_name("030102") == "土地与规划/农村土地征收/征地款发放"


def test_children_are_those_directly_beneath() -> None:
    categories = Categories(LAND)
    assert [child.code for child in categories.children()] == ["03"]
    assert [child.code for child in categories.children("03")] == ["0301"]


def test_level_and_parent_follow_from_the_code() -> None:
    assert [(item.level, item.parent_code) for item in LAND] == [(2, "03"), (3, "0301"), (1, None)]


def test_unknown_code_has_no_path() -> None:
    assert Categories(LAND).get("99") is None
    assert Categories(LAND).path("99") == ()


@pytest.mark.parametrize(
    ("code", "complaint"),
    [("3", "二、四或六位"), ("0a", "二、四或六位"), ("03", "重复"), ("0401", "缺少上一级")],
)
def test_malformed_classification_is_refused(code: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Categories([*LAND, Category(code, "某类")])


def test_own_classification_covers_the_life_of_a_city() -> None:
    categories = load_categories()
    levels = [sum(category.level == level for category in categories) for level in (1, 2, 3)]
    assert levels[0] in range(15, 20)
    assert levels[1] >= 100
    assert levels[2] >= 100
    names = [category.name for category in categories if category.level == 2]
    assert len(set(names)) == len(names)
