"""Liveness and readiness."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from intake_api.schemas.sent import Told


class LiveOut(Told):
    status: Literal["alive"]


class ReadyOut(Told):
    status: Literal["ready"]
    degraded: dict[str, str] = Field(
        description="不影响服务、但需要处理的部件", examples=[{"redis": "Redis 无法访问"}]
    )
