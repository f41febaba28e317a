"""Who a petitioner is: documents, phones, and how much of them is shown.

Numbers are normalised so that one person's number has one spelling (the blind index depends on it)
and refused, with what to do about it, when they cannot be right. Masks show the least that lets the
petitioner recognise the own entry. Messages never quote a number.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from enum import StrEnum

from services.domain.refusal import InvalidField
from services.domain.text import characters, fold_identifier, fold_width


class DocumentType(StrEnum):
    RESIDENT_ID = "resident_id"  # 居民身份证
    PASSPORT = "passport"  # 护照
    HK_MACAU_PERMIT = "hk_macau_permit"  # 港澳居民来往内地通行证
    TAIWAN_PERMIT = "taiwan_permit"  # 台湾居民来往大陆通行证
    HMT_RESIDENCE_PERMIT = "hmt_residence_permit"  # 港澳台居民居住证
    MILITARY_ID = "military_id"  # 军官证、士兵证、警官证
    HOUSEHOLD_REGISTER = "household_register"  # 户口簿
    FOREIGN_PERMANENT_RESIDENT = "foreign_permanent_resident"  # 外国人永久居留身份证
    UNIFIED_SOCIAL_CREDIT = "unified_social_credit"  # 统一社会信用代码
    OTHER = "other"


LONGEST_LIFE_YEARS = 150
"""A birth date further back is taken for a slip of the pen."""

_PROVINCE = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71")
_HMT_PREFIXES = ("810000", "820000", "830000")
_GB_11643_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_GB_11643_CHECKS = "10X98765432"
_GB_32100_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_BRACKETS = str.maketrans("", "", "()[]（）【】")

# type: (Chinese name, English name, pattern of the folded number)
_SHAPES: dict[DocumentType, tuple[str, str, re.Pattern[str]]] = {
    DocumentType.PASSPORT: ("护照", "passport", re.compile(r"(?=.*[0-9])[A-Z0-9]{5,20}")),
    DocumentType.HK_MACAU_PERMIT: (
        "港澳居民来往内地通行证", "Hong Kong and Macau permit", re.compile(r"[HM][0-9]{8}([0-9]{2})?")),
    DocumentType.TAIWAN_PERMIT: (
        "台湾居民来往大陆通行证", "Taiwan permit", re.compile(r"[0-9]{8}([0-9]{2}[A-Z]?)?")),
    DocumentType.MILITARY_ID: (
        "军人（警官）证件", "military id", re.compile(r"([\u4e00-\u9fff]{1,4}|[A-Z]{0,3})[0-9]{5,12}")),
    DocumentType.HOUSEHOLD_REGISTER: ("户口簿", "household register", re.compile(r"[A-Z0-9]{5,20}")),
    DocumentType.OTHER: ("证件", "document", re.compile(r"[^\W_]{2,40}")),
}  # fmt: skip


def normalise_document(kind: DocumentType, number: str, *, on: date) -> str:
    """The one spelling of a document number; ``on`` is the day after which nobody can have been born.

    Raises InvalidField: id_length, id_characters, id_region, id_birth_date, id_checksum, id_format.
    """
    folded = fold_identifier(number).translate(_BRACKETS)
    match kind:
        case DocumentType.RESIDENT_ID:
            return _resident_id(folded, on)
        case DocumentType.HMT_RESIDENCE_PERMIT:
            return _hmt_residence_permit(folded, on)
        case DocumentType.FOREIGN_PERMANENT_RESIDENT:
            return _foreign_permanent_resident(folded, on)
        case DocumentType.UNIFIED_SOCIAL_CREDIT:
            return _unified_social_credit(folded)
        case DocumentType.MILITARY_ID:
            return _shaped(kind, re.sub("[字第号]", "", folded))
        case _:
            return _shaped(kind, folded)


def as_18(number: str) -> str:
    """The 18-digit form of a normalised resident identity number (GB 11643: century and check added)."""
    if len(number) != 15:
        return number
    body = f"{number[:6]}19{number[6:]}"
    return body + gb_11643_check(body)


def index_document(number: str) -> str:
    """What the blind index is taken of, so that a person is found by the old and the new number alike.

    ``number`` is normalised, of any kind: a petitioner who chose the wrong kind is found as well. Old
    identity numbers count as their 18-digit form; of a Hong Kong or Macau permit the two digits that
    count its renewals are left out.
    """
    if re.fullmatch(r"[0-9]{15}", number):
        return as_18(number)
    return number[:9] if re.fullmatch(r"[HM][0-9]{10}", number) else number


def index_name(name: str) -> str:
    """What the blind index of a name is taken of: NFC, width and case folded, no blanks or middle dots."""
    folded = fold_width(unicodedata.normalize("NFC", name)).casefold()
    return re.sub(r"[\s\u00b7\u2022\u2027\u30fb\uff65]+", "", folded)


def gb_11643_check(body: str) -> str:
    """The 18th character of an identity number (GB 11643, ISO 7064 MOD 11-2) from the first 17 digits."""
    total = sum(weight * int(digit) for weight, digit in zip(_GB_11643_WEIGHTS, body, strict=True))
    return _GB_11643_CHECKS[total % 11]


def gb_32100_check(body: str) -> str:
    """The 18th character of a unified social credit code (GB 32100, MOD 31) from the first 17."""
    total = sum(pow(3, place, 31) * _GB_32100_ALPHABET.index(char) for place, char in enumerate(body))
    return _GB_32100_ALPHABET[-total % 31]


def _resident_id(number: str, on: date) -> str:
    if len(number) not in (15, 18):
        raise _length(len(number), "15或18", "15 or 18")
    if not re.fullmatch(r"[0-9]{15}|[0-9]{17}[0-9X]", number):
        raise _characters("身份证号码只能含数字，末位可为X", "Digits only; the last may be X")
    if number.startswith(_HMT_PREFIXES):
        raise InvalidField(
            code="id_region",
            zh="这是港澳台居民居住证号码，请把证件类型改为“港澳台居民居住证”。",
            en="This is the number of a residence permit: choose hmt_residence_permit as the type.",
        )
    if not _PROVINCE.match(number):
        raise InvalidField(
            code="id_region",
            zh="身份证号码前两位不是省份代码，请对照证件核对。",
            en="The first two digits are no province's code. Compare the number with the card.",
        )
    _check_birth(number[6:14] if len(number) == 18 else f"19{number[6:12]}", on)
    return number if len(number) == 15 else _checked_18(number)


def _hmt_residence_permit(number: str, on: date) -> str:
    if len(number) != 18:
        raise _length(len(number), "18", "18")
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise _characters("居住证号码只能含数字，末位可为X", "Digits only; the last may be X")
    if not number.startswith(_HMT_PREFIXES):
        raise InvalidField(
            code="id_region",
            zh="港澳台居民居住证号码应以810000、820000或830000开头，请核对证件类型。",
            en="This permit's number starts with 810000, 820000 or 830000. Check the type.",
        )
    _check_birth(number[6:14], on)
    return _checked_18(number)


def _foreign_permanent_resident(number: str, on: date) -> str:
    """Cards since 2023 have 18 digits in the order of GB 11643; older ones country, place, YYMMDD, serial."""
    if len(number) not in (15, 18):
        raise _length(len(number), "15或18", "15 or 18")
    if re.fullmatch(r"9[0-9]{16}[0-9X]", number):
        _check_birth(number[6:14], on)
        return _checked_18(number)
    if not re.fullmatch(r"[A-Z]{3}[0-9]{12}", number):
        raise _characters(
            "永久居留证号码应为3个字母加12位数字，或以9开头的18位数字",
            "Three letters and 12 digits, or 18 digits that start with 9",
        )
    century = "20" if f"20{number[7:13]}" <= f"{on:%Y%m%d}" else "19"
    _check_birth(century + number[7:13], on)
    return number


def _unified_social_credit(number: str) -> str:
    if len(number) != 18:
        raise _length(len(number), "18", "18")
    if not set(number) <= set(_GB_32100_ALPHABET):
        raise _characters(
            "统一社会信用代码只含数字和大写字母，不含I、O、S、V、Z",
            "Digits and letters, but no I, O, S, V, Z",
        )
    if gb_32100_check(number[:17]) != number[17]:
        raise _checksum()
    return number


def _shaped(kind: DocumentType, number: str) -> str:
    zh, en, pattern = _SHAPES[kind]
    if not pattern.fullmatch(number):
        raise InvalidField(
            code="id_format",
            zh=f"{zh}号码格式不正确，请按证件原样填写；证件类型不符时请改选。",
            en=f"Not a {en} number. Enter it as printed, or choose another type.",
        )
    return number


def _checked_18(number: str) -> str:
    if gb_11643_check(number[:17]) != number[17]:
        raise _checksum()
    return number


def _check_birth(digits: str, on: date) -> None:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        born = date.max
    if not (on.year - LONGEST_LIFE_YEARS <= born.year and born <= on):
        raise InvalidField(
            code="id_birth_date",
            zh="证件号码中的出生日期不存在或不合理，请对照证件核对。",
            en="The birth date in the number is not possible. Compare it with the card.",
        )


def _length(found: int, zh: str, en: str) -> InvalidField:
    return InvalidField(
        code="id_length",
        zh=f"证件号码应为{zh}位，现为{found}位，请核对是否多写或漏写。",
        en=f"The number has {found} characters; it should have {en}.",
    )


def _characters(zh: str, en: str) -> InvalidField:
    return InvalidField(code="id_characters", zh=f"{zh}，请核对。", en=f"{en}. Check the number.")


def _checksum() -> InvalidField:
    return InvalidField(
        code="id_checksum",
        zh="证件号码校验码不符，可能写错一位或两位颠倒，请对照证件核对。",
        en="The check character does not fit: a digit is wrong or two are swapped. Compare it with the card.",
    )


_PHONE_NOISE = re.compile(
    r"[\s().\[\]\-\u00ad\u2010-\u2015\u2212\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+"
)
_EXTENSION = re.compile(r"(?:;EXT=|EXT\.?|分机号?|转|X|#)[:：]?([0-9]{1,8})$")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"(?:10|2[0-9])[1-9][0-9]{7}|[3-9][0-9]{2}[1-9][0-9]{6,7}|[48]00[0-9]{7}")
_ABROAD = re.compile(
    r"852[2-9][0-9]{7}|853[268][0-9]{7}|886[2-9][0-9]{7,8}|(?!86|852|853|886)[1-9][0-9]{6,14}"
)


def normalise_phone(text: str) -> str:
    """A phone number as ``+8613912345678``, ``+867371234567``, ``+85223456789``, with ``;ext=801`` if any.

    Mainland numbers may lack the country code; landlines need their area code with its 0 (12345 and other
    short codes are nobody's own). Raises InvalidField: phone_characters, phone_short_code, phone_area_code,
    phone_format.
    """
    folded = fold_width(text).upper().strip().replace("(0)", "")
    dialled = _PHONE_NOISE.sub("", folded.removeprefix("TEL:"))
    extension = ""
    if found := _EXTENSION.search(dialled):
        dialled, extension = dialled[: found.start()], f";ext={found.group(1)}"
    if not re.fullmatch(r"\+?[0-9]+", dialled):
        raise _phone(
            "phone_characters",
            "电话号码只能含数字、加号和分机号，每栏只填一个号码。",
            "Digits, plus and an extension only, one number per field.",
        )
    if dialled.startswith("00"):
        dialled = f"+{dialled[2:]}"
    if dialled.startswith("+") and not dialled.startswith("+86"):
        return _abroad(dialled) + extension
    return _mainland(dialled) + extension


def _abroad(dialled: str) -> str:
    country = dialled[1:4]
    if country in ("852", "853", "886"):
        dialled = f"+{country}{dialled[4:].removeprefix('0')}"
    if not _ABROAD.fullmatch(dialled[1:]):
        raise _phone_format()
    return dialled


def _mainland(dialled: str) -> str:
    has_country = dialled.startswith("+86")
    national = dialled.removeprefix("+86")
    if not has_country and len(national) == 13 and _MOBILE.fullmatch(national[2:]):
        national = national.removeprefix("86")
    bare = national.removeprefix("0")
    if _MOBILE.fullmatch(bare):
        return f"+86{bare}"
    if _LANDLINE.fullmatch(bare) and (has_country or bare != national or bare[1:3] == "00"):
        return f"+86{bare}"
    if len(bare) <= 6:
        raise _phone(
            "phone_short_code",
            "请填写本人可接听的完整号码，不能填写12345等短号。",
            "Enter a full number of your own, not a short code like 12345.",
        )
    if len(national) in (7, 8) or (bare == national and _LANDLINE.fullmatch(bare)):
        raise _phone(
            "phone_area_code",
            "固定电话请加拨区号，如 0737-1234567。",
            "Enter a landline with its area code, like 0737-1234567.",
        )
    raise _phone_format()


def _phone(code: str, zh: str, en: str) -> InvalidField:
    return InvalidField(code=code, zh=zh, en=en)


def _phone_format() -> InvalidField:
    return _phone(
        "phone_format",
        "电话号码位数或号段不正确，请核对；境外号码请以“+国家或地区代码”开头。",
        "The number has a wrong length or range. Start numbers from abroad with + and the country code.",
    )


# The county at the end of an address' public part: province, prefecture, county, each of them optional.
_NAME = r"[^省市区县旗\s\d路街镇乡村号栋]"
_COUNTY = re.compile(
    r"(?:[^省市区县旗\s]{2,8}(?:省|自治区|特别行政区))?"
    r"(?:[^省市区县旗\s]{2,12}?(?:市|自治州|盟|地区))?"
    rf"(?:市?{_NAME}{{1,10}}(?:县|(?<![小社园校厂])区|市|旗))?"
)


def mask_name(name: str) -> str:
    """张三 → 张*, 欧阳锋 → 欧**: the first character; a name of one character is hidden whole."""
    first, *rest = characters(name) or [""]
    return first + "*" * len(rest) if rest else "*"


def mask_document(number: str) -> str:
    """The first and the last character, 4****************1; of up to five characters, nothing."""
    if len(number) <= 5:
        return "*" * len(number)
    return f"{number[0]}{'*' * (len(number) - 2)}{number[-1]}"


def mask_phone(phone: str) -> str:
    """139****5678 of a normalised mainland mobile; of any other number the last two digits, ****67."""
    digits = phone.partition(";")[0].removeprefix("+86")
    if _MOBILE.fullmatch(digits):
        return f"{digits[:3]}****{digits[-4:]}"
    return f"****{digits[-2:]}" if len(digits) > 6 else "****"


def mask_address(address: str) -> str:
    """Down to the county; where none is named, the first six characters, but never more than half."""
    shown = characters(address)
    county = _COUNTY.match(address)
    if county and county.end():
        return f"{county.group()}***"
    return f"{''.join(shown[: min(6, len(shown) // 2)])}***"
