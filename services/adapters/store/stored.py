"""Whether what is stored belongs to the keys at hand: asked once, before a process begins its work."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import exists, func, inspect, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.adapters.crypto import DecryptError, FieldCipher
from services.adapters.store.database import Database
from services.adapters.store.tables.access import clients
from services.adapters.store.tables.petition import attachments, petitions


async def holds_data(database: Database) -> bool:
    """Whether anything is stored that needs the keys it was stored under: petitions, or callers' secrets."""
    async with database.reading() as connection:
        if not await _has_tables(connection):
            return False
        return bool(await connection.scalar(select(or_(exists(select(petitions)), exists(select(clients))))))


async def opens(database: Database, cipher: FieldCipher) -> bool:
    """Whether the newest petition opens; true of an empty database.

    Raises ``KeyFault`` when the ring lacks the version of the key that it was sealed with.
    """
    newest = select(petitions.c.id, petitions.c.title).order_by(petitions.c.id.desc()).limit(1)
    async with database.reading() as connection:
        found = (await connection.execute(newest)).first() if await _has_tables(connection) else None
    if found is None:
        return True
    try:
        cipher.decrypt(petitions.name, "title", found.id, found.title)
    except DecryptError:
        return False
    return True


async def _has_tables(connection: AsyncConnection) -> bool:
    return await connection.run_sync(lambda sync: inspect(sync).has_table(petitions.name))


async def chosen_petitions(database: Database, count: int) -> list[UUID]:
    """Petitions by chance, for whoever wants to see whether they open."""
    query = select(petitions.c.id).order_by(func.random()).limit(count)
    async with database.reading() as connection:
        return list(await connection.scalars(query))


async def attached_files(database: Database) -> set[str]:
    """The hashes of all files that petitions have attached."""
    async with database.reading() as connection:
        return set(await connection.scalars(select(attachments.c.sha256).distinct()))


async def schema_version(database: Database) -> str:
    async with database.reading() as connection:
        return str(await connection.scalar(text("SELECT version_num FROM alembic_version")))
