"""Documents and phones have one spelling; what cannot be right is refused; masks show the least.

All numbers here are made up: they satisfy the check characters and belong to nobody we know.
"""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.identity import (
    DocumentType,
    as_18,
    gb_11643_check,
    gb_32100_check,
    index_document,
    index_name,
    mask_address,
    mask_document,
    mask_name,
    mask_phone,
    normalise_document,
    normalise_phone,
)
from services.domain.refusal import InvalidField

TODAY = date(2026, 11, 22)


def naive_check(body: str) -> str:
    """GB 11643 as the standard words it: find the character for which the weighted sum is 1 modulo 11."""
    for value, char in enumerate("0123456789X"):
        total = value
        for position in range(2, 19):  # counted from the right, weight 2 ** (position - 1) mod 11
            total += int(body[18 - position]) * (2 ** (position - 1) % 11)
        if total % 11 == 1:
            return char
    raise AssertionError("one of eleven characters always fits")


def number_of(body: str) -> str:
    return body + naive_check(body)


GOOD = number_of("43092119620101001")
OLD = "430921620101001"


def normalised(kind: DocumentType, number: str) -> str:
    return normalise_document(kind, number, on=TODAY)


def refused(kind: DocumentType, number: str) -> str:
    with pytest.raises(InvalidField) as caught:
        normalised(kind, number)
    told = caught.value.message("zh") + caught.value.message("en")
    assert not number or number not in told
    assert caught.value.message("en").isascii()
    return caught.value.field_code


def test_ten_thousand_numbers_agree_with_the_standard() -> None:
    chance = random.Random(11643)
    for _ in range(10_000):
        born = date(1900, 1, 1) + timedelta(days=chance.randrange(46_000))
        place = f"{chance.choice(('11', '43', '65'))}{chance.randrange(10_000):04d}"
        body = f"{place}{born:%Y%m%d}{chance.randrange(1000):03d}"
        right = naive_check(body)
        assert gb_11643_check(body) == right
        given = chance.choice("0123456789X")
        if given == right:
            assert normalised(DocumentType.RESIDENT_ID, body + given) == body + given
        else:
            assert refused(DocumentType.RESIDENT_ID, body + given) == "id_checksum"


@pytest.mark.parametrize(
    "typed",
    [
        GOOD.lower(),
        f" {GOOD[:6]} {GOOD[6:14]} {GOOD[14:]} ",
        f"{GOOD[:6]}-{GOOD[6:14]}-{GOOD[14:]}",
        "".join(chr(ord(char) + 0xFEE0) for char in GOOD),
        f"\u202d{GOOD}\u202c",
    ],
)
def test_a_number_has_one_spelling(typed: str) -> None:
    assert normalised(DocumentType.RESIDENT_ID, typed) == GOOD


def test_a_small_x_becomes_a_capital() -> None:
    ending_in_x = next(
        n for serial in range(100) if (n := number_of(f"430921196201010{serial:02d}")).endswith("X")
    )
    assert normalised(DocumentType.RESIDENT_ID, ending_in_x.lower()) == ending_in_x
    assert normalised(DocumentType.RESIDENT_ID, f"{ending_in_x[:-1]}ｘ") == ending_in_x


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "id_length"),
        (GOOD[:-1], "id_length"),
        (GOOD + "1", "id_length"),
        (f"{GOOD[:10]}X{GOOD[11:]}", "id_characters"),
        ("٤" * 18, "id_characters"),
        (number_of("99092119620101001"), "id_region"),
        (number_of("00092119620101001"), "id_region"),
        (number_of("81000019620101001"), "id_region"),
        (number_of("43092119620230001"), "id_birth_date"),
        (number_of("43092119621301001"), "id_birth_date"),
        (number_of("43092100000101001"), "id_birth_date"),
        (number_of("43092118750101001"), "id_birth_date"),
        (number_of("43092120261123001"), "id_birth_date"),
        (number_of("43092119000229001"), "id_birth_date"),
        ("430921621301001", "id_birth_date"),
        ("990921620101001", "id_region"),
    ],
)
def test_an_impossible_number_is_refused_by_name(number: str, code: str) -> None:
    assert refused(DocumentType.RESIDENT_ID, number) == code


