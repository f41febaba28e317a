from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.domain import exchange
from services.domain.exchange import NAMES, from_petition, pointer_in_row, to_registration
from services.domain.identity import DocumentType
from services.domain.petition import Channel, Purpose
from services.domain.refusal import InvalidField

PAGE = Path(__file__).parents[2] / "docs" / "exchange.md"
ROW = re.compile(r"^\| `([^`]+)` \| ([^|]+) \| `([^`]+)` \| ([^|]+) \|$", re.MULTILINE)


def test_page_maps_what_the_code_maps() -> None:
    written = ROW.findall(PAGE.read_text(encoding="utf-8"))
    ways = {True: "导入、导出", False: "仅导出"}
    assert written == [(each.name, each.label, each.field, ways[each.given]) for each in NAMES]


def test_code_lists_are_complete() -> None:
    assert set(exchange.CHANNELS) == set(Channel)
    assert set(exchange.PURPOSES) == set(Purpose)
    assert set(exchange.DOCUMENTS) == set(DocumentType)


def test_no_name_stands_for_two_fields() -> None:
    assert len({each.name for each in NAMES}) == len({each.field for each in NAMES}) == len(NAMES)


@pytest.mark.parametrize(
    ("word", "block"),
    [
        ("来信", {"letter": {"received_on": "2026-11-18"}}),
        ("走访", {"visit": {"visited_at": "2026-11-18T00:00:00+08:00"}}),
        ("来电", {"hotline": {"called_at": "2026-11-18T00:00:00+08:00"}}),
        ("网信", {}),
    ],
)
def test_day_of_receipt_goes_where_its_channel_has_it(word: str, block: dict[str, object]) -> None:
    body = to_registration({"xfxs": word, "xfrq": "2026/11/18"})
    assert {name: value for name, value in body.items() if name != "channel"} == block


def test_people_and_the_accused_become_lists() -> None:
    body = to_registration(
        {"姓名": "张三", "证件类型": "警官证", "zfrbz": "是", "bfyrhdw": "李某", "bfyrzw": "局长"}
    )
    assert body["petitioners"] == [
        {"name": "张三", "id_document": {"type": "military_id"}, "representative": True}
    ]
    assert body["respondents"] == [{"name": "李某", "position": "局长", "kind": "person"}]


def test_blank_cells_are_absent_and_unknown_names_stay() -> None:
    assert to_registration({"sxr": "", "tsnr": None, "zdry": "1"}) == {"zdry": "1"}


def test_what_only_we_may_say_is_not_taken_in() -> None:
    assert to_registration({"xfjbh": "430900-20261120-000001-2"}) == {"xfjbh": "430900-20261120-000001-2"}


@pytest.mark.parametrize("row", [{"xfxs": "飞鸽"}, {"nmbz": "也许"}, {"xfmddm": "99"}, {"证件类型": "9"}])
def test_word_outside_its_list_is_refused_by_name(row: dict[str, str]) -> None:
    with pytest.raises(InvalidField) as refused:
        to_registration(row)
    assert refused.value.pointer == f"/{next(iter(row))}"


@pytest.mark.parametrize(
    "row",
    [
        {"respondents": ["某局"]},
        {"respondents": "某局", "bfyrhdw": "某局"},
        {"letter": "x", "ycrq": "2026-01-01"},
        {"petitioners": [], "姓名": "张三"},
        {"place": None, "问题属地地址": "南县"},
    ],
)
def test_a_block_of_ours_does_not_fit_a_flat_row(row: dict[str, object]) -> None:
    with pytest.raises(InvalidField) as refused:
        to_registration({"xfxs": "网上信访", **row})
    assert refused.value.pointer == f"/{next(iter(row))}"


@pytest.mark.parametrize(
    ("word", "flag"), [("1", True), ("Y", True), ("y", True), ("TRUE", True), ("否", False), ("n", False)]
)
def test_yes_and_no_are_read_in_either_case(word: str, flag: bool) -> None:
    assert to_registration({"nmbz": word}) == {"anonymous": flag}


def test_purpose_without_a_kind_in_law_is_left_open() -> None:
    assert to_registration({"xfmddm": "咨询"}) == {}


def test_row_of_a_petition_speaks_words() -> None:
    row = from_petition(
        {
            "number": "430900-20261120-000001-2",
            "channel": "letter",
            "form": {"addressee": "市长", "joint_letter": True},
            "anonymous": False,
            "purpose": "denunciation",
            "region_code": "430921000000",
            "address": None,
            "people_count": 3,
            "petitioners": [],
            "particulars": {"involved_count": 20},
        }
    )
    assert row == {
        "xfjbh": "430900-20261120-000001-2",
        "xfxs": "来信",
        "sxr": "市长",
        "lmbz": "1",
        "xfmddm": "揭发控告",
        "wtsddm": "430921000000",
        "xfrs": 3,
        "sjrs": 20,
        "nmbz": "0",
    }


def test_pointers_into_the_body_lead_back_to_the_row() -> None:
    assert pointer_in_row("/petitioners/0/id_document/number") == "/证件号码"
    assert pointer_in_row("/visit/visited_at") == "/xfrq"
    assert pointer_in_row("/something/else") == "/something/else"
