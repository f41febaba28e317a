"""What the server says when it is up: where to look, and how to get in."""

from __future__ import annotations

from pathlib import Path

from services.settings import Settings

TAKE_PORTAL = (
    'import json; c = next(c for c in json.load(open("{path}")) if c["role"] == "portal"); '
    'print(c["client_id"] + ":" + c["client_secret"])'
)


def lines(settings: Settings, clients: Path | None) -> list[str]:
    url = f"http://{_reachable(settings.host)}:{settings.port}"
    said = [
        f"信访件管理系统已启动 · serving on {url}",
        f"  接口说明 · API reference   {url}/docs",
        f"  数据目录 · data folder     {settings.data.resolve()}",
    ]
    if clients is None:
        return [*said, "  调用方 · calling systems    xinfang clients add --help"]
    path = clients.resolve()
    take = TAKE_PORTAL.format(path=path)
    return [
        *said,
        f"  演示的调用方 · clients      {path}",
        "  取令牌 · get a token:",
        f"    curl -u \"$(python3 -c '{take}')\" -d grant_type=client_credentials {url}/oauth/token",
        f"  看它运转 · see it at work:  .venv/bin/xinfang demo play --url {url} --clients {path}",
        "  停止 · stop:                Ctrl-C",
    ]


def _reachable(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104 - where to look, not to listen
