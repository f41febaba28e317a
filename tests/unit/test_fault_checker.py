"""The checker of the fault runs, checked: eight planted bugs, each found; a sound end, nothing found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bench.faults.checker import End, Entry, Lead, Petition, Step, check
from bench.faults.history import History

COUNT = 4


def sound() -> tuple[History, End]:
    history, end = History(), End()
    for number in range(1, COUNT + 1):
        petition, key = f"p{number}", f"k{number}"
        history.add("create", key, "invoke")
        history.add("create", key, "info", status=503)
        history.add("create", key, "ok", id=petition, status=201)
        end.keys[key] = petition
        end.petitions[petition] = Petition(
            petition, "portal", f"r{number}", "routed", None, 2, f"{petition}-2"
        )
        end.leads.append(Lead(petition, "organ", True))
        end.entries.append(Entry("organ", number, petition, "dispatch.created"))
        end.steps.append(Step(petition, 1, "registered", "", f"{petition}-1"))
        end.steps.append(Step(petition, 2, "routed", f"{petition}-1", f"{petition}-2"))
    end.last["organ"] = COUNT
    history.add("poll", "organ", "ok", seqs=[1, 2])
    history.add("poll", "organ", "ok", seqs=[3, 4])
    return history, end


def drop_an_outbox_row(_history: History, end: End) -> None:
    end.petitions["p1"] = replace(end.petitions["p1"], state="registered", holder="desk")
    end.leads = [lead for lead in end.leads if lead.petition != "p1"]


def assign_twice(_history: History, end: End) -> None:
    end.leads.append(Lead("p1", "another", True))


def skip_the_cursor(history: History, _end: End) -> None:
    history.events[-1].told["seqs"] = [4]


def reorder(history: History, _end: End) -> None:
    history.events[-1].told["seqs"] = [4, 3]


def replay(history: History, end: End) -> None:
    """A request sent again made a second petition."""
    history.add("create", "k1", "ok", id="p9", status=201)
    end.petitions["p9"] = replace(end.petitions["p1"], id="p9")
    end.leads.append(Lead("p9", "organ", True))


def lose_an_update(_history: History, end: End) -> None:
    """Two wrote the same version; the later one's event is what stayed."""
    end.steps.append(Step("p1", 2, "supplemented", "p1-1", "p1-2b"))
    end.petitions["p1"] = replace(end.petitions["p1"], head="p1-2b")


def read_unrecorded(history: History, _end: End) -> None:
    history.add("unmask", "p1", "ok")


def break_the_chain(_history: History, end: End) -> None:
    end.steps = [replace(step, prev="x") if step.hash == "p1-2" else step for step in end.steps]


PLANTED: dict[Callable[[History, End], None], str] = {
    drop_an_outbox_row: "no job waits",
    assign_twice: "has 2 leads",
    skip_the_cursor: "poller of organ saw 4 at place 3",
    reorder: "poller of organ saw 4 at place 3, 3 at place 4",
    replay: "key k1: ['p1', 'p9']",
    lose_an_update: "version 2 does not fit",
    read_unrecorded: "read 1 times, recorded 0",
    break_the_chain: "the chain is broken",
}


def test_a_sound_end_has_no_findings() -> None:
    assert check(*sound()) == []


@pytest.mark.parametrize("plant", PLANTED, ids=lambda each: each.__name__)
def test_a_planted_bug_is_caught(plant: Callable[[History, End], None]) -> None:
    history, end = sound()
    plant(history, end)
    assert [found for found in check(history, end) if PLANTED[plant] in found.what]


def test_what_was_acknowledged_and_is_not_there_is_lost() -> None:
    history, end = sound()
    del end.petitions["p1"]
    assert "lost" in {found.kind for found in check(history, end)}


def test_a_feed_with_a_hole_is_skipped_even_if_nobody_polled() -> None:
    history, end = sound()
    del end.entries[1]
    assert [found.what for found in check(history, end)] == ["feed of organ has a gap"]


def test_a_history_is_the_same_when_read_back(tmp_path: Path) -> None:
    history, _ = sound()
    history.write(tmp_path / "history.jsonl")
    assert History.read(tmp_path / "history.jsonl") == history
