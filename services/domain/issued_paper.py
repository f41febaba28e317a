"""A paper as it was issued: its number, what it says, the PDF made of it, the proof of its service."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.domain.opinion import ServiceMethod
from services.domain.paper import Paper, PaperKind


@dataclass(slots=True)
class IssuedPaper:
    """``subject_id`` is the dispatch, opinion or review that the paper is about; ``content`` is the paper's
    JSON. ``pdf_sha256`` is None until the paper is first set: from then on the stored bytes are the paper.
    """

    id: UUID
    petition_id: UUID
    organ_id: UUID
    kind: PaperKind
    subject_id: UUID | None
    issued_on: date
    year: int
    sequence: int = 0
    number: str = ""
    content: Mapping[str, object] = field(default_factory=dict)
    content_sha256: str = ""
    pdf_sha256: str | None = None
    served_on: date | None = None
    service_method: ServiceMethod | None = None
    signed: bool | None = None

    def set_down(self, sequence: int, paper: Paper) -> None:
        """Give the paper its number, and keep what it says."""
        self.sequence = sequence
        self.number = paper.number
        self.content = paper.content()
        self.content_sha256 = content_hash(self.content)

    @property
    def for_petitioner(self) -> bool:
        """What is kept on file is not; an opinion is the petitioner's once it has been served."""
        if self.kind.kept_on_file:
            return False
        return self.served_on is not None or not self.kind.served


def content_hash(content: Mapping[str, object]) -> str:
    """SHA-256 (hex) of a paper's JSON, its keys in order and without white space."""
    return hashlib.sha256(_encode(content).encode()).hexdigest()


_encode: Callable[[object], str] = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":")
).encode
