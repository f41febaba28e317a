"""The models in the database: published as versions, taken up by every process without a restart."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.adapters.store.database import Database
from services.adapters.store.tables.classifier import classifier_models, classifier_turns
from services.domain.directory import Directory
from services.domain.refusal import NotFound, Refusal
from services.domain.witness import Kind, ModelNotKept, Witnesses, foreign_labels

if TYPE_CHECKING:
    from services.adapters.classifier.model import TextModel

log = structlog.get_logger(__name__)
SHOWN_LABELS = 5


@dataclass(frozen=True, slots=True)
class Published:
    """One version as it is listed; ``stands``: it is the one in use of its kind."""

    version: int
    kind: str
    about: dict[str, Any]
    labels: int
    sha256: str
    published_at: datetime
    published_by: str
    stands: bool


class SqlModels:
    """Reads what stands; a model once read is kept until another takes its turn."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen = -1
        self._held: dict[Kind, tuple[int, TextModel]] = {}
        self.witnesses = Witnesses()

    async def refresh(self) -> None:
        """Take up what was published, restored or withdrawn since, here or by another process.

        A model that cannot be read does not take the place of the one that stands.
        """
        async with self._database.reading() as connection:
            last = await connection.scalar(select(func.max(classifier_turns.c.id))) or 0
            if last == self._seen:
                return
            standing = await _standing(connection)
        for kind in Kind:
            await self._take_up(kind, standing.get(kind))
        self.witnesses = _witnesses(self._held)
        self._seen = last

    async def _take_up(self, kind: Kind, version: int | None) -> None:
        if version is None:
            self._held.pop(kind, None)
            return
        if kind in self._held and self._held[kind][0] == version:
            return
        try:
            self._held[kind] = version, await asyncio.to_thread(read_model, await self._content(version))
        except Refusal as refusal:
            log.error("classifier_refused", kind=kind.value, version=version, reason=str(refusal))

    async def _content(self, version: int) -> bytes:
        query = select(classifier_models.c.content).where(classifier_models.c.version == version)
        async with self._database.reading() as connection:
            content: bytes | None = await connection.scalar(query)
        if content is None:
            raise NotFound("模型版本", "model version")
        return content

    async def at(self, *, matter: int | None, precedent: int | None) -> Witnesses:
        """The models of these versions, whether they stand or not.

        Raises ``ModelNotKept`` for one that is gone, ``ModelRefused`` for one that is damaged.
        """
        found: dict[Kind, tuple[int, TextModel]] = {}
        for kind, version in ((Kind.MATTER, matter), (Kind.PRECEDENT, precedent)):
            if version is not None:
                found[kind] = version, await self._kept(kind, version)
        return _witnesses(found)

    async def _kept(self, kind: Kind, version: int) -> TextModel:
        if kind in self._held and self._held[kind][0] == version:
            return self._held[kind][1]
        try:
            content = await self._content(version)
        except NotFound as absent:
            raise ModelNotKept(version=version) from absent
        return await asyncio.to_thread(read_model, content)

    async def publish(self, content: bytes, *, directory: Directory, by: str, at: datetime) -> int:
        """Store a model file as the next version; it stands from now on. Raises ``ModelRefused``."""
        model = await asyncio.to_thread(read_model, content)
        kind = fitting_kind(model, directory)
        async with self._database.writing() as connection:
            last = await connection.scalar(select(func.max(classifier_models.c.version))) or 0
            row = {
                "version": last + 1,
                "kind": kind.value,
                "about": asdict(model.about),
                "labels": len(model.labels),
                "sha256": hashlib.sha256(content).hexdigest(),
                "content": content,
                "published_at": at,
                "published_by": by,
            }
            await connection.execute(insert(classifier_models).values(**row))
            await _turn(connection, kind, last + 1, by=by, at=at)
        await self.refresh()
        return int(last) + 1

    async def restore(self, version: int, *, directory: Directory, by: str, at: datetime) -> Kind:
        """Let an older version stand again, if it still fits. Raises ``NotFound`` and ``ModelRefused``."""
        model = await asyncio.to_thread(read_model, await self._content(version))
        kind = fitting_kind(model, directory)
        async with self._database.writing() as connection:
            await _turn(connection, kind, version, by=by, at=at)
        await self.refresh()
        return kind

    async def withdraw(self, kind: Kind, *, by: str, at: datetime) -> None:
        """Let none of this kind stand: the lexicon serves alone."""
        async with self._database.writing() as connection:
            await _turn(connection, kind, None, by=by, at=at)
        await self.refresh()

    async def listing(self) -> Sequence[Published]:
        """Every version, newest first."""
        columns = [column for column in classifier_models.c if column.name != "content"]
        query = select(*columns).order_by(classifier_models.c.version.desc())
        async with self._database.reading() as connection:
            standing = set((await _standing(connection)).values())
            rows = (await connection.execute(query)).mappings().all()
        return [Published(**row, stands=row["version"] in standing) for row in rows]


def read_model(content: bytes) -> TextModel:
    """A model file, by the part of the program that knows arrays: only who has a model pays for it."""
    from services.adapters.classifier.artifact import from_bytes

    return from_bytes(content)


def fitting_kind(model: TextModel, directory: Directory) -> Kind:
    """The kind of a model whose labels are ours. Raises ``ModelRefused``."""
    from services.adapters.classifier.artifact import ModelRefused

    if model.about.kind not in set(Kind):
        raise ModelRefused(reason=f"用途“{model.about.kind}”不是 matter 或 precedent")
    kind = Kind(model.about.kind)
    if foreign := foreign_labels(kind, model.labels, directory):
        shown = "、".join(foreign[:SHOWN_LABELS])
        raise ModelRefused(reason=f"它的标签中有{len(foreign)}个是本系统没有的({shown})")
    return kind


async def _standing(connection: AsyncConnection) -> dict[Kind, int | None]:
    newest = select(func.max(classifier_turns.c.id)).group_by(classifier_turns.c.kind)
    turns = select(classifier_turns).where(classifier_turns.c.id.in_(newest))
    return {Kind(turn["kind"]): turn["version"] for turn in (await connection.execute(turns)).mappings()}


async def _turn(
    connection: AsyncConnection, kind: Kind, version: int | None, *, by: str, at: datetime
) -> None:
    last = await connection.scalar(select(func.max(classifier_turns.c.id))) or 0
    row = {"id": last + 1, "kind": kind.value, "version": version, "at": at, "by": by}
    await connection.execute(insert(classifier_turns).values(**row))


def _witnesses(held: dict[Kind, tuple[int, TextModel]]) -> Witnesses:
    matter, precedent = held.get(Kind.MATTER), held.get(Kind.PRECEDENT)
    return Witnesses(
        matter=matter[1] if matter else None,
        precedent=precedent[1] if precedent else None,
        version="+".join(f"{kind}-{held[kind][0]}" for kind in Kind if kind in held),
    )
