"""The reads that callers, workers and sweeps repeat all day, each with the plan and the time it takes.

    python -m bench.hot_reads DATABASE_URL [DATABASE_URL …]

Each read is called through the store's own code; the statements that it sends are caught on their way, and
run again: once under ``EXPLAIN``, then ``ROUNDS`` times as they are. Printed of each database: the median and
the 95th percentile in milliseconds, the rows that were read, and the large tables that were walked over from
end to end, which should be none. Nothing is decrypted, so that multiplied petitions will do.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import orjson
from sqlalchemy import event, text

from services.adapters.crypto import DecryptError
from services.adapters.keys import new_ring
from services.adapters.store.vitals import vitals
from services.application import in_hand, review
from services.application.lists import PetitionFilter
from services.bootstrap import Deployment
from services.domain.identity import index_name
from services.domain.same_matter import Identity
from services.settings import Settings

ROUNDS = 40
PAGE = 50
# Tables that grow with the petitions: a walk over all of one of them is what no hot read may do.
LARGE = frozenset(
    {
        *("petitions", "petitioners", "respondents", "events", "deadlines", "dispatches", "decisions"),
        *("inbox_entries", "opinions", "papers", "notices", "executions", "links", "idempotency_keys"),
        "reviews",
    }
)
ALONG = frozenset({"Index Scan", "Index Only Scan"})
Read = Callable[[Deployment, "Known"], Awaitable[object]]
Sent = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Known:
    """What the reads ask for, found in the database that they ask: the busiest organ, the newest petition."""

    petition: Any
    person: Any
    organ: Any
    seq: int
    desk: Any
    client: str
    due: datetime
    calendar: str


def _lists(wanted: Callable[[Known], PetitionFilter]) -> Read:
    return lambda world, known: world.lists.petitions(wanted(known), after=None, limit=PAGE)


async def _by_number(world: Deployment, known: Known) -> object:
    async with world.read() as work:
        return await work.petitions.find(number=known.petition.number)


async def _ledger(world: Deployment, known: Known) -> object:
    async with world.read() as work:
        return await work.events.find(petition_id=known.petition.id)


async def _brought_by(world: Deployment, known: Known) -> object:
    keys = Identity(known.person.document_number_index, known.person.phone_index, known.person.name_index)
    async with world.read() as work:
        return await work.brought_by([keys], before=known.petition.id)


async def _kept_answer(world: Deployment, known: Known) -> object:
    async with world.read() as work:
        return await work.kept_answer(known.client, "a key that is not there")


async def _dispatches(world: Deployment, known: Known) -> object:
    return await world.lists.dispatches(known.organ, states=in_hand.VISIBLE_STATES, after=None, limit=PAGE)


async def _behind(world: Deployment, known: Known) -> object:
    return await world.lists.clocks_behind(known.calendar, 200)


READS: dict[str, Read] = {
    "petition by its number": _by_number,
    "ledger of a petition": _ledger,
    "petitions of the same person": _brought_by,
    "answer kept for a key": _kept_answer,
    "inbox, newest page": lambda world, known: world.lists.inbox(
        known.organ, after=known.seq - PAGE, limit=PAGE
    ),
    "inbox, nothing new": lambda world, known: world.lists.inbox(known.organ, after=known.seq, limit=PAGE),
    "inbox, one day": lambda world, known: world.lists.inbox_day(known.organ, known.due.date()),
    "heads of the feeds": lambda world, known: world.lists.feed_heads([known.organ]),
    "clocks that are due": lambda world, known: world.lists.due(known.due, 200),
    "vital signs": lambda world, known: vitals(world.database),
    "clocks another calendar counted": _behind,
    "dispatches of an organ": _dispatches,
    "reviews of an organ": lambda world, known: world.lists.reviews(
        known.organ, states=review.VISIBLE_STATES, after=None, limit=PAGE
    ),
    "triage desk": _lists(
        lambda known: PetitionFilter(
            holder_id=known.desk,
            office_prefix="430900000000",
            shield_for=known.desk,
            states=("triage",),
            oldest_first=True,
        )
    ),
    "list of the city's office": _lists(
        lambda known: PetitionFilter(office_prefix="430900000000", shield_for=known.desk, screened_only=True)
    ),
    "list of a county's office": _lists(
        lambda known: PetitionFilter(office_prefix="430921000000", shield_for=known.desk, screened_only=True)
    ),
    "list of an organ": _lists(
        lambda known: PetitionFilter(
            holder_id=known.organ, or_brought_by="none", shield_for=known.organ, screened_only=True
        )
    ),
    "list of a source": _lists(lambda known: PetitionFilter(client_id=known.client)),
    "list by person, in the city": _lists(
        lambda known: PetitionFilter(office_prefix="430900000000", person=index_name("查无此人"))
    ),
    "list by a source's own number": _lists(
        lambda known: PetitionFilter(client_id=known.client, external_ref="none")
    ),
    "list by state": _lists(lambda known: PetitionFilter(office_prefix="430900000000", states=("review",))),
    "petitions received in a month": _lists(
        lambda known: PetitionFilter(received_from=date(2026, 3, 1), received_to=date(2026, 3, 31))
    ),
}
KNOWN = {
    "petition": "SELECT id, number, client_id FROM petitions ORDER BY id DESC LIMIT 1",
    "person": """SELECT document_number_index, phone_index, name_index FROM petitioners
        WHERE phone_index IS NOT NULL OR document_number_index IS NOT NULL ORDER BY id DESC LIMIT 1""",
    "organ": "SELECT organ_id, last FROM feed_heads ORDER BY last DESC LIMIT 1",
    "desk": "SELECT id FROM organs WHERE kind = 'petition_office' AND region_code = '430900000000'",
    "due": "SELECT min(next_at) FROM deadlines",
    "calendar": "SELECT calendar_version FROM deadlines WHERE state = 'running' LIMIT 1",
}


async def look_up(world: Deployment) -> Known:
    async with world.database.reading() as connection:
        found = {name: (await connection.execute(text(query))).one() for name, query in KNOWN.items()}
    due = (found["due"][0] or datetime.now(UTC)) + timedelta(days=1)
    organ, petition = found["organ"], found["petition"]
    return Known(
        petition, found["person"], organ.organ_id, organ.last, found["desk"].id, petition.client_id, due,
        found["calendar"].calendar_version,
    )  # fmt: skip


@contextmanager
def overheard(world: Deployment) -> Iterator[list[Sent]]:
    """The statements that reads send while the block lasts, by SQLAlchemy or straight to the driver."""
    sent: list[Sent] = []

    def hear(*given: Any) -> None:
        sent.append((given[2], given[3]))

    def hear_driver(record: Any) -> None:
        sent.append((record.query, tuple(record.args)))

    def taken(connection: Any, *_: object) -> None:
        connection.driver_connection.add_query_logger(hear_driver)

    def given_back(connection: Any, *_: object) -> None:
        connection.driver_connection.remove_query_logger(hear_driver)

    engine = world.database._reader.sync_engine
    listeners = {"before_cursor_execute": hear, "checkout": taken, "checkin": given_back}
    for name, listener in listeners.items():
        event.listen(engine, name, listener)
    try:
        yield sent
    finally:
        for name, listener in listeners.items():
            event.remove(engine, name, listener)


async def statements(world: Deployment, read: Read, known: Known) -> list[Sent]:
    with overheard(world) as sent, suppress(DecryptError):  # of a copy, which opens nowhere
        await read(world, known)
    return [each for each in sent if any(f"FROM {table}" in each[0] for table in LARGE | {"feed_heads"})]


async def plan(connection: asyncpg.Connection, sent: Sent) -> list[dict[str, Any]]:
    """Every node of the plan, as PostgreSQL would run the statement with these values."""
    statement, values = sent
    rows = await connection.fetch(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", *values)
    return list(nodes_of(orjson.loads(rows[0][0])[0]["Plan"]))


def nodes_of(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for each in node.get("Plans", ()):
        yield from nodes_of(each)


def walks_over_all(nodes: Sequence[dict[str, Any]]) -> list[str]:
    """The large tables that a plan walks over from end to end."""
    found = [str(each["Relation Name"]) for each in nodes if each["Node Type"] == "Seq Scan"]
    return [table for table in found if table in LARGE]


def walks_along_all(nodes: Sequence[dict[str, Any]]) -> list[str]:
    """Likewise along an index, which a list may do that ends soon."""
    found = [each for each in nodes if each["Node Type"] in ALONG and "Index Cond" not in each]
    return [str(each["Relation Name"]) for each in found if each["Relation Name"] in LARGE]


def rows_read(nodes: Sequence[dict[str, Any]]) -> int:
    """Rows that were taken from tables and indexes, those thrown away at once among them."""
    return sum(
        int((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])
        for node in nodes
        if "Scan" in node["Node Type"]
    )


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[tuple[Deployment, asyncpg.Connection, Known]]:
    """A deployment without the keys of that database, a bare connection beside it, what is known there."""
    world = Deployment(Settings(database_url=url, pool_size=4, redis_url=None), new_ring())
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    await connection.set_type_codec("jsonb", encoder=str, decoder=str, schema="pg_catalog")
    try:
        yield world, connection, await look_up(world)
    finally:
        await connection.close()
        await world.close()


async def measure(urls: Sequence[str], name: str) -> list[str]:
    """What a read takes in each database: median and 95th percentile in milliseconds, rows read."""
    cells = []
    for url in urls:
        async with opened(url) as (world, connection, known):
            sent, times = await statements(world, READS[name], known), []
            plans = [await plan(connection, each) for each in sent]
            for _ in range(ROUNDS):
                began = time.perf_counter()
                for statement, values in sent:
                    await connection.fetch(statement, *values)
                times.append((time.perf_counter() - began) * 1000)
        nodes = [node for each in plans for node in each]
        median, slow = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        walked = "".join(f" SEQ {table}" for table in walks_over_all(nodes))
        cells.append(f"{median:8.2f} {slow:8.2f} {rows_read(nodes):8,}{walked}")
    return cells


async def _main(urls: Sequence[str]) -> int:
    for name in READS:
        print(f"{name:34}" + " | ".join(await measure(urls, name)))
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.hot_reads", description=__doc__)
    parser.add_argument("database_url", nargs="+")
    sys.exit(asyncio.run(_main(parser.parse_args().database_url)))
