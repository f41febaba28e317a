"""The simulator's own judges: what they let pass, and that they see each thing that could be wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from bench.year_count import LAPSED, OVERDUE, RED, YELLOW, is_worked, last_day, points
from bench.year_invariants import CHECKS, Record, violations
from bench.year_people import People
from services.adapters.workdays import work_calendar
from services.application import routing, timers
from services.domain.access import ClientRole
from services.domain.deadline import DeadlineState
from services.domain.inbox import EntryType, InboxEntry
from services.domain.opinion import Notice, Outcome
from services.domain.outbox import Topic
from services.domain.petition import Channel, State
from services.domain.recusal import Recusal, RecusalState
from services.domain.registration import PetitionerDraft, Registration
from tests.fakes import FakeWorld
from tests.worlds import CITY, city_directory, small_world

FIRST = datetime(2026, 3, 2, 2, tzinfo=UTC)


@pytest.mark.parametrize("year", [2025, 2026, 2027])
def test_both_calendars_know_the_same_days_worked(year: int) -> None:
    calendar = work_calendar()
    days = [date(year, 1, 1) + timedelta(days=each) for each in range(365)]
    assert [day for day in days if is_worked(day) != calendar.is_workday(day)] == []


@pytest.mark.parametrize(
    ("start", "length", "unit", "due"),
    [
        ("2025-12-20", 60, "日", "2026-02-24"),
        ("2025-12-30", 60, "日", "2026-02-28"),
        ("2026-09-16", 15, "日", "2026-10-08"),
        ("2026-02-13", 5, "工作日", "2026-02-27"),
        ("2026-09-29", 5, "工作日", "2026-10-12"),
    ],
)
def test_days_are_counted_as_the_law_has_it(start: str, length: int, unit: str, due: str) -> None:
    assert last_day(date.fromisoformat(start), length, unit) == date.fromisoformat(due)


def test_warnings_come_in_the_last_third_and_the_last_three_working_days() -> None:
    start, due = date(2026, 6, 1), date(2026, 7, 31)
    assert points("D5", start, due) == (
        (YELLOW, date(2026, 7, 12)), (RED, date(2026, 7, 29)), (OVERDUE, date(2026, 8, 1)),
    )  # fmt: skip
    assert points("D7", start, due)[-1] == (LAPSED, date(2026, 8, 1))


async def _lived() -> tuple[FakeWorld, Record]:
    """A petition handled, warned of, answered, and lapsed into finality; and what is stored of it."""
    world = small_world(FIRST)
    people = People(world, city_directory(), CITY)
    brought = Registration(
        channel=Channel.ONLINE,
        received_on=world.clock.today(),
        title="工地拖欠工资",
        content="赫山区龙岭工地拖欠农民工工资三个月,请督促发放。",
        address="赫山区龙岭产业开发区",
        petitioners=(PetitionerDraft("罗大江", phone="13900001000"),),
    )
    made = await people.register(brought, people.source(ClientRole.PORTAL, CITY))
    jobs = [job for job in world.store.jobs.values() if job.topic == Topic.ROUTE]
    await routing.route(world, jobs)
    await _pass(world, 2)
    _, held = await people.look(made.petition.id)
    assert held is not None
    await people.accept(held)
    await _pass(world, 45)
    issued = await people.answer(held, Outcome.NOT_SUPPORTED)
    await _pass(world, 3)
    await people.serve(issued.subject, world.clock.today())
    await _pass(world, 40)
    return world, _record(world)


async def _pass(world: FakeWorld, days: int) -> None:
    world.clock.pass_days(days)
    await timers.catch_up(world)


def _record(world: FakeWorld) -> Record:
    rows = {kind: list(found.values()) for kind, found in world.store.rows.items()}
    return Record(
        rows["petitions"][0], sorted(rows["events"], key=lambda event: event.seq), rows["deadlines"],
        rows["dispatches"], rows["objections"], rows["opinions"], rows["reviews"],
        rows["recusals"], rows["notices"],
        frozenset(shield.organ_id for shield in rows["shields"]), rows["inbox"], world.clock.today(),
    )  # fmt: skip


@pytest.fixture
def lived() -> Record:
    return asyncio.run(_lived())[1]


def test_a_life_by_the_law_violates_nothing(lived: Record) -> None:
    assert lived.petition.state is State.FINAL
    assert violations(lived) == []


def _clock(record: Record, rule: str, **changes: object) -> Record:
    clocks = [replace(each, **changes) if each.rule == rule else each for each in record.deadlines]  # type: ignore[arg-type]  # any field
    return replace(record, deadlines=clocks)


def _petition(record: Record, **changes: object) -> Record:
    return replace(record, petition=replace(record.petition, **changes))  # type: ignore[arg-type]  # any field


def _doubled_warning(record: Record) -> Record:
    told = next(event for event in record.events if event.kind == "deadline_yellow")
    return replace(record, events=[*record.events, told])


def _two_leads(record: Record) -> Record:
    lead = replace(record.dispatches[0], open=True)
    return replace(record, dispatches=[lead, lead])


def _shielded_entry(record: Record) -> Record:
    entry = InboxEntry(
        record.petition.id, record.dispatches[0].organ_id, 9, EntryType.DEADLINE_WARNING,
        record.petition.id, FIRST, {},
    )  # fmt: skip
    return replace(record, shields=frozenset({entry.organ_id}), entries=[entry])


def _recused(*, approved_by: str) -> Callable[[Record], Record]:
    """A head is recused by the first event, and an extension approved by the second."""

    def plant(record: Record) -> Record:
        recusal = Recusal(
            UUID(int=7), record.petition.id, record.dispatches[0].organ_id, "周正430921", "系近亲属。",
            RecusalState.GRANTED, record.dispatches[0].organ_id, is_head=True,
        )  # fmt: skip
        notice = Notice(
            UUID(int=8),
            record.petition.id,
            "extension",
            recusal.organ_id,
            f"(批准人:{approved_by}430921)",
            FIRST.date(),
        )
        first, second = record.events[:2]
        events = [replace(first, kind="recused", data={"recusal_id": str(recusal.id)}),
                  replace(second, kind="extended", data={})]  # fmt: skip
        return replace(record, events=events, recusals=[recusal], notices=[notice])

    return plant


PLANTED: dict[str, tuple[str, Callable[[Record], Record]]] = {
    "an event is edited": (
        "ledger holds",
        lambda record: replace(record, events=[replace(record.events[0], actor="x"), *record.events[1:]]),
    ),
    "the version is not the number of events": ("ledger holds", lambda record: _petition(record, version=3)),
    "the state is none that the acts led to": (
        "legal edges only",
        lambda record: _petition(record, state=State.CONCLUDED),
    ),
    "an act was left out": (
        "legal edges only",
        lambda record: replace(record, events=[e for e in record.events if e.kind != "accepted"]),
    ),
    "two organs lead": ("one holder", _two_leads),
    "a final petition is held": (
        "one holder",
        lambda record: _petition(record, holder_id=record.dispatches[0].organ_id),
    ),
    "the desk has it, and an organ too": (
        "placed by who may know",
        lambda record: _petition(_two_leads(record), state=State.TRIAGE),
    ),
    "it is with one who does not decide the dispute": (
        "placed by who may know",
        lambda record: _petition(record, state=State.DISPUTED, holder_id=record.petition.id),
    ),
    "a clock runs on after the end": (
        "nothing left open",
        lambda record: _clock(record, "D5", state=DeadlineState.RUNNING),
    ),
    "a dispatch is open after the end": (
        "nothing left open",
        lambda record: replace(record, dispatches=[replace(record.dispatches[0], open=True)]),
    ),
    "a point waits for no time": (
        "no date missed",
        lambda record: _clock(record, "D5", next_point="red", next_at=None),
    ),
    "a warning is told twice": ("each point told once", _doubled_warning),
    "a due date is a day off": (
        "ledger gives the dates",
        lambda record: _clock(record, "D5", due_on=record.deadlines[0].due_on + timedelta(days=1)),
    ),
    "a warning was never told": (
        "ledger gives the dates",
        lambda record: replace(record, events=[e for e in record.events if e.kind != "deadline_red"]),
    ),
    "finality is dated wrongly": (
        "ledger gives the dates",
        lambda record: _petition(record, final_on=date(2026, 6, 1)),
    ),
    "finality rests on another ground": (
        "ledger gives the dates",
        lambda record: _petition(record, final_ground="no_successor"),
    ),
    "an answer that was served opened no window": (
        "service opens the window",
        lambda record: replace(record, deadlines=[c for c in record.deadlines if c.rule != "D7"]),
    ),
    "a window is of no opinion": (
        "service opens the window",
        lambda record: _clock(record, "D7", subject_id=None),
    ),
    "the accused is told": ("accused never told", _shielded_entry),
    "who is recused approves": ("recused named no more", _recused(approved_by="周正")),
    "an organ approves whose head is recused": ("recused named no more", _recused(approved_by="其他")),
    "a recusal is not on the ledger": (
        "recused named no more",
        lambda record: replace(record, recusals=_recused(approved_by="周正")(record).recusals),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", PLANTED)
def test_what_is_planted_is_found(lived: Record, what: str) -> None:
    invariant, plant = PLANTED[what]
    assert invariant in {found.invariant for found in violations(plant(lived))}


def test_every_judge_has_something_planted_for_it() -> None:
    assert {invariant for invariant, _ in PLANTED.values()} == set(CHECKS)
