"""What a petition is about: the classification of contents (内容分类) in three levels.

A code has two digits a level: ``03`` 土地与规划, ``0301`` 农村土地征收, ``030102`` 征地款发放. The code
of the parent is the code without its last two digits, and everything below a code starts with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

CODE_LENGTHS = (2, 4, 6)


@dataclass(slots=True, frozen=True)
class Category:
    """One heading of the classification; ``code`` has 2, 4 or 6 digits."""

    code: str
    name: str

    @property
    def level(self) -> int:
        """1 (field), 2 (matter) or 3 (detail)."""
        return len(self.code) // 2

    @property
    def parent_code(self) -> str | None:
        return self.code[:-2] or None


class Categories:
    """The whole classification, looked up by code. ValueError names a malformed or orphaned code."""

    def __init__(self, categories: Iterable[Category]) -> None:
        self._by_code: dict[str, Category] = {}
        self._children: dict[str, list[Category]] = defaultdict(list)
        for category in sorted(categories, key=lambda item: item.code):
            self._add(category)

    def _add(self, category: Category) -> None:
        code = category.code
        if len(code) not in CODE_LENGTHS or not (code.isascii() and code.isdigit()):
            raise ValueError(f"分类编码应为二、四或六位数字:{code!r}")
        if code in self._by_code:
            raise ValueError(f"分类编码重复:{code}")
        if category.parent_code and category.parent_code not in self._by_code:
            raise ValueError(f"分类 {code} 缺少上一级分类 {category.parent_code}")
        self._by_code[code] = category
        self._children[category.parent_code or ""].append(category)

    def get(self, code: str) -> Category | None:
        return self._by_code.get(code)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __iter__(self) -> Iterator[Category]:
        return iter(self._by_code.values())

    def __len__(self) -> int:
        return len(self._by_code)

    def children(self, code: str = "") -> tuple[Category, ...]:
        """The headings directly under ``code``; without a code, the fields."""
        return tuple(self._children.get(code, ()))

    def path(self, code: str) -> tuple[Category, ...]:
        """From the field down to ``code`` itself; empty when the code is unknown."""
        if code not in self._by_code:
            return ()
        return tuple(self._by_code[code[:length]] for length in CODE_LENGTHS if length <= len(code))

    def path_name(self, code: str) -> str:
        """The path as people read it: 土地与规划/农村土地征收/征地款发放."""
        return "/".join(category.name for category in self.path(code))
