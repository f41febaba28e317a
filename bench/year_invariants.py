"""What must hold of every petition at every moment, and whether it does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from bench.year_replay import Replay
from services.domain.deadline import Deadline, DeadlineState
from services.domain.dispatch import Dispatch, Objection, ObjectionState, Role
from services.domain.inbox import InboxEntry
from services.domain.ledger import Event, verify_chain
from services.domain.opinion import Notice, Opinion
from services.domain.petition import Petition, State
from services.domain.recusal import Recusal, RecusalState
from services.domain.review import Review, ReviewState
from services.domain.steps import STEPS, Act

T = TypeVar("T", bound=tuple[object, ...])
ACTS = {act.value: act for act in Act}
UNPLACED = {State.TRIAGE, State.DISPUTED}
IN_HAND = {State.DISPATCHED, State.OBJECTED, State.ACCEPTED, State.OPINION_ISSUED}
IN_REVIEW = {State.UNDER_REVIEW, State.REVIEW_ISSUED, State.UNDER_RE_REVIEW, State.RE_REVIEW_ISSUED}
UNDECIDED = (ReviewState.REQUESTED, ReviewState.ACCEPTED)
TOLD = {"deadline_yellow": "yellow", "deadline_red": "red", "deadline_missed": "overdue",
        "deadline_lapsed": "lapsed"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Record:
    """All that is stored of a petition; ``events`` in their order, ``until`` the last morning passed."""

    petition: Petition
    events: Sequence[Event]
    deadlines: Sequence[Deadline]
    dispatches: Sequence[Dispatch]
    objections: Sequence[Objection]
    opinions: Sequence[Opinion]
    reviews: Sequence[Review]
    recusals: Sequence[Recusal]
    notices: Sequence[Notice]
    shields: frozenset[UUID]
    entries: Sequence[InboxEntry]
    until: date


@dataclass(frozen=True, slots=True)
class Violation:
    number: str
    invariant: str
    text: str

    def __str__(self) -> str:
        return f"{self.number} {self.invariant}: {self.text}"


def violations(record: Record) -> list[Violation]:
    """Everything that does not hold; empty when all does."""
    return [
        Violation(record.petition.number, name, text)
        for name, check in CHECKS.items()
        for text in check(record)
    ]


def ledger_holds(record: Record) -> Iterator[str]:
    """The chain verifies, and the version is the number of its events."""
    petition = record.petition
    for broken in verify_chain(record.events, head_seq=petition.version, head_hash=petition.head):
        yield broken.text


def legal_edges(record: Record) -> Iterator[str]:
    """Every act came from a state that allows it, led where the table says, and to the state that is."""
    state = State.REGISTERED
    for event in record.events:
        act = ACTS.get(event.kind)
        if act is None or "state" not in event.data:
            continue
        step = STEPS.get((state, act))
        if step is None or step.to.value != event.data["state"]:
            yield f"{event.kind} from {state.value} to {event.data['state']}"
        state = State(str(event.data["state"]))
    if state is not record.petition.state:
        yield f"state {record.petition.state.value}, by the ledger {state.value}"


def one_holder(record: Record) -> Iterator[str]:
    """Exactly one organ has it in hand, or the desk, or nobody, as its state demands."""
    petition, state = record.petition, record.petition.state
    open_leads = [each for each in record.dispatches if each.open and each.role is Role.LEAD]
    if len(open_leads) > 1:
        yield f"{len(open_leads)} open lead dispatches"
    allowed: set[UUID | None] = {None}
    if state in UNPLACED:
        return  # see placed_by_who_may_know
    if state in IN_HAND:
        allowed = {each.organ_id for each in open_leads}
    elif state in IN_REVIEW:
        live = [each for each in record.reviews if each.state in (*UNDECIDED, ReviewState.DECIDED)]
        allowed = {each.organ_id for each in live[-1:]}
    elif not state.ended and state is not State.REGISTERED:  # served: who answered last, or nobody
        allowed |= {each.organ_id for each in record.opinions if each.served_on}
    if petition.holder_id not in allowed:
        yield f"{state.value}: held by {petition.holder_id}, not by any of {sorted(map(str, allowed))}"


def placed_by_who_may_know(record: Record) -> Iterator[str]:
    """Before it is in an organ's hands, whoever is to place it has it alone, and is not accused in it."""
    petition = record.petition
    if petition.state not in UNPLACED:
        return
    if petition.holder_id in record.shields:
        yield "who is to place it is shielded from it"
    if any(each.open and each.role is Role.LEAD for each in record.dispatches):
        yield f"{petition.state.value}, and yet in an organ's hands"
    raised = [e.data["organ_id"] for e in record.events if e.kind == Act.RAISE_DISPUTE.value]
    if petition.state is State.DISPUTED and raised[-1:] != [str(petition.holder_id)]:
        yield f"disputed: held by {petition.holder_id}, who does not decide it"


