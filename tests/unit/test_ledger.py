"""A ledger tells every way in which it was tampered with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.ledger import (
    GENESIS,
    Draft,
    Event,
    canonical,
    chain,
    moment,
    plain,
    seal,
    verify_chain,
)

PETITION = UUID(int=7)
START = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
EVENTS = chain(
    PETITION, GENESIS, 0,
    [
        Draft(UUID(int=100 + n), START + timedelta(hours=n), "accepted", "client:1", {"n": n, "为": "受理"})
        for n in range(6)
    ],
)  # fmt: skip
HEAD = EVENTS[-1]


def kinds(
    events: list[Event], *, head_seq: int = HEAD.seq, head_hash: str = HEAD.hash
) -> list[tuple[int, str]]:
    return [(b.seq, b.kind) for b in verify_chain(events, head_seq=head_seq, head_hash=head_hash)]


def resealed(event: Event, **changes: Any) -> Event:
    changed = replace(event, **changes)
    return replace(changed, hash=seal(changed))


def test_a_whole_ledger_holds() -> None:
    assert kinds(EVENTS) == []
    assert [event.seq for event in EVENTS] == [1, 2, 3, 4, 5, 6]
    assert verify_chain([], head_seq=0, head_hash=GENESIS) == []


def test_a_ledger_goes_on_from_its_head() -> None:
    first = chain(
        PETITION, GENESIS, 0, [Draft(UUID(int=100), START, "accepted", "client:1", {"n": 0, "为": "受理"})]
    )
    assert first == EVENTS[:1]
    more = chain(PETITION, HEAD.hash, HEAD.seq, [Draft(UUID(int=9), START, "served", "client:1", {})])
    assert kinds([*EVENTS, *more], head_seq=7, head_hash=more[-1].hash) == []


@pytest.mark.parametrize("place", range(6))
@pytest.mark.parametrize(
    "change",
    [
        {"data": {"n": 99, "为": "受理"}},
        {"data": {"n": 1e300}},
        {"actor": "client:2"},
        {"kind": "declined"},
        {"at": START - timedelta(days=1)},
        {"id": UUID(int=1)},
    ],
)
def test_an_edit_is_found(place: int, change: dict[str, Any]) -> None:
    events = list(EVENTS)
    events[place] = replace(events[place], **change)
    assert kinds(events) == [(place + 1, "edited")]


@pytest.mark.parametrize("place", range(5))
def test_an_edit_sealed_anew_is_found_by_the_next_event(place: int) -> None:
    events = list(EVENTS)
    events[place] = resealed(events[place], data={"n": 99})
    assert kinds(events) == [(place + 2, "edited")]


def test_the_last_event_sealed_anew_is_found_by_the_head() -> None:
    assert kinds([*EVENTS[:-1], resealed(HEAD, data={"n": 99})]) == [(6, "head")]


@pytest.mark.parametrize(
    ("gone", "first"), [({0}, 1), ({2}, 3), ({2, 3}, 3), ({5}, 6), ({4, 5}, 5), (set(range(6)), 1)]
)
def test_a_deletion_is_found(gone: set[int], first: int) -> None:
    assert kinds([event for place, event in enumerate(EVENTS) if place not in gone]) == [(first, "missing")]


def test_a_deletion_with_later_numbers_moved_up_is_found() -> None:
    events = [*EVENTS[:2], *(replace(event, seq=event.seq - 1) for event in EVENTS[3:])]
    assert kinds(events) == [(3, "edited"), (4, "edited"), (5, "edited"), (6, "missing")]


def test_an_insertion_is_found() -> None:
    extra = resealed(replace(EVENTS[2], prev_hash=EVENTS[2].hash), id=UUID(int=1))
    assert (3, "inserted") in kinds([*EVENTS[:3], extra, *EVENTS[3:]])


def test_an_event_behind_the_head_is_found() -> None:
    extra = resealed(HEAD, seq=7, prev_hash=HEAD.hash)
    assert kinds([*EVENTS, extra]) == [(7, "inserted")]


def test_an_event_of_another_petition_is_found() -> None:
    other = chain(UUID(int=8), EVENTS[2].hash, 3, [Draft(UUID(int=1), START, "accepted", "client:1", {})])
    assert (4, "inserted") in kinds([*EVENTS[:3], *other, *EVENTS[4:]])


@pytest.mark.parametrize("left", range(6))
@pytest.mark.parametrize("right", range(6))
def test_a_swap_of_numbers_is_found(left: int, right: int) -> None:
    if left >= right:
        return
    events = list(EVENTS)
    events[left] = replace(EVENTS[right], seq=left + 1)
    events[right] = replace(EVENTS[left], seq=right + 1)
    found = kinds(events)
    assert (left + 1, "swapped") in found
    assert (right + 1, "swapped") in found


def test_a_swap_of_contents_is_found() -> None:
    events = list(EVENTS)
    events[1] = replace(EVENTS[1], data=EVENTS[3].data)
    events[3] = replace(EVENTS[3], data=EVENTS[1].data)
    assert kinds(events) == [(2, "edited"), (4, "edited")]


def test_a_wrong_order_is_found() -> None:
    assert "swapped" in {kind for _, kind in kinds([EVENTS[0], EVENTS[2], EVENTS[1], *EVENTS[3:]])}


def test_a_ledger_sealed_wholly_anew_is_found_by_the_head() -> None:
    forged = chain(PETITION, GENESIS, 0, [Draft(e.id, e.at, e.kind, "client:9", e.data) for e in EVENTS])
    assert kinds(forged) == [(6, "head")]


def test_breaks_say_in_words_what_does_not_fit() -> None:
    gap = verify_chain([EVENTS[0], *EVENTS[3:]], head_seq=6, head_hash=HEAD.hash)
    assert [found.text for found in gap] == ["第2至3条记录缺失。"]


def test_anyone_can_recompute_a_seal() -> None:
    event = EVENTS[1]
    fields = [
        "petition-event/1", event.prev_hash, str(event.petition_id), str(event.id), 2,
        "2026-11-20T02:30:00.000000Z", "accepted", "client:1", {"n": 1, "为": "受理"},
    ]  # fmt: skip
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == event.hash


def test_no_character_moves_between_fields_unnoticed() -> None:
    event = EVENTS[0]
    shifted = replace(event, kind=event.kind + "c", actor=event.actor[1:])
    quoted = replace(event, kind='accepted","client:1', actor="")
    assert len({seal(event), seal(shifted), seal(quoted)}) == 3


class Colour(StrEnum):
    RED = "red"


def test_what_json_has_no_word_for_becomes_text() -> None:
    beijing = timezone(timedelta(hours=8))
    value = {
        "on": date(2026, 11, 20), "at": datetime(2026, 11, 20, 9, 30, tzinfo=beijing), "by": UUID(int=1),
        "kind": Colour.RED, Colour.RED: 1, "list": (1, 2.0, 0.93, None, True),
    }  # fmt: skip
    assert plain(value) == {
        "on": "2026-11-20", "at": "2026-11-20T01:30:00.000000Z", "by": str(UUID(int=1)),
        "kind": "red", "red": 1, "list": [1, 2, 0.93, None, True],
    }  # fmt: skip


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e16, datetime(2026, 1, 1)])  # noqa: DTZ001 - naive
def test_ambiguous_values_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"exact|time zone"):
        canonical({"value": value})


@pytest.mark.parametrize("value", [{"a": b"x"}, {"a": {1}}, {1: "a"}, {None: "a"}])
def test_what_is_no_json_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="on the ledger"):
        canonical(value)


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        moment(START.replace(tzinfo=None))


SCALARS: st.SearchStrategy[object] = (
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20)
    | st.floats(-1e15, 1e15, allow_nan=False)
)  # fmt: skip
TREES = st.dictionaries(
    st.text(max_size=8),
    st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    ),
    max_size=5,
)


@given(TREES, st.booleans())
def test_a_seal_survives_every_store(data: dict[str, object], turned: bool) -> None:
    [event] = chain(PETITION, GENESIS, 0, [Draft(UUID(int=1), START, "accepted", "client:1", data)])
    stored = json.loads(json.dumps(event.data))
    if turned:
        stored = dict(reversed(stored.items()))
    moved = event.at.astimezone(timezone(timedelta(hours=8)))
    assert verify_chain([replace(event, data=stored, at=moved)], head_seq=1, head_hash=event.hash) == []


@given(TREES)
def test_canonical_form_is_a_fixed_point(data: dict[str, object]) -> None:
    once = canonical(data)
    assert canonical(json.loads(once)) == once


@given(st.data())
def test_any_two_random_tamperings_are_found(data: st.DataObject) -> None:
    events = list(EVENTS)
    for _ in range(data.draw(st.integers(1, 2))):
        tamper = data.draw(st.sampled_from(TAMPERINGS))
        events = tamper(events, data.draw(st.integers(0, max(0, len(events) - 1))))
    assert events == EVENTS or kinds(events)


def _drop(events: list[Event], place: int) -> list[Event]:
    return events[:place] + events[place + 1 :]


def _repeat(events: list[Event], place: int) -> list[Event]:
    return events[: place + 1] + events[place:]


def _turn(events: list[Event], place: int) -> list[Event]:
    return events[place:] + events[:place]


def _rename(events: list[Event], place: int) -> list[Event]:
    return [replace(event, actor="client:9") if n == place else event for n, event in enumerate(events)]


TAMPERINGS: list[Callable[[list[Event], int], list[Event]]] = [_drop, _repeat, _turn, _rename]
