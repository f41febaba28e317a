"""Where petitions come in (portal, hotline, window), and what the petitioners themselves call."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from typing import Any

from services.cli.demo import words
from services.cli.demo.callers import Caller, Callers, Unexpected
from services.cli.demo.complaints import Complaint
from services.cli.demo.days import Days


class Sources:
    """``run`` tells this play's registrations from those of an earlier one; ``now`` is the system's time."""

    def __init__(self, callers: Callers, days: Days, *, run: str, now: datetime) -> None:
        self._portal = callers.role("portal")
        self._hotline = callers.role("hotline")
        self._window = callers.role("window")
        self._days = days
        self._run = run
        self._began = now
        self._counter = asyncio.Lock()
        self._registered: dict[str, asyncio.Event] = {}

    def _caller(self, complaint: Complaint) -> Caller:
        return {"online": self._portal, "hotline": self._hotline}.get(complaint.channel, self._window)

    def _reference(self, complaint: Complaint) -> str:
        return f"{self._run}-{complaint.key}"

    @property
    def _now(self) -> datetime:
        return self._began + timedelta(days=(self._days.today - self._days.first).days)

    async def register(self, complaint: Complaint) -> dict[str, Any]:
        """By its channel: the hotline puts a work order under its own number, the others post.

        One after the other, so that the same seed gives the same numbers.
        """
        reference = self._reference(complaint)
        body = complaint.body(reference=reference, now=self._now)
        caller = self._caller(complaint)
        async with self._counter:
            if complaint.channel == "hotline":
                answer = await caller.put(f"/v1/hotline/work-orders/{reference}", body)
            else:
                answer = await caller.post("/v1/petitions", body, key=reference)
        self._known(complaint.key).set()
        return dict(answer)

    def _known(self, key: str) -> asyncio.Event:
        return self._registered.setdefault(key, asyncio.Event())

    async def known(self, key: str) -> None:
        """Return once this complaint has been registered."""
        await self._known(key).wait()

    async def record(self, complaint: Complaint, petition_id: str) -> dict[str, Any]:
        """The petition as the system has it, for the source that brought it."""
        return dict(await self._caller(complaint).get(f"/v1/petitions/{petition_id}"))

    async def supplement(self, complaint: Complaint, petition_id: str, text: str) -> None:
        """More is told: by the hotline as a changed work order, by the others as a supplement."""
        if complaint.channel != "hotline":
            await self._caller(complaint).post(f"/v1/petitions/{petition_id}/supplements", {"content": text})
            return
        reference = self._reference(complaint)
        body = complaint.body(reference=reference, now=self._now)
        body["content"] = f"{body['content']}\n{text}"
        await self._hotline.put(f"/v1/hotline/work-orders/{reference}", body)

    async def withdraw(self, complaint: Complaint, petition_id: str) -> None:
        await self._caller(complaint).post(
            f"/v1/petitions/{petition_id}/withdrawal", {"reason": words.WITHDRAWAL}
        )

    async def call_back(self, complaint: Complaint, day: date) -> None:
        """The hotline rings up and asks."""
        path = f"/v1/hotline/work-orders/{self._reference(complaint)}/callbacks"
        body = {
            "called_at": datetime.combine(day, self._began.timetz()).isoformat(),
            "method": "phone",
            "reached": True,
            "satisfaction": "fairly_satisfied",
        }
        await self._hotline.post(path, body)

    # -- the petitioner, at home, with number and query code ----------------------------------------------

    async def progress(self, number: str, query_code: str) -> dict[str, Any]:
        body = {"number": number, "query_code": query_code}
        return dict(await self._portal.post("/v1/public/progress", body))

    async def evaluate(self, number: str, query_code: str, *, happy: bool) -> None:
        rating = "satisfied" if happy else "dissatisfied"
        body = {
            "number": number,
            "query_code": query_code,
            "petition_office": {"rating": "satisfied"},
            "organ": {"rating": rating, "reason": None if happy else "没有解决问题"},
        }
        await self._portal.post("/v1/public/evaluations", body)

    async def ask_for_review(self, number: str, query_code: str, reason: str) -> bool:
        """False: nobody stands above the organ that answered, as with a province's own enterprise."""
        body = {"number": number, "query_code": query_code, "reason": reason}
        try:
            await self._portal.post("/v1/public/reviews", body)
        except Unexpected as refused:
            if refused.code != "no_reviewing_organ":
                raise
            return False
        return True
