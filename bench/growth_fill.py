"""A system with very many petitions, made from a few real ones: their rows multiplied under new ids.

What is sealed stays sealed for the petition it came from, so only the real ones can be opened; the others are
there to be stepped over: in every table, in every index, in the order of time.
"""

from __future__ import annotations

import asyncpg

# Ids that grow with time as real ones do (UUIDv7), over the year before now; they end before the real ones.
FRESH = """CREATE TEMPORARY TABLE fresh ON COMMIT DROP AS
    SELECT number, source.id AS petition_id, source.place,
        (lpad(to_hex($1::bigint + number * $2::bigint), 12, '0') || '7' || substr(md5(random()::text), 1, 3)
            || 'b' || substr(md5(random()::text), 1, 15))::uuid AS new_id
    FROM generate_series(1, $3::bigint) AS number
    JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS all_of FROM petitions)
        AS source ON source.place = number % source.all_of"""
COLUMNS = """SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position)
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name = ANY($1) GROUP BY 1"""
TABLES = (
    "petitions", "petitioners", "respondents", "shields", "decisions", "dispatches", "deadlines", "events",
    "inbox_entries", "idempotency_keys",
)  # fmt: skip
RANDOM_BYTES = "decode(md5(random()::text), 'hex')"
A_YEAR_MS = 365 * 86_400_000
# What a multiplied row has instead of what its original had, by table or for all (“*”).
INSTEAD = {
    ("*", "id"): "gen_random_uuid()",
    ("*", "petition_id"): "fresh.new_id",
    ("petitions", "id"): "fresh.new_id",
    ("petitions", "number"): "'430900-20250101-' || lpad(fresh.number::text, 9, '0') || '-0'",
    ("petitions", "external_ref"): "'multiplied-' || fresh.number",
    ("petitions", "query_code_hash"): RANDOM_BYTES,
    ("petitioners", "name_index"): RANDOM_BYTES,
    ("petitioners", "document_number_index"): RANDOM_BYTES,
    ("petitioners", "phone_index"): RANDOM_BYTES,
    ("deadlines", "next_at"): "original.next_at + random() * interval '60 days'",
    ("idempotency_keys", "key"): "'multiplied-' || fresh.number",
    ("inbox_entries", "seq"): "feed_heads.last + row_number() OVER (PARTITION BY original.organ_id)",
}
HEADS = """UPDATE feed_heads SET last = reached.last FROM (
    SELECT organ_id, max(seq) AS last FROM inbox_entries GROUP BY 1) AS reached
    WHERE feed_heads.organ_id = reached.organ_id"""


async def multiply(connection: asyncpg.Connection, count: int) -> None:
    """Add so many petitions, with all that belongs to each, then bring the statistics up to date."""
    columns = {row[0]: row[1] for row in await connection.fetch(COLUMNS, list(TABLES))}
    now = int(
        await connection.fetchval("SELECT extract(epoch FROM min(registered_at)) * 1000 FROM petitions")
    )
    async with connection.transaction():
        await connection.execute(FRESH.replace("$1", str(now - A_YEAR_MS)).replace(
            "$2", str(A_YEAR_MS // (count + 1))).replace("$3", str(count)))  # fmt: skip
        await connection.execute("ANALYZE fresh")
        for table in TABLES:
            await connection.execute(statement(table, columns[table]))
        await connection.execute(HEADS)
    await connection.execute("VACUUM (ANALYZE)")
    await connection.execute("CHECKPOINT")


def statement(table: str, columns: list[str]) -> str:
    """The INSERT … SELECT that multiplies the rows of one table."""
    chosen = [_value(table, column) for column in columns]
    names = ", ".join(f'"{column}"' for column in columns)
    if table == "idempotency_keys":
        # One a petition; the answer of any will do.
        source = "(SELECT *, row_number() OVER (ORDER BY id) - 1 AS place FROM idempotency_keys) AS original"
        joined = f"fresh JOIN {source} ON original.place = fresh.place"
    else:
        key = "id" if table == "petitions" else "petition_id"
        joined = f"fresh JOIN {table} AS original ON original.{key} = fresh.petition_id"
    if table == "inbox_entries":
        joined += " JOIN feed_heads ON feed_heads.organ_id = original.organ_id"
    return f"INSERT INTO {table} ({names}) SELECT {', '.join(chosen)} FROM {joined}"  # noqa: S608 — own names


def _value(table: str, column: str) -> str:
    instead = INSTEAD.get((table, column)) or INSTEAD.get(("*", column))
    return instead or f'original."{column}"'
