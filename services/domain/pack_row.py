"""One table of a rule pack's TOML file, read field by field, with errors that name rule and field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


class PackError(ValueError):
    """A rule pack cannot be read; the message names pack, rule and field."""


class Row:
    """One table of the file: reads typed fields, names itself in errors, and knows what nobody has read."""

    def __init__(self, raw: Mapping[str, object], where: str) -> None:
        self._raw = raw
        self._where = where
        self._unread = set(raw)

    def fault(self, field: str, what: str) -> PackError:
        return PackError(f"{self._where} 的 {field}: {what}")

    def get(self, field: str) -> object:
        self._unread.discard(field)
        return self._raw.get(field)

    def done(self) -> None:
        """Every field was read; a misspelt one would otherwise be a rule that silently does not hold."""
        for field in sorted(self._unread):
            raise self.fault(field, "没有这一项")

    def text(self, field: str) -> str:
        value = self._typed(field, str, "文字")
        if not value.strip():
            raise self.fault(field, "是空的")
        return value

    def count(self, field: str) -> int:
        value = self._typed(field, int, "整数")
        if value < 1:
            raise self.fault(field, "应当大于 0")
        return value

    def day(self, field: str) -> date:
        return self._typed(field, date, "日期")

    def flag(self, field: str, *, default: bool = False) -> bool:
        return self._typed(field, bool, "true 或 false") if field in self._raw else default

    def texts(self, field: str) -> tuple[str, ...]:
        values = self.get(field) or []
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise self.fault(field, "应当是文字的列表")
        return tuple(values)

    def choice(self, field: str, words: type[E], *, default: E | None = None) -> E:
        if default is not None and field not in self._raw:
            return default
        return self._word(field, self.text(field), words)

    def choices(self, field: str, words: type[E]) -> tuple[E, ...]:
        return tuple(self._word(field, value, words) for value in self.texts(field))

    def optional_text(self, field: str) -> str | None:
        return self.text(field) if field in self._raw else None

    def optional_count(self, field: str) -> int | None:
        return self.count(field) if field in self._raw else None

    def optional_day(self, field: str) -> date | None:
        return self.day(field) if field in self._raw else None

    def row(self, field: str) -> Row:
        value = self.get(field)
        if not isinstance(value, dict):
            raise self.fault(field, "缺少这一节" if value is None else "应当是一节")
        return Row(value, f"{self._where} 的 {field}")

    def optional_row(self, field: str) -> Row | None:
        return self.row(field) if field in self._raw else None

    def rows(
        self, field: str, key: str, read: Callable[[Row], T], *, optional: bool = False
    ) -> tuple[T, ...]:
        """A section of the pack; each row is named in errors by its ``key`` field."""
        if optional and field not in self._raw:
            return ()
        values = self.get(field)
        if not isinstance(values, list) or not values:
            raise self.fault(field, "缺少这一节")
        return tuple(read(self._section_row(field, key, value)) for value in values)

    def _section_row(self, field: str, key: str, value: object) -> Row:
        if not isinstance(value, dict):
            raise self.fault(field, f"每条应当是一个 [[{field}]]")
        return Row(value, f"{self._where} {field} {value.get(key, '(无编号)')}")

    def _word(self, field: str, value: str, words: type[E]) -> E:
        if value not in {word.value for word in words}:
            raise self.fault(field, f"“{value}”应当是 {'、'.join(words)} 之一")
        return words(value)

    def _typed(self, field: str, kind: type[T], what: str) -> T:
        value = self.get(field)
        if value is None:
            raise self.fault(field, "缺少")
        # type(), not isinstance: true is no number, and a moment is no day.
        if type(value) is not kind:
            raise self.fault(field, f"应当是{what}")
        return value
