"""A city's own lists as clerks save them: CSV in two encodings, XLSX, and what may be wrong in them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from services.adapters.directory_files import UnreadableFile, read_organs, read_powers
from services.domain.directory_check import Problem
from services.domain.directory_load import OrganRow
from services.domain.organ import OrganKind
from services.domain.power import Power, PowerRole
from services.domain.region import RegionLevel

ORGANS = """机关代码,机关名称,行政区划,职能,类别,垂直管理,别名,设立日期,撤销日期,上级机关,复查机关
N1,南县水务局,430921,water;water_supply,工作部门,否,县水务局、南县水利局,2026-01-01,,G1,P1;G1
N2,,,,,,-,,2026年7月1日,-,-
"""
EXPECTED = [
    OrganRow(
        line=2,
        code="N1",
        name="南县水务局",
        kind=OrganKind.DEPARTMENT,
        region_code="430921000000",
        functions=("water", "water_supply"),
        superior_code="G1",
        reviewer_codes=("P1", "G1"),
        vertical=False,
        aliases=("县水务局", "南县水利局"),
        valid_from=date(2026, 1, 1),
    ),
    OrganRow(line=3, code="N2", superior_code="", reviewer_codes=(), aliases=(), valid_to=date(2026, 7, 1)),
]


def saved(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "organs.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_in_every_usual_encoding(tmp_path: Path, encoding: str) -> None:
    assert read_organs(saved(tmp_path, ORGANS, encoding)) == (EXPECTED, [])


def test_sheet_is_read_like_csv(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in ORGANS.splitlines():
        sheet.append([int(cell) if cell.isdigit() else cell or None for cell in line.split(",")])
    sheet["H2"] = date(2026, 1, 1)
    book.save(tmp_path / "organs.xlsx")
    assert read_organs(tmp_path / "organs.xlsx") == (EXPECTED, [])


def test_blank_lines_keep_the_numbers_of_the_rest(tmp_path: Path) -> None:
    rows, problems = read_organs(saved(tmp_path, "code,name\n\n,\nN1,甲局\n"))
    assert rows == [OrganRow(line=4, code="N1", name="甲局")]
    assert problems == []


def test_quoted_line_break_counts_its_lines(tmp_path: Path) -> None:
    _, problems = read_organs(saved(tmp_path, 'code,name\nN1,"甲\n局"\nN2,乙,丙\n'))
    assert [problem.line for problem in problems] == [3, 4]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("代码,名称,颜色\nN1,甲局,红\n", Problem(1, "不认识的列“颜色”")),
        ("代码,code\nN1,N1\n", Problem(1, "同一列出现两次")),
        ("代码,名称\n,甲局\n", Problem(2, "缺少机关代码")),
        ("代码,设立日期\nN1,去年\n", Problem(2, "设立日期“去年”应写作 2026-11-22")),
        ("代码,设立日期\nN1,2026-02-30\n", Problem(2, "设立日期“2026-02-30”不是有效的日期")),
        ("代码,行政区划\nN1,43092\n", Problem(2, "行政区划代码“43092”应为6、9或12位数字")),
        ("代码,垂直管理\nN1,也许\n", Problem(2, "垂直管理“也许”应为:是、yes、true、1、否、no、false、0")),
        ("代码\nN1,多\n", Problem(2, "单元格多于列名")),
        ("甲,乙\n1,2\n", Problem(1, "首行应为列名")),
        ("", Problem(1, "首行应为列名")),
    ],
)
def test_mistakes_are_named_with_their_line(tmp_path: Path, text: str, problem: Problem) -> None:
    _, problems = read_organs(saved(tmp_path, text))
    assert problem in problems


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    _, problems = read_organs(saved(tmp_path, "代码,类别,设立日期\n,神仙,昨天\nN2,神仙,\n"))
    assert [problem.line for problem in problems] == [2, 2, 2, 3]


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"code\n\xff\xff\xff", "GB18030"), (b"PK\x03\x04nonsense", "表格"), (b'code\n"open', "CSV")],
)
def test_unreadable_files_are_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "organs.csv"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=reason):
        read_organs(path)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"none\.csv"):
        read_organs(tmp_path / "none.csv")


def test_powers_are_read_with_their_lines(tmp_path: Path) -> None:
    text = "分类代码,职能,决定级别,角色,依据,行政区划\n0105,housing,县级,主办,南县分工规定,430921\n"
    rows, problems = read_powers(saved(tmp_path, text))
    power = Power("0105", "housing", RegionLevel.COUNTY, PowerRole.LEAD, "南县分工规定", "430921000000")
    assert (rows, problems) == ([(2, power)], [])


def test_power_without_basis_is_refused(tmp_path: Path) -> None:
    rows, problems = read_powers(saved(tmp_path, "分类代码,职能,依据\n0105,housing,\n"))
    assert (rows, problems) == ([], [Problem(2, "缺少依据")])


def test_document_word_has_a_column_of_its_own(tmp_path: Path) -> None:
    rows, problems = read_organs(saved(tmp_path, "代码,代字\nN1,南水\nN2,\nN3,-\n"))
    assert ([row.document_word for row in rows], problems) == (["南水", None, ""], [])


def test_document_word_with_a_space_is_refused(tmp_path: Path) -> None:
    _, problems = read_organs(saved(tmp_path, "代码,代字\nN1,南 水\n"))
    assert problems == [Problem(2, "代字“南 水”不能含有空格和〔〕")]
