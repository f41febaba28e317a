"""What a confidential text complains of, and what it only turns to; in doubt it complains."""

from __future__ import annotations

import pytest

from services.domain.reproach import reproached

NAME = "市住建局"


@pytest.mark.parametrize(
    "text",
    [
        "楼顶漏水三年,请市住建局处理。",
        "小区电梯故障,恳请市住建局尽快安排维修。",
        "希望市住建局、市城管局派人来看看。",
        "我已向市住建局反映过情况。",
        "尊敬的市住建局领导:您好!小区漏水。",
        "市住建局:\n小区漏水。",
        "物业一直不管,请市住建局督促。",
    ],
)
def test_turning_to_an_organ_is_no_reproach(text: str) -> None:
    assert not reproached(text, NAME)


@pytest.mark.parametrize(
    "text",
    [
        "市住建局不作为。",
        "市住建局于去年发布公告。",
        "请市住建局不要再推诿。",
        "请市住建局的张某退还押金。",
        "请市住建局局长说明情况。",
        "请求纪委查处市住建局。",
        "我向市住建局反映多次,没有结果。",
        "请市住建局处理。市住建局一直压着。",
        "希望市住建局停止强拆。",
        "请求市住建局赔偿。",
        "我对此很失望市住建局。",
        "多次找市住建局。",
        "他在市住建局上班。",
    ],
)
def test_everything_else_is_taken_for_one(text: str) -> None:
    assert reproached(text, NAME)


def test_the_second_organ_after_a_request_is_turned_to_as_the_first_is() -> None:
    assert not reproached("请市城管局处理。", "市城管局")
    assert reproached("请处理,市城管局。", "市城管局")
