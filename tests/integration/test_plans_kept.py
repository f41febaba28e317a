"""A plan outlives the table for which it was made: one for an empty table must do for a large one."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import orjson
import pytest

from bench.hot_reads import nodes_of, walks_along_all, walks_over_all
from services.adapters.store.ahead import text_for
from services.adapters.store.database import Database
from services.adapters.store.inbox import READ
from services.adapters.store.intake import TABLES
from services.adapters.store.intake_postgres import statement_for
from services.adapters.store.tables.chain import deadlines
from services.adapters.store.tables.petition import attachments, petitioners, petitions, respondents
from services.adapters.store.writes import Part, text_of

KEPT = {
    "a batch of registrations": statement_for(None),
    "a registration that is alone": statement_for(TABLES),
    "what routing reads ahead": text_for(
        tuple((table, "petition_id") for table in (respondents, petitioners, attachments, deadlines))
    ),
    "polls of inboxes": READ,
    "changes that routing writes": text_of(
        (
            Part(petitions, ("state", "holder_id", "key_id"), new=False, alone=False),
            Part(deadlines, ("state", "met_on", "key_id"), new=False, alone=False),
        )
    ),
}
EMPTY = ("petitions", "petitioners", "respondents", "deadlines", "inbox_entries")


@pytest.fixture
async def empty(postgresql_url: str) -> AsyncIterator[Database]:
    database = Database(postgresql_url, pool_size=1)
    yield database
    await database.close()


@pytest.mark.parametrize("name", KEPT)
async def test_no_plan_made_for_empty_tables_walks_over_them(empty: Database, name: str) -> None:
    given = max(map(int, re.findall(r"\$(\d+)", KEPT[name])))
    async with empty.writing() as connection:
        await connection.exec_driver_sql(f"ANALYZE {', '.join(EMPTY)}")
        await connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_generic_plan")
        await connection.exec_driver_sql(f"PREPARE kept AS {KEPT[name]}")
        nothing = ", ".join(["NULL"] * given)
        shown = await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) EXECUTE kept ({nothing})")
        told = shown.scalar_one()
        plan = (orjson.loads(told) if isinstance(told, str) else told)[0]["Plan"]
    nodes = list(nodes_of(plan))
    assert walks_over_all(nodes) + walks_along_all(nodes) == []
