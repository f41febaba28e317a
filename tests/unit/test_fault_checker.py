"""The checker of the fault runs, checked: each planted bug is found; in a sound end, nothing is."""

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
    acted_upon(history, end, "p4")
    end.last["organ"] = COUNT
    history.add("poll", "organ", "ok", seqs=[1, 2])
    history.add("poll", "organ", "ok", seqs=[3, 4])
    return history, end


def acted_upon(history: History, end: End, petition: str) -> None:
    """Two add to it upon version 2, of whom one is too late; then it is accepted, and its names are read."""
    told = {"petition": petition, "version": 2, "id": "s1"}
    for key in ("e1", "e2", "e2"):
        history.add("edit", key, "invoke")
    history.add("edit", "e1", "ok", **told)
    history.add("edit", "e2", "fail", petition=petition, version=2)
    history.add("edit", "e2", "ok", **told | {"version": 3, "id": "s2"})
    history.add("accept", "d4", "invoke")
    history.add("accept", "d4", "ok", **told | {"version": 4, "id": "d4"})
    history.add("unmask", petition, "ok")
    kinds = (("supplemented", "s1"), ("supplemented", "s2"), ("accepted", ""), ("unmasked", ""))
    for seq, (kind, supplement) in enumerate(kinds, 3):
        end.steps.append(Step(petition, seq, kind, f"{petition}-{seq - 1}", f"{petition}-{seq}", supplement))
    end.supplements |= {"s1": petition, "s2": petition}
    end.petitions[petition] = replace(end.petitions[petition], version=6, head=f"{petition}-6")


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


def write_an_edit_over(_history: History, end: End) -> None:
    """The ledger tells of both, and what the first one added is gone."""
    del end.supplements["s1"]


def take_two_edits_upon_one_version(history: History, _end: End) -> None:
    """Nobody looked at the If-Match of the second."""
    events = [event for event in history.events if event.key == "e2" and event.kind == "ok"]
    events[0].told["version"] = 2


def write_a_refused_edit(_history: History, end: End) -> None:
    end.supplements["s3"] = "p4"


def write_an_edit_twice(_history: History, end: End) -> None:
    """Sent again after half an answer, it was done again; the caller was told of the second."""
    end.supplements["s1 again"] = "p4"
    end.steps.append(Step("p4", 7, "supplemented", "p4-6", "p4-7", "s1 again"))
    end.petitions["p4"] = replace(end.petitions["p4"], version=7, head="p4-7")


def lose_an_acceptance(_history: History, end: End) -> None:
    end.steps = [replace(step, kind="received") if step.kind == "accepted" else step for step in end.steps]


def accept_twice(_history: History, end: End) -> None:
    end.steps.append(Step("p4", 7, "accepted", "p4-6", "p4-7"))
    end.petitions["p4"] = replace(end.petitions["p4"], version=7, head="p4-7")


PLANTED: dict[Callable[[History, End], None], str] = {
    drop_an_outbox_row: "no job waits",
    assign_twice: "has 2 leads",
    skip_the_cursor: "poller of organ saw 4 at place 3",
    reorder: "poller of organ saw 4 at place 3, 3 at place 4",
    replay: "key k1: ['p1', 'p9']",
    lose_an_update: "version 2 does not fit",
    read_unrecorded: "read 1 times, recorded 0",
    break_the_chain: "the chain is broken",
    write_an_edit_over: "edit e1 of petition p4",
    take_two_edits_upon_one_version: "edits ['e1', 'e2'] were all taken upon version 2",
    write_a_refused_edit: "['s3']: nobody was told",
    write_an_edit_twice: "['s1 again']: nobody was told",
    lose_an_acceptance: "acceptance of petition p4",
    accept_twice: "was accepted as [5, 7]",
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
