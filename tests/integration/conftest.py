"""Worlds on real databases: as many deployments of one database as a test wants processes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from services.adapters.keys import new_ring
from services.bootstrap import Deployment
from services.settings import Settings

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
