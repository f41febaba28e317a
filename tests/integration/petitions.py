"""Petitions by the dozen, straight into the store, for tests that need rows rather than stories."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import text, update

from services.adapters.directory_files import load_functions
from services.adapters.store.columns import database_now
from services.adapters.store.tables.outbox import outbox
from services.bootstrap import Deployment
from services.domain.number import format_number
from services.domain.organ_template import template_organs
from services.domain.outbox import Topic
from services.domain.petition import Channel, Petition, State

CITY = "430900000000"
DAY = date(2026, 11, 20)


def petition(world: Deployment, sequence: int, *, content: str = "补偿款至今没有发放。") -> Petition:
    return Petition(
        id=world.codes.new_id(),
        number=format_number(CITY, DAY, sequence),
        query_code_hash=b"",
        client_id="portal",
        external_ref=None,
        channel=Channel.ONLINE,
        state=State.REGISTERED,
        office_region=CITY,
        received_on=DAY,
        registered_at=world.clock.now(),
        title="南县茅草街镇征地补偿没有发放",
        content=content,
    )


async def register(world: Deployment, count: int, *, topic: str = Topic.ROUTE) -> list[UUID]:
    """Petitions with an event and a job each, in one transaction."""
    petitions = [petition(world, sequence) for sequence in range(1, count + 1)]
    async with world.begin() as work:
        await work.petitions.add(*petitions)
        for each in petitions:
            work.record(each, "registered", actor="client:portal", data={"number": each.number})
        await work.enqueue(Topic.ROUTE, *(each.id for each in petitions))
    if topic != Topic.ROUTE:
        async with world.database.writing() as connection:
            await connection.execute(update(outbox).values(topic=topic))
    return [each.id for each in petitions]


async def build_city(world: Deployment) -> None:
    gazetteer = (await world.directory()).gazetteer
    organs = template_organs(CITY, gazetteer, functions=load_functions(), new_id=world.codes.new_id)
    await world.organs.apply(added=organs, by="test", note="", at=world.clock.now())


async def end_leases(world: Deployment) -> None:
    """Leases and waits are over, as if their time had passed."""
    async with world.database.writing() as connection:
        await connection.execute(update(outbox).values(run_at=database_now(-1)))


async def count(world: Deployment, table: str) -> int:
    async with world.database.reading() as connection:
        return int((await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())
