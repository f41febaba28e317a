"""Carrying out what an opinion supports (信访工作条例 32): followed from its service until it is reported."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.domain.refusal import Refusal


class ExecutionState(StrEnum):
    OPEN = "open"
    CARRIED_OUT = "carried_out"
    CEASED = "ceased"  # the opinion was changed or revoked before it was carried out


@dataclass(slots=True)
class Execution:
    """The follow-up of one served opinion; ``organ_id`` is the organ that has to carry it out."""

    id: UUID
    petition_id: UUID
    opinion_id: UUID
    organ_id: UUID
    opened_on: date
    state: ExecutionState = ExecutionState.OPEN
    carried_out_on: date | None = None
    reported_on: date | None = None
    report: str | None = None


class NothingToCarryOut(Refusal):
    """该意见书没有待执行的事项:{why}(信访工作条例 32)。"""

    english = "Nothing of this opinion is waiting to be carried out: {why_en} (art. 32)."


class CarriedOutOnDay(Refusal):
    """执行完毕的日期{carried_out_on}不在意见书送达日{served_on}与今天之间。"""

    english = "The day {carried_out_on} does not lie between {served_on}, the day of service, and today."
