"""``xinfang clients``: the calling systems. A secret is printed once, and stored nowhere in clear."""

from __future__ import annotations

from typing import Annotated

import typer

from services.application import access
from services.application.access import Issued, NewClient
from services.bootstrap import Deployment
from services.cli.session import DataFolder, fail, in_world, show_rows
from services.domain.access import ClientRole, Scope

app = typer.Typer(no_args_is_help=True)
COLUMNS = ("编号", "名称", "角色", "区划", "权限", "状态")
MOST = 100_000


@app.command()
def add(
    name: Annotated[str, typer.Option(help="名称,如 益阳市12345热线")],
    role: Annotated[ClientRole, typer.Option(help="角色")],
    region: Annotated[str | None, typer.Option(help="行政区划代码(单位的调用方不必填)")] = None,
    organ: Annotated[str | None, typer.Option(help="单位的机关代码,如 430921000000-housing")] = None,
    scope: Annotated[list[Scope] | None, typer.Option(help="权限(默认为角色的全部权限)")] = None,
    data: DataFolder = None,
) -> None:
    """新增调用方;密钥只显示这一次 · Add a calling system; its secret is shown this once."""

    async def create(world: Deployment) -> Issued:
        found = (await world.directory()).find_by_code(organ) if organ else None
        if organ and found is None:
            fail(f"没有机关代码 {organ} · there is no such organ")
        organ_id = found.id if found else None
        wanted = NewClient(name, role, region, organ_id, tuple(scope) if scope else None)
        return await access.create(world, wanted)

    _show_secret(in_world(data, create))


@app.command("list")
def list_clients(data: DataFolder = None) -> None:
    """列出全部调用方 · List the calling systems."""
    found = in_world(data, lambda world: access.clients(world, after=None, limit=MOST))
    rows = [
        (each.id, each.name, each.role.value, each.region_code, " ".join(each.scopes),
         "有效" if each.active else "已停用")
        for each in found
    ]  # fmt: skip
    show_rows(COLUMNS, rows)


@app.command()
def rotate(client_id: str, data: DataFolder = None) -> None:
    """换发密钥,旧的立即作废 · Issue a new secret; the old one is void at once."""
    _show_secret(in_world(data, lambda world: access.rotate(world, client_id)))


@app.command()
def revoke(client_id: str, data: DataFolder = None) -> None:
    """停用调用方 · Revoke a calling system."""
    client = in_world(data, lambda world: access.revoke(world, client_id))
    typer.echo(f"已停用 {client.id}({client.name}) · revoked")


def _show_secret(issued: Issued) -> None:
    typer.echo(f"client_id\t{issued.client.id}\nclient_secret\t{issued.secret}")
    typer.echo("密钥只显示这一次,请妥善保存 · the secret is shown this once", err=True)
