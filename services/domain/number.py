"""The petition number and the query code: what a petitioner writes down and reads out over the phone.

Number: ``RRRRRR-YYYYMMDD-NNNNNN-C``, the receiving office's county prefix, the Asia/Shanghai day of
registration, the running number of that prefix and day (six digits or more) and a check digit.
The check digit (H. M. Damm, 2004) finds every single wrong digit and every swap of neighbours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from services.domain.refusal import InvalidField
from services.domain.text import fold_identifier

QUERY_CODE_DIGITS = 16

# A totally anti-symmetric quasigroup of order ten: row = state so far, column = next digit.
_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
_DIGITS = re.compile(r"[0-9]{21,26}")


@dataclass(frozen=True, slots=True)
class NumberParts:
    """What a petition number says; ``sequence`` counts from 1 within the region prefix and day."""

    region_prefix: str
    day: date
    sequence: int

    def __str__(self) -> str:
        return format_number(self.region_prefix, self.day, self.sequence)


def format_number(region_code: str, day: date, sequence: int) -> str:
    """The number of the ``sequence``-th petition that a region's offices registered on ``day``."""
    if not 1 <= sequence < 10**11:
        raise ValueError(f"sequence {sequence} is out of range")
    stem, state = _stem(region_code[:6], day)
    digits = f"{sequence:06d}"
    return f"{stem}{digits}-{check_digit(digits, state)}"


@lru_cache(maxsize=256)
def _stem(prefix: str, day: date) -> tuple[str, str]:
    """What all numbers of a region and day begin with, and the check digit of that."""
    if not (len(prefix) == 6 and prefix.isascii() and prefix.isdigit()):
        raise ValueError(f"region code {prefix!r} does not start with six digits")
    return f"{prefix}-{day:%Y%m%d}-", check_digit(f"{prefix}{day:%Y%m%d}")


def parse_number(text: str) -> NumberParts:
    """Read a number as people type it: spaces, missing hyphens, full-width digits.

    Raises InvalidField: number_format, number_check_digit.
    """
    digits = fold_identifier(text)
    if not _DIGITS.fullmatch(digits):
        raise _malformed()
    if check_digit(digits) != "0":
        raise InvalidField(
            code="number_check_digit",
            zh="信访件编号有误：校验码不符，可能写错一位或两位颠倒，请对照回执核对。",
            en="The check digit does not fit: a digit is wrong or two are swapped. See the receipt.",
        )
    try:
        day = date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError as fault:
        raise _malformed() from fault
    parts = NumberParts(region_prefix=digits[:6], day=day, sequence=int(digits[14:-1]))
    if parts.sequence < 1 or str(parts).replace("-", "") != digits:  # superfluous zeros: a second spelling
        raise _malformed()
    return parts


def check_digit(digits: str, state: str = "0") -> str:
    """The Damm check digit of a string of digits; of a string that ends in its check digit, ``"0"``.

    ``state`` is the check digit of the digits before them.
    """
    for digit in digits:
        state = _DAMM[int(state)][int(digit)]
    return state


def query_code(random_bytes: bytes) -> str:
    """A secret of sixteen digits in groups of four, decided by at least 16 random bytes.

    From 16 bytes on, no code is likelier than another by more than one part in 10**22.
    """
    if len(random_bytes) < 16:
        raise ValueError("a query code needs at least 16 random bytes")
    digits = f"{int.from_bytes(random_bytes, 'big') % 10**QUERY_CODE_DIGITS:0{QUERY_CODE_DIGITS}d}"
    return "-".join(digits[start : start + 4] for start in range(0, QUERY_CODE_DIGITS, 4))


def normalise_query_code(text: str) -> str:
    """The sixteen bare digits of a query code as typed. Raises InvalidField: query_code_format."""
    digits = fold_identifier(text)
    if not re.fullmatch(rf"[0-9]{{{QUERY_CODE_DIGITS}}}", digits):
        raise InvalidField(
            code="query_code_format",
            zh="查询码应为16位数字，请按登记回执填写。",
            en="A query code has 16 digits. Enter it as on the receipt.",
        )
    return digits


def _malformed() -> InvalidField:
    return InvalidField(
        code="number_format",
        zh="信访件编号格式不正确，应形如 430921-20261120-000001-8，请按登记回执填写。",
        en="Not a petition number. Enter it as on the receipt, like 430921-20261120-000001-8.",
    )
