"""The demo's city (益阳市): organs by the template, and a client for every calling system and organ."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from services.adapters.directory_files import load_functions
from services.bootstrap import Deployment
from services.domain.access import ROLE_SCOPES, Client, ClientRole
from services.domain.directory import Directory
from services.domain.organ import Organ, OrganKind
from services.domain.organ_template import template_organs

CITY = "430900000000"
CLIENTS_FILE = "demo-clients.json"
SOURCES = (
    (ClientRole.PORTAL, "网上信访平台"),
    (ClientRole.HOTLINE, "12345政务服务便民热线"),
    (ClientRole.WINDOW, "人民来访接待中心"),
)


@dataclass(frozen=True, slots=True)
class Caller:
    """A client that is to be made, with the organ whose it is, if it is an organ's."""

    role: ClientRole
    name: str
    region_code: str
    organ: Organ | None = None


async def prepare(world: Deployment, city: str = CITY) -> Path:
    """Make the organs and the clients unless they are there. Returns the file with the clients' secrets.

    ``city`` is the code of a prefecture-level city. Raises UnknownRegion.
    """
    directory = await world.directory()
    if not directory.organs:
        organs = template_organs(
            city, directory.gazetteer, functions=load_functions(), new_id=world.codes.new_id
        )
        await world.organs.apply(added=organs, by="demo", note="template", at=world.clock.now())
    path = world.settings.data / CLIENTS_FILE
    if not await _usable(world, path):
        await _make_clients(world, path, city)
    return path


async def _usable(world: Deployment, path: Path) -> bool:
    """Whether the file names clients that this database knows: either may have been removed by hand."""
    named = _named(path)
    async with world.read() as work:
        known = {client.id for client in await work.clients.find(active=True)}
    return bool(named) and named <= known


def _named(path: Path) -> set[str]:
    if not path.exists():
        return set()
    return {entry["client_id"] for entry in json.loads(path.read_text(encoding="utf-8"))}


async def _make_clients(world: Deployment, path: Path, city: str) -> None:
    """Write the file before the commit, and name it after: no crash between loses the secrets."""
    entries: list[dict[str, object]] = []
    draft = path.with_suffix(".new")
    async with world.begin() as work:
        for caller in _callers(await world.directory(), city):
            secret = world.codes.new_secret()
            client = _client(world, caller, secret)
            await work.clients.add(client)
            entries.append(_entry(client, caller, secret))
        _write(draft, entries)
    draft.replace(path)


def _callers(directory: Directory, city: str) -> list[Caller]:
    """The sources, the petition offices (the city's own first), every other organ, the administrator."""
    place = directory.gazetteer.get(city).name
    present = sorted(directory.organs, key=lambda organ: (organ.region_code != city, organ.code))
    offices = [organ for organ in present if organ.kind is OrganKind.PETITION_OFFICE]
    others = [organ for organ in present if organ.kind is not OrganKind.PETITION_OFFICE]
    return [
        *(Caller(role, place + name, city) for role, name in SOURCES),
        *(Caller(ClientRole.PETITION_OFFICE, each.name, each.region_code, each) for each in offices),
        *(Caller(ClientRole.ORGAN, each.name, each.region_code, each) for each in others),
        Caller(ClientRole.ADMIN, "系统管理员", city),
    ]


def _client(world: Deployment, caller: Caller, secret: str) -> Client:
    return Client(
        id=f"{caller.role.value.replace('_', '-')}-{world.codes.new_id().hex[-16:]}",
        secret_hash=world.codes.secret_hash(secret),
        name=caller.name,
        role=caller.role,
        region_code=caller.region_code,
        organ_id=caller.organ.id if caller.organ else None,
        scopes=tuple(scope.value for scope in ROLE_SCOPES[caller.role]),
        created_at=world.clock.now(),
    )


def _entry(client: Client, caller: Caller, secret: str) -> dict[str, object]:
    return {
        "name": client.name,
        "role": client.role.value,
        "organ_id": str(client.organ_id) if client.organ_id else None,
        "organ_name": caller.organ.name if caller.organ else None,
        "region_code": client.region_code,
        "client_id": client.id,
        "client_secret": secret,
        "scopes": list(client.scopes),
    }


def _write(path: Path, entries: list[dict[str, object]]) -> None:
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(entries, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
