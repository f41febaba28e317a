from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select

from services.adapters.store import mappings
from services.adapters.store.mapping import Mapped
from services.adapters.store.tables import metadata
from services.application import registration
from services.application.outbox import Drain
from services.application.ports import Conflict
from services.bootstrap import Deployment
from services.domain.access import Call, Client, ClientRole
from services.domain.inbox import EntryType
from services.domain.petition import Channel, Petition, RespondentKind, State
from services.domain.refusal import NotFound
from services.domain.registration import PetitionerDraft, Registration, RespondentDraft
from tests.integration.petitions import CITY, build_city, petition

CANARY = "金丝雀𠮷"
OF_PETITIONS = frozenset({"petition_id", "earlier_id"})
EVERY = {
    name: mapped
    for name, mapped in vars(mappings).items()
    if isinstance(mapped, Mapped) and name not in ("PETITIONS", "ORGANS")
}


def inner(hint: Any) -> tuple[Any, bool]:
    """The type, and whether it may be None."""
    if get_origin(hint) in (Union, types.UnionType):
        return next(part for part in get_args(hint) if part is not type(None)), True
    return hint, False


def plain(hint: Any) -> Any:
    made: dict[Any, Any] = {
        bool: True,
        int: 7,
        float: 0.93,
        bytes: b"\x00\xff",
        date: date(2026, 11, 20),
        datetime: datetime(2026, 11, 20, 1, 30, 0, 123456, tzinfo=UTC),
        UUID: uuid4(),
        str: CANARY,
    }
    if hint in made:
        return made[hint]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    if get_origin(hint) is tuple:
        return (plain(get_args(hint)[0]),) * 2
    assert issubclass(get_origin(hint), Mapping)
    return {"项": [CANARY, 1, None], "附": {"是": True}}


def specimen(mapped: Mapped[Any], *, given: Mapping[str, Any], empty: bool) -> Any:
    """A value with something in every field, or with None wherever that may be."""
    hints = get_type_hints(mapped.kind)
    values = {}
    for field in fields(mapped.kind):
        hint, optional = inner(hints[field.name])
        values[field.name] = None if empty and optional else plain(hint)
    return mapped.kind(**values | dict(given))


async def store(world: Deployment, mapped: Mapped[Any], value: Any) -> None:
    row = mapped.row(value, world.seal) | ({"request_id": ""} if mapped.table.name == "events" else {})
    async with world.database.writing() as connection:
        await connection.execute(insert(mapped.table), row)


async def load(world: Deployment, mapped: Mapped[Any]) -> Any:
    async with world.database.reading() as connection:
        row = (await connection.execute(select(mapped.table))).mappings().one()
    return mapped.value(dict(row), world.seal)


async def a_petition(world: Deployment, nth: int = 1, **given: Any) -> Petition:
    found = petition(world, nth)
    for name, value in given.items():
        setattr(found, name, value)
    async with world.begin() as work:
        await work.petitions.add(found)
    return found


@pytest.mark.parametrize("empty", [False, True], ids=["full", "empty"])
@pytest.mark.parametrize("name", EVERY)
async def test_value_comes_back_as_it_went_in(world: Deployment, name: str, empty: bool) -> None:
    mapped = EVERY[name]
    columns = sorted(OF_PETITIONS & set(mapped.names))
    of = {column: (await a_petition(world, nth)).id for nth, column in enumerate(columns, start=1)}
    value = specimen(mapped, given=of, empty=empty)
    await store(world, mapped, value)
    assert await load(world, mapped) == value


@pytest.mark.parametrize("empty", [False, True], ids=["full", "empty"])
async def test_petition_comes_back_as_it_went_in(world: Deployment, empty: bool) -> None:
    value = specimen(mappings.PETITIONS, given={}, empty=empty)
    await store(world, mappings.PETITIONS, value)
    assert await load(world, mappings.PETITIONS) == value


async def everything_stored(world: Deployment) -> bytes:
    """Every cell of every table, and for SQLite the bytes of its files too."""
    async with world.database.reading() as connection:
        rows = [row for table in metadata.sorted_tables for row in await connection.execute(select(table))]
    cells = [cell if isinstance(cell, bytes) else str(cell).encode() for row in rows for cell in row]
    files = [path.read_bytes() for path in world.settings.data.glob("xinfang.db*")]
    return b"\n".join(cells + files)


