"""Callers that act: organs that walk their feeds, of which one accepts and reads names; rivals that edit.

Each act tells the version that it was decided upon (``If-Match``), and is thought over when that is stale.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from typing import Any

from bench.faults.clients import AGAIN_AFTER_SECONDS, GIVES_UP_AFTER_SECONDS, STALE, Clients
from services.cli.demo.callers import Credentials

RIVALS, OF_SO_MANY = 2, 6


class Actors:
    """``gave_up``: how many acts of the organ were never answered. ``stale``: how many acts came too late."""

    def __init__(self, clients: Clients) -> None:
        self.clients = clients
        self.history = clients.history
        self.gave_up = 0
        self.stale = 0
        self._brought = itertools.count()

    async def rival_edits(self, source: Credentials, petition: str) -> bool:
        """Of every sixth petition: two of its source add to it at the same time. False: one gave up."""
        if next(self._brought) % OF_SO_MANY:
            return True
        return all(await asyncio.gather(*(self.edit(source, petition) for _ in range(RIVALS))))

    async def edit(self, source: Credentials, petition: str) -> bool:
        """A supplement to the version that was read just before. False: it gave up."""
        key, path = f"edit-{next(self.clients.numbers)}", f"/v1/petitions/{petition}"
        patience = time.monotonic() + GIVES_UP_AFTER_SECONDS
        while time.monotonic() < patience:
            read = await self.clients.told(source, "GET", path, of=("read", petition))
            if read is None:
                return False
            added = {"json": {"content": f"补充材料:{key}。"}}
            done = await self._upon(
                read.headers["ETag"], source, f"{path}/supplements", petition, of=("edit", key), **added
            )
            if done is None:
                return False
            if done:
                return True
        return False

    async def poll(self, organ: Credentials, *, acts: bool = False) -> None:
        """Walk an organ's feed from its start, for ever; the cursor moves only with an answer.

        One that ``acts`` deals with what is new on a page before the page is written down: who has come to
        the end of the feed has done all there was to do.
        """
        path, cursor = f"/v1/organs/{organ.organ_id}/inbox", ""
        while True:
            given: dict[str, Any] = {"wait": 2, "limit": 20} | ({"after": cursor} if cursor else {})
            answer = await self.clients.call(organ, "GET", path, params=given)
            if answer is None or not answer.is_success:
                await asyncio.sleep(AGAIN_AFTER_SECONDS)
                continue
            page = answer.json()
            if acts:
                new = [item["data"] for item in page["items"] if item["type"] == "dispatch.created"]
                await asyncio.gather(*(self._deal_with(organ, each) for each in new))
            seqs = [int(item["sequence"]) for item in page["items"]]
            if seqs:
                self.history.add("poll", organ.organ_id or "", "ok", seqs=seqs)
            cursor = page["next"]

    async def _deal_with(self, organ: Credentials, entry: dict[str, Any]) -> None:
        """Accept, and read the petitioners' names in clear to tell them."""
        petition = entry["petition_id"]
        if not await self._accept(organ, entry["dispatch_id"], petition, entry["etag"]):
            self.gave_up += 1
            return
        why = {"json": {"reason": "告知受理,需要联系信访人。"}}
        path = f"/v1/petitions/{petition}/unmask"
        read = await self.clients.told(organ, "POST", path, of=("unmask", petition), **why)
        if read is None:
            self.gave_up += 1
            return
        self.history.add("unmask", petition, "ok")

    async def _accept(self, organ: Credentials, dispatch: str, petition: str, version: str) -> bool:
        path = f"/v1/dispatches/{dispatch}"
        while True:
            done = await self._upon(
                version, organ, f"{path}/acceptance", petition, of=("accept", dispatch), json={}
            )
            if done is not False:
                return bool(done)
            read = await self.clients.told(organ, "GET", path, of=("read", petition))
            if read is None:
                return False
            version = read.headers["ETag"]

    async def _upon(
        self, version: str, who: Credentials, path: str, petition: str, *, of: tuple[str, str], **sent: Any
    ) -> bool | None:
        """Act upon this version. False: it is not the present one; None: it gave up."""
        answer = await self.clients.told(who, "POST", path, of=of, headers={"If-Match": version}, **sent)
        if answer is None:
            return None
        upon = int(version.strip('"'))
        if answer.status_code == STALE:
            self.stale += 1
            self.history.add(*of, "fail", petition=petition, version=upon)
            return False
        self.history.add(*of, "ok", petition=petition, version=upon, id=answer.json()["id"])
        return True
