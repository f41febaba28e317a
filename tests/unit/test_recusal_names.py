"""Who is recused is known by whatever a line calls them (信访工作条例 28.3)."""

from __future__ import annotations

import pytest

from services.domain.recusal import Officer, means

DEPUTY, HEAD = Officer("王建国", "副局长"), Officer("周正", "局长", is_head=True)


@pytest.mark.parametrize(
    "line",
    [
        "王建国",
        "王 建国",
        "王建国副局长",
        "副局长王建国",
        "王建国南县自然资源局副局长",
        "南县自然资源局副局长王建国",
        "王副局长",
        "王局长",
        "张三、王建国",
        "王建国(分管)",
        "批准人:王建国",
        "批准人\uff1a王建国\uff08分管\uff09",  # as typed in Chinese: full-width colon and brackets
        "张三\uff0c王建国",
    ],
)
def test_a_person_is_known_however_the_line_names_them(line: str) -> None:
    assert means(line, DEPUTY)


@pytest.mark.parametrize(
    "line", ["王建国强", "王建国长", "王建", "王主任", "李局长", "局长", "建国", "王卫国副局长"]
)
def test_somebody_else_is_not_taken_for_them(line: str) -> None:
    assert not means(line, DEPUTY)


@pytest.mark.parametrize("line", ["王建国局长", "王建国", "局长王建国", "王建国副局长"])
def test_a_longer_name_is_somebody_else(line: str) -> None:
    assert not means(line, Officer("王建"))
    assert not means(line, Officer("建国军"))


def test_of_a_head_the_post_alone_is_a_name() -> None:
    assert means("局长", HEAD)
    assert means("本单位负责人", HEAD)
    assert means("欧阳主任", Officer("欧阳明", "主任"))
    assert not means("副局长", HEAD)
