"""What is multiplied holds together as what was lived: ids, numbers, feeds, papers and their counters."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Uuid, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bench.fill import COPIED_IDS, KEPT_IDS, copied_tables, fill
from services.adapters.store.tables import metadata
from services.domain.number import parse_number
from tests.integration.lived import LIVED

GROWN = 333
REFERS_TO = {
    "dispatch_id": "dispatches",
    "opinion_id": "opinions",
    "review_id": "reviews",
    "petition_id": "petitions",
    "earlier_id": "petitions",
    "repeat_of": "petitions",
}


@pytest.fixture
async def grown(lived_url: str) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(lived_url)
    async with engine.begin() as connection:
        assert await fill(connection, GROWN) == GROWN - LIVED
        yield connection
    await engine.dispose()


async def number_of(connection: AsyncConnection, query: str) -> int:
    return int(await connection.scalar(text(query)) or 0)


def test_every_id_is_either_copied_or_an_organ_s() -> None:
    columns = [column for table in copied_tables() for column in table.c if isinstance(column.type, Uuid)]
    assert {column.name for column in columns} <= COPIED_IDS | KEPT_IDS


async def test_copies_refer_to_copies(grown: AsyncConnection) -> None:
    assert await number_of(grown, "SELECT count(*) FROM petitions") == GROWN
    checked = 0
    for table in copied_tables():
        for column, other in REFERS_TO.items():
            if column not in table.c:
                continue
            lost = f"""SELECT count(*) FROM {table.name} t WHERE t.{column} IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM {other} o WHERE o.id = t.{column})"""
            assert await number_of(grown, lost) == 0, f"{table.name}.{column}"
            checked += await number_of(grown, f"SELECT count({column}) FROM {table.name}")
    assert checked > GROWN * 10


async def test_a_petition_keeps_as_many_rows_as_its_original(grown: AsyncConnection) -> None:
    for table in ("events", "deadlines", "dispatches", "petitioners", "inbox_entries"):
        query = f"""SELECT count(t.petition_id) FROM petitions p LEFT JOIN {table} t ON t.petition_id = p.id
            GROUP BY p.id ORDER BY p.id DESC"""
        newest = [row[0] for row in await grown.execute(text(query))]
        assert newest[:LIVED] == newest[LIVED : 2 * LIVED], table
        assert sum(newest[:LIVED]) > LIVED / 2


async def test_copied_numbers_are_petition_numbers_and_counters_go_on(grown: AsyncConnection) -> None:
    numbers = [row[0] for row in await grown.execute(text("SELECT number FROM petitions"))]
    parts = [parse_number(number) for number in numbers]
    assert [str(each) for each in parts] == numbers
    blocks = {
        (row.region, row.day): row.last for row in await grown.execute(text("SELECT * FROM number_blocks"))
    }
    assert all(each.sequence <= blocks[each.region_prefix, f"{each.day:%Y%m%d}"] for each in parts)


async def test_feeds_and_papers_stay_dense(grown: AsyncConnection) -> None:
    feeds = """SELECT count(*) FROM feed_heads h WHERE h.last <> (
        SELECT count(*) FROM inbox_entries e WHERE e.organ_id = h.organ_id AND e.seq <= h.last)"""
    counted = """SELECT count(*) FROM paper_counters c WHERE c.last <> (SELECT count(*) FROM papers p
        WHERE (p.organ_id, p.kind, p.year) = (c.organ_id, c.kind, c.year) AND p.sequence <= c.last)"""
    assert await number_of(grown, feeds) == await number_of(grown, counted) == 0
    assert await number_of(grown, "SELECT count(*) FROM inbox_entries") > GROWN
    named = "SELECT count(*) FROM papers WHERE number NOT LIKE '%〕' || sequence || '号'"
    assert await number_of(grown, named) == 0


async def test_no_copy_is_due_when_the_originals_are(grown: AsyncConnection) -> None:
    query = "SELECT petition_id, next_at FROM deadlines WHERE next_at IS NOT NULL ORDER BY petition_id DESC"
    rows = [(str(row[0]), row[1]) for row in await grown.execute(text(query))]
    found = await grown.execute(text("SELECT id FROM petitions ORDER BY id DESC"))
    lived = {str(row[0]) for row in list(found)[:LIVED]}
    originals = [at for petition, at in rows if petition in lived]
    copies = [at for petition, at in rows if petition not in lived]
    assert originals
    assert copies
    assert max(originals) < min(copies)


async def test_where_there_is_nothing_nothing_is_multiplied(postgresql_url: str) -> None:
    engine = create_async_engine(postgresql_url)
    async with engine.begin() as connection:
        with pytest.raises(ValueError, match="no petition"):
            await fill(connection, 10)
    await engine.dispose()


def test_every_table_of_a_petition_is_copied_but_the_queue() -> None:
    of_petitions = {table.name for table in metadata.sorted_tables if "petition_id" in table.c}
    assert of_petitions - {table.name for table in copied_tables()} == {"outbox"}
