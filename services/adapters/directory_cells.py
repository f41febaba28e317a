"""The columns of a city's own lists, in Chinese or English, and what may stand in their cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar

from services.domain.directory_load import OrganRow
from services.domain.organ import OrganKind
from services.domain.own_place import KINDS as PLACE_KINDS
from services.domain.own_place import OwnPlace
from services.domain.power import Power, PowerRole
from services.domain.region import CODE_LENGTH, RegionLevel

T = TypeVar("T")

ORGAN_COLUMNS = {
    "code": ("机关代码", "代码", "编码"),
    "name": ("机关名称", "名称", "单位名称"),
    "kind": ("类别", "机关类别", "性质"),
    "region_code": ("行政区划", "区划代码", "行政区划代码"),
    "functions": ("职能",),
    "superior_code": ("上级机关", "上级代码", "上级机关代码"),
    "reviewer_codes": ("复查机关", "复查机关代码"),
    "vertical": ("垂直管理", "垂管"),
    "aliases": ("别名", "简称"),
    "valid_from": ("设立日期", "生效日期"),
    "valid_to": ("撤销日期", "失效日期"),
    "successor_code": ("承接机关", "承接机关代码"),
    "document_word": ("代字", "机关代字", "发文代字"),
}
POWER_COLUMNS = {
    "category_code": ("分类代码", "分类编码", "事项代码", "category"),
    "function": ("职能",),
    "level": ("决定级别", "级别", "层级"),
    "role": ("角色", "主协办", "主办协办"),
    "basis": ("依据", "法律依据"),
    "region_code": ("行政区划", "区划代码", "行政区划代码"),
    "valid_from": ("生效日期",),
    "valid_to": ("失效日期",),
}
PLACE_COLUMNS = {
    "name": ("名称", "地名"),
    "region_code": ("行政区划", "区划代码", "行政区划代码"),
    "kind": ("类别",),
    "valid_from": ("生效日期",),
    "valid_to": ("失效日期",),
}
CLEARED = "-"
"""What empties a field; a blank cell leaves it as it is."""
MOST_NAME_CHARS, MOST_CODE_CHARS, MOST_WORD_CHARS = 120, 80, 24
LEVELS = {
    "省": RegionLevel.PROVINCE,
    "省级": RegionLevel.PROVINCE,
    "市": RegionLevel.PREFECTURE,
    "市级": RegionLevel.PREFECTURE,
    "县": RegionLevel.COUNTY,
    "县级": RegionLevel.COUNTY,
    "区县": RegionLevel.COUNTY,
    "乡": RegionLevel.TOWNSHIP,
    "乡级": RegionLevel.TOWNSHIP,
    "乡镇": RegionLevel.TOWNSHIP,
} | {level.value: level for level in RegionLevel}
ROLES = {"主办": PowerRole.LEAD, "协办": PowerRole.CO, "lead": PowerRole.LEAD, "co": PowerRole.CO}
TRUTHS = dict.fromkeys(("是", "yes", "true", "1"), True) | dict.fromkeys(("否", "no", "false", "0"), False)
KINDS = {kind.value: kind for kind in OrganKind} | {kind.chinese: kind for kind in OrganKind}
_SEPARATORS = re.compile(r"[;；、,，|]")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00:00)?")


class _Cells:
    """The cells of one line. What cannot be read is collected, so that a clerk sees all of it at once."""

    def __init__(self, cells: Mapping[str, str]) -> None:
        self._cells = cells
        self.reasons: list[str] = []

    def text(self, column: str, *, most: int = MOST_NAME_CHARS) -> str | None:
        cell = self._cells.get(column, "")
        if len(cell) > most:
            self.reasons.append(f"“{cell[:20]}…”超过{most}个字")
        if any(ord(char) < 32 for char in cell):
            self.reasons.append(f"{column} 含有控制字符")
        return cell or None

    def document_word(self) -> str | None:
        """代字: it stands in front of 〔年份〕, without a space."""
        cell = self.text("document_word", most=MOST_WORD_CHARS)
        if cell and any(char.isspace() or char in "〔〕" for char in cell):
            self.reasons.append(f"代字“{cell}”不能含有空格和〔〕")
        return "" if cell == CLEARED else cell

    def required(self, column: str, title: str) -> str:
        cell = self.text(column)
        if cell is None:
            self.reasons.append(f"缺少{title}")
        return cell or ""

    def chosen(self, column: str, choices: Mapping[str, T], title: str) -> T | None:
        cell = self._cells.get(column, "")
        if cell and cell.lower() not in choices:
            self.reasons.append(f"{title}“{cell}”应为:{'、'.join(choices)}")
        return choices.get(cell.lower())

    def parts(self, column: str) -> tuple[str, ...] | None:
        cell = self._cells.get(column, "")
        if cell == CLEARED:
            return ()
        return tuple(part.strip() for part in _SEPARATORS.split(cell) if part.strip()) or None

    def reference(self, column: str) -> str | None:
        cell = self._cells.get(column, "")
        return "" if cell == CLEARED else cell or None

    def day(self, column: str, title: str) -> date | None:
        return self._parsed(column, title, _day)

    def region(self) -> str | None:
        return self._parsed("region_code", "行政区划代码", _region_code)

    def required_region(self) -> str:
        if not self._cells.get("region_code", ""):
            self.reasons.append("缺少行政区划代码")
        return self.region() or ""

    def _parsed(self, column: str, title: str, parse: Callable[[str], T]) -> T | None:
        cell = self._cells.get(column, "")
        if not cell:
            return None
        try:
            return parse(cell)
        except ValueError as error:
            self.reasons.append(f"{title}“{cell}”{error}")
            return None


def organ_row(line: int, cells: Mapping[str, str]) -> tuple[OrganRow, list[str]]:
    """One line of a list of organs, and the reasons why it cannot be taken."""
    read = _Cells(cells)
    row = OrganRow(
        line=line,
        code=read.required("code", "机关代码"),
        name=read.text("name"),
        kind=read.chosen("kind", KINDS, "类别"),
        region_code=read.region(),
        functions=read.parts("functions"),
        superior_code=read.reference("superior_code"),
        reviewer_codes=read.parts("reviewer_codes"),
        vertical=read.chosen("vertical", TRUTHS, "垂直管理"),
        aliases=read.parts("aliases"),
        valid_from=read.day("valid_from", "设立日期"),
        valid_to=read.day("valid_to", "撤销日期"),
        successor_code=read.reference("successor_code"),
        document_word=read.document_word(),
    )
    if len(row.code) > MOST_CODE_CHARS:
        read.reasons.append(f"机关代码超过{MOST_CODE_CHARS}个字符")
    return row, read.reasons


def power_row(cells: Mapping[str, str]) -> tuple[Power | None, list[str]]:
    """One line of a list of powers, or the reasons why it cannot be taken."""
    read = _Cells(cells)
    category_code = read.required("category_code", "分类代码")
    function = read.required("function", "职能")
    level = read.chosen("level", LEVELS, "决定级别")
    role = read.chosen("role", ROLES, "角色") or PowerRole.LEAD
    power = Power(
        category_code=category_code,
        function=function,
        level=level or RegionLevel.COUNTY,
        role=role,
        basis=read.required("basis", "依据"),
        region_code=read.region() or "",
        valid_from=read.day("valid_from", "生效日期"),
        valid_to=read.day("valid_to", "失效日期"),
    )
    return (None if read.reasons else power), read.reasons


def place_row(cells: Mapping[str, str]) -> tuple[OwnPlace | None, list[str]]:
    """One line of a list of own places, or the reasons why it cannot be taken."""
    read = _Cells(cells)
    place = OwnPlace(
        name=read.required("name", "名称"),
        region_code=read.required_region(),
        kind=read.chosen("kind", {kind: kind for kind in PLACE_KINDS}, "类别") or PLACE_KINDS[-1],
        valid_from=read.day("valid_from", "生效日期"),
        valid_to=read.day("valid_to", "失效日期"),
    )
    return (None if read.reasons else place), read.reasons


def _day(text: str) -> date:
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError("应写作 2026-11-22")
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        raise ValueError("不是有效的日期") from None


def _region_code(text: str) -> str:
    if not (text.isascii() and text.isdigit()) or len(text) not in (6, 9, CODE_LENGTH):
        raise ValueError("应为6、9或12位数字")
    return text.ljust(CODE_LENGTH, "0")
