"""Archived ledgers as files: one petition a line, JSON, readable by any tool in fifty years."""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from services.application.archive import SourceCall, Volume
from services.application.lists import LedgerHead
from services.domain.ledger import Event, moment, plain

FORM = "petition-ledger/1"


async def write(path: Path, volumes: AsyncIterator[Volume]) -> int:
    """Write a new file, on the disk when this returns; never over another. Returns how many petitions."""
    written = 0
    with path.open("xb") as file:
        async for volume in volumes:
            file.write(orjson.dumps(_line(volume)) + b"\n")
            written += 1
        file.flush()
        os.fsync(file.fileno())
    return written


def read(path: Path) -> Iterator[Volume]:
    with path.open("rb") as file:
        for line in file:
            yield _volume(orjson.loads(line))


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _line(volume: Volume) -> dict[str, Any]:
    head = volume.head
    return {
        "form": FORM,
        "petition_id": str(head.petition_id),
        "number": head.number,
        "seq": head.seq,
        "head": head.hash,
        "events": [_event(each, volume.calls[each.id]) for each in volume.events],
    }


def _event(event: Event, call: SourceCall) -> dict[str, Any]:
    return {
        "id": str(event.id),
        "seq": event.seq,
        "at": moment(event.at),
        "kind": event.kind,
        "actor": event.actor,
        "data": plain(event.data),
        "prev_hash": event.prev_hash,
        "hash": event.hash,
        "request_id": call.request_id,
        "fingerprint": call.fingerprint,
    }


def _volume(line: dict[str, Any]) -> Volume:
    if line["form"] != FORM:
        raise ValueError(f"{line['form']} is not {FORM}")
    petition_id = UUID(line["petition_id"])
    events = [
        Event(
            id=UUID(each["id"]), petition_id=petition_id, seq=each["seq"],
            at=datetime.fromisoformat(each["at"]), kind=each["kind"], actor=each["actor"],
            data=each["data"], prev_hash=each["prev_hash"], hash=each["hash"],
        )
        for each in line["events"]
    ]  # fmt: skip
    calls = {UUID(each["id"]): SourceCall(each["request_id"], each["fingerprint"]) for each in line["events"]}
    return Volume(LedgerHead(petition_id, line["number"], line["seq"], line["head"]), events, calls)
