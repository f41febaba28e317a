"""Text as people send it: made safe to store without changing what it says, and compared with other text.

``clean`` guards everything that is kept; ``fold_identifier`` is for numbers and codes only;
``shingles`` and ``similarity`` find two petitions about the same matter.
"""

from __future__ import annotations

import re
import unicodedata

from services.domain.refusal import InvalidField

COMPARED_CHARS = 20_000
"""Only so many letters and digits of a text are compared: beyond that, petitions quote attachments."""

_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_BETWEEN_DIGITS = re.compile(
    r"[\s\-_\u00ad\u2010-\u2015\u2212\ufe58\ufe63\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+"
)
_NOT_COMPARED = re.compile(r"[\W_]+")
_PLANE_ENDS = "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17))
_HARMLESS = re.compile(
    r"[\t\n\r -~\u00a0-\u02ff\u2010-\u2027\u3000-\u3029\u3030-\u3098\u309b-\u9fff\uff01-\uffef]*"
)
# Nothing that NFC changes, that cannot be seen or that acts on other characters: nearly all petitions.
_ORDINARY = (
    "[ -~\u00b7\u2014\u2018-\u201d\u2026\u3001-\u3003\u3008-\u3011\u3014-\u301b\u4e00-\u9fff\uff01-\uff5e"
)
_ORDINARY_LINE, _ORDINARY_TEXT = re.compile(f"{_ORDINARY}]+"), re.compile(rf"{_ORDINARY}\t\n\r]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LINE_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NOT_TEXT = re.compile(rf"[\ud800-\udfff\ufdd0-\ufdef{_PLANE_ENDS}]")
_OVERRIDE = re.compile("\u202e")
_NO_WORDS = re.compile(r"[^\w\s]{31,}")
_MARKS_IN_A_ROW = 30  # Unicode annex 15, stream-safe text: NFC sorts longer runs in quadratic time


def clean(text: str, *, max_chars: int, single_line: bool = False) -> str:
    """The text in NFC without blank edges, at most ``max_chars`` code points; nothing inside is collapsed.

    Rare Han, private-use characters, emoji, joiners and variation selectors are content and stay.
    The right-to-left override makes text look like other text, so it is refused and named, not
    dropped: what is stored is what was sent. ``single_line`` (names, titles) also bars tab and newline.
    Raises InvalidField: control_character, not_text, bidi_override, combining_run, too_long, empty.
    """
    trimmed = text.strip()
    ordinary = _ORDINARY_LINE if single_line else _ORDINARY_TEXT
    if len(trimmed) <= max_chars and ordinary.fullmatch(trimmed):
        return trimmed
    if len(trimmed) > 4 * max_chars:  # NFC makes one character of at most four
        raise _too_long(max_chars)
    _refuse_unsafe(trimmed, single_line=single_line)
    composed = unicodedata.normalize("NFC", trimmed)
    if len(composed) > max_chars:
        raise _too_long(max_chars)
    if not (composed and _is_visible(composed[0])) and not any(map(_is_visible, composed)):
        raise InvalidField(code="empty", zh="此项不能为空。", en="This must not be empty.")
    return composed


def fold_width(text: str) -> str:
    """Full-width ASCII (０Ａａ（）) and the ideographic space as plain ASCII. For identifiers only."""
    return text.translate(_WIDTH)


def fold_identifier(text: str) -> str:
    """A number or code as typed: width folded, upper case, no spaces, hyphens or invisible characters."""
    return _BETWEEN_DIGITS.sub("", fold_width(text)).upper()


def characters(text: str) -> list[str]:
    """What a reader counts as one character: a base with the marks, selectors and joiners behind it."""
    clusters: list[str] = []
    for char in text:
        if clusters and (char == "\u200d" or unicodedata.category(char).startswith("M")):
            clusters[-1] += char
        else:
            clusters.append(char)
    return clusters


def shingles(text: str, n: int = 4) -> frozenset[str]:
    """The runs of ``n`` letters or digits in a text, width, case, blanks and punctuation aside.

    A text shorter than ``n`` is its own only run; one without letters has none. Linear in the text.
    """
    bare = _NOT_COMPARED.sub("", fold_width(text[: 2 * COMPARED_CHARS]).casefold())[:COMPARED_CHARS]
    if len(bare) <= n:
        return frozenset({bare} if bare else ())
    return frozenset(bare[start : start + n] for start in range(len(bare) - n + 1))


def overlap(left: frozenset[str], right: frozenset[str]) -> float:
    """Jaccard measure of two sets of shingles: 0.0 nothing shared (or nothing there) … 1.0 the same."""
    if not left or not right:
        return 0.0
    shared = len(left & right)
    return shared / (len(left) + len(right) - shared)


def similarity(a: str, b: str) -> float:
    """How much two texts say the same, 0.0 … 1.0 (:func:`overlap` of their :func:`shingles`)."""
    return overlap(shingles(a), shingles(b))


def _is_visible(char: str) -> bool:
    return unicodedata.category(char) not in {"Cc", "Cf", "Mn", "Zs", "Zl", "Zp"}


def _refuse_unsafe(text: str, *, single_line: bool) -> None:
    if not single_line and _HARMLESS.fullmatch(text):  # nearly all petitions, thirty times faster
        return
    if found := (_LINE_CONTROL if single_line else _CONTROL).search(text):
        raise _unsafe("control_character", found, "控制字符", "a control character")
    if found := _NOT_TEXT.search(text):
        raise _unsafe("not_text", found, "无效的字符编码", "a code that is no character")
    if found := _OVERRIDE.search(text):
        raise _unsafe("bidi_override", found, "使文字倒序显示的控制符", "a right-to-left override")
    for found in _NO_WORDS.finditer(text):
        if _has_long_run_of_marks(found.group()):
            raise _unsafe("combining_run", found, "过多连续的附加符号", "one of too many marks in a row")


def _has_long_run_of_marks(text: str) -> bool:
    run = 0
    for char in text:
        run = run + 1 if unicodedata.combining(char) else 0
        if run > _MARKS_IN_A_ROW:
            return True
    return False


def _unsafe(code: str, found: re.Match[str], zh: str, en: str) -> InvalidField:
    place, point = found.start() + 1, f"U+{ord(found.group()[0]):04X}"
    return InvalidField(
        code=code,
        zh=f"第{place}个字符处含有{zh}（{point}），请删除后重新提交。",
        en=f"Character {place} is {en} ({point}). Remove it and send again.",
    )


def _too_long(max_chars: int) -> InvalidField:
    return InvalidField(
        code="too_long",
        zh=f"文字过长，最多{max_chars}个字符，超出部分请作为附件提交。",
        en=f"Too long: at most {max_chars} characters. Send the rest as an attachment.",
    )
