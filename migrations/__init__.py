"""The schema's history: numbered alembic revisions with one head, for SQLite and PostgreSQL alike."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config


def configuration(url: str) -> Config:
    """What ``alembic.command`` needs to work on the database at ``url`` (an async SQLAlchemy URL).

    The commands run their own event loop: from a coroutine, call them through ``asyncio.to_thread``.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["url"] = url
    return config
