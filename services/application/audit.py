"""Check every petition's ledger against its seals and against the head that the petition keeps (改动可查)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from services.application.lists import LedgerHead
from services.application.ports import World
from services.domain.ledger import Break, Event, verify_chain

PAGE = 200
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Checked:
    """A petition's ledger; it holds when ``breaks`` is empty."""

    petition_id: UUID
    number: str
    events: int
    breaks: tuple[Break, ...]


async def walk(world: World) -> AsyncIterator[Checked]:
    """Every petition, oldest first. What was written while we read is judged again, standing still."""
    after: UUID | None = None
    while heads := await world.lists.ledger_heads(after=after, limit=PAGE):
        ledgers = await _ledgers(world, heads)
        for head in heads:
            checked = _check(head, ledgers[head.petition_id])
            yield checked if not checked.breaks else await _again(world, head)
        after = heads[-1].petition_id


async def _ledgers(world: World, heads: list[LedgerHead]) -> dict[UUID, list[Event]]:
    async with world.read() as work:
        events = await work.events.find(petition_id=tuple(head.petition_id for head in heads))
    ledgers: dict[UUID, list[Event]] = defaultdict(list)
    for event in events:
        ledgers[event.petition_id].append(event)
    return ledgers


def _check(head: LedgerHead, ledger: list[Event]) -> Checked:
    ordered = sorted(ledger, key=lambda event: event.seq)
    gone = head.archived_seq > 0 and (not ordered or ordered[0].seq > 1)
    archived = _end_of_archived(head) if gone else None
    breaks = verify_chain(ordered, head_seq=head.seq, head_hash=head.hash, archived=archived)
    return Checked(head.petition_id, head.number, len(ordered), tuple(breaks))


async def _again(world: World, head: LedgerHead) -> Checked:
    async with world.begin() as work:
        petition = await work.lock(head.petition_id)
        ledger = await work.events.find(petition_id=petition.id)
        return _check(replace(head, seq=petition.version, hash=petition.head), ledger)


def _end_of_archived(head: LedgerHead) -> Event:
    """What the part of the ledger that lies in an archive ended with, as far as it is on record here."""
    return Event(
        id=head.petition_id, petition_id=head.petition_id, seq=head.archived_seq, at=LONG_AGO,
        kind="archived", actor="", data={}, prev_hash="", hash=head.archived_hash,
    )  # fmt: skip