def test_a_child_born_today_has_a_number() -> None:
    assert normalised(DocumentType.RESIDENT_ID, number_of("43092120261122001"))


def test_every_single_wrong_digit_is_found() -> None:
    for place in range(18):
        for wrong in set("0123456789") - {GOOD[place]}:
            with pytest.raises(InvalidField):
                normalised(DocumentType.RESIDENT_ID, GOOD[:place] + wrong + GOOD[place + 1 :])


def test_an_old_number_finds_the_same_person() -> None:
    assert normalised(DocumentType.RESIDENT_ID, OLD) == OLD
    assert as_18(OLD) == GOOD
    assert as_18(GOOD) == GOOD
    assert index_document(OLD) == index_document(GOOD) == GOOD


def credit_code(body: str) -> str:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
    rest = 31 - sum(w * alphabet.index(c) for w, c in zip(weights, body, strict=True)) % 31
    return body + alphabet[rest % 31]


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        (DocumentType.PASSPORT, "e１２345678", "E12345678"),
        (DocumentType.PASSPORT, "EA 1234567", "EA1234567"),
        (DocumentType.PASSPORT, "G12345678", "G12345678"),
        (DocumentType.PASSPORT, "123456789", "123456789"),
        (DocumentType.PASSPORT, "AB12C", "AB12C"),
        (DocumentType.HK_MACAU_PERMIT, "h12345678", "H12345678"),
        (DocumentType.HK_MACAU_PERMIT, "M12345678 02", "M1234567802"),
        (DocumentType.TAIWAN_PERMIT, "0123 4567", "01234567"),
        (DocumentType.TAIWAN_PERMIT, "0123456701(b)", "0123456701B"),
        (DocumentType.HMT_RESIDENCE_PERMIT, number_of("81000019900307001"), number_of("81000019900307001")),
        (DocumentType.HMT_RESIDENCE_PERMIT, number_of("83000019900307001"), number_of("83000019900307001")),
        (DocumentType.MILITARY_ID, "南字第 1234567 号", "南1234567"),
        (DocumentType.MILITARY_ID, "南1234567", "南1234567"),
        (DocumentType.HOUSEHOLD_REGISTER, "430921-00123", "43092100123"),
        (DocumentType.FOREIGN_PERMANENT_RESIDENT, "usa430085010112", "USA430085010112"),
        (
            DocumentType.FOREIGN_PERMANENT_RESIDENT,
            number_of("94384019850101001"),
            number_of("94384019850101001"),
        ),
        (
            DocumentType.UNIFIED_SOCIAL_CREDIT,
            credit_code("91430900MA4L1A2B3"),
            credit_code("91430900MA4L1A2B3"),
        ),
        (DocumentType.OTHER, "残疾人证 43-001", "残疾人证43001"),
    ],
)
def test_each_kind_of_document_is_read(kind: DocumentType, typed: str, stored: str) -> None:
    assert normalised(kind, typed) == stored
    assert normalised(kind, stored) == stored


