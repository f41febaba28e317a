"""The dispatch (转送、交办): a petition put into an organ's hands, and the organ's objection to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.domain.refusal import Refusal


class Mode(StrEnum):
    """转送 / 交办 (信访工作条例 22.1): an assignment always has a date to report back."""

    REFER = "refer"
    ASSIGN = "assign"


class Role(StrEnum):
    """主办 / 协办: exactly one lead at any time."""

    LEAD = "lead"
    CO = "co"


class Procedure(StrEnum):
    """普通办理 / 简易办理: the organ that accepts decides (国信发〔2016〕8号)."""

    ORDINARY = "ordinary"
    SIMPLE = "simple"


class DispatchState(StrEnum):
    SENT = "sent"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    OBJECTED = "objected"
    RETURNED = "returned"
    REFERRED = "referred"
    WITHDRAWN = "withdrawn"
    ANSWERED = "answered"

    @property
    def open(self) -> bool:
        """The organ holds the petition under this dispatch."""
        return self in _OPEN


_OPEN = frozenset(
    {DispatchState.SENT, DispatchState.RECEIVED, DispatchState.ACCEPTED, DispatchState.OBJECTED,
     DispatchState.ANSWERED}
)  # fmt: skip
# An organ that gave a petition back, or from which it was taken, sees it no more (信访工作条例 23).
GONE = frozenset({DispatchState.RETURNED, DispatchState.WITHDRAWN})


@dataclass(slots=True)
class Dispatch:
    """``sender_id`` is the organ that sent it (None: the system for the office), which decides objections."""

    id: UUID
    petition_id: UUID
    organ_id: UUID
    sender_id: UUID | None
    mode: Mode
    role: Role
    state: DispatchState
    sent_at: datetime
    sent_on: date
    report_due: date | None = None
    binding: bool = False
    received_on: date | None = None
    accepted_on: date | None = None
    reported_on: date | None = None
    open: bool = True
    procedure: Procedure = Procedure.ORDINARY

    def move(self, state: DispatchState) -> None:
        self.state = state
        self.open = state.open


class ObjectionState(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"  # by the organ that objected, which keeps the case
    CEASED = "ceased"  # the case was taken from the organ that objected: nothing is left to decide


@dataclass(slots=True)
class Objection:
    """异议 (信访工作条例 23.3): an organ contests its competence, with detailed reasons."""

    id: UUID
    petition_id: UUID
    dispatch_id: UUID
    organ_id: UUID
    reason: str
    raised_on: date
    state: ObjectionState = ObjectionState.OPEN
    suggested_organ_id: UUID | None = None
    decided_on: date | None = None
    decision_reason: str | None = None
    assigned_organ_id: UUID | None = None


class ObjectionTooLate(Refusal):
    """异议期限已于{due_on}届满,应当自收到之日起{length}内提出({article})。"""

    english = "The period for objecting ended on {due_on} ({article})."


class OrganWasRight(Refusal):
    """{organ}的异议已于{decided_on}成立(条例 23)。有新的事实的,写明 new_facts;否则报请共同的上级决定(24)。"""

    english = (
        "The objection of {organ} was upheld on {decided_on} (art. 23). State new_facts where there are any; "
        "where the organs differ, their common superior decides (art. 24)."
    )


class DispatchBinding(Refusal):
    """该件的责任单位已经核实或者由上级机关、联席会议指定,不得再次提出异议({article}:{rule})。"""

    english = "The organ was confirmed or named; it may not object a second time ({article})."


class OutsidePowersIsObjection(Refusal):
    """转送、交办的事项不属于本单位职权范围的,应当提出异议,不得直接不予受理(信访工作条例 23)。"""

    english = "A referred petition outside the organ's powers is objected to, not refused (art. 23)."


class NotSubordinate(Refusal):
    """只能转送本系统下级单位;{organ}不是本单位的下级({article})。"""

    english = "A case is passed on to a subordinate organ only; {organ} is none ({article})."


class HandedOn(Refusal):
    """该件已由本单位转送下级单位,由其办理;交办的,本单位仍应当按期反馈结果(信访工作条例 22、23)。"""

    english = "This organ passed the case on; what was assigned to it, it still reports on (arts. 22, 23)."


class OrganShielded(Refusal):
    """该单位不能承办此信访件(信访工作条例 28、30)。"""

    english = "This organ cannot take this petition (arts. 28, 30)."


class ReportNotDue(Refusal):
    """该件为转送件,未要求反馈办理结果,无需提交办结报告(信访工作条例 22)。"""

    english = "This dispatch was referred, not assigned: no report is owed (art. 22)."


class AssignmentNeedsDate(Refusal):
    """交办的信访事项应当写明反馈期限(信访工作条例 22)。"""

    english = "An assignment names the date to report back (art. 22)."
