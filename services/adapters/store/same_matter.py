"""Who brought a petition and what else they brought, by blind indexes: nothing is decrypted for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Executable,
    Select,
    Uuid,
    bindparam,
    exists,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.adapters.store.arrays import one_of
from services.adapters.store.tables.petition import petitioners
from services.domain.same_matter import MOST_PEOPLE, Identity, People

MOST_EARLIER = 20


async def identities(connection: AsyncConnection, petition_ids: Sequence[UUID]) -> dict[UUID, list[Identity]]:
    """The first petitioners of each of these petitions, in one statement."""
    found: defaultdict[UUID, list[Identity]] = defaultdict(list)
    given = {"petitions": list(petition_ids)}
    for petition_id, *keys in await connection.execute(_of(connection.dialect.name), given):
        found[petition_id].append(Identity(*keys))
    return found


async def people(connection: AsyncConnection, petition_ids: Sequence[UUID]) -> dict[UUID, People]:
    """The same, and whether the document or the phone of one of them stands on an earlier petition."""
    found: defaultdict[UUID, list[Identity]] = defaultdict(list)
    with_a_past: set[UUID] = set()
    given = {"petitions": list(petition_ids)}
    for petition_id, *keys, known in await connection.execute(_with_past(connection.dialect.name), given):
        found[petition_id].append(Identity(*keys))
        if known:
            with_a_past.add(petition_id)
    return {each: People(those, each in with_a_past) for each, those in found.items()}


@cache
def _with_past(dialect: str) -> Select[Any]:
    person, other = petitioners.c, petitioners.alias("earlier").c
    earlier = other.petition_id < person.petition_id
    by_document = exists().where(other.document_number_index == person.document_number_index, earlier)
    by_phone = exists().where(other.phone_index == person.phone_index, earlier)
    return _of(dialect).add_columns(or_(by_document, by_phone))


@cache
def _of(dialect: str) -> Select[Any]:
    person = petitioners.c
    return select(
        person.petition_id, person.document_number_index, person.phone_index, person.name_index
    ).where(one_of(person.petition_id, "petitions", dialect), person.position <= MOST_PEOPLE)


async def brought_by(connection: AsyncConnection, people: Sequence[Identity], *, before: UUID) -> list[UUID]:
    """The newest petitions of people with one of these documents or phones, registered before that one.

    Each key has its own short walk of an index that ends in the petition's id, so that a phone that thousands
    of petitions bear costs no more than one that two bear.
    """
    documents = dict.fromkeys(each.document for each in people if each.document)
    phones = dict.fromkeys(each.phone for each in people if each.phone)
    if not documents and not phones:
        return []
    keys = {f"document_{n}": key for n, key in enumerate(documents)}
    keys |= {f"phone_{n}": key for n, key in enumerate(phones)}
    found = await connection.scalars(_walks(len(documents), len(phones)), {**keys, "before": before})
    return sorted(set(found), reverse=True)[:MOST_EARLIER]


@lru_cache(maxsize=2 * MOST_PEOPLE)
def _walks(documents: int, phones: int) -> Executable:
    """The statement for so many keys, put together once."""
    person = petitioners.c
    keys = [(person.document_number_index, f"document_{n}") for n in range(documents)]
    keys += [(person.phone_index, f"phone_{n}") for n in range(phones)]
    walks = [
        select(
            select(person.petition_id)
            .where(indexed == bindparam(name), person.petition_id < bindparam("before", type_=Uuid()))
            .order_by(person.petition_id.desc())
            .limit(MOST_EARLIER)
            .subquery()
        )
        for indexed, name in keys
    ]
    return union_all(*walks) if len(walks) > 1 else walks[0]
