"""Papers set as PDF: the same bytes for the same paper, every glyph there, no words taken for markup."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from services.adapters.papers import fonts
from services.adapters.papers.render import GETA, Renderer, qr_code
from services.domain.paper import Paper, PaperKind, Section, read_paper

FOLDER = Path(__file__).parents[2] / "docs" / "samples"
SAMPLES = {
    file.stem: read_paper(json.loads(file.read_text("utf-8"))) for file in sorted(FOLDER.glob("*.json"))
}
NOTICE = next(each for each in SAMPLES.values() if each.kind is PaperKind.EXTENSION)
POINTS_PER_MM = 72 / 25.4


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    try:
        return Renderer()
    except fonts.FontsMissing as why:
        if os.environ.get("XINFANG_TEST_REQUIRE_ALL"):
            pytest.fail(str(why))
        pytest.skip(str(why))


def pages(pdf: bytes) -> Any:  # pypdf types its pages as a list of its own kind
    return PdfReader(io.BytesIO(pdf)).pages


def words(pdf: bytes) -> str:
    """The text of all pages without white space: lines are broken anywhere in Chinese."""
    return "".join("".join(page.extract_text().split()) for page in pages(pdf))


def saying(*lines: str) -> Paper:
    return replace(NOTICE, sections=(Section(paragraphs=lines),))


def font_descriptors(pdf: bytes) -> Iterator[Any]:
    for page in pages(pdf):
        for font in page["/Resources"]["/Font"].values():
            yield font["/DescendantFonts"][0]["/FontDescriptor"]


@pytest.mark.parametrize("paper", SAMPLES.values(), ids=SAMPLES)
def test_every_paper_is_a4_with_all_its_fonts_and_words(renderer: Renderer, paper: Paper) -> None:
    pdf = renderer.render(paper)
    assert all(page.mediabox.width == pytest.approx(210 * POINTS_PER_MM, abs=0.1) for page in pages(pdf))
    assert all("/FontFile3" in each or "/FontFile2" in each for each in font_descriptors(pdf))
    said = words(pdf)
    assert GETA not in said
    for part in (paper.organ, paper.number, paper.kind.heading):
        assert "".join(part.split()) in said
    for section in paper.sections:
        for line in (*section.paragraphs, *(text for _, text in section.rows)):
            assert "".join(line.split())[:12] in said


def test_the_same_paper_is_the_same_bytes(renderer: Renderer) -> None:
    assert renderer.render(NOTICE) == renderer.render(NOTICE) == Renderer().render(NOTICE)


def test_another_process_sets_the_same_bytes(renderer: Renderer) -> None:
    code = (
        "import hashlib, json, sys; from services.adapters.papers.render import Renderer; "
        "from services.domain.paper import read_paper; "
        "print(hashlib.sha256(Renderer().render(read_paper(json.load(sys.stdin)))).hexdigest())"
    )
    content = json.dumps(NOTICE.content())
    told = subprocess.run(
        [sys.executable, "-c", code], input=content, text=True, capture_output=True, check=True
    )
    assert told.stdout.strip() == hashlib.sha256(renderer.render(NOTICE)).hexdigest()


def test_every_kind_of_paper_is_among_the_samples() -> None:
    assert {paper.kind for paper in SAMPLES.values()} == set(PaperKind)


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_lie_there_as_their_json_sets_them(renderer: Renderer, name: str) -> None:
    lying = (FOLDER / f"{name}.pdf").read_bytes()
    assert words(lying) == words(renderer.render(SAMPLES[name]))


@pytest.mark.parametrize("name", SAMPLES)
def test_no_page_of_a_sample_bears_the_seal_alone(renderer: Renderer, name: str) -> None:
    if SAMPLES[name].kind is PaperKind.HANDBOOK:
        return
    last = pages(renderer.render(SAMPLES[name]))[-1].extract_text()
    assert len("".join(last.split())) > len(SAMPLES[name].organ) + len("2026年10月12日") + len("—2—")


@pytest.mark.parametrize(
    "text",
    [
        "#panic()甲",
        '#import "/etc/passwd": *甲',
        "$x^2$ *粗* _斜_ `码`",
        "\\ \\u{41} \\#",
        "= 标题",
        "[a] <label> @ref // /* */",
        "\"引号\" 'x' -- --- ... ~",
        "- 一\t+ 二",
        '{"json": [null]}',
    ],
)
def test_words_are_never_markup(renderer: Renderer, text: str) -> None:
    assert "".join(text.split()) in words(renderer.render(saying(text)))


def test_names_and_titles_are_never_markup(renderer: Renderer) -> None:
    said = words(renderer.render(replace(NOTICE, recipient="#let甲*乙*", organ="南县#局", number="$1$")))
    assert all(part in said for part in ("#let甲*乙*：", "南县#局", "$1$"))


@pytest.mark.parametrize("rare", ["𠮷", "䶮", "镕喆堃玥翀", "𪚥", "𫚭", "𬭊", "〇", "㎡"])
def test_rare_characters_have_glyphs(renderer: Renderer, rare: str) -> None:
    if missing := fonts.missing(renderer.fonts):
        pytest.fail(f"fonts are missing: {missing}; run script/fonts")
    said = words(renderer.render(saying(f"张{rare}。")))
    assert rare in said
    assert GETA not in said


def test_a_character_without_glyph_is_shown_and_named(renderer: Renderer) -> None:
    said = words(renderer.render(saying("谢谢😀,再见🐢。")))
    assert f"谢谢{GETA},再见{GETA}。" in said
    assert "U+1F422、U+1F600" in said


def test_long_texts_flow_over_numbered_pages(renderer: Renderer) -> None:
    pdf = renderer.render(saying(*[f"第{number}段" + "征地补偿款没有发放。" * 30 for number in range(40)]))
    found = pages(pdf)
    assert len(found) > 10
    assert "第39段" in words(pdf)
    assert "—7—" in "".join(found[6].extract_text().split())


def test_a_full_page_has_twenty_two_lines_of_twenty_eight_characters(renderer: Renderer) -> None:
    first, second, *_ = pages(renderer.render(saying("民" * 3000)))
    full = [len(line) for line in second.extract_text().splitlines() if set(line) == {"民"}]
    assert full == [28] * 22
    indented = [len(line) for line in first.extract_text().splitlines() if set(line) == {"民"}]
    assert indented[:2] == [26, 28]


def test_the_signature_never_stands_alone(renderer: Renderer) -> None:
    for length in range(150, 420, 14):
        last = pages(renderer.render(saying("民" * length, "特此告知。")))[-1].extract_text()
        assert "特此告知" in last
        assert "2026年4月29日" in last


def test_a_qr_code_keeps_its_quiet_zone() -> None:
    drawn = qr_code("http://127.0.0.1:8000/p/1")
    assert drawn.startswith("<svg")
    assert qr_code("http://127.0.0.1:8000/p/2") != drawn


def test_without_any_chinese_font_the_reason_is_said(tmp_path: Path) -> None:
    with pytest.raises(fonts.FontsMissing, match="script/fonts"):
        fonts.load((tmp_path,), stand_in=False)
