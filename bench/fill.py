# ruff: noqa: S608 - every statement is put together from the names of our own tables and columns
"""Growth: what is stored of some petitions' lives, multiplied inside PostgreSQL to as many as are wanted.

``fill`` copies whole lives (``INSERT … SELECT``): every row of every table that belongs to a petition, under
ids of its own which refer to each other as the originals do. Petition numbers, feeds and papers go on where
the counters stand, and the counters go on with them; copies lie before the originals in time, so that what
comes next is stored where it always is, at the end.

What a copy is not: its sealed fields open nowhere, for they are bound to the row they were sealed for, and
its ledger is as long as the original's but does not verify. Its people are other people (their blind indexes
differ), and its clocks strike ``LATER``, so that neither registrations nor sweeps come to open one.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Column, Table, TextClause, Uuid, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from services.adapters.store.tables import metadata
from services.adapters.store.tables.inbox import inbox_entries
from services.adapters.store.tables.outbox import idempotency_keys, outbox
from services.adapters.store.tables.paper import papers
from services.adapters.store.tables.petition import petitions
from services.domain.number import check_digit

BATCH = 5_000  # petitions that one round copies
LATER = "interval '3 years'"
# Columns that hold the id of a row which is copied too; other ids are those of organs, and stay.
COPIED_IDS = frozenset(
    {"id", "petition_id", "earlier_id", "repeat_of", "subject_id", "opinion_id", "dispatch_id", "review_id"}
)
KEPT_IDS = frozenset(
    {
        *("organ_id", "sender_id", "holder_id", "first_handler_id", "owner_id", "raised_by"),
        *("suggested_organ_id", "assigned_organ_id"),
        "decider_id",
        "deciding_organ_id",
        "office_id",
    }
)
SHIFT = "CAST(:shift AS bigint)"
INDEXED = f"substr(sha256({{0}} || convert_to({SHIFT}::text, 'UTF8')), 1, length({{0}}))"


# What the hot paths read: enough where time or disk does not do for all tables (5 KB a petition for 24).
HOT = ("petitions", "petitioners", "deadlines", "dispatches", "inbox_entries", "links", "shields")


async def fill(connection: AsyncConnection, petitions: int, *, only: Collection[str] = ()) -> int:
    """Multiply the petitions of a PostgreSQL database until there are so many. Returns how many were added.

    All in the caller's transaction, with statistics at its end; ``VACUUM`` is left to the caller. Jobs in the
    outbox are not copied. ``only`` names the tables to copy, ``petitions`` among them; not given, all.
    Raises ValueError where there is none to copy.
    """
    tables = [table for table in copied_tables() if not only or table.name in only]
    there = await _count(connection)
    if there == 0:
        raise ValueError("there is no petition to multiply")
    await connection.execute(text(_check_digit_function()))
    added = round_ = seeds = span = 0
    while there + added < petitions:
        if seeds < BATCH:
            seeds, span, round_ = await _take_seeds(connection, tables)
        round_ += 1
        wanted = min(seeds, petitions - there - added)
        for statement in _statements(tables):
            values = {"shift": round_ * span, "wanted": wanted}
            needed = {name: values[name] for name in statement.compile().params}
            await connection.execute(statement, needed)
        added += wanted
    await connection.execute(text("ANALYZE"))
    return added


def copied_tables() -> list[Table]:
    """The tables whose rows are copied, those before which others refer to."""
    tables = [table for table in metadata.sorted_tables if table is petitions or "petition_id" in table.c]
    return [table for table in tables if table is not outbox] + [idempotency_keys]


async def _count(connection: AsyncConnection) -> int:
    return int(await connection.scalar(text("SELECT count(*) FROM petitions")) or 0)


async def _take_seeds(connection: AsyncConnection, tables: Sequence[Table]) -> tuple[int, int, int]:
    """Set the rows of all petitions aside. Returns how many, the milliseconds that their ids span, and 0."""
    await connection.execute(text("DROP TABLE IF EXISTS pg_temp.seed"))
    ranked = "SELECT id, row_number() OVER (ORDER BY id) AS nth FROM petitions"
    await connection.execute(text(f"CREATE TEMP TABLE seed AS {ranked}"))
    bounds = []
    for table in tables:
        await connection.execute(text(f"DROP TABLE IF EXISTS pg_temp.seed_{table.name}"))
        await connection.execute(text(f"CREATE TEMP TABLE seed_{table.name} AS {_rows_of(table)}"))
        if "id" in table.c:
            bounds.append(
                f"SELECT min(id::text) AS least, max(id::text) AS most FROM pg_temp.seed_{table.name}"
            )
    least, most = f"{_milliseconds('min(least)')}", f"{_milliseconds('max(most)')}"
    query = f"SELECT {most} - {least} + 1 FROM ({' UNION ALL '.join(bounds)}) AS bounds"
    span = int(await connection.scalar(text(query)) or 0)
    return int(await connection.scalar(text("SELECT count(*) FROM pg_temp.seed")) or 0), span, 0


def _rows_of(table: Table) -> str:
    """Every row with the place of its petition among the seeds; a link is there once both its ends are."""
    if table is idempotency_keys:
        return f"SELECT *, row_number() OVER (ORDER BY id) AS nth FROM {table.name}"
    if "earlier_id" in table.c:
        return (
            f"SELECT t.*, greatest(seed.nth, other.nth) AS nth FROM {table.name} t"
            " JOIN pg_temp.seed ON seed.id = t.petition_id JOIN pg_temp.seed other ON other.id = t.earlier_id"
        )
    key = "id" if table is petitions else "petition_id"
    return f"SELECT t.*, seed.nth FROM {table.name} t JOIN pg_temp.seed ON seed.id = t.{key}"


def _statements(tables: Sequence[Table]) -> Iterator[TextClause]:
    for table in tables:
        columns = ", ".join(f'"{column.name}"' for column in table.c)
        values = ", ".join(_value(table, column) for column in table.c)
        counted = COUNTED.get(table.name)
        source = f"pg_temp.seed_{table.name} AS t"
        if counted:
            joined, partition, order, raised = counted
            source = (
                f"(SELECT s.*, row_number() OVER (PARTITION BY {partition} ORDER BY {order}) AS nth_counted"
                f" FROM pg_temp.seed_{table.name} s WHERE s.nth <= :wanted) AS t {joined}"
            )
        yield text(
            f"INSERT INTO {table.name} ({columns}) SELECT {values} FROM {source} WHERE t.nth <= :wanted"
        )
        if counted:
            yield text(raised)


# Table: the counter it is joined to, what is counted, in which order, and how the counter goes on.
_BLOCK = "substr(s.number, 1, 6), substr(s.number, 8, 8)"
COUNTED = {
    petitions.name: (
        "JOIN number_blocks c ON c.region = substr(t.number, 1, 6) AND c.day = substr(t.number, 8, 8)",
        _BLOCK,
        "s.id",
        f"""UPDATE number_blocks c SET last = c.last + n.many FROM (
            SELECT substr(s.number, 1, 6) AS region, substr(s.number, 8, 8) AS day, count(*) AS many
            FROM pg_temp.seed_petitions s WHERE s.nth <= :wanted GROUP BY {_BLOCK}
        ) n WHERE n.region = c.region AND n.day = c.day""",
    ),
    inbox_entries.name: (
        "JOIN feed_heads c ON c.organ_id = t.organ_id",
        "s.organ_id",
        "s.seq",
        """UPDATE feed_heads c SET last = c.last + n.many FROM (
            SELECT organ_id, count(*) AS many FROM pg_temp.seed_inbox_entries WHERE nth <= :wanted
            GROUP BY organ_id
        ) n WHERE n.organ_id = c.organ_id""",
    ),
    papers.name: (
        "JOIN paper_counters c ON (c.organ_id, c.kind, c.year) = (t.organ_id, t.kind, t.year)",
        "s.organ_id, s.kind, s.year",
        "s.sequence",
        """UPDATE paper_counters c SET last = c.last + n.many FROM (
            SELECT organ_id, kind, year, count(*) AS many FROM pg_temp.seed_papers WHERE nth <= :wanted
            GROUP BY organ_id, kind, year
        ) n WHERE (n.organ_id, n.kind, n.year) = (c.organ_id, c.kind, c.year)""",
    ),
}
_FOLLOWING = "(c.last + t.nth_counted)::text"
_STEM = f"left(t.number, 16) || lpad({_FOLLOWING}, greatest(6, length({_FOLLOWING})), '0')"
VALUES = {
    "petitions.number": f"{_STEM} || '-' || pg_temp.check_digit(translate({_STEM}, '-', ''))",
    "petitions.external_ref": f"t.external_ref || '-' || {SHIFT}::text",
    "petitioners.name_index": INDEXED.format("t.name_index"),
    "petitioners.document_number_index": INDEXED.format("t.document_number_index"),
    "petitioners.phone_index": INDEXED.format("t.phone_index"),
    "deadlines.next_at": f"t.next_at + {LATER}",
    "inbox_entries.seq": "c.last + t.nth_counted",
    "papers.sequence": "c.last + t.nth_counted",
    "papers.number": "regexp_replace(t.number, '[0-9]+号$', (c.last + t.nth_counted)::text || '号')",
    "idempotency_keys.key": f"t.key || '-' || {SHIFT}::text",
}


def _value(table: Table, column: Column[object]) -> str:
    plain = f't."{column.name}"'
    if (special := VALUES.get(f"{table.name}.{column.name}")) is not None:
        return special
    if isinstance(column.type, Uuid) and column.name in COPIED_IDS:
        digits = f"translate({plain}::text, '-', '')"
        moved = f"lpad(to_hex({_milliseconds(f'{plain}::text')} - {SHIFT}), 12, '0')"
        return f"({moved} || substr({digits}, 13))::uuid"
    return plain


def _milliseconds(uuid_as_text: str) -> str:
    """The time that an id of version 7 begins with."""
    return f"('x' || left(translate({uuid_as_text}, '-', ''), 12))::bit(48)::bigint"


def _check_digit_function() -> str:
    """The check digit of petition numbers, as PostgreSQL can reckon it; its table is asked of our own."""
    begins = {check_digit(digit): digit for digit in "0123456789"}
    rows = "".join(check_digit(begins[state] + digit) for state in "0123456789" for digit in "0123456789")
    return f"""CREATE OR REPLACE FUNCTION pg_temp.check_digit(digits text) RETURNS text LANGUAGE plpgsql AS $$
        DECLARE state int := 0;
        BEGIN
            FOR place IN 1 .. length(digits) LOOP
                state := substr('{rows}', state * 10 + substr(digits, place, 1)::int + 1, 1)::int;
            END LOOP;
            RETURN state::text;
        END $$"""


async def _main(url: str, petitions: int, only: Collection[str]) -> int:
    engine = create_async_engine(url)
    began = time.perf_counter()
    async with engine.begin() as connection:
        added = await fill(connection, petitions, only=only)
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(text("VACUUM ANALYZE"))
    await engine.dispose()
    print(f"+ {added:,} in {time.perf_counter() - began:,.0f} s")
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.fill", description=__doc__)
    parser.add_argument("database_url")
    parser.add_argument("petitions", type=int)
    parser.add_argument("--hot", action="store_true", help=f"only {', '.join(HOT)}")
    given = parser.parse_args()
    sys.exit(asyncio.run(_main(given.database_url, given.petitions, HOT if given.hot else ())))