def nothing_left_open(record: Record) -> Iterator[str]:
    """On a petition that ended no clock runs, and no dispatch, objection or review waits for anyone."""
    if not record.petition.state.ended:
        return
    state = record.petition.state.value
    for clock in record.deadlines:
        if clock.state in (DeadlineState.RUNNING, DeadlineState.OVERDUE) or clock.next_at is not None:
            yield f"{state}: {clock.rule} of {clock.starts_on} is {clock.state.value}"
    for dispatch in record.dispatches:
        if dispatch.open:
            yield f"{state}: {dispatch.role.value} dispatch is {dispatch.state.value}"
    if any(objection.state is ObjectionState.OPEN for objection in record.objections):
        yield f"{state}: an objection is open"
    if any(review.state in UNDECIDED for review in record.reviews):
        yield f"{state}: a review is undecided"


def no_date_missed(record: Record) -> Iterator[str]:
    """Nothing that was due by the last morning still waits."""
    for clock in record.deadlines:
        if clock.next_point is not None and clock.next_at is None:
            yield f"{clock.rule} waits for {clock.next_point} at no time"


def each_point_told_once(record: Record) -> Iterator[str]:
    """A window that was opened again for good cause, after it had lapsed, may lapse again."""
    told = Counter((e.data["deadline_id"], e.data["point"], e.data["due_on"]) for e in _warnings(record))
    again = sum(event.kind in ("reopened", "review_reopened") for event in record.events)
    for (_, point, due_on), times in told.items():
        if times > (1 + again if point == "lapsed" else 1):
            yield f"{point} of {due_on} told {times} times"


def ledger_gives_the_dates(record: Record) -> Iterator[str]:
    """Clocks, warnings and the end are what counting again from the ledger alone makes them."""
    redo = {str(each.id): (each.issued_on, each.redo_by) for each in record.opinions}
    again = Replay(redo).run(record.events, until=record.until)
    yield from again.faults
    stored = Counter((c.rule, c.starts_on, c.due_on, c.state.value, c.met_on) for c in record.deadlines)
    counted = Counter((c.rule, c.starts_on, c.due_on, c.state, c.met_on) for c in again.clocks)
    yield from _differences("clocks", stored, counted)
    said = Counter((str(e.data["rule"]), TOLD[e.kind], str(e.data["due_on"])) for e in _warnings(record))
    due = Counter((c.rule, point, day.isoformat()) for c in again.clocks for point, day in c.told)
    yield from _differences("warnings", said, due)
    petition = record.petition
    end = (petition.final_ground, petition.final_on)
    wanted = (again.final.ground, again.final.on) if again.final else (None, None)
    if end != wanted or (petition.state is State.FINAL) != (again.final is not None):
        yield f"{petition.state.value} by {end}, by the ledger {wanted}"


