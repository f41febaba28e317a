"""The organs' inboxes: each polls its own feed from the start, and stories wait for entries."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from services.cli.demo.callers import Caller

WAIT_SECONDS = 25
PAGE = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One CloudEvent and the organ in whose inbox it lay."""

    organ: Caller
    type: str
    data: dict[str, Any]


class Inboxes:
    """What all organs have found in their inboxes. ``types`` counts by type, ``twice`` the ids seen again."""

    def __init__(self, organs: Iterable[Caller]) -> None:
        self.types: Counter[str] = Counter()
        self.twice: list[str] = []
        self._organs = list(organs)
        self._seen: set[str] = set()
        self._arrived: dict[tuple[str, str], list[Entry]] = {}
        self._awaited: dict[tuple[str, str], asyncio.Future[Entry]] = {}
        self._co: dict[str, list[Entry]] = {}

    async def poll(self) -> None:
        """Poll every feed, until cancelled or one of them fails."""
        async with asyncio.TaskGroup() as pollers:
            for organ in self._organs:
                pollers.create_task(self._walk(organ))

    async def _walk(self, organ: Caller) -> None:
        after: Any = None
        path = f"/v1/organs/{organ.organ_id}/inbox"
        while True:
            position = {} if after is None else {"after": after}
            page = await organ.poll(path, **position, limit=PAGE, wait=WAIT_SECONDS)
            for item in page["items"]:
                self._take(organ, item)
            after = page["next"]

    def _take(self, organ: Caller, item: dict[str, Any]) -> None:
        if item["id"] in self._seen:
            self.twice.append(item["id"])
            return
        self._seen.add(item["id"])
        self.types[item["type"]] += 1
        data = item["data"]
        entry = Entry(organ, item["type"], data)
        if data.get("role") == "co":
            self._co.setdefault(data["petition_id"], []).append(entry)
            return
        key = (data["petition_id"], item["type"])
        self._arrived.setdefault(key, []).append(entry)
        awaited = self._awaited.get(key)
        if awaited is not None and not awaited.done():
            del self._awaited[key]
            awaited.set_result(self._arrived[key].pop(0))

    async def next(self, petition_id: str, kind: str) -> Entry:
        """The next entry of this type about this petition, whichever organ it is for."""
        key = (petition_id, kind)
        if self._arrived.get(key):
            return self._arrived[key].pop(0)
        awaited: asyncio.Future[Entry] = asyncio.get_running_loop().create_future()
        self._awaited[key] = awaited
        return await awaited

    def co_handling(self, petition_id: str) -> list[Entry]:
        """The dispatches by which other organs were asked to take part so far."""
        return self._co.pop(petition_id, [])