async def test_no_sealed_field_stands_in_clear(world: Deployment) -> None:
    found = await a_petition(world)
    for mapped in (each for each in EVERY.values() if each.sealed):
        value = specimen(mapped, given={"petition_id": found.id}, empty=False)
        for name in set(mapped.names) - mapped.sealed:
            if getattr(value, name) == CANARY:
                setattr(value, name, "x")
        await store(world, mapped, value)
    stored = await everything_stored(world)
    assert CANARY.encode() not in stored
    assert found.content.encode() not in stored


async def test_nothing_a_petitioner_wrote_stands_in_clear_after_routing(world: Deployment) -> None:
    await build_city(world)
    secrets = ["金丝雀甲", "11010519491231002X", "13800007391", "金丝雀巷七号", "金丝雀乙", "金丝雀丙"]
    name, document, phone, address, accused, told = secrets
    person = PetitionerDraft(name, True, "resident_id", document, phone, address, {"job": name})
    brought = Registration(
        channel=Channel.LETTER,
        received_on=world.clock.today(),
        title=f"南县茅草街镇征地补偿{told}",
        content=f"{told}说征地补偿款至今没有发放",
        form={"addressee": told},
        address=f"南县茅草街镇{address}",
        petitioners=(person,),
        respondents=(RespondentDraft(RespondentKind.PERSON, accused, position=told),),
    )
    now = world.clock.now()
    client = Client("portal", b"", "门户", ClientRole.PORTAL, CITY, None, (), now)
    await registration.register(world, brought, call=Call(client))
    assert await Drain(world, worker="one").once() == 1
    stored = await everything_stored(world)
    assert [secret for secret in secrets if secret.encode() in stored] == []


async def test_a_sealed_field_opens_in_its_own_place_only(world: Deployment) -> None:
    one, other = petition(world, 1), petition(world, 2)
    row, foreign = (mappings.PETITIONS.row(each, world.seal) for each in (one, other))
    with pytest.raises(Exception, match=r"petitions\.title"):
        mappings.PETITIONS.value(row | {"title": foreign["title"]}, world.seal)


async def test_save_writes_only_what_changed(world: Deployment) -> None:
    found = await a_petition(world)
    async with world.begin() as work:
        mine = await work.lock(found.id)
        mine.urgent = True
        assert set(work.petitions._changes(mine)) == {"urgent"}
        await work.petitions.save(mine)
    async with world.read() as work:
        assert (await work.petitions.get(found.id)).urgent


async def test_what_was_added_may_change_after_a_flush(world: Deployment) -> None:
    found = petition(world, 1)
    async with world.begin() as work:
        await work.petitions.add(found)
        await work.flush()
        found.state, found.title = State.TRIAGE, "改过的标题"
        await work.petitions.save(found)
    async with world.read() as work:
        assert await work.petitions.get(found.id) == found


async def test_one_row_is_one_object_within_a_unit_of_work(world: Deployment) -> None:
    found = await a_petition(world)
    async with world.read() as work:
        assert (await work.petitions.find(number=found.number))[0] is await work.petitions.get(found.id)


async def test_a_failed_unit_of_work_leaves_nothing(world: Deployment) -> None:
    found = petition(world, 1)

    async def fail() -> None:
        async with world.begin() as work:
            await work.petitions.add(found)
            await work.flush()
            raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        await fail()
    async with world.read() as work:
        with pytest.raises(NotFound):
            await work.petitions.get(found.id)


async def test_what_exists_already_is_a_conflict(world: Deployment) -> None:
    found = await a_petition(world)

    async def register_again() -> None:
        async with world.begin() as work:
            again = petition(world, 2)
            again.number = found.number
            await work.petitions.add(again)

    with pytest.raises(Conflict):
        await register_again()


async def test_feeds_are_numbered_without_gaps(world: Deployment) -> None:
    found, organ_id = await a_petition(world), uuid4()
    for _ in range(3):
        async with world.begin() as work:
            work.post(organ_id, EntryType.DISPATCH_CREATED, found, {"n": 1})
            work.post(organ_id, EntryType.DISPATCH_CREATED, found, {"n": 2})
    entries = await world.lists.inbox(organ_id, after=0, limit=10)
    assert [entry.seq for entry in entries] == [1, 2, 3, 4, 5, 6]
    assert await world.lists.feed_heads([organ_id]) == {organ_id: 6}


async def test_numbers_of_two_processes_never_meet(deploy: Any) -> None:
    worlds = [deploy(), deploy()]
    day = date(2026, 11, 20)
    taken = [await world.numbers.next("430900000000", day) for _ in range(40) for world in worlds]
    assert len(set(taken)) == 80
