"""Papers as PDF/A: the same paper, set with the same fonts, is the same bytes."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Mapping
from datetime import datetime, time
from pathlib import Path
from typing import Final

import segno
import typst

from services.adapters.papers import fonts
from services.domain.calendar import SHANGHAI
from services.domain.paper import Paper, PaperKind

GETA: Final = "〓"  # what printers set where they have no type
_TEMPLATES: Final = Path(__file__).parent
_NO_GLYPH: Final = "could not be displayed"
_NO_DAY: Final = datetime(2000, 1, 1, tzinfo=SHANGHAI)


class Renderer:
    """Sets papers one at a time, each in some ten milliseconds; may be called from several threads.

    PDF/A-2u carries every glyph and the text it stands for, and allows none that is missing: that is how a
    character without a glyph is found. It is set as 〓 and named at the end of the paper.
    """

    def __init__(self, font_folders: tuple[Path, ...] = ()) -> None:
        """Raises ``FontsMissing``."""
        self.fonts = fonts.load(font_folders)
        self._compiler = typst.Compiler(root=_TEMPLATES, font_paths=self.fonts)
        self._turn = threading.Lock()

    def render(self, paper: Paper) -> bytes:
        """The paper as PDF."""
        with self._turn:
            text = json.dumps(paper.content(), ensure_ascii=False)
            pdf = self._set(paper, text)
            if pdf is None:
                pdf = self._set(paper, self._without_lacking(text))
            if pdf is None:
                raise RuntimeError(f"a glyph is missing in {paper.number}, and it is none of its characters")
            return pdf

    def _set(self, paper: Paper, text: str) -> bytes | None:
        inputs = {"paper": text}
        if paper.follow_url is not None:
            inputs["qr"] = qr_code(paper.follow_url)
        name = "handbook.typ" if paper.kind is PaperKind.HANDBOOK else "document.typ"
        issued_at = datetime.combine(paper.issued_on, time(), SHANGHAI)
        return self._compile(name, inputs, issued_at)

    def _without_lacking(self, text: str) -> str:
        lacking = self._lacking(sorted(set(text)))
        content = json.loads(text.translate({ord(each): GETA for each in lacking}))
        named = "、".join(f"U+{ord(each):04X}" for each in lacking)
        content["remarks"].append(f"文中“{GETA}”处的原字符为{named}，字库没有其字形")
        return json.dumps(content, ensure_ascii=False)

    def _lacking(self, characters: list[str]) -> list[str]:
        """Those without a glyph, found by halving: few are lacking, so few tries are needed."""
        if self._compile("probe.typ", {"text": "".join(characters)}, _NO_DAY) is not None:
            return []
        if len(characters) == 1:
            return characters
        half = len(characters) // 2
        return self._lacking(characters[:half]) + self._lacking(characters[half:])

    def _compile(self, template: str, inputs: Mapping[str, str], at: datetime) -> bytes | None:
        """None when a glyph is missing; any other fault of the templates is raised."""
        try:
            pdf = self._compiler.compile(
                _TEMPLATES / template,
                sys_inputs=dict(inputs),
                format="pdf",
                pdf_standards="a-2u",
                timestamp=int(at.timestamp()),
            )
        except typst.TypstError as error:
            if _NO_GLYPH in error.message:
                return None
            raise
        if not isinstance(pdf, bytes):
            raise TypeError(f"typst gave {type(pdf).__name__}, not a PDF")
        return pdf


def qr_code(text: str) -> str:
    """A QR code as SVG, with its quiet zone, a quarter of it spare against dirt and folds."""
    drawn = io.BytesIO()
    segno.make_qr(text, error="q").save(drawn, kind="svg", xmldecl=False, nl=False, border=4)
    return drawn.getvalue().decode()
