"""What may be attached: told by the file's own first bytes, whatever its name and its sender say."""

from __future__ import annotations

import re
import unicodedata

from services.domain.refusal import Refusal

HEAD_BYTES = 8192
MOST_NAME_CHARS = 120
FALLBACK_NAME = "附件"
ACCEPTED = "PDF, JPG, PNG, GIF, BMP, TIFF, WEBP, HEIC, Word/Excel/PPT/WPS, TXT, MP3, M4A, WAV, AMR, MP4"

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"#!AMR", "audio/amr"),
)
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN_XML = (
    (b"word/", f"{_OFFICE}wordprocessingml.document"),
    (b"xl/", f"{_OFFICE}spreadsheetml.sheet"),
    (b"ppt/", f"{_OFFICE}presentationml.presentation"),
)
_OLD_OFFICE = {
    ".doc": "application/msword",
    ".wps": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".et": "application/vnd.ms-excel",
    ".ppt": "application/vnd.ms-powerpoint",
}
_BRANDS = {b"heic": "image/heic", b"mif1": "image/heic", b"M4A ": "audio/mp4"}
_UNSAFE_IN_NAMES = re.compile(r'[\\/:*?"<>|]')


class FileKindRefused(Refusal):
    """不接受此类文件(按文件内容识别),请上传:{accepted}。"""

    english = "This kind of file is not accepted, judged by its content; send one of {accepted}."


class EmptyFile(Refusal):
    """文件是空的,请重新选择文件。"""

    english = "The file is empty; choose it again."


def media_type(head: bytes, name: str) -> str | None:
    """The media type of a file by its first :data:`HEAD_BYTES`; None when it is none that is accepted."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    if head.startswith(b"PK\x03\x04") and b"[Content_Types].xml" in head:
        return next((kind for folder, kind in _OPEN_XML if folder in head), None)
    suffix = _suffix(name).lower()
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _OLD_OFFICE.get(suffix)
    return "text/plain" if suffix == ".txt" and _is_text(head) else None


def clean_name(name: str) -> str:
    """The last part of a path as a name to show and download by: no separators, no control characters."""
    last = re.split(r"[\\/]", name)[-1]
    visible = "".join(char for char in last if unicodedata.category(char)[0] != "C")
    safe = _UNSAFE_IN_NAMES.sub("_", unicodedata.normalize("NFC", visible)).strip(" .")
    if len(safe) > MOST_NAME_CHARS:
        suffix = _suffix(safe)[:10]
        safe = safe[: MOST_NAME_CHARS - len(suffix)] + suffix
    return safe or FALLBACK_NAME


def _suffix(name: str) -> str:
    """``.pdf`` of ``a.pdf``; nothing of a name without a dot."""
    stem, dot, last = name.rpartition(".")
    return dot + last if stem else ""


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    for cut in range(4):  # the last character may be cut through
        for encoding in ("utf-8", "gb18030"):
            try:
                head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return True
    return False
