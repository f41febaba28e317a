"""Ledgers of petitions that ended long ago: written down, read back, verified, recorded; then they may go.

信访档案不得丢失、篡改、隐匿或者擅自销毁 (北京市信访条例 22(七), 浙江省信访条例 26(六)).
The file is the archive. The record of it, where each ledger ended and the file's hash, stays in the
database, which lets no event go that is not on it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.application.lists import LedgerHead
from services.application.ports import World
from services.domain.ledger import Event, verify_chain
from services.domain.refusal import Refusal

PAGE = 200


class LedgerBroken(Refusal):
    """台账核对不符,未归档:{detail}"""

    english = "A ledger does not verify; nothing was archived: {detail}"


@dataclass(frozen=True, slots=True)
class Archived:
    """Where a petition's ledger ended when it was archived, and in which file it is."""

    petition_id: UUID
    seq: int
    head: str
    file: str
    sha256: str
    archived_at: datetime
    archived_by: str

    def row(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class SourceCall:
    """Which call an event came from: no part of its seal, but kept beside it."""

    request_id: str
    fingerprint: str | None


@dataclass(frozen=True, slots=True)
class Volume:
    """One petition with its whole ledger, as it stands in the file; the calls by event."""

    head: LedgerHead
    events: Sequence[Event]
    calls: Mapping[UUID, SourceCall]


class Archive(Protocol):
    async def ended_before(self, moment: datetime, *, after: UUID | None, limit: int) -> list[LedgerHead]:
        """Petitions that ended and whose last event is older than ``moment``; those on record not again."""

    async def calls(self, petition_ids: Sequence[UUID]) -> dict[UUID, SourceCall]:
        """Of every event of these petitions."""

    async def on_record(self, file: str) -> dict[UUID, Archived]:
        """What a file of that name holds, by petition."""

    async def keep_record(self, ledgers: Sequence[Archived], *, remove: bool) -> int:
        """Record those that have not changed since, and ``remove`` their events. Returns how many."""


async def volumes(world: World, archive: Archive, *, before: datetime) -> AsyncIterator[Volume]:
    """What may be archived, verified. Raises LedgerBroken: the office looks into that first."""
    after: UUID | None = None
    while heads := await archive.ended_before(before, after=after, limit=PAGE):
        ids = tuple(head.petition_id for head in heads)
        calls = await archive.calls(ids)
        async with world.read() as work:
            found = await work.events.find(petition_id=ids)
        ledgers: dict[UUID, list[Event]] = defaultdict(list)
        for event in sorted(found, key=lambda each: each.seq):
            ledgers[event.petition_id].append(event)
        for head in heads:
            ledger = ledgers[head.petition_id]
            yield checked(Volume(head, ledger, {each.id: calls[each.id] for each in ledger}))
        after = heads[-1].petition_id


def checked(volume: Volume) -> Volume:
    head = volume.head
    if breaks := verify_chain(volume.events, head_seq=head.seq, head_hash=head.hash):
        raise LedgerBroken(detail=f"{head.number}: {breaks[0].text}")
    return volume


async def record(
    world: World, archive: Archive, read_back: Callable[[], Iterable[Volume]], *,
    file: str, sha256: str, by: str, remove: bool,
) -> int:  # fmt: skip
    """Put on record what the file holds, once every ledger in it is verified as it is read back."""
    now = world.clock.now()
    heads = [checked(volume).head for volume in read_back()]
    kept = 0
    for start in range(0, len(heads), PAGE):
        page = [
            Archived(head.petition_id, head.seq, head.hash, file, sha256, now, by)
            for head in heads[start : start + PAGE]
        ]
        kept += await archive.keep_record(page, remove=remove)
    return kept
