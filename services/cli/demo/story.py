"""One petition from registration to its end, as the people concerned live it, each by its own calls."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from services.cli.demo import words
from services.cli.demo.callers import Callers
from services.cli.demo.casting import Part
from services.cli.demo.complaints import Complaint
from services.cli.demo.days import Days
from services.cli.demo.desk import Desk
from services.cli.demo.inboxes import Entry, Inboxes
from services.cli.demo.sources import Sources

REVIEW_OUTCOME = {Part.CHANGED: "changed", Part.REVOKED: "revoked"}
ASKS_FOR_REVIEW = {
    Part.REVIEWED, Part.REVIEW_DECLINED, Part.CHANGED, Part.REVOKED, Part.RE_REVIEWED, Part.HEARD,
}  # fmt: skip
ASKS_FOR_RE_REVIEW = {Part.RE_REVIEWED, Part.HEARD}
OUTCOME = {
    Part.SETTLED: "settled",
    Part.ADOPTED: "suggestion_adopted",
    Part.PARTLY_ADOPTED: "suggestion_partly_adopted",
    Part.NOT_ADOPTED: "suggestion_not_adopted",
    Part.LED_ELSEWHERE: "led_to_other_procedure",
}
OUTCOMES_OF_REDRESS = ("supported", "partly_supported", "explained", "not_supported")
REDO_DAYS = 30


@dataclass(slots=True)
class Tale:
    """A complaint and its part. ``progress`` is what its petitioner sees, ``record`` what its source does."""

    complaint: Complaint
    part: Part
    chance: random.Random
    id: str = ""
    number: str = ""
    query_code: str = ""
    has_tiers: bool = False
    organs: list[str] = field(default_factory=list)
    progress: dict[str, Any] = field(default_factory=dict)
    record: dict[str, Any] = field(default_factory=dict)

    @property
    def declined_by_office(self) -> bool:
        return self.part is Part.GUIDED

    @property
    def state(self) -> str:
        return str(self.progress.get("state", "registered" if self.id else ""))


@dataclass(frozen=True, slots=True)
class City:
    """Where the stories happen."""

    callers: Callers
    inboxes: Inboxes
    days: Days
    sources: Sources
    desk: Desk


class Story:
    """``live`` tells it whole. What each does is its part's; when, is the chance of the seed."""

    def __init__(self, city: City, tale: Tale) -> None:
        self._city = city
        self._tale = tale
        self._days = city.days

    async def live(self) -> None:
        tale = self._tale
        await self._register()
        lead = await self._placed()
        if lead is None:
            return
        lead = await self._contested(lead)
        if tale.part is Part.SILENT:
            await self._wait(20, 25)
        elif tale.part is Part.WITHDRAWN:
            await self._wait(2, 4)
            await self._city.sources.withdraw(tale.complaint, tale.id)
        elif tale.part is Part.REFUSED:
            await self._refuse(lead)
        else:
            await self._handle(lead)
        await self._look()

    # -- the way to the organ -----------------------------------------------------------------------------

    async def _register(self) -> None:
        tale, sources = self._tale, self._city.sources
        if tale.complaint.repeats:
            await sources.known(tale.complaint.repeats)
            await self._days.pass_by(3)
        answer = await sources.register(tale.complaint)
        tale.id, tale.number, tale.query_code = answer["id"], answer["number"], answer["query_code"]

    async def _placed(self) -> Entry | None:
        """The organ's inbox has it, by the rules or from the triage desk; None: the office declined it."""
        dispatched = asyncio.ensure_future(self._dispatched())
        declined = asyncio.ensure_future(self._city.desk.declined(self._tale.id))
        done, other = await asyncio.wait({dispatched, declined}, return_when=asyncio.FIRST_COMPLETED)
        for each in other:
            each.cancel()
        await self._look()
        return dispatched.result() if dispatched in done else None

    async def _dispatched(self) -> Entry:
        entry = await self._city.inboxes.next(self._tale.id, "dispatch.created")
        self._tale.organs.append(entry.organ.name)
        return entry

    async def _contested(self, lead: Entry) -> Entry:
        """The organ objects, where that is its part; the petition office decides. Who has it now."""
        tale = self._tale
        if tale.part not in (Part.OBJECTED, Part.OBJECTED_IN_VAIN):
            return lead
        await self._wait(1, 2)
        upheld = tale.part is Part.OBJECTED
        other = self._city.desk.government(lead.organ).organ_id if upheld else None
        body = {"reason": words.OBJECTION, "suggested_organ_id": other}
        await self._act(lead, "objection", {key: value for key, value in body.items() if value})
        raised = await self._city.inboxes.next(tale.id, "objection.raised")
        ruling = {"upheld": upheld, "organ_id": other, "reason": words.RULING[upheld]}
        path = f"/v1/objections/{raised.data['objection_id']}/decision"
        await raised.organ.post(path, {key: value for key, value in ruling.items() if value is not None})
        await self._city.inboxes.next(tale.id, "objection.decided")
        return await self._dispatched() if upheld else lead

    async def _refuse(self, lead: Entry) -> None:
        await self._wait(1, 5)
        await self._act(lead, "receipt")
        await self._act(lead, "refusal", words.REFUSAL[self._tale.part])

    # -- the answer ---------------------------------------------------------------------------------------

    async def _handle(self, lead: Entry) -> None:
        tale = self._tale
        await self._wait(1, 4)
        await self._act(lead, "receipt")
        for co in self._city.inboxes.co_handling(tale.id):
            await self._act(co, "receipt")
        await self._wait(1, 6)
        accepted = await self._act(lead, "acceptance")
        tale.has_tiers = accepted["petition"]["path"] == "petition_procedure"
        await self._look()
        if tale.part is Part.LATE:
            await self._wait(70, 75)
        elif tale.part is Part.UNDER_INVESTIGATION:
            await self._wait(60, 61)
        else:
            await self._answer(lead)

    async def _answer(self, lead: Entry) -> None:
        tale = self._tale
        await self._wait(8, 20)
        if tale.part is Part.EXTENDED and tale.has_tiers:  # nothing else has a period to extend
            await self._city.sources.supplement(tale.complaint, tale.id, words.SUPPLEMENT)
            await self._act(lead, "extension", words.EXTENSION)
            await self._wait(45, 60)
        if lead.data.get("mode") == "assign":
            await self._act(lead, "report", {"content": words.REPORT})
        opinion = await self._act(lead, "opinion", words.opinion(await self._outcome(lead)))
        await self._serve(lead, opinion)
        await self._evaluate()
        if tale.part in ASKS_FOR_REVIEW and tale.progress.get("may_request"):
            await self._review(lead)
        else:
            await self._let_lapse()

    async def _outcome(self, lead: Entry) -> str:
        """What fits the petition as it was sorted, whatever its author took it for."""
        petition = await lead.organ.get(f"/v1/petitions/{self._tale.id}")
        wished = OUTCOME.get(self._tale.part, self._tale.chance.choice(OUTCOMES_OF_REDRESS))
        if wished.startswith("suggestion_") != (petition["purpose"] == "suggestion"):
            return "explained" if petition["purpose"] != "suggestion" else "suggestion_adopted"
        if petition["purpose"] == "redress" and not self._tale.has_tiers:
            return "led_to_other_procedure"
        return wished

    async def _serve(self, holder: Entry, opinion: dict[str, Any]) -> None:
        await self._wait(1, 3)
        method = self._tale.chance.choice(("in_person", "post", "electronic"))
        proof = {"served_on": self._days.today.isoformat(), "method": method, "signed": True}
        await holder.organ.post(f"/v1/opinions/{opinion['id']}/service", proof)
        await self._look()

    async def _evaluate(self) -> None:
        tale = self._tale
        if tale.progress.get("may_evaluate") and tale.chance.random() < 0.7:
            happy = tale.part not in ASKS_FOR_REVIEW
            await self._city.sources.evaluate(tale.number, tale.query_code, happy=happy)
        if tale.complaint.channel == "hotline":
            await self._city.sources.call_back(tale.complaint, self._days.today)

    async def _let_lapse(self) -> None:
        """Until the petitioner's window for the next tier has closed, where there is one."""
        if self._tale.progress.get("request_by"):
            await self._days.until(date.fromisoformat(self._tale.progress["request_by"]) + timedelta(days=1))

    # -- review and re-review -----------------------------------------------------------------------------

    async def _review(self, handled_by: Entry) -> None:
        tale = self._tale
        before = await self._request()
        if before is None:
            await self._let_lapse()
            return
        if tale.part is Part.REVIEW_DECLINED:
            await self._on_review(before, "refusal", words.REVIEW_REFUSAL)
            await self._look()
            await self._let_lapse()
            return
        outcome = REVIEW_OUTCOME.get(tale.part, "upheld")
        await self._decide(before, outcome)
        if outcome == "revoked":
            await self._decide_anew(handled_by)
            return
        again = await self._request() if tale.part in ASKS_FOR_RE_REVIEW else None
        if again is None:
            await self._let_lapse()
        else:
            await self._decide(again, "upheld", hearing=tale.part is Part.HEARD)

    async def _request(self) -> Entry | None:
        """Ask for the next tier; None when nobody can be asked."""
        tale = self._tale
        await self._wait(5, 20)
        reason = words.request(tale.progress["may_request"])
        if not await self._city.sources.ask_for_review(tale.number, tale.query_code, reason):
            return None
        entry = await self._city.inboxes.next(tale.id, "review.requested")
        tale.organs.append(entry.organ.name)
        await self._look()
        await self._wait(1, 3)
        return entry

    async def _decide(self, before: Entry, outcome: str, *, hearing: bool = False) -> None:
        await self._on_review(before, "acceptance")
        if hearing:
            await self._wait(4, 6)
            day = self._days.today
            await self._on_review(
                before, "hearing", {"from": (day - timedelta(days=1)).isoformat(), "to": day.isoformat()}
            )
        await self._wait(10, 20)
        redo_by = self._days.today + timedelta(days=REDO_DAYS) if outcome == "revoked" else None
        decided = await self._on_review(before, "decision", words.review_opinion(outcome, redo_by))
        await self._serve(before, decided["opinion"])

    async def _decide_anew(self, lead: Entry) -> None:
        await self._city.inboxes.next(self._tale.id, "review.remanded")
        await self._wait(10, 15)
        opinion = await self._act(lead, "opinion", words.opinion("supported", anew=True))
        await self._serve(lead, opinion)
        await self._let_lapse()

    # -- what every step needs ----------------------------------------------------------------------------

    async def _act(self, on: Entry, act: str, body: dict[str, Any] | None = None) -> Any:
        return await on.organ.post(f"/v1/dispatches/{on.data['dispatch_id']}/{act}", body)

    async def _on_review(self, on: Entry, act: str, body: dict[str, Any] | None = None) -> Any:
        return await on.organ.post(f"/v1/reviews/{on.data['review_id']}/{act}", body)

    async def _look(self) -> None:
        """The petitioner looks where it stands."""
        tale = self._tale
        tale.progress = await self._city.sources.progress(tale.number, tale.query_code)

    async def _wait(self, least: int, most: int) -> None:
        await self._days.pass_by(self._tale.chance.randint(least, most))
