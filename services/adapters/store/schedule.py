"""What workers share besides the outbox: who is alive, who took which tick; by the database's clock."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects import postgresql, sqlite

from services.adapters.store.columns import database_now
from services.adapters.store.database import Database
from services.adapters.store.tables.outbox import idempotency_keys
from services.adapters.store.tables.worker import ticks, workers

KEYS_LIVE = timedelta(days=30)
TICKS_LIVE = timedelta(days=2)
WORKERS_LIVE = timedelta(days=1)


class SqlSchedule:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._dialect = sqlite if database.is_sqlite else postgresql

    async def take(self, name: str, every: int) -> bool:
        """Whether this worker is the one to run the tick of the present ``every`` seconds."""
        async with self._database.writing() as connection:
            now = (await connection.execute(select(database_now()))).scalar_one()
            row = {"name": name, "slot": str(int(now.timestamp()) // every), "ran_at": now}
            tick = self._dialect.insert(ticks).values(row).on_conflict_do_nothing()
            return (await connection.execute(tick.returning(ticks.c.slot))).first() is not None

    async def beat(self, worker: str, host: str) -> None:
        """This worker is alive."""
        row = {"name": worker, "host": host, "seen_at": database_now()}
        beat = self._dialect.insert(workers).values(row)
        again = beat.on_conflict_do_update(index_elements=[workers.c.name], set_={"seen_at": database_now()})
        async with self._database.single() as connection:
            await connection.execute(again)

    async def leave(self, worker: str) -> None:
        async with self._database.single() as connection:
            await connection.execute(delete(workers).where(workers.c.name == worker))

    async def alive(self, host: str, *, within: int) -> bool:
        """Whether a worker of this host was seen in the last ``within`` seconds."""
        seen = (workers.c.host == host, workers.c.seen_at > database_now(-within))
        async with self._database.reading() as connection:
            return bool(await connection.scalar(select(exists().where(*seen))))

    async def purge(self) -> int:
        """Forget idempotency keys, ticks and workers whose time is over. Returns how many keys."""
        async with self._database.writing() as connection:
            keys = delete(idempotency_keys).where(idempotency_keys.c.created_at < _ago(KEYS_LIVE))
            purged = int((await connection.execute(keys)).rowcount)
            await connection.execute(delete(ticks).where(ticks.c.ran_at < _ago(TICKS_LIVE)))
            await connection.execute(delete(workers).where(workers.c.seen_at < _ago(WORKERS_LIVE)))
        return purged


def _ago(span: timedelta) -> database_now:
    return database_now(-int(span.total_seconds()))
