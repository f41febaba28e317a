"""The settings among themselves: what was chosen that does not go together."""

from __future__ import annotations

from urllib.parse import urlsplit

from services.adapters.checkup.finding import Finding
from services.settings import Settings

SHORTEST_LEASE_IN_SWEEPS = 3


def examine_choices(settings: Settings) -> list[Finding]:
    """What can be told without asking anyone. A server's database means that this is no trial."""
    found: list[Finding] = []
    in_production = settings.database_url is not None and not settings.database.startswith("sqlite")
    if settings.demo and in_production:
        found.append(
            Finding(
                "demo_in_production",
                "演示模式(XINFANG_DEMO)连着服务器数据库:演示调用方的密钥人人可知,时钟可以拨动",
                "demo mode on a server's database: its clients are known to all, its clock can be moved",
                "取消 XINFANG_DEMO 并重启;用 xinfang clients list 查出演示调用方,逐个 xinfang clients revoke",
            )
        )
    found += _address(settings, in_production=in_production)
    if settings.lease_seconds < SHORTEST_LEASE_IN_SWEEPS * settings.sweep_seconds:
        found.append(
            Finding(
                "lease_too_short",
                f"租期 {settings.lease_seconds} 秒太短,不到巡检间隔 {settings.sweep_seconds} 秒的三倍",
                "leases end before a slow worker can renew them",
                "把 XINFANG_LEASE_SECONDS 调到 XINFANG_SWEEP_SECONDS 的三倍以上(默认 3 与 0.5)",
                grave=False,
            )
        )
    if settings.log_level.upper() == "DEBUG" and in_production:
        found.append(
            Finding(
                "debug_in_production",
                "日志级别为 DEBUG",
                "the log level is DEBUG",
                "设 XINFANG_LOG_LEVEL=INFO",
                grave=False,
            )
        )
    return found


def _address(settings: Settings, *, in_production: bool) -> list[Finding]:
    address = urlsplit(settings.public_url)
    if settings.loopback:
        if settings.demo and not in_production:
            return []
        return [
            Finding(
                "public_url_is_loopback",
                f"XINFANG_PUBLIC_URL 为 {settings.public_url},信访人打不开:文书上不印二维码和网址",
                "petitioners cannot reach this address: papers carry neither QR code nor address",
                "把 XINFANG_PUBLIC_URL 设为对外的 https 地址",
                grave=in_production,
            )
        ]
    if address.scheme == "https":
        return []
    return [
        Finding(
            "no_tls",
            f"XINFANG_PUBLIC_URL 为 {settings.public_url},没有 TLS:姓名、查询码和令牌明文经过网络",
            "no TLS: names, query codes and tokens cross the network in clear",
            "在接口前设 TLS 代理,并把 XINFANG_PUBLIC_URL 改为 https 地址",
        )
    ]
