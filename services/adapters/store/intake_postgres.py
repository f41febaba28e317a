"""A batch of petitions on PostgreSQL: one statement, which is its own transaction and one way there and back.

SQLAlchemy would need a statement a table and a call a row: with batches, 3.2 times what it takes so, held
against the same floor (docs/decisions/0021-hot-paths.md). The text is put together once, from the tables;
the driver is given one array a column, or the values themselves of a petition that is alone. A key that
another process is just writing is waited for, as long as for any lock.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import cache
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from services.adapters.store.arrays import columns, insertion, values
from services.adapters.store.database import Database
from services.adapters.store.faults import driver_told, outages_told
from services.adapters.store.intake import TABLES, Sealed, Write, rows_of, sent
from services.adapters.store.tables.outbox import idempotency_keys
from services.adapters.store.wakes import WORK

PATIENCE_SECONDS = 10.0
BRIEFLY = "SET lock_timeout = '1s'"


class PostgresIntake:
    """See :class:`services.adapters.store.intake.Writer`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def session(self, *, briefly: bool = False) -> AsyncIterator[Write]:
        with outages_told():
            async with self._database.connection() as pooled:
                driver: Any = (await pooled.get_raw_connection()).driver_connection
                await _limited(pooled, driver, BRIEFLY if briefly else None)

                async def write(batch: Sequence[Sealed]) -> Collection[UUID]:
                    try:
                        with outages_told(), driver_told():
                            return await _written(driver, batch)
                    except BaseException:
                        await pooled.invalidate()  # it may have been cut off in mid-statement
                        raise

                try:
                    yield write
                except BaseException:
                    if briefly:
                        await pooled.invalidate()  # its short patience is not for others
                    raise
                await _limited(pooled, driver, "RESET lock_timeout" if briefly else None)

    async def close(self) -> None:
        """The connection is the pool's."""


async def _limited(pooled: AsyncConnection, driver: Any, setting: str | None) -> None:
    if setting is None or pooled.invalidated:
        return
    try:
        with driver_told():
            await driver.execute(setting)
    except BaseException:
        await pooled.invalidate()  # who knows which limit it has
        raise


async def _written(driver: Any, batch: Sequence[Sealed]) -> set[UUID]:
    lone = _lone(batch)
    async with asyncio.timeout(PATIENCE_SECONDS):
        found = await driver.fetch(statement_for(lone), *_given(batch, lone))
    return {row["id"] for row in found}


def _lone(batch: Sequence[Sealed]) -> tuple[Table, ...] | None:
    """The tables of which a petition that is alone has a row each. None where some has several, or it has
    company: then rows travel as arrays.
    """
    if len(batch) > 1 or any(len(rows) > 1 for rows in batch[0].rows.values()):
        return None
    return tuple(table for table in TABLES if batch[0].rows[table])


def _given(batch: Sequence[Sealed], lone: tuple[Table, ...] | None) -> Iterator[Any]:
    """The parameters, in the order in which :func:`statement_for` asks for them."""
    # Sorted, as every process does it: two batches with the same keys wait for each other, never in a ring.
    keys = sorted((each.key for each in batch if each.key), key=lambda row: (row["client_id"], row["key"]))
    yield [each.id for each in batch if each.external_ref]
    yield [each.client_id for each in batch if each.external_ref]
    yield [each.external_ref for each in batch if each.external_ref]
    yield [each.id for each in batch for _ in each.documents]
    yield [document for each in batch for document in each.documents]
    yield [each.id for each in batch if each.key is None]
    yield from columns(keys, idempotency_keys, _sent(idempotency_keys))
    if lone is not None:
        for table in lone:
            yield from values(batch[0].rows[table][0], table, _sent(table))
        return
    for table in TABLES:
        yield from columns(rows_of(batch, table), table, _sent(table))


@cache
def statement_for(lone: tuple[Table, ...] | None) -> str:
    """``lone``: see :func:`_lone`.

    What is known is looked for by subqueries of one row, which no planner turns into a join: while a table is
    small that would be read whole, and the plan is kept while the table grows. A subquery around an array:
    PostgreSQL reckons with as many rows whatever it is given, and does not plan anew for each batch.
    """
    numbers = count(1)
    reference_ids, reference_clients, references = (f"${next(numbers)}" for _ in range(3))
    person_ids, documents, keyless = (f"${next(numbers)}" for _ in range(3))
    parts = [
        f"""known AS (
          SELECT r.id FROM unnest((SELECT {reference_ids}::uuid[]), {reference_clients}::text[],
              {references}::text[]) AS r (id, client_id, external_ref)
            WHERE (SELECT true FROM petitions p
              WHERE p.client_id = r.client_id AND p.external_ref = r.external_ref LIMIT 1)
          UNION ALL
          SELECT d.id FROM unnest((SELECT {person_ids}::uuid[]), {documents}::bytea[]) AS d (id, document)
            WHERE (SELECT true FROM petitioners o WHERE o.document_number_index = d.document LIMIT 1))""",
        f"""keyed AS ({insertion(idempotency_keys, _sent(idempotency_keys), numbers)}
          WHERE r.id NOT IN (SELECT id FROM known) ON CONFLICT (client_id, key) DO NOTHING RETURNING id)""",
        f"""fresh AS (SELECT id FROM keyed UNION ALL
          SELECT u.id FROM unnest({keyless}::uuid[]) AS u (id) WHERE u.id NOT IN (SELECT id FROM known))""",
    ]
    for table in TABLES if lone is None else lone:
        owner = "id" if table.name == "petitions" else "petition_id"
        new = insertion(table, _sent(table), numbers, alone=lone is not None)
        parts.append(f"new_{table.name} AS ({new} WHERE r.{owner} IN (SELECT id FROM fresh))")
    return f"WITH {', '.join(parts)} SELECT id, pg_notify('{WORK}', '') FROM fresh"


@cache
def _sent(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in sent(table))
