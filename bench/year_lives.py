"""The life of one petition as the people concerned decide it: what, and after how many days.

A life is steps of a plan: the state in which the petition is found says what may come; the chances of its own
seed say what does. When the day has come and the state is another (it was withdrawn, taken from the organ),
the plan is dropped and another made. Nothing here depends on how long anything took.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from functools import partial
from uuid import UUID

from bench.year_material import Brought
from bench.year_people import People
from bench.year_recusals import Recusals
from services.application.repetition import DenunciationNoRepeat, RepeatNotBarred
from services.domain.dispatch import Dispatch, Procedure
from services.domain.opinion import Opinion, Outcome
from services.domain.petition import Petition, Purpose, State
from services.domain.refusal import InvalidField, Refusal
from services.domain.review import Review
from services.domain.steps import STEPS, Act

Deed = Callable[[], Awaitable[object]]
Plan = tuple[int, Deed | None]  # in so many days (at least one); None: only look again
A_WINDOW, ENDLESS = 32, 400
OF_REDRESS = (Outcome.SUPPORTED, Outcome.PARTLY_SUPPORTED, Outcome.EXPLAINED, Outcome.NOT_SUPPORTED)
OF_SUGGESTIONS = (
    Outcome.SUGGESTION_ADOPTED, Outcome.SUGGESTION_PARTLY_ADOPTED, Outcome.SUGGESTION_NOT_ADOPTED,
)  # fmt: skip


class Life:
    """One petition from registration on. ``live`` is called on the days that it names itself."""

    def __init__(self, people: People, brought: Brought, seed: int, refused: Counter[str]) -> None:
        self._people = people
        self._brought = brought
        self._chance = random.Random(f"{seed}/{brought.index}/life")
        self._recusals = Recusals(people, random.Random(f"{seed}/{brought.index}/recusals"), refused)
        self._refused = refused
        self._call = people.source(brought.role, brought.region_code)
        self._plan: tuple[State, Deed | None] | None = None
        self._code = ""
        self._done: Counter[str] = Counter()
        self.petition: Petition | None = None

    async def register(self) -> dict[int, Callable[[], Awaitable[int | None]]]:
        """Register it. What may befall it besides its plan, by the day it comes."""
        made = await self._people.register(self._brought.registration, self._call)
        self.petition, self._code = made.petition, made.query_code
        befalls: dict[int, Callable[[], Awaitable[int | None]]] = {}
        for likelihood, latest, deed in (
            (0.03, 60, self._withdraw),
            (0.08, 90, self._supplement),
            (0.006, 150, self._end_without_successor),
        ):
            if self._is(likelihood):
                befalls[self._between(1, latest)] = partial(self._befall, deed)
        if (day := self._recusals.day()) is not None:
            befalls.setdefault(day, partial(self._befall, self._recusals.befall))
        return befalls

    async def live(self) -> int | None:
        """Do what was planned for today, unless things have changed, and plan on.

        Returns the days to wait; None when nothing more will happen.
        """
        if self._plan is not None:
            state, deed = self._plan
            if deed is not None and await self._people.state(self._id) is state:
                await self._try(deed)
        petition, held = await self._people.look(self._id)
        plan = await self._next(petition, held)
        if plan is None:
            return None
        days, deed = plan
        self._plan = (petition.state, deed)
        return max(1, days)

    @property
    def _id(self) -> UUID:
        assert self.petition is not None, "it was not registered"
        return self.petition.id

    async def _try(self, deed: Deed) -> None:
        try:
            await deed()
        except Refusal as refusal:
            self._refused[type(refusal).__name__] += 1

    async def _befall(self, deed: Callable[[Petition], Awaitable[None]]) -> None:
        petition, _ = await self._people.look(self._id)
        await self._try(partial(deed, petition))

    async def _next(self, petition: Petition, held: Dispatch | None) -> Plan | None:
        if petition.state is State.REGISTERED:
            return 1, None
        if petition.state is State.TRIAGE:
            return self._at_the_desk(petition)
        planner = PLANS.get(petition.state)
        return await planner(self, petition, held) if planner else None

    def _is(self, likelihood: float) -> bool:
        return self._chance.random() < likelihood

    def _between(self, least: int, most: int) -> int:
        return self._chance.randint(least, most)

    def _once(self, what: str) -> bool:
        """True the first time only."""
        self._done[what] += 1
        return self._done[what] == 1

    # -- until an organ has accepted it -------------------------------------------------------------------

    def _at_the_desk(self, petition: Petition) -> Plan:
        days = self._between(16, 24) if self._is(0.04) else self._between(1, 9)
        if petition.repeat_of is not None and self._is(0.8):
            return days, partial(self._decline_repeat, petition)
        if self._is(0.12):
            return days, partial(self._people.decline_at_desk, petition)
        return days, partial(self._place, petition, assigned=self._is(0.3))

    async def _place(self, petition: Petition, *, assigned: bool) -> None:
        """The desk picks an organ: the first that may have it, of those of the place."""
        region = petition.region_code or petition.office_region
        near = self._people.in_region(region) or self._people.others(self._people.office.id)
        chosen = self._chance.choice(near)
        await self._people.decide_at_desk(petition, chosen, self._people.in_days(50) if assigned else None)

    async def _at_the_organ(self, petition: Petition, held: Dispatch | None) -> Plan | None:
        assert held is not None, "dispatched to nobody"
        if held.received_on is None and self._is(0.5):
            return self._between(1, 3), partial(self._people.receive, held)
        if not held.binding and self._done["objected"] < 2 and self._is(0.07):
            self._done["objected"] += 1
            return self._between(1, 4), partial(self._people.object_to, held)
        beneath = self._people.beneath(held.organ_id)
        if beneath and self._is(0.03) and self._once("referred"):
            return self._between(1, 4), partial(self._people.refer, held, self._chance.choice(beneath))
        if self._is(0.006):
            return ENDLESS, None  # an organ that never stirs
        days = self._between(16, 40) if self._is(0.05) else self._between(1, 10)
        if petition.repeat_of is not None and self._is(0.8):
            return days, partial(self._refuse_repeat, petition, held)
        if self._is(0.05):
            return days, partial(self._people.refuse, held, "A4")
        return days, partial(self._accept, held, simple=self._is(0.12))

    async def _accept(self, held: Dispatch, *, simple: bool) -> None:
        try:
            await self._people.accept(held, simple=simple)
        except Refusal:
            if not simple:
                raise
            await self._people.accept(held)  # what does not fit the simple procedure goes the ordinary way

    async def _refuse_repeat(self, petition: Petition, held: Dispatch) -> None:
        """What the law does not bar, or what repeats a petition that this organ does not know, it accepts."""
        try:
            await self._people.refuse(held, await self._ground(petition))
        except (RepeatNotBarred, DenunciationNoRepeat, InvalidField):
            await self._accept(held, simple=False)

    async def _decline_repeat(self, petition: Petition) -> None:
        """As the desk proposes; where the law does not bar it, or not any more, it is passed on."""
        try:
            await self._people.decline_at_desk(petition, await self._ground(petition))
        except (RepeatNotBarred, DenunciationNoRepeat, InvalidField):
            await self._place(petition, assigned=False)

    async def _ground(self, petition: Petition) -> str:
        """A1 while the earlier one is handled, A2 after its re-review, A3 when its time has lapsed."""
        assert petition.repeat_of is not None, "it repeats nothing"
        earlier, _ = await self._people.look(petition.repeat_of)
        return {"re_review_served": "A2", "time_lapsed": "A3"}.get(earlier.final_ground or "", "A1")

    async def _objected(self, petition: Petition, held: Dispatch | None) -> Plan | None:
        assert held is not None, "an objection of nobody"
        upheld = self._is(0.6)
        others = self._people.others(held.organ_id)
        other = self._chance.choice(others) if others and self._is(0.7) else None
        return self._between(1, 5), partial(self._people.rule_on, held, upheld=upheld, organ_id=other)

    # -- the answer ---------------------------------------------------------------------------------------

    async def _accepted(self, petition: Petition, held: Dispatch | None) -> Plan | None:
        assert held is not None, "accepted by nobody"
        anew = bool(await self._people.reviews(petition))
        if held.report_due and held.reported_on is None and self._is(0.85) and self._once("reported"):
            return self._between(1, 40), partial(self._people.report, held)
        if petition.has_tiers and not anew and self._is(0.1) and self._once("extended"):
            return self._between(20, 50), partial(self._recusals.extend, held, self._between(10, 30))
        simple = held.procedure is Procedure.SIMPLE
        if simple and self._is(0.15) and self._once("ordinary"):
            return 2, partial(self._people.ask_for_the_ordinary_way, petition, self._call)
        late = self._is(0.05)
        days = self._between(61, 110) if late else self._between(6, 30 if self._done["reported"] else 50)
        return days, partial(self._answer, petition, held, anew=anew)

    async def _answer(self, petition: Petition, held: Dispatch, *, anew: bool) -> None:
        await self._people.answer(held, self._outcome(petition), anew=anew)

    def _outcome(self, petition: Petition) -> Outcome:
        if petition.purpose is Purpose.SUGGESTION:
            return self._chance.choice(OF_SUGGESTIONS)
        if petition.purpose is Purpose.REDRESS and not petition.has_tiers:
            return Outcome.LED_TO_OTHER_PROCEDURE
        if petition.purpose is Purpose.REDRESS and self._is(0.08):
            return Outcome.SETTLED
        return self._chance.choice(OF_REDRESS)

    async def _to_be_served(self, petition: Petition, held: Dispatch | None) -> Plan | None:
        issued = [each for each in await self._people.opinions(petition) if each.served_on is None][-1]
        days = self._between(20, 45) if self._is(0.03) else self._between(1, 8)
        return days, partial(self._serve, issued, told_late_by=self._between(0, 3))

    async def _serve(self, issued: Opinion, *, told_late_by: int) -> None:
        """The proof of service may come back some days after the service itself."""
        served_on = max(issued.issued_on, self._people.in_days(-told_late_by))
        await self._people.serve(issued, served_on)

    # -- after the answer ---------------------------------------------------------------------------------

    async def _answered(self, petition: Petition, held: Dispatch | None) -> Plan | None:
        if (plan := await self._executed(petition)) is not None:
            return plan
        if self._is(0.2) and self._once("evaluated"):
            return 1, partial(
                self._people.evaluate, petition.number, self._code, self._call, happy=self._is(0.6)
            )
        likelihood = 0.25 if petition.state is State.ANSWERED else 0.4
        self._done[petition.state] += 1
        if self._done[petition.state] <= 2 and self._is(likelihood):
            return self._between(2, 26), partial(self._people.request_review, petition)
        return A_WINDOW, None

    async def _executed(self, petition: Petition) -> Plan | None:
        """What was promised is carried out, mostly, some time after."""
        for due in await self._people.executions(petition):
            if self._is(0.85) and self._once(f"carried out {due.id}"):
                return self._between(3, 20), partial(self._carry_out, petition, due.id)
        return None

    async def _carry_out(self, petition: Petition, execution_id: object) -> None:
        for due in await self._people.executions(petition):
            if due.id == execution_id:
                done_on = max(due.opened_on, self._people.in_days(-self._between(0, 2)))
                await self._people.carry_out(due, done_on)

    async def _in_review(self, petition: Petition, held: Dispatch | None) -> Plan | None:
        asked = (await self._people.reviews(petition))[-1]
        of_re_review = petition.state is State.UNDER_RE_REVIEW
        if asked.state.value == "requested" and self._once(f"took {asked.id}"):
            if self._is(0.08):
                return self._between(1, 9), partial(self._people.decline_review, asked)
            return self._between(1, 5), partial(self._people.accept_review, asked)
        if self._is(0.3 if of_re_review else 0.1) and self._once(f"heard {asked.id}"):
            return self._between(3, 12), partial(self._hear, asked)
        days = self._between(27, 45) if self._is(0.06) else self._between(4, 18)
        return days, partial(self._decide_review, asked)

    async def _hear(self, asked: Review) -> None:
        last = self._people.in_days(-self._between(0, 1))
        first = max(asked.requested_on, last - timedelta(days=self._between(0, 2)))
        await self._people.hear(asked, first, max(first, last))

    async def _decide_review(self, asked: Review) -> None:
        outcome = self._chance.choices((Outcome.UPHELD, Outcome.CHANGED, Outcome.REVOKED), (72, 14, 14))[0]
        redo_by: date | None = None
        if outcome is Outcome.REVOKED and self._is(0.7):
            redo_by = self._people.in_days(self._between(20, 45))
        await self._people.decide_review(asked, outcome, redo_by)

    async def _ended(self, petition: Petition, held: Dispatch | None) -> Plan | None:
        if (plan := await self._executed(petition)) is not None:
            return plan
        if petition.state is State.FINAL and self._is(0.01) and self._once("care"):
            return self._between(5, 60), partial(self._people.give_care, petition)
        if petition.final_ground == "time_lapsed" and self._is(0.01) and self._once("late"):
            return self._between(1, 30), partial(self._people.request_review, petition, late=True)
        return None

    # -- what befalls it ----------------------------------------------------------------------------------

    async def _withdraw(self, petition: Petition) -> None:
        if (petition.state, Act.WITHDRAW) in STEPS:
            await self._people.withdraw(petition, self._call)

    async def _supplement(self, petition: Petition) -> None:
        if (petition.state, Act.SUPPLEMENT) in STEPS:
            await self._people.supplement(petition, self._call)

    async def _disputed(self, petition: Petition, held: Dispatch | None) -> Plan | None:
        return self._between(2, 9), partial(self._people.rule_dispute, petition)

    async def _end_without_successor(self, petition: Petition) -> None:
        redress = petition.purpose is Purpose.REDRESS
        if redress and (petition.state, Act.CLOSE) in STEPS:
            await self._people.close(petition, self._people.world.clock.today())


Planner = Callable[[Life, Petition, Dispatch | None], Awaitable[Plan | None]]
PLANS: dict[State, Planner] = {
    State.DISPATCHED: Life._at_the_organ,
    State.OBJECTED: Life._objected,
    State.DISPUTED: Life._disputed,
    State.ACCEPTED: Life._accepted,
    State.OPINION_ISSUED: Life._to_be_served,
    State.ANSWERED: Life._answered,
    State.UNDER_REVIEW: Life._in_review,
    State.REVIEW_ISSUED: Life._to_be_served,
    State.REVIEW_ANSWERED: Life._answered,
    State.UNDER_RE_REVIEW: Life._in_review,
    State.RE_REVIEW_ISSUED: Life._to_be_served,
    State.FINAL: Life._ended,
    State.CONCLUDED: Life._ended,
}
