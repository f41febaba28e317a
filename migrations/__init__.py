"""The schema's history: numbered alembic revisions with one head, for SQLite and PostgreSQL alike.

Alembic is loaded by whoever migrates: every process reads the names of the versions here when it starts.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from alembic.config import Config

LOCK_NOT_AVAILABLE = "55P03"
TRIES = 30
PAUSE_SECONDS = 1.0


class TablesBusy(Exception):
    """Every try met a transaction that held a table; the steps that were done stay done."""


def configuration(url: str) -> Config:
    """What ``alembic.command`` needs to work on the database at ``url`` (an async SQLAlchemy URL).

    The commands run their own event loop: from a coroutine, call them through ``asyncio.to_thread``.
    """
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["url"] = url
    return config


def upgrade(config: Config, *, tries: int = TRIES, pause: float = PAUSE_SECONDS) -> None:
    """Bring the database to the newest revision beside running programs.

    A step that cannot have its lock at once lets those in line go on, and tries again. Raises
    :class:`TablesBusy` when no try got it.
    """
    from alembic import command

    for _ in range(tries):
        try:
            command.upgrade(config, "head")
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
            time.sleep(pause)
        else:
            return
    raise TablesBusy