def service_opens_the_window(record: Record) -> Iterator[str]:
    """Each served answer that is not the last one has exactly one window of its own; no other opinion any."""
    windows = Counter(clock.subject_id for clock in record.deadlines if clock.rule in ("D7", "D9"))
    opened = {
        str(event.data["opinion_id"])
        for event in record.events
        if event.kind == "served" and event.data["tier"] != "re_review"
    }
    for opinion in record.opinions:
        wanted = 1 if str(opinion.id) in opened else 0
        if windows.pop(opinion.id, 0) != wanted:
            yield f"{opinion.tier.value} opinion of {opinion.issued_on}: not {wanted} window"
    if windows:
        yield f"{len(windows)} windows without an opinion"


def accused_never_told(record: Record) -> Iterator[str]:
    """No organ that must not see it gets an entry, but that it was taken from it when that was found."""
    found = [event.at for event in record.events if event.kind in ("rescreened", "triage_decided")]
    since = max(found, default=record.petition.registered_at)
    for entry in record.entries:
        if entry.organ_id in record.shields and (not found or entry.at > since):
            yield f"{entry.type.value} to an organ that is shielded from it"


def recused_named_no_more(record: Record) -> Iterator[str]:
    """No act after a recusal names who is recused; what a recused head would approve, a superior did."""
    granted = {str(e.data["recusal_id"]): e.seq for e in record.events if e.kind == Act.RECUSE.value}
    standing = {str(each.id): each for each in record.recusals if each.state is RecusalState.GRANTED}
    if granted.keys() != standing.keys():
        yield f"{len(granted)} recusals by the ledger, {len(standing)} stored"
    for seq, line, approved_by_head in _named(record):
        for recusal in (each for id, each in standing.items() if granted.get(id, seq) < seq):
            if recusal.officer in line:
                yield f"event {seq} names somebody who is recused"
            # officers of the simulated city bear the code of their organ in their names
            if approved_by_head and recusal.is_head and recusal.officer[2:] in line:
                yield f"event {seq} was approved by an organ whose head is recused"


def _named(record: Record) -> Iterator[tuple[int, str, bool]]:
    """Every act in whose record a person stands: its event, the line, and whether a head approves there."""
    opinions = {str(each.id): each.confirmed_by for each in record.opinions}
    reviews = {str(each.id): each.late_approved_by for each in record.reviews}
    extensions = iter(sorted((n for n in record.notices if n.kind == "extension"), key=lambda n: n.id))
    for event in record.events:
        line: str | None = None
        if event.kind == Act.ISSUE_OPINION.value:
            line = opinions.get(str(event.data["opinion_id"]))
        elif event.kind == Act.REQUEST_REVIEW.value:
            line = reviews.get(str(event.data["review_id"]))
        elif event.kind in (Act.EXTEND.value, Act.EXTEND_REVIEW.value):
            line = next(extensions).text
        if line:
            yield event.seq, line, event.kind == Act.EXTEND.value


def _warnings(record: Record) -> list[Event]:
    return [event for event in record.events if event.kind in TOLD]


def _differences(what: str, stored: Counter[T], wanted: Counter[T]) -> Iterator[str]:
    for extra in (stored - wanted).elements():
        yield f"{what}: {' '.join(map(str, extra))} is not by the ledger"
    for missing in (wanted - stored).elements():
        yield f"{what}: {' '.join(map(str, missing))} is missing"


CHECKS: dict[str, Callable[[Record], Iterator[str]]] = {
    "ledger holds": ledger_holds,
    "legal edges only": legal_edges,
    "one holder": one_holder,
    "placed by who may know": placed_by_who_may_know,
    "nothing left open": nothing_left_open,
    "no date missed": no_date_missed,
    "each point told once": each_point_told_once,
    "ledger gives the dates": ledger_gives_the_dates,
    "service opens the window": service_opens_the_window,
    "accused never told": accused_never_told,
    "recused named no more": recused_named_no_more,
}
