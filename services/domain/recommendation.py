"""建议 (信访工作条例 40): a petition office recommends to improve work, improve policy, hold to account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.domain.refusal import Refusal

RULE = "D12"


class RecommendationKind(StrEnum):
    """改进工作 (40.1)、完善政策 (40.2)、追究责任 (40.3)."""

    IMPROVE_WORK = "improve_work"
    IMPROVE_POLICY = "improve_policy"
    ACCOUNTABILITY = "accountability"


class Adoption(StrEnum):
    """采纳情况 (40.4)."""

    ADOPTED = "adopted"
    PARTLY_ADOPTED = "partly_adopted"
    NOT_ADOPTED = "not_adopted"


@dataclass(slots=True)
class Recommendation:
    """Of the petition office ``office_id`` to ``organ_id``, which answers in writing by ``answer_due``."""

    id: UUID
    petition_id: UUID
    office_id: UUID
    organ_id: UUID
    kind: RecommendationKind
    text: str
    given_on: date
    answer_due: date
    answered_on: date | None = None
    adoption: Adoption | None = None
    answer: str | None = None


class AnswerDateNeeded(Refusal):
    """建议应当写明书面反馈的期限,不早于今天({article})。"""

    english = "A recommendation names the day by which it is answered, today or later ({article})."


class RecommendationAnswered(Refusal):
    """该建议已经书面反馈。"""

    english = "The recommendation was answered already."
