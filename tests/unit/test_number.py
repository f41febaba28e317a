"""The petition number finds slips of the pen; the query code is a secret of sixteen digits."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.number import (
    NumberParts,
    check_digit,
    format_number,
    normalise_query_code,
    parse_number,
    query_code,
)
from services.domain.refusal import InvalidField

SAMPLES = [
    format_number("430921000000", date(2026, 11, 20), 1),
    format_number("110101", date(2027, 1, 1), 999_999),
    format_number("659012500000", date(2031, 12, 31), 12_345_678),
    format_number("430900", date(2028, 2, 29), 405_060),
]


def code_of(text: str) -> str:
    with pytest.raises(InvalidField) as caught:
        parse_number(text)
    assert caught.value.message("zh")
    assert caught.value.message("en").isascii()
    return caught.value.field_code


def test_the_published_check_digit_is_reproduced() -> None:
    assert check_digit("572") == "4"
    assert check_digit("5724") == "0"


def test_a_number_shows_region_day_and_sequence() -> None:
    assert SAMPLES[0] == "430921-20261120-000001-8"
    assert parse_number(SAMPLES[0]) == NumberParts("430921", date(2026, 11, 20), 1)
    assert str(parse_number(SAMPLES[0])) == SAMPLES[0]


def test_a_sequence_grows_beyond_six_digits() -> None:
    assert SAMPLES[2].startswith("659012-20311231-12345678-")
    assert parse_number(SAMPLES[2]).sequence == 12_345_678


@pytest.mark.parametrize(
    "typed",
    [
        "430921202611200000018",
        " 430921 20261120 000001 8 ",
        "４３０９２１－２０２６１１２０－０００００１－８",
        "430921–20261120—000001−8",
        "4309-2120-2611-2000-0001-8",
    ],
)
def test_a_number_is_read_as_typed(typed: str) -> None:
    assert str(parse_number(typed)) == SAMPLES[0]


@pytest.mark.parametrize("number", SAMPLES)
def test_every_single_wrong_digit_is_found(number: str) -> None:
    digits = number.replace("-", "")
    for place, right in enumerate(digits):
        for wrong in set("0123456789") - {right}:
            assert code_of(digits[:place] + wrong + digits[place + 1 :]) == "number_check_digit"


@pytest.mark.parametrize("number", SAMPLES)
def test_every_swap_of_neighbours_is_found(number: str) -> None:
    digits = number.replace("-", "")
    for place in range(len(digits) - 1):
        left, right = digits[place], digits[place + 1]
        if left != right:
            assert code_of(digits[:place] + right + left + digits[place + 2 :]) == "number_check_digit"


def with_check(digits: str) -> str:
    return digits + check_digit(digits)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12345",
        "430921-20261120-00001-8",
        "HL20261120-000123",
        "430921-2026112O-000001-8",
        "4" * 200,
        with_check("43092120261320000001"),
        with_check("43092120260229000001"),
        with_check("43092120261120000000"),
        with_check("430921202611200000001"),
        "٤٣٠٩٢١٢٠٢٦١١٢٠٠٠٠٠٠١٨",
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    assert code_of(text) == "number_format"


@pytest.mark.parametrize(("region", "sequence"), [("43092", 1), ("43O921", 1), ("430921", 0), ("430921", -1)])
def test_no_number_is_made_of_nonsense(region: str, sequence: int) -> None:
    with pytest.raises(ValueError, match=r"region|sequence"):
        format_number(region, date(2026, 11, 20), sequence)


@given(
    st.integers(110_000, 659_999), st.dates(date(2000, 1, 1), date(2199, 12, 31)), st.integers(1, 10**11 - 1)
)
def test_every_number_is_read_back(region: int, day: date, sequence: int) -> None:
    parts = parse_number(format_number(f"{region}000000", day, sequence))
    assert parts == NumberParts(str(region), day, sequence)


def test_a_query_code_follows_from_its_bytes() -> None:
    assert query_code(bytes(31) + b"\x07") == "0000-0000-0000-0007"
    assert query_code((10**16 + 1234_5678_9012_3456).to_bytes(16, "big")) == "1234-5678-9012-3456"


def test_too_few_bytes_make_no_query_code() -> None:
    with pytest.raises(ValueError, match="16 random bytes"):
        query_code(bytes(15))


def test_digits_of_query_codes_are_even() -> None:
    state, digits = 1, Counter[str]()
    for _ in range(2_000):
        state = state * 6364136223846793005 % 2**256 or 1
        digits.update(query_code(state.to_bytes(32, "big")).replace("-", ""))
    assert all(2_900 < digits[digit] < 3_500 for digit in "0123456789")


@given(st.binary(min_size=16, max_size=64))
def test_a_query_code_is_read_back(random_bytes: bytes) -> None:
    code = query_code(random_bytes)
    bare = normalise_query_code(code)
    assert bare == code.replace("-", "")
    assert normalise_query_code(f" {code.replace('-', '　')} ") == bare == normalise_query_code(bare)


@pytest.mark.parametrize("text", ["", "123", "1234-5678-9012-345X", "1" * 17])
def test_what_is_no_query_code_is_refused(text: str) -> None:
    with pytest.raises(InvalidField) as caught:
        normalise_query_code(text)
    assert caught.value.field_code == "query_code_format"
