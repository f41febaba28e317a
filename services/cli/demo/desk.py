"""The petition office: its triage desk, and whom it names when an organ's objection is upheld."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from services.cli.demo import words
from services.cli.demo.callers import Caller, Callers
from services.cli.demo.days import Days

GOVERNMENTS = ("人民政府", "街道办事处")
LOOK_EVERY_SECONDS = 0.4
REPORT_WITHIN_DAYS = 50


class Desk:
    """``declines`` tells of a petition that the office answers itself; None: not one of this play's.

    What the system recognises as brought before is declined as it proposes.
    """

    def __init__(self, callers: Callers, days: Days, *, declines: Callable[[str], bool | None]) -> None:
        region = callers.role("portal").credentials.region_code
        self.office = callers.of_region("petition_office", region)
        self._callers = callers
        self._days = days
        self._declines = declines
        self._settled: set[str] = set()
        self._declined: dict[str, asyncio.Event] = {}

    async def work(self) -> None:
        """Decide on what waits, until cancelled."""
        while True:
            position: dict[str, Any] = {}
            more = True
            while more:  # what is nobody's here stays in front: the oldest come first
                page = await self.office.get("/v1/triage", limit=100, **position)
                for item in page["items"]:
                    await self._settle(item)
                position, more = {"after": page["next"]}, page["has_more"]
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def _settle(self, item: dict[str, Any]) -> None:
        petition_id = item["petition"]["id"]
        declines = self._declines(petition_id)
        if declines is None or petition_id in self._settled:
            return
        self._settled.add(petition_id)
        if proposal := item["proposal"]:
            refusal = {"ground": proposal["ground"], "explanation": f"{proposal['tell']}。"}
            await self.office.post(f"/v1/triage/{petition_id}/refusal", refusal)
            self._event(petition_id).set()
            return
        if declines:
            await self.office.post(f"/v1/triage/{petition_id}/refusal", words.GUIDANCE)
            self._event(petition_id).set()
            return
        report_due = self._days.today + timedelta(days=REPORT_WITHIN_DAYS)
        choice = {
            "organ_id": self._chosen(item),
            "reason": words.TRIAGE_REASON,
            "report_due": report_due.isoformat(),
        }
        await self.office.post(f"/v1/triage/{petition_id}/decision", choice)

    def _chosen(self, item: dict[str, Any]) -> str:
        suggestions = (item["decision"] or {}).get("suggestions") or []
        return str(suggestions[0]["organ_id"]) if suggestions else self.government(self.office).organ_id

    def _event(self, petition_id: str) -> asyncio.Event:
        return self._declined.setdefault(petition_id, asyncio.Event())

    async def declined(self, petition_id: str) -> None:
        """Return once the office itself has declined it."""
        await self._event(petition_id).wait()

    def government(self, beside: Caller) -> Caller:
        """The government of the organ's own region; for a government, the city's."""
        governments = {
            organ.credentials.region_code: organ
            for organ in self._callers.organs
            if organ.name.endswith(GOVERNMENTS)
        }
        own = governments.get(beside.credentials.region_code)
        city = governments[self.office.credentials.region_code]
        return own if own is not None and own is not beside else city
