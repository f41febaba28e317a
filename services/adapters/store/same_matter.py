"""Who brought a petition and what else they brought, by blind indexes: nothing is decrypted for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from uuid import UUID

from sqlalchemy import Executable, Uuid, bindparam, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from services.adapters.store.tables.petition import petitioners
from services.domain.same_matter import MOST_PEOPLE, Identity

MOST_EARLIER = 20


async def identities(connection: AsyncConnection, petition_ids: Sequence[UUID]) -> dict[UUID, list[Identity]]:
    """The first petitioners of each of these petitions, in one statement."""
    column = petitioners.c
    query = select(
        column.petition_id, column.document_number_index, column.phone_index, column.name_index
    ).where(column.petition_id.in_(petition_ids), column.position <= MOST_PEOPLE)
    found: defaultdict[UUID, list[Identity]] = defaultdict(list)
    for petition_id, *keys in await connection.execute(query):
        found[petition_id].append(Identity(*keys))
    return found


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
    column = petitioners.c
    keys = [(column.document_number_index, f"document_{n}") for n in range(documents)]
    keys += [(column.phone_index, f"phone_{n}") for n in range(phones)]
    walks = [
        select(
            select(column.petition_id)
            .where(indexed == bindparam(name), column.petition_id < bindparam("before", type_=Uuid()))
            .order_by(column.petition_id.desc())
            .limit(MOST_EARLIER)
            .subquery()
        )
        for indexed, name in keys
    ]
    return union_all(*walks) if len(walks) > 1 else walks[0]
