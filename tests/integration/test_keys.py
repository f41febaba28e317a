"""A process begins only with the keys of its database (privacy: what is sealed stays readable)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.adapters.keys import KeyFault, new_ring
from services.bootstrap import deploy_checked
from services.domain.access import Client, ClientRole
from services.settings import Settings
from tests.integration.petitions import CITY, register

PORTAL = Client("portal", b"", "门户", ClientRole.PORTAL, CITY, None, (), datetime(2026, 11, 20, tzinfo=UTC))


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, database_url=database_url, redis_url=None, keys=None)


async def begun(settings: Settings, *, petitions: int = 0, clients: tuple[Client, ...] = ()) -> None:
    """A first run, that left this behind."""
    world = await deploy_checked(settings)
    await register(world, petitions)
    async with world.begin() as work:
        await work.clients.add(*clients)
    await world.close()


async def test_keys_are_made_for_an_empty_database_and_found_again(settings: Settings) -> None:
    await begun(settings)
    made = (settings.data / "keys.json").read_text()
    await begun(settings, petitions=1)
    await begun(settings)
    assert (settings.data / "keys.json").read_text() == made


async def test_keys_are_made_before_the_tables(empty_database_url: str, tmp_path: Path) -> None:
    world = await deploy_checked(Settings(data=tmp_path, database_url=empty_database_url, keys=None))
    assert (tmp_path / "keys.json").exists()
    await world.close()


@pytest.mark.parametrize(("petitions", "clients"), [(1, ()), (0, (PORTAL,))])
async def test_lost_keys_are_not_replaced_beside_data(
    settings: Settings, petitions: int, clients: tuple[Client, ...]
) -> None:
    await begun(settings, petitions=petitions, clients=clients)
    (settings.data / "keys.json").unlink()
    with pytest.raises(KeyFault, match=r"没有密钥文件.*keys\.json"):
        await deploy_checked(settings)
    assert not (settings.data / "keys.json").exists()


async def test_keys_of_another_database_are_refused(settings: Settings) -> None:
    await begun(settings, petitions=1)
    (settings.data / "keys.json").write_text(new_ring().to_json())
    with pytest.raises(KeyFault, match="密钥与数据库不符"):
        await deploy_checked(settings)
