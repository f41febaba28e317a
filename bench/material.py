"""What is replayed: hotline work orders and citizens' messages, each as a stranger's registration body."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
HOTLINE, MESSAGES = "hotline_routing.csv", "messages_labelled.csv"
LONGEST_TITLE = 60


class NoData(Exception):
    """The evaluation data are not part of this repository, and are not here."""


@dataclass(frozen=True, slots=True)
class Row:
    """One petition to be registered. ``reference`` is the source's own number, unique in a run."""

    channel: str
    reference: str
    body: dict[str, Any]


def read_rows(run: str, *, limit: int | None, folder: Path = DATA) -> list[Row]:
    """Orders and messages in turns, so that a part of them is a fair sample. Raises :class:`NoData`."""
    missing = [name for name in (HOTLINE, MESSAGES) if not (folder / name).exists()]
    if missing:
        raise NoData(f"没有评测数据 {'、'.join(missing)},跳过 · no evaluation data in {folder}: skipped")
    orders, messages = list(_orders(run, folder / HOTLINE)), list(_messages(run, folder / MESSAGES))
    ratio = max(1, len(orders) // max(1, len(messages)))
    batches = zip_longest(*[iter(orders)] * ratio)
    mixed = chain.from_iterable(
        (*(batch or ()), message) for batch, message in zip_longest(batches, messages)
    )
    return list(islice((row for row in mixed if row is not None), limit))


def _records(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _orders(run: str, path: Path) -> Iterator[Row]:
    for record in _records(path):
        reference = f"{run}-{record['order_no']}-{record['row_id']}"
        body = {"channel": "hotline", "content": record["text_deleaked"], **_person(record["row_id"], "1")}
        yield Row("hotline", reference, {**body, "hotline": {"work_order_no": reference}})


def _messages(run: str, path: Path) -> Iterator[Row]:
    for line, record in enumerate(_records(path), start=1):  # some messages of the data share an id
        reference = f"{run}-{line}-{record['msg_id']}"
        title, content = record["title"].strip()[:LONGEST_TITLE], record["body"].strip()
        body = {"channel": "online", "content": content or title, **_person(record["msg_id"], "2")}
        body |= {"title": title} if title else {}
        yield Row("online", reference, {**body, "online": {"mailbox": "portal"}, "external_ref": reference})


def _person(number: str, block: str) -> dict[str, Any]:
    """A made-up petitioner of the row's own: names and numbers are sealed and indexed as in earnest."""
    return {"petitioners": [{"name": f"来信人{number}", "phone": f"139{block}{int(number) % 10**7:07d}"}]}
