"""Attach a file to a petition: allowed first, kept next, recorded last, so that no record lacks its file."""

from __future__ import annotations

import asyncio
from typing import IO, Protocol
from uuid import UUID

from services.application import petition as petitions
from services.application.ports import Files, World
from services.domain.access import Call, Client
from services.domain.attachment import (
    ACCEPTED,
    HEAD_BYTES,
    EmptyFile,
    FileKindRefused,
    clean_name,
    media_type,
)
from services.domain.petition import Attachment


class FilingWorld(World, Protocol):
    """A world that keeps files besides."""

    @property
    def files(self) -> Files: ...


async def ensure_may_attach(world: World, petition_id: UUID, *, client: Client) -> None:
    """Raise ``NotFound`` before anything of a file is read, when the caller may not see the petition."""
    async with world.read() as work:
        await petitions.visible(world, work, petition_id, client)


async def attach(
    world: FilingWorld, petition_id: UUID, source: IO[bytes], *, name: str, call: Call
) -> Attachment:
    """Keep the file and record it; the same file again is the same attachment.

    Raises :class:`FileKindRefused`, :class:`EmptyFile`, and what adding to a petition is refused for.
    """
    shown_name = clean_name(name)
    head = await asyncio.to_thread(source.read, HEAD_BYTES)
    if not head:
        raise EmptyFile()
    kind = media_type(head, shown_name)
    if kind is None:
        raise FileKindRefused(accepted=ACCEPTED)
    await asyncio.to_thread(source.seek, 0)
    kept = await world.files.keep(source)
    attachment = Attachment(
        id=world.codes.new_id(),
        petition_id=petition_id,
        name=shown_name,
        media_type=kind,
        size=kept.size,
        sha256=kept.sha256,
        client_id=call.client.id,
        added_at=world.clock.now(),
    )
    return await petitions.attach(world, petition_id, attachment, call=call)
