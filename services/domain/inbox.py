"""What an organ finds in its inbox, numbered per organ without gaps from 1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class EntryType(StrEnum):
    DISPATCH_CREATED = "dispatch.created"
    DISPATCH_WITHDRAWN = "dispatch.withdrawn"
    PETITION_SUPPLEMENTED = "petition.supplemented"
    PETITION_URGENT = "petition.urgent"
    PETITION_COPIED = "petition.copied"  # sent to an organ of this office's level
    DEADLINE_WARNING = "deadline.warning"
    DEADLINE_MISSED = "deadline.missed"
    DEADLINE_MOVED = "deadline.moved"  # by a holiday notice; what an act moves is told as that act
    SUPERVISION_RAISED = "supervision.raised"
    REVIEW_REQUESTED = "review.requested"
    REVIEW_REMANDED = "review.remanded"
    REVIEW_CEASED = "review.ceased"
    EXECUTION_OPENED = "execution.opened"
    TURNED_ORDINARY = "petition.turned_ordinary"
    WRITTEN_ANSWER_REQUESTED = "answer.requested"
    OBJECTION_RAISED = "objection.raised"
    OBJECTION_WITHDRAWN = "objection.withdrawn"
    OBJECTION_DECIDED = "objection.decided"
    DISPUTE_RAISED = "dispute.raised"
    DISPUTE_DECIDED = "dispute.decided"
    RECUSAL_REQUESTED = "recusal.requested"
    RECUSAL_DECIDED = "recusal.decided"
    RECOMMENDATION_GIVEN = "recommendation.given"
    RECOMMENDATION_ANSWERED = "recommendation.answered"


@dataclass(slots=True)
class InboxEntry:
    """``seq`` is 0 until the transaction that posts it numbers it, last of all, before it commits.

    ``data`` is thin: ids, codes and dates, never personal data; always with the petition's number and, once
    written, its version.
    """

    id: UUID
    organ_id: UUID
    seq: int
    type: EntryType
    petition_id: UUID
    at: datetime
    data: Mapping[str, object]
