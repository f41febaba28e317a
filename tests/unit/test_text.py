"""What text is kept, what is refused, and how alike two texts are."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain import text as text_rules
from services.domain.refusal import InvalidField
from services.domain.text import (
    COMPARED_CHARS,
    characters,
    clean,
    fold_identifier,
    fold_width,
    shingles,
    similarity,
)

ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=200)


def refused(text: str, *, max_chars: int = 100, single_line: bool = False) -> str:
    with pytest.raises(InvalidField) as caught:
        clean(text, max_chars=max_chars, single_line=single_line)
    assert caught.value.message("zh")
    assert caught.value.message("en").isascii()
    return caught.value.field_code


@pytest.mark.parametrize(
    "text",
    [
        "反映村集体土地被占用。",
        "𠮷田、𩸽、㐂，都是一个字",
        "葛󠄀城（异体字选择符）",
        "👨‍👩‍👧 一家三口",
        "ئۇيغۇر",
        "Ａ栋１２号",
        "第一行\r\n\t第二行\n\n\n第四行",
        "\ue000（自造字）",
        "乱码\ufffd照收",
    ],
)
def test_what_people_write_is_kept(text: str) -> None:
    assert clean(text, max_chars=100) == unicodedata.normalize("NFC", text)


def test_edges_are_trimmed_and_nothing_inside() -> None:
    assert clean(" \u3000\n征地  补偿\n ", max_chars=100) == "征地  补偿"


def test_decomposed_letters_are_composed() -> None:
    assert clean("Zoe\u0308", max_chars=4) == "Zo\u00eb"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("姓\x00名", "control_character"),
        ("\x1b[31m红", "control_character"),
        ("a\x0bb", "control_character"),
        ("a\x7fb", "control_character"),
        ("a\x9bb", "control_character"),
        ("半个\ud842", "not_text"),
        ("\udfb7半个", "not_text"),
        ("a\ufdd0b", "not_text"),
        ("a\uffffb", "not_text"),
        ("a\U0010fffeb", "not_text"),
        ("a\u202egpj.exe", "bidi_override"),
        ("a" + "\u0301" * 31, "combining_run"),
        ("a" + "\u0670\u0316" * 16, "combining_run"),
        ("", "empty"),
        (" \n\u3000", "empty"),
        ("\u200b\ufeff\u2060", "empty"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_name(text: str, code: str) -> None:
    assert refused(text) == code


@pytest.mark.parametrize("text", ["张\n三", "张\t三", "张\r三", "张\u2028三"])
def test_a_name_has_one_line(text: str) -> None:
    assert refused(text, single_line=True) == "control_character"


def test_the_message_names_place_and_code_point() -> None:
    with pytest.raises(InvalidField, match="第3个字符处含有控制字符（U\\+0000）"):
        clean("姓名\x00", max_chars=10)


def test_the_quick_look_passes_nothing_that_is_refused() -> None:
    for point in range(0x11_0000):
        if text_rules._HARMLESS.fullmatch(chr(point)):
            assert not text_rules._CONTROL.match(chr(point))
            assert not text_rules._NOT_TEXT.match(chr(point))
            assert point != 0x202E
            assert not unicodedata.combining(chr(point))


def test_ordinary_characters_need_no_second_look() -> None:
    for point in range(0x11_0000):
        char = chr(point)
        if text_rules._ORDINARY_TEXT.fullmatch(char) and not char.isspace():
            assert text_rules._ORDINARY_LINE.fullmatch(char)
            assert text_rules._HARMLESS.fullmatch(char)
            assert text_rules._is_visible(char)
            assert unicodedata.is_normalized("NFC", char)
            assert all(unicodedata.is_normalized("NFC", before + char) for before in "e中가")


@given(st.text("张三 \t\n,。、“”—ab1e\u0301\u3000\u00a0\u202e\x07", max_size=12), st.booleans())
def test_the_short_way_says_what_the_long_one_says(text: str, single_line: bool) -> None:
    def outcome(trick: str) -> str:
        try:  # the long way is taken for a text with a mark that must be composed at its end
            return clean(text + trick, max_chars=100, single_line=single_line).removesuffix(
                unicodedata.normalize("NFC", trick)
            )
        except InvalidField as refused:
            return refused.field_code

    assert outcome("x") == outcome("e\u0301")


def test_thirty_marks_on_a_letter_are_kept() -> None:
    assert clean("a" + "\u0316" * 30, max_chars=100)


@pytest.mark.parametrize("text", ["𠮷" * 10, "e\u0301" * 10])
def test_length_is_counted_in_composed_characters(text: str) -> None:
    assert len(clean(text, max_chars=10)) == 10
    assert refused(text + "一", max_chars=10) == "too_long"


def test_the_limit_is_told() -> None:
    with pytest.raises(InvalidField, match="最多10个字符"):
        clean("一" * 11, max_chars=10)


def test_a_hostile_run_of_marks_costs_no_time() -> None:
    started = time.perf_counter()
    assert refused("a" + "\u0301\u0316" * 50_000, max_chars=100_001) == "combining_run"
    assert time.perf_counter() - started < 1


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    try:
        once = clean(text, max_chars=200)
    except InvalidField:
        return
    assert clean(once, max_chars=200) == once
    assert once == unicodedata.normalize("NFC", text.strip())
    once.encode()


@given(ANY_TEXT)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold_width(fold_width(text)) == fold_width(text)
    assert fold_identifier(fold_identifier(text)) == fold_identifier(text)


def test_identifiers_lose_width_case_and_separators() -> None:
    assert fold_identifier(" ４３０９－2１ x\u200b–\u202dａ") == "430921XA"


@given(st.text(max_size=50))
def test_characters_add_up_to_the_text(text: str) -> None:
    assert "".join(characters(text)) == text


def test_marks_and_selectors_belong_to_their_base() -> None:
    assert characters("𠮷葛\U000e0100e\u0301") == ["𠮷", "葛\U000e0100", "e\u0301"]


def test_same_matter_written_otherwise_is_alike() -> None:
    first = "2026年3月，村委会未经村民同意，将我家承包地3.5亩出租。"
    second = "２０２６年３月 村委会未经村民同意将我家承包地3.5亩出租！！"
    assert similarity(first, second) == 1.0


def test_other_matters_are_unlike() -> None:
    assert similarity("小区门口夜间施工噪声扰民，影响休息", "工地拖欠工资三个月，多次讨要未果") < 0.05


def test_an_added_sentence_leaves_texts_alike() -> None:
    matter = "我家房屋在棚户区改造中被拆除，补偿款至今没有到账，多次到街道办反映没有结果。"
    assert 0.6 < similarity(matter, matter + "请尽快答复。") < 1


@pytest.mark.parametrize(("a", "b"), [("", ""), ("", "征地"), ("！！", "，，")])
def test_without_words_nothing_is_alike(a: str, b: str) -> None:
    assert similarity(a, b) == 0.0


def test_short_texts_are_compared_whole() -> None:
    assert similarity("征地", "征 地") == 1.0
    assert shingles("征地补偿") == {"征地补偿"}


@given(st.text(max_size=80), st.text(max_size=80))
def test_likeness_is_mutual_and_bounded(a: str, b: str) -> None:
    assert 0.0 <= similarity(a, b) == similarity(b, a) <= 1.0


def test_very_long_texts_are_compared_in_their_first_part() -> None:
    long = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(100_000))
    assert len(shingles(long)) <= COMPARED_CHARS
    started = time.perf_counter()
    assert similarity(long, long) == 1.0
    assert time.perf_counter() - started < 1
