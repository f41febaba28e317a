"""The routing decision as it is stored: whom a petition went to, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(slots=True)
class DecisionRecord:
    """``body`` has the shape of the API's decision; ``restricted`` reasons are for the office alone.

    ``facts``: what the router was given besides the texts (see ``Matter.facts``); a person's has none.
    """

    id: UUID
    petition_id: UUID
    decided_at: datetime
    decided_by: str
    directory_version: int
    rules_version: str
    confidence: float
    needs_triage: bool
    organ_id: UUID | None
    body: Mapping[str, object]
    facts: Mapping[str, Any] | None = None
