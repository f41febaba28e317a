"""What a confidential text complains of, and what it only turns to; in doubt it complains."""

from __future__ import annotations

import pytest

from services.domain.reproach import reproached, spans_turned_to

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


def inquirer_reproached(text: str, name: str = "县纪委") -> bool:
    start = text.index(name)
    place = (start, start + len(name))
    return not spans_turned_to(text, [place], {place})


@pytest.mark.parametrize(
    "text",
    [
        "请县纪委查处县民政局局长受贿。",
        "恳请县纪委领导尽快彻底调查村支书贪污低保款,他不给我们发。",
        "我向县纪委实名举报村支书侵占集体土地。",
        "尊敬的县纪委领导:您好!",
        "请县纪委依法严惩。",
    ],
)
def test_what_an_inquirer_is_to_look_into_is_no_reproach_to_it(text: str) -> None:
    assert not inquirer_reproached(text)


@pytest.mark.parametrize(
    "text",
    [
        "县纪委书记受贿。",
        "我举报县纪委张书记受贿。",
        "请县纪委查处自己的副书记。",
        "已向县纪委举报村支书受贿,没有结果。",
        "请县纪委查处,不要再包庇。",
        "请县纪委张某受贿的事查处。",
        "县纪委去年来过。",
    ],
)
def test_an_inquirer_in_doubt_is_accused(text: str) -> None:
    assert inquirer_reproached(text)
