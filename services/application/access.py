"""The calling systems: made, given new secrets, revoked. A secret is shown once and stored hashed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.application.acts import named_organ
from services.application.ports import Work, World
from services.domain.access import ROLE_SCOPES, Client, ClientRole, Scope
from services.domain.organ import OrganKind
from services.domain.refusal import InvalidField, NotFound

OF_AN_ORGAN = frozenset({ClientRole.ORGAN, ClientRole.PETITION_OFFICE})


@dataclass(frozen=True, slots=True)
class NewClient:
    """``scopes`` None: all that its role may have. An organ's client is of the organ's region."""

    name: str
    role: ClientRole
    region_code: str | None = None
    organ_id: UUID | None = None
    scopes: tuple[Scope, ...] | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """A client with its secret in clear, which exists nowhere else."""

    client: Client
    secret: str


async def clients(world: World, *, after: str | None, limit: int) -> list[Client]:
    """All clients in the order of their ids, which is not that of time; revoked ones too."""
    async with world.read() as work:
        found = await work.clients.find()
    return [client for client in found if after is None or client.id > after][:limit]


async def create(world: World, wanted: NewClient) -> Issued:
    """Raises InvalidField: organ_needed, organ_not_fitting, organ_unknown, region_needed, region_unknown,
    scope_not_allowed.
    """
    region_code, organ_id = await _place(world, wanted)
    secret = world.codes.new_secret()
    client = Client(
        id=f"{wanted.role.value.replace('_', '-')}-{world.codes.new_id().hex[-16:]}",
        secret_hash=world.codes.secret_hash(secret),
        name=wanted.name,
        role=wanted.role,
        region_code=region_code,
        organ_id=organ_id,
        scopes=_scopes(wanted),
        created_at=world.clock.now(),
    )
    async with world.begin() as work:
        await work.clients.add(client)
    return Issued(client, secret)


async def rotate(world: World, client_id: str) -> Issued:
    """A new secret; the old one is good for nothing from now on."""
    secret = world.codes.new_secret()
    async with world.begin() as work:
        client = await _client(work, client_id)
        client.secret_hash = world.codes.secret_hash(secret)
        await work.clients.save(client)
    return Issued(client, secret)


async def revoke(world: World, client_id: str) -> Client:
    """No more tokens, and those it has are refused. The ledger names it, so it stays on record."""
    async with world.begin() as work:
        client = await _client(work, client_id)
        client.active = False
        await work.clients.save(client)
    return client


async def _client(work: Work, client_id: str) -> Client:
    found: Sequence[Client] = await work.clients.find(id=client_id)
    if not found:
        raise NotFound("调用方", "client")
    return found[0]


async def _place(world: World, wanted: NewClient) -> tuple[str, UUID | None]:
    """Region and organ of a client: an organ's is where the organ is, a source's is stated."""
    directory = await world.directory()
    if wanted.role in OF_AN_ORGAN:
        if wanted.organ_id is None:
            raise _invalid(
                "organ_needed", "/organ_id", "该角色须填写 organ_id。", "This role needs an organ_id."
            )
        organ = named_organ(directory, wanted.organ_id, on=world.clock.today())
        office = organ.kind is OrganKind.PETITION_OFFICE
        if wanted.role is ClientRole.PETITION_OFFICE and not office:
            zh, en = "该单位不是信访部门。", "This organ is no petition office."
            raise _invalid("organ_not_fitting", "/organ_id", zh, en)
        return organ.region_code, organ.id
    if wanted.organ_id is not None:
        zh, en = "该角色不属于任何机关、单位,请勿填写 organ_id。", "This role belongs to no organ."
        raise _invalid("organ_not_fitting", "/organ_id", zh, en)
    if wanted.region_code is None:
        zh, en = "该角色须填写 region_code。", "This role needs a region_code."
        raise _invalid("region_needed", "/region_code", zh, en)
    region = directory.gazetteer.find(wanted.region_code)
    if region is None:
        zh, en = "没有这个行政区划代码。", "There is no such region code."
        raise _invalid("region_unknown", "/region_code", zh, en)
    return region.code, None


def _scopes(wanted: NewClient) -> tuple[str, ...]:
    allowed = ROLE_SCOPES[wanted.role]
    chosen = allowed if wanted.scopes is None else wanted.scopes
    for position, scope in enumerate(chosen):
        if scope not in allowed:
            zh = f"角色 {wanted.role.value} 不得使用权限 {scope.value}。"
            en = f"Role {wanted.role.value} may not have scope {scope.value}."
            raise _invalid("scope_not_allowed", f"/scopes/{position}", zh, en)
    return tuple(dict.fromkeys(scope.value for scope in chosen))


def _invalid(code: str, pointer: str, zh: str, en: str) -> InvalidField:
    return InvalidField(code=code, zh=zh, en=en, pointer=pointer)
