"""How a domain dataclass becomes a row and back: by field name, enums by value, personal fields encrypted."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import Enum
from operator import attrgetter, itemgetter
from typing import Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import orjson
from sqlalchemy import Table

from services.adapters.crypto import BlindIndex, FieldCipher

T = TypeVar("T")
Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Seal:
    """The keys at work: one cipher for fields, one family of blind indexes."""

    cipher: FieldCipher
    index: BlindIndex


class Mapped(Generic[T]):
    """One dataclass on one table.

    ``sealed`` fields are encrypted under (table, column, row id); a mapping among them is JSON first.
    ``indexed`` fields get a blind index beside them, over ``str`` normalised by the given function.
    """

    def __init__(
        self,
        kind: type[T],
        table: Table,
        *,
        sealed: Iterable[str] = (),
        indexed: Mapping[str, Callable[[str], str]] | None = None,
    ) -> None:
        self.kind = kind
        self.table = table
        self.indexed = dict(indexed or {})
        hints = get_type_hints(kind)
        self.names = [field.name for field in fields(kind)]  # type: ignore[arg-type]  # a dataclass always
        self.sealed = frozenset(sealed)
        self._to_row = {name: _row_converter(hints[name]) for name in self.names}
        self._plans: dict[tuple[str, ...], _Plan] = {}
        from_row = {name: _value_converter(hints[name]) for name in self.names if name not in self.sealed}
        self._converted = [(self.names.index(name), convert) for name, convert in from_row.items() if convert]
        self._opened = [
            (self.names.index(name), name, self._to_row[name] is _as_json) for name in sorted(self.sealed)
        ]
        self.fields_of = _getter(attrgetter, self.names)
        self._stored_of = _getter(itemgetter, self.names)
        self.key = [column.name for column in table.primary_key]
        self.key_of = _getter(attrgetter, self.key)

    def row(self, value: T, seal: Seal, *, only: Iterable[str] | None = None) -> dict[str, Any]:
        """The row of a value, or the columns of it that hold the fields named by ``only``."""
        plan = self._plan(tuple(self.names if only is None else only))
        row: dict[str, Any] = dict(zip(plan.names, plan.fields_of(value), strict=True))
        indexes = {
            f"{name}_index": None if row[name] is None else seal.index.index(name, normalise(row[name]))
            for name, normalise in self.indexed.items()
            if name in row
        }
        for name, convert in plan.converted:
            if row[name] is not None:
                row[name] = convert(row[name])
        texts = [(name, _as_text(row[name])) for name in plan.sealed if row[name] is not None]
        if texts:
            row |= seal.cipher.encrypt_row(self.table.name, str(getattr(value, self.key[0])), texts)
        return row | indexes

    def value(self, row: Mapping[str, Any], seal: Seal) -> T:
        values = list(self._stored_of(row))
        for place, convert in self._converted:
            if values[place] is not None:
                values[place] = convert(values[place])
        row_id = str(row[self.key[0]]) if self._opened else ""
        for place, name, is_mapping in self._opened:
            if values[place] is not None:
                opened = seal.cipher.decrypt(self.table.name, name, row_id, values[place])
                values[place] = orjson.loads(opened) if is_mapping else opened.decode()
        return self.kind(*values)

    def _plan(self, names: tuple[str, ...]) -> _Plan:
        """How these fields become columns: put together once, for it is done for every row written."""
        plan = self._plans.get(names)
        if plan is None:
            converted = [(name, convert) for name in names if (convert := self._to_row[name])]
            plan = self._plans[names] = _Plan(
                names=names,
                fields_of=_getter(attrgetter, names),
                converted=[(name, convert) for name, convert in converted if name not in self.sealed],
                sealed=[name for name in names if name in self.sealed],
            )
        return plan


@dataclass(frozen=True, slots=True)
class _Plan:
    names: tuple[str, ...]
    fields_of: Callable[[Any], tuple[Any, ...]]
    converted: list[tuple[str, Convert]]
    sealed: list[str]


def _getter(
    of: Callable[..., Callable[[Any], Any]], names: Sequence[str]
) -> Callable[[Any], tuple[Any, ...]]:
    """Several fields or entries at once, always as a tuple: in C; a comprehension would be Python."""
    if not names:
        return lambda _: ()
    get = of(*names)
    return get if len(names) > 1 else lambda value: (get(value),)


def _as_text(plain: Any) -> bytes:
    """What is encrypted: a text as it is, a mapping as JSON."""
    return plain.encode() if isinstance(plain, str) else orjson.dumps(plain)


_TUPLES: dict[Any, Convert] = {
    UUID: lambda value: tuple(UUID(entry) for entry in value),
    date: lambda value: tuple(date.fromisoformat(entry) for entry in value),
}


def _as_json(value: Any) -> Any:
    return dict(value)


def _inner(hint: Any) -> Any:
    """``X | None`` is read as X."""
    if get_origin(hint) in (Union, types.UnionType):
        return next(part for part in get_args(hint) if part is not type(None))
    return hint


def _row_converter(hint: Any) -> Convert | None:
    hint = _inner(hint)
    origin = get_origin(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return attrgetter("_value_")  # ``value`` is a property in Python, this is not
    if origin is tuple:
        return lambda value: [str(item) if isinstance(item, UUID | date) else item for item in value]
    if origin is not None and issubclass(origin, Mapping):
        return _as_json
    return None


def _value_converter(hint: Any) -> Convert | None:
    hint = _inner(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {member.value: member for member in hint}.__getitem__
    if get_origin(hint) is tuple:
        item = get_args(hint)[0]
        return _TUPLES.get(item, tuple)
    return None
