"""A city's own rules of routing in the database, in versions, each in force from its day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import RowMapping, func, insert, select

from services.adapters.store.database import Database
from services.adapters.store.tables.directory import routing_rules
from services.domain.matter import LexiconEntry
from services.domain.rule_set import RuleSet, RulesPending


class SqlRules:
    """The version in force is held in memory, and looked for again by :meth:`refresh`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held = RuleSet()

    @property
    def held(self) -> RuleSet:
        """The version in force when it was last looked for."""
        return self._held

    async def refresh(self, on: date) -> None:
        """Take up the version that is in force on that day, published here or by another process."""
        number = await self._number(on)
        if number != self._held.version:
            self._held = await self.at(number) or RuleSet()

    async def in_force_on(self, day: date) -> RuleSet:
        return await self.at(await self._number(day)) or RuleSet()

    async def at(self, version: int) -> RuleSet | None:
        """One version; None when there is none of that number."""
        if version == 0:
            return RuleSet()
        query = select(routing_rules).where(routing_rules.c.version == version)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        return None if row is None else _rule_set(row)

    async def publish(self, rules: RuleSet, *, in_force_from: date, by: str, note: str, at: datetime) -> int:
        """Write a version, in force from that day. Raises RulesPending when one waits for a later day."""
        column = routing_rules.c
        async with self._database.writing() as connection:
            newest = select(column.version, column.in_force_from).order_by(column.version.desc()).limit(1)
            last = (await connection.execute(newest)).one_or_none()
            if last is not None and last.in_force_from > in_force_from:
                raise RulesPending(version=last.version, day=last.in_force_from)
            number = 1 if last is None else last.version + 1
            row = _row(rules) | {"version": number, "in_force_from": in_force_from, "note": note}
            row |= {"published_at": at, "published_by": by}
            await connection.execute(insert(routing_rules).values(**row))
        return int(number)

    async def _number(self, on: date) -> int:
        query = select(func.max(routing_rules.c.version)).where(routing_rules.c.in_force_from <= on)
        async with self._database.reading() as connection:
            return await connection.scalar(query) or 0


def _row(rules: RuleSet) -> dict[str, Any]:
    lexicon = rules.lexicon
    return {
        "threshold": rules.threshold,
        "lexicon": lexicon and [[each.phrase, each.category_code, each.weight] for each in lexicon],
        "cues": rules.cues and {kind: dict(table) for kind, table in rules.cues.items()},
    }


def _rule_set(row: RowMapping) -> RuleSet:
    lexicon = row["lexicon"]
    return RuleSet(
        version=row["version"],
        threshold=row["threshold"],
        lexicon=lexicon and tuple(LexiconEntry(*entry) for entry in lexicon),
        cues=row["cues"],
        in_force_from=row["in_force_from"],
    )
