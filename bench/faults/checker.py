"""Does the end fit what callers were told? Pure functions over a history and a read of the database."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bench.faults.history import History


@dataclass(frozen=True, slots=True)
class Petition:
    id: str
    client: str
    reference: str | None
    state: str
    holder: str | None
    version: int
    head: str


@dataclass(frozen=True, slots=True)
class Lead:
    petition: str
    organ: str
    open: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One of a feed. ``seq`` is its number within the organ."""

    organ: str
    seq: int
    petition: str
    type: str


@dataclass(frozen=True, slots=True)
class Step:
    """An event of the ledger; ``supplement`` is the one that it tells of."""

    petition: str
    seq: int
    kind: str
    prev: str
    hash: str
    supplement: str = ""


@dataclass(slots=True)
class End:
    """What is there when all is quiet. ``keys``: the petition of each key; ``jobs`` wait for work,
    by petition; ``last`` is the number that each feed says it has come to; ``supplements``: of each, its
    petition.
    """

    petitions: dict[str, Petition] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    leads: list[Lead] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    last: dict[str, int] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    jobs: dict[str, str] = field(default_factory=dict)
    supplements: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    kind: str
    what: str


Check = Callable[[History, End], Iterator[Finding]]
LOST, DOUBLED, SKIPPED, LEDGER = "lost", "doubled", "skipped", "ledger"


def lost(history: History, end: End) -> Iterator[Finding]:
    """26: what was answered 2xx is there."""
    for event in history.of("create", "ok"):
        if event.told["id"] not in end.petitions:
            yield Finding(LOST, f"petition {event.told['id']} of key {event.key}")
        if end.keys.get(event.key) != event.told["id"]:
            yield Finding(LOST, f"key {event.key}")


def doubled(history: History, end: End) -> Iterator[Finding]:
    """27: a key and a reference have one petition, whatever was sent again."""
    answered: dict[str, set[str]] = defaultdict(set)
    for event in history.of("create", "ok"):
        answered[event.key].add(event.told["id"])
    for key, ids in answered.items():
        if len(ids) > 1:
            yield Finding(DOUBLED, f"key {key}: {sorted(ids)}")
    references = Counter((each.client, each.reference) for each in end.petitions.values() if each.reference)
    for reference, count in references.items():
        if count > 1:
            yield Finding(DOUBLED, f"reference {reference}: {count}")
    for petition, count in Counter(end.keys.values()).items():
        if count > 1:
            yield Finding(DOUBLED, f"petition {petition} has {count} keys")


def without_key(history: History, end: End) -> Iterator[Finding]:
    """3, 27: no petition that no key tells of; these callers send one with each."""
    asked = {event.key for event in history.of("create", "invoke")}
    told = {petition for key, petition in end.keys.items() if key in asked}
    for petition in end.petitions.keys() - told:
        yield Finding(DOUBLED, f"petition {petition} belongs to no key that was sent")


def one_lead(_history: History, end: End) -> Iterator[Finding]:
    """28: one lead at a time; whoever has none is on a desk."""
    open_leads = Counter(lead.petition for lead in end.leads if lead.open)
    for petition, count in open_leads.items():
        if count > 1:
            yield Finding(DOUBLED, f"petition {petition} has {count} leads")
    for each in end.petitions.values():
        waits = each.state == "registered" and each.id in end.jobs
        if not (open_leads[each.id] or each.holder or waits):
            yield Finding(LOST, f"petition {each.id} is in nobody's hands")


def work_done(_history: History, end: End) -> Iterator[Finding]:
    """1, 31: nothing waits when all is quiet."""
    for petition, state in end.jobs.items():
        yield Finding(LOST, f"job of {petition} is {state}")
    for each in end.petitions.values():
        if each.state == "registered" and each.id not in end.jobs:
            yield Finding(LOST, f"petition {each.id} is not routed, and no job waits for it")


