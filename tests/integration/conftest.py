"""Worlds on real databases: as many deployments of one database as a test wants processes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import URL

from services.adapters.keys import new_ring
from services.bootstrap import Deployment
from services.settings import Settings
from tests.conftest import database
from tests.integration import lived

Deploy = Callable[..., Deployment]


@pytest.fixture
async def deploy(database_url: str, tmp_path: Path) -> AsyncIterator[Deploy]:
    """Makes deployments that share the database and the keys, as processes do."""
    keys, made = new_ring(), list[Deployment]()

    def deployed(**given: Any) -> Deployment:
        values: dict[str, Any] = {
            "data": tmp_path,
            "database_url": database_url,
            "redis_url": None,
            "pool_size": 4,
        } | given
        made.append(Deployment(Settings(**values), keys))
        return made[-1]

    yield deployed
    for world in made:
        await world.close()


@pytest.fixture
def world(deploy: Deploy) -> Deployment:
    return deploy()


@pytest.fixture(scope="session")
def lived_template(
    postgresql_server: URL, postgresql_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    name = f"lived_{uuid4().hex}"
    for url in database(postgresql_server, name, template=postgresql_template):
        lived.live(tmp_path_factory.mktemp("lived"), url)
        yield name


@pytest.fixture
def lived_url(postgresql_server: URL, lived_template: str) -> Iterator[str]:
    """A PostgreSQL database of this test's own in which some petitions were lived to their end."""
    yield from database(postgresql_server, f"test_{uuid4().hex}", template=lived_template)
