"""Random lives of petitions: any act by anyone at any time, and after each what must always hold.

A longer search than the tests': ``XINFANG_LIVES=2000 pytest tests/unit/test_lives.py`` (that many lives).
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bench.year_invariants import Record, violations
from bench.year_lives import OF_REDRESS, OF_SUGGESTIONS
from bench.year_material import Material
from bench.year_people import People
from bench.year_recusals import Recusals
from services.application import rescreen, routing, timers
from services.cli.demo import words
from services.domain.access import Call
from services.domain.calendar import local_date
from services.domain.dispatch import Dispatch
from services.domain.opinion import Opinion, Outcome
from services.domain.organ import OrganKind
from services.domain.outbox import Topic
from services.domain.petition import Petition, Purpose, State
from services.domain.refusal import Refusal
from services.domain.review import Review
from services.domain.steps import STEPS, Act
from tests.fakes import FakeWork, FakeWorld, FixedClock
from tests.worlds import CITY, city_directory, city_router, national_law

FIRST = datetime(2026, 1, 5, 2, tzinfo=UTC)
LIVES = int(os.environ.get("XINFANG_LIVES", "25"))
STEPS_OF_A_LIFE = 30
ACCUSING = "补充:就是益阳市自然资源和规划局、南县人民政府的人压着不办。"
DICE = st.integers(min_value=0, max_value=2**32 - 1)


class AllOrNothing(FakeWorld):
    """As the real one: what an act wrote before it was refused is gone with the transaction."""

    @asynccontextmanager
    async def begin(self, call: Call | None = None) -> AsyncIterator[FakeWork]:
        before = {kind: dict(rows) for kind, rows in self.store.rows.items()}
        try:
            async with super().begin(call) as work:
                yield work
        except Refusal:
            for kind, rows in before.items():
                self.store.rows[kind].clear()
                self.store.rows[kind].update(rows)
            raise


class Lives(RuleBasedStateMachine):
    """A few petitions in one world. Whatever is refused must have changed nothing; the rest must hold."""

    def __init__(self) -> None:
        super().__init__()
        self._loop = asyncio.new_event_loop()
        self.world = AllOrNothing(
            clock=FixedClock(FIRST), directory=city_directory(), law=national_law(), router=city_router()
        )
        self.people = People(self.world, city_directory(), CITY)
        offices = {o.region_code for o in city_directory().organs if o.kind is OrganKind.PETITION_OFFICE}
        self.material = Material(1, [CITY, *sorted(offices - {CITY})])
        self.lives: list[UUID] = []
        self.sources: dict[UUID, Call] = {}
        self.touched: set[UUID] = set()

    def teardown(self) -> None:
        self._loop.close()

    def _do(self, act: Awaitable[Any]) -> Any:
        async def done() -> Any:
            return await act

        return self._loop.run_until_complete(done())

    # -- what may happen ----------------------------------------------------------------------------------

    @initialize(index=st.integers(0, 400))
    def the_first_is_brought(self, index: int) -> None:
        self.bring(index)

    @precondition(lambda self: len(self.lives) < 3)
    @rule(index=st.integers(0, 400))
    def bring(self, index: int) -> None:
        brought = self.material.brought(index, self.world.clock.today())
        call = self.people.source(brought.role, brought.region_code)
        try:
            made = self._do(self.people.register(brought.registration, call))
        except Refusal:
            return  # the source has brought this very one
        self.lives.append(made.petition.id)
        self.sources[made.petition.id] = call
        self._route()
        self.touched.add(made.petition.id)

    @rule(days=st.sampled_from([1, 1, 2, 3, 7, 16, 31, 62]))
    def time_passes(self, days: int) -> None:
        """The clocks are passed in the morning, after one night or after weeks in which nobody looked."""
        self.world.clock.pass_days(days)
        self._do(timers.catch_up(self.world))
        self.touched.update(self.lives)

    @rule(dice=DICE, acts=st.integers(1, 8))
    def it_goes_on(self, dice: int, acts: int) -> None:
        """Acts that fit where the petition stands, some days apart: mostly on the road to the next tier."""
        chance = random.Random(dice)
        petition_id = chance.choice(self.lives)
        for _ in range(acts):
            state = self.petition(petition_id).state
            if state.ended:
                return
            allowed = sorted(act for of, act in STEPS if of is state and act in DEEDS)
            other = chance.choices(allowed, _weights(allowed))
            road = ROADS.get(state, []) if chance.random() < 0.6 else other
            if road:
                self._attempt(chance, petition_id, chance.choice(road))
            self.time_passes(chance.choice([1, 2, 9]))

    @rule(dice=DICE)
    def what_fits_is_done(self, dice: int) -> None:
        """One act that the table allows, be it after the end."""
        chance = random.Random(dice)
        petition_id = chance.choice(self.lives)
        state = self.petition(petition_id).state
        allowed = sorted(act for of, act in STEPS if of is state and act in DEEDS)
        if allowed:
            self._attempt(chance, petition_id, chance.choices(allowed, _weights(allowed))[0])

    @rule(dice=DICE)
    def anything_is_tried(self, dice: int) -> None:
        """An act whether or not it fits: too late, again, by an organ that has it no more."""
        chance = random.Random(dice)
        self._attempt(chance, chance.choice(self.lives), chance.choice(sorted(DEEDS)))

    def _attempt(self, chance: random.Random, petition_id: UUID, act: Act) -> None:
        before = self.petition(petition_id).version
        try:
            self._do(DEEDS[act](self, petition_id, chance))
        except Refusal:
            assert self.petition(petition_id).version == before, (
                f"{act} was refused, and yet changed something"
            )
        self._route()
        self.touched.add(petition_id)

    def _route(self) -> None:
        for topic, handler in ((Topic.ROUTE, routing.route), (Topic.RESCREEN, rescreen.rescreen)):
            jobs = [job for job in self.world.store.jobs.values() if job.topic == topic]
            self._do(handler(self.world, jobs))

    # -- what must hold -----------------------------------------------------------------------------------

    @invariant()
    def nothing_is_violated(self) -> None:
        for petition_id in self.touched:
            found = violations(self.record(petition_id))
            events = [f"{e.at:%m-%d} {e.kind}" for e in self.record(petition_id).events]
            assert not found, "\n".join([*map(str, found), *events])
        self.touched.clear()

    def record(self, petition_id: UUID) -> Record:
        of = partial(self.of, petition_id=petition_id)
        return Record(
            self.petition(petition_id), sorted(of("events"), key=lambda event: event.seq), of("deadlines"),
            of("dispatches"), of("objections"), of("opinions"), of("reviews"), of("recusals"), of("notices"),
            frozenset(shield.organ_id for shield in of("shields")), of("inbox"), self.world.clock.today(),
        )  # fmt: skip

    def of(self, kind: str, petition_id: UUID) -> list[Any]:
        rows = self.world.store.rows[kind]
        return [rows[key] for key in sorted(rows, key=str) if rows[key].petition_id == petition_id]

    # -- whom and what an act is about --------------------------------------------------------------------

    def petition(self, petition_id: UUID) -> Petition:
        found: Petition = self.world.store.rows["petitions"][petition_id]
        return found

    def lead(self, petition_id: UUID, chance: random.Random) -> Dispatch:
        """The dispatch under which it is held, or now and then any."""
        found = self.of("dispatches", petition_id)
        current = [each for each in found if each.open and each.role.value == "lead"]
        chosen: Dispatch = chance.choice(_some(found if chance.random() < 0.1 else current))
        return chosen

    def opinion(self, petition_id: UUID, chance: random.Random) -> Opinion:
        found = self.of("opinions", petition_id)
        unserved = [each for each in found if each.served_on is None]
        chosen: Opinion = chance.choice(_some(found if chance.random() < 0.1 else unserved))
        return chosen

    def review(self, petition_id: UUID, chance: random.Random) -> Review:
        found = self.of("reviews", petition_id)
        chosen: Review = chance.choice(_some(found if chance.random() < 0.1 else found[-1:]))
        return chosen


Deed = Callable[[Lives, UUID, random.Random], Awaitable[None]]


class NothingToActOn(Refusal):
    """没有可以操作的对象。"""

    english = "There is nothing to act on."


def _some(found: list[Any]) -> list[Any]:
    if not found:
        raise NothingToActOn()
    return found


def _weights(acts: list[Act]) -> list[int]:
    """What ends a life is rarer, or none would come to a review."""
    return [1 if act in RARE else 8 for act in acts]


def _day(lives: Lives, days: int) -> date:
    return local_date(lives.world.clock.now()) + timedelta(days=days)


async def _assign(lives: Lives, petition_id: UUID, chance: random.Random) -> None:
    organs = lives.people.in_region(chance.choice([CITY, "430921000000"]))
    due = _day(lives, chance.randint(0, 60)) if chance.random() < 0.4 else None
    await lives.people.decide_at_desk(lives.petition(petition_id), chance.choice(organs), due)


async def _refer(lives: Lives, petition_id: UUID, chance: random.Random) -> None:
    held = lives.lead(petition_id, chance)
    await lives.people.refer(held, chance.choice(_some(lives.people.beneath(held.organ_id))))


async def _rule_on(lives: Lives, petition_id: UUID, chance: random.Random, *, upheld: bool, to: bool) -> None:
    held = lives.lead(petition_id, chance)
    _some(lives.of("objections", petition_id))
    _some([each for each in lives.of("objections", petition_id) if each.dispatch_id == held.id])
    organ_id = chance.choice(_some(lives.people.others(held.organ_id))) if to else None
    await lives.people.rule_on(held, upheld=upheld, organ_id=organ_id)


def _in_county(lives: Lives, chance: random.Random) -> UUID:
    return chance.choice(lives.people.in_region("430921000000"))


async def _answer(lives: Lives, petition_id: UUID, chance: random.Random) -> None:
    held = lives.lead(petition_id, chance)
    purpose = lives.petition(petition_id).purpose or Purpose.REDRESS
    outcome = Outcome(chance.choice([*words.FOUND] if chance.random() < 0.1 else FITTING[purpose]))
    await lives.people.answer(held, outcome, anew=chance.random() < 0.7)


async def _serve(lives: Lives, petition_id: UUID, chance: random.Random) -> None:
    issued = lives.opinion(petition_id, chance)
    served_on = max(issued.issued_on, _day(lives, -chance.randint(0, 9)))
    await lives.people.serve(issued, served_on)


async def _hear(lives: Lives, petition_id: UUID, chance: random.Random) -> None:
    first = _day(lives, chance.randint(-10, 10))
    await lives.people.hear(
        lives.review(petition_id, chance), first, first + timedelta(days=chance.randint(0, 4))
    )


async def _decide(lives: Lives, petition_id: UUID, chance: random.Random, *, revoked: bool) -> None:
    outcome = Outcome.REVOKED if revoked else chance.choice([Outcome.UPHELD, Outcome.CHANGED])
    redo_by = _day(lives, chance.randint(1, 40)) if revoked and chance.random() < 0.6 else None
    await lives.people.decide_review(lives.review(petition_id, chance), outcome, redo_by)


async def _carry_out(lives: Lives, petition_id: UUID, chance: random.Random) -> None:
    due = chance.choice(_some(lives.of("executions", petition_id)))
    await lives.people.carry_out(due, max(due.opened_on, _day(lives, -chance.randint(0, 5))))


async def _supplement(lives: Lives, petition_id: UUID, chance: random.Random) -> None:
    petition, call = lives.petition(petition_id), lives.sources[petition_id]
    if chance.random() < 0.5:
        await lives.people.supplement(petition, call, ACCUSING)
    else:
        await lives.people.supplement(petition, call)


def _dispatched(act: Callable[[Lives, Dispatch, random.Random], Awaitable[object]]) -> Deed:
    async def deed(lives: Lives, petition_id: UUID, chance: random.Random) -> None:
        await act(lives, lives.lead(petition_id, chance), chance)

    return deed


def _brought(act: Callable[[Lives, Petition, random.Random], Awaitable[object]]) -> Deed:
    async def deed(lives: Lives, petition_id: UUID, chance: random.Random) -> None:
        await act(lives, lives.petition(petition_id), chance)

    return deed


def _reviewed(act: Callable[[Lives, Review], Awaitable[object]]) -> Deed:
    async def deed(lives: Lives, petition_id: UUID, chance: random.Random) -> None:
        await act(lives, lives.review(petition_id, chance))

    return deed


def _recusal(act: Callable[[Recusals, Petition], Awaitable[None]]) -> Deed:
    return _brought(lambda lives, petition, chance: act(Recusals(lives.people, chance), petition))


_LATE = _brought(lambda lives, petition, _: lives.people.request_review(petition, late=True))
DEEDS: dict[Act, Deed] = {
    Act.ASSIGN: _assign,
    Act.DECLINE: _brought(lambda lives, petition, _: lives.people.decline_at_desk(petition)),
    Act.RECEIVE: _dispatched(lambda lives, held, _: lives.people.receive(held)),
    Act.REFER: _refer,
    Act.ACCEPT: _dispatched(lambda lives, held, dice: lives.people.accept(held, simple=dice.random() < 0.3)),
    Act.REFUSE: _dispatched(lambda on, held, dice: on.people.refuse(held, dice.choice(["A1", "A4", "A5"]))),
    Act.OBJECT: _dispatched(lambda lives, held, _: lives.people.object_to(held)),
    Act.UPHOLD_OBJECTION: lambda lives, id, chance: _rule_on(lives, id, chance, upheld=True, to=False),
    Act.REDIRECT: lambda lives, id, chance: _rule_on(lives, id, chance, upheld=True, to=True),
    Act.REJECT_OBJECTION: lambda lives, id, chance: _rule_on(lives, id, chance, upheld=False, to=False),
    Act.WITHDRAW_OBJECTION: _dispatched(lambda lives, held, _: lives.people.withdraw_objection(held)),
    Act.RAISE_DISPUTE: _brought(lambda on, held, dice: on.people.dispute(held, _in_county(on, dice))),
    Act.RULE: _brought(lambda lives, held, dice: lives.people.rule_dispute(held, _in_county(lives, dice))),
    Act.TRANSFER: _brought(lambda lives, held, dice: lives.people.transfer(held, _in_county(lives, dice))),
    Act.EXTEND: _dispatched(
        lambda on, held, dice: Recusals(on.people, dice).extend(held, dice.randint(1, 31))
    ),
    Act.RECUSE: _recusal(lambda recusals, of: recusals.recuse(of)),
    Act.ASK_RECUSAL: _recusal(lambda recusals, of: recusals.ask(of)),
    Act.REFUSE_RECUSAL: _recusal(lambda recusals, of: recusals.decide(of)),
    Act.MOVE_REVIEW: _recusal(lambda recusals, of: recusals.move_up(of)),
    Act.TURN_ORDINARY: _brought(
        lambda lives, petition, _: lives.people.ask_for_the_ordinary_way(petition, lives.sources[petition.id])
    ),
    Act.REPORT: _dispatched(lambda lives, held, _: lives.people.report(held)),
    Act.ISSUE_OPINION: _answer,
    Act.SERVE: _serve,
    Act.CONCLUDE: _serve,
    Act.REQUEST_REVIEW: _brought(
        lambda lives, held, dice: lives.people.request_review(held, late=dice.random() < 0.2)
    ),
    Act.ACCEPT_REVIEW: _reviewed(lambda lives, asked: lives.people.accept_review(asked)),
    Act.DECLINE_REVIEW: _reviewed(lambda lives, asked: lives.people.decline_review(asked)),
    Act.HOLD_HEARING: _hear,
    Act.DECIDE_REVIEW: lambda lives, id, chance: _decide(lives, id, chance, revoked=False),
    Act.REMAND: lambda lives, id, chance: _decide(lives, id, chance, revoked=True),
    Act.CARRY_OUT: _carry_out,
    Act.CLOSE: _brought(lambda lives, held, dice: lives.people.close(held, _day(lives, -dice.randint(0, 3)))),
    Act.CARE: _brought(lambda lives, petition, _: lives.people.give_care(petition)),
    Act.REOPEN: _LATE,
    Act.REOPEN_REVIEW: _LATE,
    Act.WITHDRAW: _brought(lambda lives, held, _: lives.people.withdraw(held, lives.sources[held.id])),
    Act.SUPPLEMENT: _supplement,
}
ROADS: dict[State, list[Act]] = {
    State.TRIAGE: [Act.ASSIGN],
    State.DISPATCHED: [Act.ACCEPT],
    State.OBJECTED: [Act.REDIRECT, Act.REJECT_OBJECTION],
    State.DISPUTED: [Act.RULE],
    State.ACCEPTED: [Act.ISSUE_OPINION],
    State.OPINION_ISSUED: [Act.SERVE],
    State.ANSWERED: [Act.REQUEST_REVIEW],
    State.UNDER_REVIEW: [Act.DECIDE_REVIEW, Act.DECIDE_REVIEW, Act.REMAND],
    State.REVIEW_ISSUED: [Act.SERVE],
    State.REVIEW_ANSWERED: [Act.REQUEST_REVIEW],
    State.UNDER_RE_REVIEW: [Act.DECIDE_REVIEW, Act.DECIDE_REVIEW, Act.REMAND],
    State.RE_REVIEW_ISSUED: [Act.SERVE],
}
FITTING = {
    Purpose.REDRESS: [*OF_REDRESS, Outcome.SETTLED, Outcome.LED_TO_OTHER_PROCEDURE],
    Purpose.DENUNCIATION: [*OF_REDRESS],
    Purpose.SUGGESTION: [*OF_SUGGESTIONS],
}
RARE = {Act.WITHDRAW, Act.CLOSE, Act.DECLINE, Act.REFUSE, Act.SUPPLEMENT, Act.ASK_RECUSAL, Act.RECUSE}

Lives.TestCase.settings = settings(
    max_examples=LIVES,
    stateful_step_count=STEPS_OF_A_LIFE,
    deadline=None,
    derandomize="XINFANG_LIVES" not in os.environ,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, Phase.shrink),
)
TestLives = Lives.TestCase
