"""Who brought a petition and what else they brought, by blind indexes: nothing is decrypted for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    Executable,
    LargeBinary,
    Select,
    Uuid,
    bindparam,
    column,
    exists,
    func,
    or_,
    select,
    union_all,
    values,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.adapters.store.arrays import one_of
from services.adapters.store.tables.petition import petitioners
from services.domain.same_matter import MOST_PEOPLE, Identity

MOST_EARLIER = 20


async def identities(connection: AsyncConnection, petition_ids: Sequence[UUID]) -> dict[UUID, list[Identity]]:
    """The first petitioners of each of these petitions, in one statement."""
    found: defaultdict[UUID, list[Identity]] = defaultdict(list)
    given = {"petitions": list(petition_ids)}
    for petition_id, *keys in await connection.execute(_of(connection.dialect.name), given):
        found[petition_id].append(Identity(*keys))
    return found


async def with_a_past(connection: AsyncConnection, people: Mapping[UUID, Sequence[Identity]]) -> set[UUID]:
    """The petitions with a person whose document or phone stands on an earlier one, all in one statement."""
    # What is not known is empty bytes, which no index is: of NULLs alone PostgreSQL would not know the type.
    asked_for = ((petition_id, each) for petition_id, those in people.items() for each in those)
    rows = list(
        dict.fromkeys(
            (petition_id, each.document or b"", each.phone or b"")
            for petition_id, each in asked_for
            if each.document or each.phone
        )
    )
    if not rows:
        return set()
    if connection.dialect.name == "postgresql":
        ids, documents, phones = (list(each) for each in zip(*rows, strict=True))
        given = {"ids": ids, "documents": documents, "phones": phones}
        return set(await connection.scalars(_ASKED_BY_ARRAYS, given))
    return set(await connection.scalars(_with_a_past(values(*_ASKED).data(rows).cte("asked"))))


_ASKED = (column("petition_id", Uuid()), column("document", LargeBinary), column("phone", LargeBinary))


def _with_a_past(asked: CTE) -> Select[tuple[UUID]]:
    earlier = petitioners.c.petition_id < asked.c.petition_id
    by_document = exists().where(petitioners.c.document_number_index == asked.c.document, earlier)
    by_phone = exists().where(petitioners.c.phone_index == asked.c.phone, earlier)
    return select(asked.c.petition_id).where(or_(by_document, by_phone))


# One text however many are asked for: to put a VALUES of a hundred people together takes 20 ms.
_ASKED_BY_ARRAYS = _with_a_past(
    select(
        func.unnest(bindparam("ids", type_=ARRAY(Uuid))).label("petition_id"),
        func.unnest(bindparam("documents", type_=ARRAY(LargeBinary))).label("document"),
        func.unnest(bindparam("phones", type_=ARRAY(LargeBinary))).label("phone"),
    ).cte("asked")
)


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