@pytest.mark.parametrize(
    ("kind", "number", "code"),
    [
        (DocumentType.PASSPORT, "E123", "id_format"),
        (DocumentType.PASSPORT, "ABCDEFG", "id_format"),
        (DocumentType.PASSPORT, "护照12345", "id_format"),
        (DocumentType.HK_MACAU_PERMIT, "K12345678", "id_format"),
        (DocumentType.HK_MACAU_PERMIT, "H123456789", "id_format"),
        (DocumentType.TAIWAN_PERMIT, "1234567", "id_format"),
        (DocumentType.HMT_RESIDENCE_PERMIT, GOOD, "id_region"),
        (DocumentType.HMT_RESIDENCE_PERMIT, "810000", "id_length"),
        (DocumentType.HMT_RESIDENCE_PERMIT, "81000019900307001A", "id_characters"),
        (DocumentType.HMT_RESIDENCE_PERMIT, number_of("81000019901307001"), "id_birth_date"),
        (DocumentType.FOREIGN_PERMANENT_RESIDENT, "USA43008501011", "id_length"),
        (DocumentType.FOREIGN_PERMANENT_RESIDENT, "U1A430085010112", "id_characters"),
        (DocumentType.FOREIGN_PERMANENT_RESIDENT, "USA430085130112", "id_birth_date"),
        (DocumentType.FOREIGN_PERMANENT_RESIDENT, number_of("94384020270101001"), "id_birth_date"),
        (DocumentType.UNIFIED_SOCIAL_CREDIT, "91430900MA4L1A2B3", "id_length"),
        (DocumentType.UNIFIED_SOCIAL_CREDIT, "91430900MA4L1A2BI0", "id_characters"),
        (DocumentType.MILITARY_ID, "军官", "id_format"),
        (DocumentType.HOUSEHOLD_REGISTER, "1", "id_format"),
        (DocumentType.OTHER, "", "id_format"),
        (DocumentType.OTHER, "a\x00b", "id_format"),
    ],
)
def test_each_kind_of_document_is_checked(kind: DocumentType, number: str, code: str) -> None:
    assert refused(kind, number) == code


def test_every_wrong_check_character_of_an_organisation_is_found() -> None:
    good = credit_code("91430900MA4L1A2B3")
    assert gb_32100_check(good[:17]) == good[17]
    for wrong in set("0123456789ABCDEFGHJKLMNPQRTUWXY") - {good[17]}:
        assert refused(DocumentType.UNIFIED_SOCIAL_CREDIT, good[:17] + wrong) == "id_checksum"


def test_a_renewed_permit_finds_the_same_person() -> None:
    assert index_document("H1234567801") == index_document("H12345678") == "H12345678"
    assert index_document("E12345678") == "E12345678"


@given(st.sampled_from(DocumentType), st.text("0123456789xXHMEG ー-－１２ａ字第号南()", max_size=22))
def test_normalising_a_document_twice_changes_nothing(kind: DocumentType, text: str) -> None:
    try:
        once = normalised(kind, text)
    except InvalidField:
        return
    assert normalised(kind, once) == once


@given(st.sampled_from(DocumentType), st.text(st.characters(exclude_categories=[]), max_size=30))
def test_no_text_breaks_the_documents(kind: DocumentType, text: str) -> None:
    with suppress(InvalidField):
        assert normalised(kind, text)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("13912345678", "+8613912345678"),
        ("139 1234-5678", "+8613912345678"),
        ("１３９１２３４５６７８", "+8613912345678"),
        ("+86 139 1234 5678", "+8613912345678"),
        ("＋８６（１３９）１２３４５６７８", "+8613912345678"),
        ("0086-13912345678", "+8613912345678"),
        ("8613912345678", "+8613912345678"),
        ("013912345678", "+8613912345678"),
        ("\u202d13912345678\u202c", "+8613912345678"),
        ("0737-1234567", "+867371234567"),
        ("(0737) 1234567", "+867371234567"),
        ("+86 737 1234567", "+867371234567"),
        ("+86 (0)737 1234567", "+867371234567"),
        ("010-65432100", "+861065432100"),
        ("0571-86543210", "+8657186543210"),
        ("0737-1234567转801", "+867371234567;ext=801"),
        ("0737-1234567-分机:801", "+867371234567;ext=801"),
        ("0737 1234567 ext. 801", "+867371234567;ext=801"),
        ("400-812-3456", "+864008123456"),
        ("+852 2345 6789", "+85223456789"),
        ("00852-91234567", "+85291234567"),
        ("+853 6612 3456", "+85366123456"),
        ("+886 0912 345 678", "+886912345678"),
        ("+44 (0)20 7946 0958", "+442079460958"),
        ("+1 (202) 555-0147", "+12025550147"),
    ],
)
def test_a_phone_has_one_spelling(typed: str, stored: str) -> None:
    assert normalise_phone(typed) == stored
    assert normalise_phone(stored) == stored


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "phone_characters"),
        ("无", "phone_characters"),
        ("13912345678/13812345678", "phone_characters"),
        ("1391234567O", "phone_characters"),
        ("12345", "phone_short_code"),
        ("110", "phone_short_code"),
        ("95588", "phone_short_code"),
        ("+86 12345", "phone_short_code"),
        ("1234567", "phone_area_code"),
        ("65432100", "phone_area_code"),
        ("7371234567", "phone_area_code"),
        ("1391234567", "phone_format"),
        ("139123456789", "phone_format"),
        ("12012345678", "phone_format"),
        ("0737-12345", "phone_format"),
        ("+852 1234", "phone_format"),
        ("+853 12345678", "phone_format"),
        ("+0123456789", "phone_format"),
        ("+1234567890123456", "phone_format"),
    ],
)
def test_an_impossible_phone_is_refused_by_name(typed: str, code: str) -> None:
    with pytest.raises(InvalidField) as caught:
        normalise_phone(typed)
    assert caught.value.field_code == code
    assert caught.value.message("zh")
    assert caught.value.message("en").isascii()


