"""Who may read which paper, and the PDF of one: set when it is first asked for, and the same ever after."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from services.application import progress
from services.application.petition import visible
from services.application.ports import Files, World
from services.domain.access import Client
from services.domain.issued_paper import IssuedPaper
from services.domain.paper import Paper, read_paper
from services.domain.petition import Petition
from services.domain.refusal import NotFound, Refusal


class PaperFontsMissing(Refusal):
    """没有中文字体,不能生成PDF文书:请运维人员运行 script/fonts;文书内容可以按 JSON 读取。"""

    english = "No Chinese font is there to set a PDF with: run script/fonts. The paper can be read as JSON."


class Press(Protocol):
    """Sets papers as PDF/A; the same paper gives the same bytes."""

    async def set(self, paper: Paper) -> bytes:
        """Raises ``PaperFontsMissing``."""


class PrintingWorld(World, Protocol):
    """A world that keeps files and sets papers besides."""

    @property
    def files(self) -> Files: ...

    @property
    def press(self) -> Press: ...


@dataclass(frozen=True, slots=True)
class Shelf:
    """A petition with those of its papers that the reader may see, in the order of their issue."""

    petition: Petition
    papers: list[IssuedPaper]

    def one(self, paper_id: UUID) -> IssuedPaper:
        """The paper of that id; ``NotFound`` when it is not among these."""
        found = [each for each in self.papers if each.id == paper_id]
        if not found:
            raise NotFound("文书", "paper")
        return found[0]


async def listed(world: World, petition_id: UUID, *, client: Client) -> Shelf:
    """For whoever may see the petition; sources see what is the petitioner's."""
    async with world.read() as work:
        petition = await visible(world, work, petition_id, client)
        found = await work.papers.find(petition_id=petition.id)
        return Shelf(petition, [each for each in found if _may_read(each, client)])


def _may_read(paper: IssuedPaper, client: Client) -> bool:
    return client.organ_id is not None or paper.for_petitioner


async def read(world: World, paper_id: UUID, *, client: Client) -> IssuedPaper:
    async with world.read() as work:
        missing = NotFound("文书", "paper")
        found = await work.papers.find(id=paper_id)
        if not found or not _may_read(found[0], client):
            raise missing
        try:
            await visible(world, work, found[0].petition_id, client)
        except NotFound:
            raise missing from None  # not a word of the petition it belongs to
        return found[0]


async def petitioners(world: World, number: str, query_code: str) -> Shelf:
    """The petitioner's own, by number and query code: what is addressed to them, opinions once served."""
    async with world.read() as work:
        petition = await progress.find(world, work, number, query_code)
        found = await work.papers.find(petition_id=petition.id)
        return Shelf(petition, [each for each in found if each.for_petitioner])


async def printed(world: PrintingWorld, paper: IssuedPaper) -> tuple[str, AsyncIterator[bytes]]:
    """The paper's PDF, with its SHA-256. The first reader has it set and stored, outside any transaction.

    Raises ``PaperFontsMissing`` where nothing can be set, and ``StoreUnavailable`` where nothing can be kept.
    """
    sha256 = paper.pdf_sha256
    if sha256 is None:
        made = await world.press.set(read_paper(paper.content))
        kept = await world.files.keep(io.BytesIO(made))
        sha256 = await _first(world, paper, kept.sha256)
    return sha256, world.files.chunks(sha256)


async def _first(world: World, paper: IssuedPaper, sha256: str) -> str:
    """Of several that were set at once, the first recorded is the paper."""
    async with world.begin() as work:
        await work.lock(paper.petition_id)
        stored = await work.papers.get(paper.id)
        stored.pdf_sha256 = stored.pdf_sha256 or sha256
        await work.papers.save(stored)
        return stored.pdf_sha256
