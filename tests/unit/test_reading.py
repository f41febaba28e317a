"""A text is read the same in simplified and traditional characters, with gaps or without."""

from __future__ import annotations

import pytest

from services.adapters import directory_files
from services.adapters.cues import load_cues
from services.adapters.gazetteer import load_gazetteer
from services.domain.reading import read, readable


@pytest.mark.parametrize(
    ("sent", "is_read"),
    [
        ("南縣自然資源局不作為,違法批地", "南县自然资源局不作为,违法批地"),
        ("舉報縣紀委副書記貪汙受賄、濫用職權", "举报县纪委副书记贪污受贿、滥用职权"),
        ("檢舉鎮黨委書記挪用扶貧款", "检举镇党委书记挪用扶贫款"),
        ("人民檢察院檢察長瀆職", "人民检察院检察长渎职"),
        ("勞動監察大隊隊長收受紅包", "劳动监察大队队长收受红包"),
        ("贪 污 受 贿", "贪污受贿"),
        ("贪\u3000污\u3000受\u3000贿", "贪污受贿"),
        ("贪\u00a0污\u00a0受\u00a0贿", "贪污受贿"),
        ("贪\u200b污", "贪污"),
        ("书\ufeff记\u2060受\u00ad贿", "书记受贿"),
        ("張 三 李 四", "张三李四"),
    ],
)
def test_what_is_written_otherwise_is_read_alike(sent: str, is_read: str) -> None:
    assert read(sent) == is_read


@pytest.mark.parametrize(
    "text",
    [
        "",
        "张三 李四",
        "益阳市 南县",
        "the land bureau",
        "甚至没有答复",
        "乾县、於潜镇",
        "😀👨‍👩‍👧".replace("\u200d", ""),
    ],
)
def test_what_is_plain_stays_as_it_is(text: str) -> None:
    assert read(text) is text


def test_each_character_keeps_its_place_in_what_was_sent() -> None:
    is_read, positions = readable("在益 陽 市上訪")
    assert is_read == "在益阳市上访"
    assert positions == [0, 1, 3, 5, 6, 7, 8]


def test_words_that_come_with_the_system_are_read_as_they_stand() -> None:
    words = {phrase for table in load_cues().values() for phrase in table}
    words |= {entry.phrase for entry in directory_files.load_lexicon()}
    for function in directory_files.load_functions().values():
        words |= {function.name, *function.names.values(), *function.aliases}
    assert [word for word in sorted(words) if read(word) != word] == []


def test_no_name_of_a_region_is_read_as_another() -> None:
    gazetteer = load_gazetteer()
    names = {name.name for region in gazetteer for name in gazetteer.names(region.code)}
    assert [name for name in sorted(names) if read(name) != name] == []
