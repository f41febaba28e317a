"""A limit that a caller sets itself: the hotline its work order's, an organ its own internal one.

It stands beside the statutory periods and replaces none. The system neither warns of it nor counts it: what
is late is judged by the law's own day. It runs until the answer is given or the case has gone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from services.domain.calendar import Unit, local_date
from services.domain.deadline import Deadline, DeadlineState
from services.domain.refusal import Refusal

HOTLINE, ORGAN = "hotline", "own"
RULES = (HOTLINE, ORGAN)
TITLES = {HOTLINE: "热线办理时限", ORGAN: "本单位内部办理时限"}
HANDLING = "D5"  # the statutory period that such a limit stands beside


class LimitOnEnded(Refusal):
    """信访件已经办结、终结或者不再由本单位办理,不能再设定内部时限。"""

    english = "The petition has ended, or the case has left this organ: no limit of its own can be set."


@dataclass(frozen=True, slots=True)
class Limit:
    """What a caller asks for: ``due_at`` is aware; without a title it is called what it is."""

    due_at: datetime
    title: str | None = None

    @property
    def due_on(self) -> date:
        """Its day in Asia/Shanghai; midnight ends the day before, as a period does (民法典第二百零三条)."""
        return local_date(self.due_at - timedelta(microseconds=1))


def is_own(deadline: Deadline) -> bool:
    return deadline.rule in RULES


def start(
    limit: Limit, rule: str, *, id: UUID, petition_id: UUID, subject_id: UUID | None, owner_id: UUID | None,
    on: date,
) -> Deadline:  # fmt: skip
    """A clock that nobody waits for: it has no points, no article, and rests on no calendar."""
    return Deadline(
        id=id,
        petition_id=petition_id,
        subject_id=subject_id,
        rule=rule,
        title=limit.title or TITLES[rule],
        article="",
        owner_id=owner_id,
        basis="caller",
        starts_on=on,
        length=None,
        unit=Unit.NATURAL,
        excluded_days=0,
        raw_last_day=limit.due_on,
        due_on=limit.due_on,
        due_at=limit.due_at,
        provisional=False,
        calendar_version="",
        state=DeadlineState.RUNNING,
        met_on=None,
        next_at=None,
        next_point=None,
    )


def says(deadline: Deadline, limit: Limit) -> bool:
    """Whether it is this limit that it keeps."""
    title = limit.title or TITLES[deadline.rule]
    return (deadline.due_at, deadline.title) == (limit.due_at, title)


def move(deadline: Deadline, limit: Limit) -> bool:
    """Set it anew. False, and no change, when it stands so already."""
    if says(deadline, limit):
        return False
    deadline.title, deadline.due_at = limit.title or TITLES[deadline.rule], limit.due_at
    deadline.due_on = deadline.raw_last_day = limit.due_on
    return True


def overridden(deadline: Deadline, clocks: Iterable[Deadline]) -> Deadline | None:
    """The running statutory period of handling that ends before this limit does, and so decides."""
    if not is_own(deadline):
        return None
    handling = (clock for clock in clocks if clock.rule == HANDLING and clock.state.open)
    return next((clock for clock in handling if clock.due_at < deadline.due_at), None)
