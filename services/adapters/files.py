"""Attachments on disk: each file under its SHA-256, there whole or not at all."""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO

from services.application.ports import Kept, StoreUnavailable

CHUNK_BYTES = 256 * 1024


class FileStore:
    """One folder, two levels: the first two digits of the hash, then the hash. Equal files are kept once.

    A disk that is full or away raises ``StoreUnavailable`` and leaves nothing behind.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256

    async def keep(self, source: IO[bytes]) -> Kept:
        """Copy what is left to read of ``source``; durable once this returns."""
        try:
            return await asyncio.to_thread(self._keep, source)
        except OSError as error:
            raise StoreUnavailable() from error

    async def chunks(self, sha256: str) -> AsyncIterator[bytes]:
        """A kept file, piece by piece."""
        file = await asyncio.to_thread(self.path(sha256).open, "rb")
        try:
            while piece := await asyncio.to_thread(file.read, CHUNK_BYTES):
                yield piece
        finally:
            await asyncio.to_thread(file.close)

    async def nameless(self) -> IO[bytes]:
        """A file beside the others that has no name and is gone when closed, for what streams through."""
        try:
            return await asyncio.to_thread(self._nameless)
        except OSError as error:
            raise StoreUnavailable() from error

    def _nameless(self) -> IO[bytes]:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return tempfile.TemporaryFile(dir=self._folder)

    def _keep(self, source: IO[bytes]) -> Kept:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, draft = tempfile.mkstemp(dir=self._folder, prefix=".draft-")
        try:
            with os.fdopen(handle, "wb") as target:
                kept = _copied(source, target)
                target.flush()
                os.fsync(target.fileno())
            home = self.path(kept.sha256)
            home.parent.mkdir(exist_ok=True, mode=0o700)
            Path(draft).replace(home)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
        _sync_folder(home.parent)
        return kept


def _copied(source: IO[bytes], target: IO[bytes]) -> Kept:
    digest, size = hashlib.sha256(), 0
    while piece := source.read(CHUNK_BYTES):
        digest.update(piece)
        size += len(piece)
        target.write(piece)
    return Kept(digest.hexdigest(), size)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
