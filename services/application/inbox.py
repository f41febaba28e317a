"""The organ's inbox: walked by number, every committed entry once, in an order that never changes."""

from __future__ import annotations

import hashlib
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.application.ports import World
from services.domain.access import Client
from services.domain.inbox import InboxEntry
from services.domain.refusal import NotFound

MAX_WAIT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Page:
    """``next`` is the number to go on from; ``has_more``: the next page has entries already."""

    items: list[InboxEntry]
    next: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class Digest:
    """Proof of a day: how many entries, from which number to which, and the SHA-256 over their ids."""

    day: date
    count: int
    first: int | None
    last: int | None
    sha256: str


def own_feed(client: Client, organ_id: UUID) -> None:
    """An organ reads its own inbox; another's is as if it did not exist."""
    if client.organ_id != organ_id:
        raise NotFound("收件箱", "inbox")


async def page(world: World, organ_id: UUID, *, after: int, limit: int, wait: float, client: Client) -> Page:
    """Entries numbered above ``after``; with none yet, waits up to ``wait`` seconds for the first."""
    own_feed(client, organ_id)
    # Watched from before the first look: what is committed meanwhile would be missed for a while.
    watching = (
        world.feed.watching(organ_id, after, min(wait, MAX_WAIT_SECONDS)) if wait > 0 else nullcontext()
    )
    with watching as feed:
        items = await world.lists.inbox(organ_id, after=after, limit=limit + 1)
        while not items and feed is not None and await feed.grown():
            items = await world.lists.inbox(organ_id, after=after, limit=limit + 1)
    shown = items[:limit]
    return Page(shown, shown[-1].seq if shown else after, len(items) > limit)


async def digest(world: World, organ_id: UUID, day: date, *, client: Client) -> Digest:
    """Count and hash of a day (Asia/Shanghai), by which a department proves that it missed nothing."""
    own_feed(client, organ_id)
    entries = await world.lists.inbox_day(organ_id, day)
    proof = hashlib.sha256("".join(f"{entry.seq}:{entry.id}\n" for entry in entries).encode())
    first, last = (entries[0].seq, entries[-1].seq) if entries else (None, None)
    return Digest(day, len(entries), first, last, proof.hexdigest())
