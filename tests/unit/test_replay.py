"""The replay's own arithmetic: what it reads, and what it calls lost or doubled."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bench.feeds import Walk
from bench.figures import percentile_ms
from bench.intake import moments
from bench.material import HOTLINE, MESSAGES, NoData, read_rows
from bench.replay import Accounts


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    orders = "".join(f"{n},2026010100{n},路灯第{n}次不亮\n" for n in range(8))
    (tmp_path / HOTLINE).write_text(f"row_id,order_no,text_deleaked\n{orders}", encoding="utf-8")
    messages = "".join(f"{n},标题{n},正文{n}\n" for n in range(2))
    (tmp_path / MESSAGES).write_text(f"msg_id,title,body\n{messages}", encoding="utf-8")
    return tmp_path


def test_every_row_is_read_once_under_a_reference_of_its_own(folder: Path) -> None:
    rows = read_rows("run", limit=None, folder=folder)
    assert len({row.reference for row in rows}) == len(rows) == 10
    assert Counter(row.channel for row in rows) == {"hotline": 8, "online": 2}


def test_a_part_holds_both_kinds(folder: Path) -> None:
    assert {row.channel for row in read_rows("run", limit=5, folder=folder)} == {"hotline", "online"}


def test_absent_data_are_said_to_be_absent(tmp_path: Path) -> None:
    with pytest.raises(NoData, match=HOTLINE):
        read_rows("run", limit=None, folder=tmp_path)


def test_percentiles_are_milliseconds_of_the_nearest_rank() -> None:
    hundredths = [n / 100 for n in range(100)]
    assert (percentile_ms(hundredths, 0.5), percentile_ms(hundredths, 0.99)) == (500.0, 990.0)
    assert percentile_ms([], 0.5) is None


def test_kills_fall_into_the_middle_of_the_replay() -> None:
    assert all(200 <= moment < 800 for moment in moments(1000, 50, seed=1))


def accounts(**changed: object) -> Accounts:
    """Two petitions: one dispatched, one on the desk; as it should be, or with a change."""
    walk = Walk()
    walk.leads.update({"a": 1})
    sound: dict[str, object] = {
        "references": {"ref-a": "a", "ref-b": "b"},
        "walk": walk,
        "triage": {"b"},
        "stored": Counter({"ref-a": 1, "ref-b": 1}),
        "twice": [],
    }
    return Accounts(**{**sound, **changed})  # type: ignore[arg-type] # each test changes one of them


def test_what_was_dispatched_or_lies_on_the_desk_is_neither_lost_nor_doubled() -> None:
    assert (accounts().lost, accounts().doubled) == (0, 0)


def test_a_petition_that_is_nowhere_is_lost() -> None:
    assert accounts(triage=set()).lost == 1


def test_a_petition_the_sources_list_no_longer_holds_is_lost() -> None:
    assert accounts(stored=Counter({"ref-a": 1})).lost == 1


def test_a_gap_in_a_feed_is_a_loss() -> None:
    walk = Walk()
    walk.leads.update({"a": 1})
    walk.gaps = 1
    assert accounts(walk=walk).lost == 1


def test_two_leads_of_one_petition_are_a_double() -> None:
    walk = Walk()
    walk.leads.update({"a": 2})
    assert accounts(walk=walk).doubled == 1


def test_a_petition_dispatched_and_on_the_desk_is_a_double() -> None:
    assert accounts(triage={"a", "b"}).doubled == 1


def test_two_petitions_under_one_reference_are_a_double() -> None:
    assert accounts(stored=Counter({"ref-a": 2, "ref-b": 1})).doubled == 1


def test_an_entry_that_a_live_poll_met_twice_is_a_double() -> None:
    assert accounts(twice=["entry"]).doubled == 1