@given(st.text("0123456789+-() 转xX;=ext８", max_size=24))
def test_normalising_a_phone_twice_changes_nothing(text: str) -> None:
    try:
        once = normalise_phone(text)
    except InvalidField:
        return
    assert normalise_phone(once) == once


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("欧阳锋", "欧**"),
        ("𠮷田", "𠮷*"),
        ("葛\U000e0100城", "葛\U000e0100*"),
        ("e\u0301l", "e\u0301*"),
        ("张", "*"),
        ("", "*"),
    ],
)
def test_a_name_shows_its_first_character(name: str, masked: str) -> None:
    assert mask_name(name) == masked


def test_a_document_shows_its_ends() -> None:
    assert mask_document(GOOD) == f"4****************{GOOD[-1]}"
    assert mask_document("E12345678") == "E*******8"
    assert mask_document("12345") == "*****"


def test_a_phone_shows_little() -> None:
    assert mask_phone("+8613912345678") == "139****5678"
    assert mask_phone("+867371234567;ext=801") == "****67"
    assert mask_phone("+85223456789") == "****89"
    assert mask_phone("12345") == "****"


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("湖南省益阳市南县茅草街镇某村3组", "湖南省益阳市南县***"),
        ("湖南省益阳市沅江市琼湖街道某路1号", "湖南省益阳市沅江市***"),
        ("山东省济南市市中区经四路1号", "山东省济南市市中区***"),
        ("内蒙古自治区呼伦贝尔市鄂伦春自治旗阿里河镇", "内蒙古自治区呼伦贝尔市鄂伦春自治旗***"),
        ("湖北省恩施土家族苗族自治州恩施市舞阳坝", "湖北省恩施土家族苗族自治州恩施市***"),
        ("南县茅草街镇1号", "南县***"),
        ("益阳市某某路12号幸福小区", "益阳市***"),
        ("茅草街镇某村3组12号", "茅草街镇某***"),
        ("幸福小区3栋", "幸福小***"),
        ("村", "***"),
        ("", "***"),
    ],
)
def test_an_address_is_shown_down_to_its_county(address: str, masked: str) -> None:
    assert mask_address(address) == masked


@given(st.text(min_size=1, max_size=30))
def test_masks_never_show_the_whole(text: str) -> None:
    assert mask_name(text) != text or set(text) == {"*"}
    assert mask_address(text).endswith("***")


def test_a_name_is_found_in_other_spellings() -> None:
    assert index_name("买买提·艾力") == index_name("买买提艾力") == index_name(" 买买提 • 艾力 ")
    assert index_name("ＷＡＮＧ Ｗｅｉ") == index_name("wang wei")
    assert index_name("𠮷田") != index_name("吉田")
