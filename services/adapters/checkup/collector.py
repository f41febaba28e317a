"""The collector of traces: whether anything listens there."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from services.adapters.checkup.finding import Finding

PATIENCE_SECONDS = 2.0
PORTS = {"http": 80, "https": 443}


async def examine_collector(endpoint: str | None) -> list[Finding]:
    if endpoint is None:
        return []
    try:
        address = urlsplit(endpoint)
        port = address.port or PORTS[address.scheme]
        async with asyncio.timeout(PATIENCE_SECONDS):
            _, writer = await asyncio.open_connection(address.hostname, port)
    except (OSError, ValueError, KeyError) as error:  # a timeout is an OSError; KeyError: no http address
        return [
            Finding(
                "collector_away",
                f"连不上追踪采集器({type(error).__name__}):追踪会丢,信访件不受影响",
                "the collector of traces does not answer; traces are lost, no petition",
                "启动采集器,核对 XINFANG_OTLP_ENDPOINT(形如 http://主机:4318);不用追踪就取消该项",
                grave=False,
            )
        ]
    writer.close()
    return []
