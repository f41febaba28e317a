"""Repositories over mapped tables: reads go to the database, writes wait for the end of the unit of work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Generic, TypeVar

from sqlalchemy import CursorResult, Select, Table, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.adapters.store import arrays
from services.adapters.store.mapping import Mapped, Seal
from services.adapters.store.writes import Writes
from services.application.arrival import fits
from services.domain.refusal import NotFound

T = TypeVar("T")


class SqlRepository(Generic[T]):
    """Values of one kind in one unit of work. A read sees what was committed or flushed before it."""

    def __init__(self, connection: AsyncConnection, mapped: Mapped[T], seal: Seal) -> None:
        self._connection = connection
        self._mapped = mapped
        self.table = mapped.table
        self._seal = seal
        self._loaded: dict[tuple[Any, ...], tuple[T, tuple[Any, ...]]] = {}
        self._added: list[T] = []
        self._saved: dict[int, T] = {}
        self._read: dict[str, dict[Any, list[T]]] = {}

    async def get(self, key: object) -> T:
        found = await self.find(**{self._mapped.key[0]: key})
        if not found:
            raise NotFound()
        return found[0]

    async def find(self, **equals: object) -> list[T]:
        for column, found in self._read.items():
            if equals.get(column) in found:
                return [value for value in found[equals[column]] if fits(value, equals)]
        return [self._remember(row) for row in await self._rows(equals)]

    async def rows(self, column: str, keys: Sequence[object]) -> list[arrays.Row]:
        """The rows that have one of these keys, for :meth:`hold`."""
        return await self._rows({column: tuple(keys)}) if keys else []

    def hold(self, column: str, keys: Sequence[object], rows: Iterable[arrays.Row]) -> None:
        """Have at hand what ``find`` will be asked for with these keys of a column, until the next flush.

        For rows that nobody else can change meanwhile: those of petitions that are locked.
        """
        found: dict[Any, list[T]] = {key: [] for key in keys}
        for row in rows:
            found[row[column]].append(self._remember(row))
        for those in found.values():
            if len(those) > 1:
                those.sort(key=self._mapped.key_of)
        self._read[column] = found

    async def add(self, *values: T) -> None:
        self._added.extend(values)

    async def save(self, *values: T) -> None:
        for value in values:
            self.touch(value)

    async def refresh(self, value: T) -> None:
        """Read a value's row again, into the same object."""
        key = {name: getattr(value, name) for name in self._mapped.key}
        [row] = await self._rows(key)
        fresh = self._mapped.value(row, self._seal)
        for name in self._mapped.names:
            setattr(value, name, getattr(fresh, name))
        self._note(value)

    def touch(self, value: T) -> None:
        """As :meth:`save`, without waiting."""
        self._saved[id(value)] = value

    async def select(self, query: Select[Any], given: Mapping[str, object] | None = None) -> list[T]:
        """The values of a query over the mapped table's columns; one read twice is the same object."""
        return [self._remember(row) for row in _as_dicts(await self._connection.execute(query, given))]

    def write(self, writes: Writes) -> None:
        """Hand over what was added and saved: all additions, and the changes by their sets of columns."""
        self._read.clear()
        if not self._added and not self._saved:  # as of most kinds in most units of work
            return
        added, self._added = self._added, []
        if added:
            rows = [self._mapped.row(value, self._seal) for value in added]
            writes.add(self._mapped.table, rows)
            for value in added:
                self._note(value)
        saved, self._saved = self._saved, {}
        groups: dict[frozenset[str], list[arrays.Row]] = defaultdict(list)
        for value in saved.values():
            if changes := self._changes(value):
                groups[frozenset(changes)].append(changes | self._identity(value))
                self._note(value)
        for rows in groups.values():
            writes.change(self._mapped.table, rows)

    async def _rows(self, equals: Mapping[str, object]) -> list[dict[str, Any]]:
        several = tuple(name for name, value in equals.items() if isinstance(value, tuple))
        none = tuple(name for name, value in equals.items() if value is None)
        one = tuple(name for name in equals if name not in several and name not in none)
        query = _selection(self._mapped.table, self._connection.dialect.name, one, several, none)
        given = {name: value for name, value in equals.items() if value is not None}
        return _as_dicts(await self._connection.execute(query, given))

    def _remember(self, row: dict[str, Any]) -> T:
        key = tuple(row[name] for name in self._mapped.key)
        known = self._loaded.get(key)
        if known:
            return known[0]
        value = self._mapped.value(row, self._seal)
        self._note(value)
        return value

    def _note(self, value: T) -> None:
        """What the row holds now, to tell by it what changes later."""
        self._loaded[self._mapped.key_of(value)] = (value, self._mapped.fields_of(value))

    def _changes(self, value: T) -> dict[str, Any]:
        before = self._loaded[self._mapped.key_of(value)][1]
        now = self._mapped.fields_of(value)
        changed = [
            name
            for name, old, new in zip(self._mapped.names, before, now, strict=True)
            if new is not old and new != old
        ]
        return self._mapped.row(value, self._seal, only=changed)

    def _identity(self, value: T) -> dict[str, Any]:
        return {arrays.KEY + name: getattr(value, name) for name in self._mapped.key}


def _as_dicts(result: CursorResult[Any]) -> list[dict[str, Any]]:
    names = tuple(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result]


# To put a statement together costs as much as to run it: each is made once, its values are given each time.
@cache
def _selection(
    table: Table, dialect: str, one: tuple[str, ...], several: tuple[str, ...], none: tuple[str, ...]
) -> Select[Any]:
    """Where the columns of ``one`` equal a value, of ``several`` one of several, of ``none`` nothing."""
    query = select(table)
    for name in one:
        query = query.where(table.c[name] == bindparam(name))
    for name in several:
        query = query.where(arrays.one_of(table.c[name], name, dialect))
    for name in none:
        query = query.where(table.c[name].is_(None))
    return query.order_by(*table.primary_key)