def feeds_whole(_history: History, end: End) -> Iterator[Finding]:
    """29: each feed is numbered 1, 2, 3 … to what its head says; nothing is told twice."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for entry in end.entries:
        numbers[entry.organ].append(entry.seq)
    for organ in numbers.keys() | end.last.keys():
        if sorted(numbers[organ]) != list(range(1, end.last.get(organ, 0) + 1)):
            yield Finding(SKIPPED, f"feed of {organ} has a gap")
    dispatched = [entry for entry in end.entries if entry.type == "dispatch.created"]
    for told, count in Counter((each.organ, each.petition) for each in dispatched).items():
        if count > 1:
            yield Finding(DOUBLED, f"feed of {told[0]} tells {told[1]} {count} times")


def pollers_saw_all(history: History, end: End) -> Iterator[Finding]:
    """29: what a poller was given, page after page, is the feed: no gap, no swap, nothing again."""
    seen: dict[str, list[int]] = defaultdict(list)
    for event in history.of("poll", "ok"):
        seen[event.key] += event.told["seqs"]
    for organ, seqs in seen.items():
        if seqs != list(range(1, end.last.get(organ, 0) + 1)):
            yield Finding(SKIPPED, f"poller of {organ} saw {_odd(seqs)}")


def _odd(seqs: list[int]) -> str:
    wrong = [f"{seq} at place {place}" for place, seq in enumerate(seqs, 1) if seq != place]
    return ", ".join(wrong[:5]) or f"1–{len(seqs)} only"


def ledger_whole(_history: History, end: End) -> Iterator[Finding]:
    """30: versions go up by one, each event is sealed over the one before, the head is the last."""
    chains: dict[str, list[Step]] = defaultdict(list)
    for step in sorted(end.steps, key=lambda each: each.seq):
        chains[step.petition].append(step)
    for each in end.petitions.values():
        chain = chains[each.id]
        if [step.seq for step in chain] != list(range(1, each.version + 1)):
            yield Finding(LEDGER, f"petition {each.id}: version {each.version} does not fit its events")
        if [step.prev for step in chain] != ["", *(step.hash for step in chain[:-1])]:
            yield Finding(LEDGER, f"petition {each.id}: the chain is broken")
        if chain and chain[-1].hash != each.head:
            yield Finding(LEDGER, f"petition {each.id}: the head is another")


def edits_kept(history: History, end: End) -> Iterator[Finding]:
    """30: an edit that was answered 2xx is there, once, right upon the version that it named."""
    there: dict[str, list[Step]] = defaultdict(list)
    for step in end.steps:
        if step.supplement:
            there[step.supplement].append(step)
    upon: dict[tuple[str, int], set[str]] = defaultdict(set)
    for event in history.of("edit", "ok"):
        petition, version, one = event.told["petition"], event.told["version"], event.told["id"]
        upon[petition, version].add(event.key)
        if end.supplements.get(one) != petition or not there[one]:
            yield Finding(LOST, f"edit {event.key} of petition {petition}")
        elif [step.seq for step in there[one]] != [version + 1]:
            yield Finding(
                LEDGER, f"edit {event.key} upon version {version} of {petition} is not the next one"
            )
    for (petition, version), keys in upon.items():
        if len(keys) > 1:
            yield Finding(LOST, f"edits {sorted(keys)} were all taken upon version {version} of {petition}")


def edits_refused(history: History, end: End) -> Iterator[Finding]:
    """27, 30: what was refused as stale is not there, and nothing is there twice that was sent again."""
    answered = {event.told["id"] for event in history.of("edit", "ok")}
    told = {kind: sum(1 for _ in history.of("edit", kind)) for kind in ("invoke", "ok", "fail")}
    unasked = end.supplements.keys() - answered
    if len(unasked) > told["invoke"] - told["ok"] - told["fail"]:
        yield Finding(DOUBLED, f"supplements {sorted(unasked)[:3]}: nobody was told that they were taken")


def accepted_once(history: History, end: End) -> Iterator[Finding]:
    """30: an acceptance that was answered 2xx is there, once, upon the version that it named."""
    there: dict[str, list[int]] = defaultdict(list)
    for step in end.steps:
        if step.kind == "accepted":
            there[step.petition].append(step.seq)
    for event in history.of("accept", "ok"):
        petition, version = event.told["petition"], event.told["version"]
        if not there[petition]:
            yield Finding(LOST, f"acceptance of petition {petition}")
        elif there[petition] != [version + 1]:
            kind = DOUBLED if len(there[petition]) > 1 else LEDGER
            yield Finding(kind, f"petition {petition}, upon {version}, was accepted as {there[petition]}")


def reads_recorded(history: History, end: End) -> Iterator[Finding]:
    """58: a name was read in the clear: the ledger says so, as often."""
    recorded = Counter(step.petition for step in end.steps if step.kind == "unmasked")
    for petition, count in Counter(event.key for event in history.of("unmask", "ok")).items():
        if recorded[petition] < count:
            yield Finding(LEDGER, f"petition {petition}: read {count} times, recorded {recorded[petition]}")


CHECKS: tuple[Check, ...] = (
    *(lost, doubled, without_key, one_lead, work_done),
    *(feeds_whole, pollers_saw_all, ledger_whole, reads_recorded),
    *(edits_kept, edits_refused, accepted_once),
)


def check(history: History, end: End) -> list[Finding]:
    return [finding for each in CHECKS for finding in each(history, end)]
