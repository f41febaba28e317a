"""The fonts of the papers: those that ``script/fonts`` fetched, else those of the machine."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import typst

FOLDER: Final = Path(sys.prefix) / "share" / "xinfang" / "fonts"
WANTED: Final = (
    "FandolFang R",
    "FandolSong",
    "FandolHei",
    "Noto Serif CJK SC",
    "Noto Sans CJK SC",
    "HanaMinB",
)
"""In the order of the templates: 仿宋、宋、黑; what these lack; the rare characters of Extensions B to F."""

_ENOUGH: Final = frozenset(
    {*WANTED, "Source Han Serif SC", "Songti SC", "SimSun"} - {"HanaMinB"}
)  # any of these sets the common characters


class FontsMissing(RuntimeError):
    """No Chinese font is there, so that no paper can be set."""

    def __init__(self) -> None:
        super().__init__(
            "没有可用的中文字体,不能生成文书:请运行 script/fonts,或者安装 Noto Serif CJK SC。"
            " · No Chinese font was found: run script/fonts, or install Noto Serif CJK SC."
        )


def load(folders: Sequence[Path] = (), *, stand_in: bool = True) -> typst.Fonts:
    """The fonts in ``folders``, or in :data:`FOLDER`; the machine's too where these set no Chinese.

    Wherever ``script/fonts`` was run, the same paper is thus the same bytes. ``stand_in=False`` leaves the
    machine's fonts out altogether. Raises :class:`FontsMissing`.
    """
    chosen = [folder for folder in folders or (FOLDER,) if folder.is_dir()]
    found = typst.Fonts(include_system_fonts=False, font_paths=chosen)
    if stand_in and not _ENOUGH & set(found.families()):
        found = typst.Fonts(include_system_fonts=True, font_paths=chosen)
    if not _ENOUGH & set(found.families()):
        raise FontsMissing()
    return found


def missing(fonts: typst.Fonts) -> tuple[str, ...]:
    """The wanted families that are not there: papers are set without them, less well or less completely."""
    return tuple(family for family in WANTED if family not in fonts.families())
