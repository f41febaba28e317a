"""The ledger: what happened to a petition, each event sealed over the one before it.

The seal is SHA-256 over one JSON array of fixed order, so that anyone can recompute it with any tool;
JSON quotes and escapes, hence no character can move from one field into the next unnoticed. A chain shows
every edit, deletion, insertion and swap against the head kept beside it. Who can rewrite the whole chain
and the head as well is caught by heads that were carried away before, not here.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Literal
from uuid import UUID

GENESIS = ""
"""The head of a ledger without events: what the first event has for ``prev_hash``."""

FORM = "petition-event/1"
_LARGEST_EXACT_FLOAT = 2**53


@dataclass(frozen=True, slots=True)
class Draft:
    """An event that waits for its place on the ledger; ``actor`` is an id, never a name."""

    id: UUID
    at: datetime
    kind: str
    actor: str
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. ``seq`` counts from 1 within the petition; ``data`` is plain JSON."""

    id: UUID
    petition_id: UUID
    seq: int
    at: datetime
    kind: str
    actor: str
    data: Mapping[str, object]
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Break:
    """A place where a ledger is not what it was; ``text`` says in words what does not fit."""

    seq: int
    kind: Literal["edited", "missing", "inserted", "swapped", "head"]
    text: str


def plain(value: object) -> object:
    """A value as JSON gives it back from any store: lists, text, numbers of one spelling.

    Moments become UTC with microseconds and ``Z``, whole floats become integers. Raises TypeError for what
    JSON has no word for, ValueError for naive moments and for numbers that a store may change.
    """
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None:
        return value
    if isinstance(value, Mapping):
        return {(key if type(key) is str else _key(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return _plain_scalar(value)


def canonical(value: object) -> bytes:
    """The one spelling of a value as JSON: keys sorted, no blanks, UTF-8."""
    return _encode(plain(value)).encode()


def event_hash(
    prev_hash: str, petition_id: UUID, *,
    id: UUID, seq: int, at: datetime, kind: str, actor: str, data: Mapping[str, object],
) -> str:  # fmt: skip
    """The seal of an event over its predecessor's, 64 hex digits."""
    return _hash((prev_hash, petition_id), (id, seq, at, kind, actor, plain(data)))


def _hash(after: tuple[str, UUID], what: tuple[UUID, int, datetime, str, str, object]) -> str:
    """See :func:`event_hash`; the data are plain already."""
    (prev_hash, petition_id), (id, seq, at, kind, actor, data) = after, what
    fields = [FORM, prev_hash, str(petition_id), str(id), seq, moment(at), kind, actor, data]
    return hashlib.sha256(_encode(fields).encode()).hexdigest()


def moment(at: datetime) -> str:
    """An aware instant in the ledger's spelling, ``2026-11-20T01:30:00.000000Z``."""
    if at.tzinfo is not UTC:
        if at.utcoffset() is None:
            raise ValueError("a moment on the ledger needs a time zone")
        at = at.astimezone(UTC)
    return at.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def chain(petition_id: UUID, prev_hash: str, prev_seq: int, drafts: Iterable[Draft]) -> list[Event]:
    """The drafts as events behind the head (``prev_hash``, ``prev_seq``; GENESIS and 0 at the start)."""
    events: list[Event] = []
    for seq, draft in enumerate(drafts, start=prev_seq + 1):
        data = {_key(key): plain(item) for key, item in draft.data.items()}
        sealed = _hash((prev_hash, petition_id), (draft.id, seq, draft.at, draft.kind, draft.actor, data))
        event = Event(
            id=draft.id, petition_id=petition_id, seq=seq, at=draft.at, kind=draft.kind, actor=draft.actor,
            data=data, prev_hash=prev_hash, hash=sealed,
        )  # fmt: skip
        events.append(event)
        prev_hash = sealed
    return events


def seal(event: Event) -> str:
    """What the event's own hash must be, given all its other fields."""
    return event_hash(
        event.prev_hash, event.petition_id, id=event.id, seq=event.seq, at=event.at, kind=event.kind,
        actor=event.actor, data=event.data,
    )  # fmt: skip


def verify_chain(
    events: Iterable[Event], *, head_seq: int, head_hash: str, archived: Event | None = None
) -> list[Break]:
    """Every place where one petition's ledger, read in the order of ``seq``, does not hold; none if it holds.

    ``head_seq`` and ``head_hash`` are kept with the petition (0 and GENESIS before its first event).
    ``archived`` is the last event of the part that lies in an archive: the ledger here goes on from it.
    """
    stored = list(events)
    known = {GENESIS, *(event.hash for event in stored)}
    breaks: list[Break] = []
    last = archived
    for event in stored:
        breaks.extend(_breaks_before(event, last))
        if (found := _own_break(event, last, known)) is not None:
            breaks.append(found)
        last = event
    breaks.extend(_breaks_at_head(last, head_seq, head_hash))
    return breaks


def _breaks_before(event: Event, last: Event | None) -> list[Break]:
    """What the running numbers tell: a gap, a repetition, an event of another petition."""
    expected = last.seq + 1 if last else 1
    if last and event.petition_id != last.petition_id:
        return [Break(event.seq, "inserted", f"第{event.seq}条记录属于另一信访件。")]
    if event.seq > expected:
        span = f"第{expected}条" if event.seq == expected + 1 else f"第{expected}至{event.seq - 1}条"
        return [Break(expected, "missing", f"{span}记录缺失。")]
    if last and event.seq == last.seq:
        return [Break(event.seq, "inserted", f"第{event.seq}条记录出现两次，其中一条是插入的。")]
    if event.seq < expected:
        return [Break(event.seq, "swapped", f"第{event.seq}条记录不在应有的位置。")]
    return []


def _own_break(event: Event, last: Event | None, known: set[str]) -> Break | None:
    """What the seals tell: the event's own, and whether it stands on the one before it."""
    linked = event.prev_hash == (last.hash if last else GENESIS)
    if not _sealed_whole(event):
        if not linked and event.prev_hash in known:
            return Break(event.seq, "swapped", f"第{event.seq}条记录被移动：它应接在另一条记录之后。")
        return Break(event.seq, "edited", f"第{event.seq}条记录的内容与其散列值不符，已被改动。")
    if linked or (last and event.seq != last.seq + 1) or (not last and event.seq != 1):
        return None  # whole, or already told by its number
    before = event.seq - 1
    return Break(event.seq, "edited", f"第{event.seq}条与第{before}条记录衔接不上，其中一条已被改动。")


def _sealed_whole(event: Event) -> bool:
    try:
        return seal(event) == event.hash
    except (TypeError, ValueError):  # content that could never have been sealed
        return False


def _breaks_at_head(last: Event | None, head_seq: int, head_hash: str) -> list[Break]:
    seq, sealed = (last.seq, last.hash) if last else (0, GENESIS)
    if seq < head_seq:
        span = f"第{head_seq}条" if head_seq == seq + 1 else f"第{seq + 1}至{head_seq}条"
        return [Break(seq + 1, "missing", f"末尾{span}记录缺失。")]
    if seq > head_seq:
        return [Break(head_seq + 1, "inserted", f"第{head_seq}条之后的记录不属于该信访件的台账。")]
    if sealed != head_hash:
        return [Break(seq, "head", f"第{seq}条记录的散列值与信访件所存的台账末端不符。")]
    return []


def _plain_scalar(value: object) -> object:
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Enum):
        return plain(value.value)
    raise TypeError(f"no place on the ledger for a {type(value).__name__}")


def _number(value: float) -> int | float:
    """A float that PostgreSQL's and SQLite's JSON give back as they got it: 1.0 is 1, 0.93 is 0.93."""
    if not math.isfinite(value) or abs(value) >= _LARGEST_EXACT_FLOAT:
        raise ValueError(f"{value} is not exact in every store: write it as text")
    return int(value) if value.is_integer() else value


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a key on the ledger is text, not a {type(key).__name__}")
    return str(key.value) if isinstance(key, Enum) else key


_encode: Callable[[object], str] = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode
