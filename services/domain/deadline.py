"""A deadline: one period of law at work on one petition, with its warning points.

The pack's ``Period`` is passed to every act, taken with ``pack.period(rule, on=deadline.starts_on)``: a
deadline is lengthened, moved and warned of by the law of the day it began.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from services.domain.calendar import (
    ONE_DAY,
    Due,
    Unit,
    WorkCalendar,
    end_instant,
    end_of_period,
    local_date,
    start_instant,
)
from services.domain.refusal import InvalidField, Refusal
from services.domain.statute import Extension, Period


class DeadlineState(StrEnum):
    RUNNING = "running"
    OVERDUE = "overdue"
    LAPSED = "lapsed"  # a right that was not used, to ask for review or to object: no one is late
    MET = "met"
    MET_LATE = "met_late"
    CEASED = "ceased"

    @property
    def open(self) -> bool:
        """Whether the act that the deadline waits for is still outstanding."""
        return self in (DeadlineState.RUNNING, DeadlineState.OVERDUE, DeadlineState.LAPSED)


class Point(StrEnum):
    """The moments to act on, in their order. A duty ends overdue, a right lapsed."""

    YELLOW = "yellow"
    RED = "red"
    OVERDUE = "overdue"
    LAPSED = "lapsed"


@dataclass(slots=True)
class Deadline:
    """One period of one petition.

    ``subject_id`` is the dispatch, opinion or review it belongs to; ``owner_id`` the organ obliged, None for
    the petitioner or while it is not known. ``length`` is in ``unit``, extensions included, and None when an
    act set the date. ``due_at`` and ``next_at`` are UTC instants; at ``next_at`` comes ``next_point``.
    """

    id: UUID
    petition_id: UUID
    subject_id: UUID | None
    rule: str
    title: str
    article: str
    owner_id: UUID | None
    basis: str
    starts_on: date
    length: int | None
    unit: Unit
    excluded_days: int
    raw_last_day: date
    due_on: date
    due_at: datetime
    provisional: bool
    calendar_version: str
    state: DeadlineState
    met_on: date | None
    next_at: datetime | None
    next_point: str | None

    @property
    def may_move(self) -> bool:
        """Whether a holiday notice yet to come can move its end; what was met or ceased stays."""
        return self.provisional and self.state.open


class DueDateBeforeStart(Refusal):
    """指定的期限{due_on}早于起算之日{starts_on}({rule} {title})。"""

    english = "The date set, {due_on}, is before the period starts on {starts_on} ({rule})."


class ExtensionNotAllowed(Refusal):
    """“{title}”({article})没有延期的规定。"""

    english = "The law provides no extension of {rule} ({article})."


class ExtensionTooLong(Refusal):
    """延期{days}日,连同已延长的{extended}日超过{article}的限度(还可延长{left}日)。"""

    english = "{days} days, with {extended} already granted, exceed the limit of {article}; {left} are left."


class ExtensionTooLate(Refusal):
    """延期应当在期限届满前批准;该期限已于{due_on}届满或者已经结束({article})。"""

    english = "An extension is granted before the period ends; this one ended on {due_on} ({article})."


def start(
    period: Period,
    *,
    id: UUID,
    petition_id: UUID,
    subject_id: UUID | None,
    owner_id: UUID | None,
    on: date,
    calendar: WorkCalendar,
    due_on: date | None = None,
) -> Deadline:
    """Set the period going on the day ``on`` (which is not counted).

    ``due_on`` belongs to periods whose date an act sets (信访工作条例第二十二条: 指定办理期限), and to those
    only: a program that mixes them up gets a ValueError, a date before ``on`` is refused.
    """
    course = _course(period, on, due_on, calendar)
    return Deadline(
        id=id,
        petition_id=petition_id,
        subject_id=subject_id,
        rule=period.rule,
        title=period.title,
        article=course.article,
        owner_id=owner_id,
        basis=period.starts_on.value,
        starts_on=on,
        length=period.length,
        unit=period.unit,
        excluded_days=0,
        raw_last_day=course.due.raw_last_day,
        due_on=course.due.due_on,
        due_at=course.due_at,
        provisional=course.due.provisional,
        calendar_version=calendar.version,
        state=DeadlineState.RUNNING,
        met_on=None,
        next_at=course.next_at,
        next_point=course.next_point,
    )


@dataclass(frozen=True, slots=True)
class _Course:
    """What a period comes to that begins on a day: the same for every petition of that day."""

    article: str
    due: Due
    due_at: datetime
    next_at: datetime
    next_point: Point


@lru_cache(maxsize=1024)
def _course(period: Period, on: date, due_on: date | None, calendar: WorkCalendar) -> _Course:
    due = _first_due(period, on=on, due_on=due_on, calendar=calendar)
    next_point, next_at = _points(period, calendar, starts_on=on, due_on=due.due_on)[0]
    return _Course(period.article, due, end_instant(due.due_on), next_at, next_point)


def meet(deadline: Deadline, on: date) -> bool:
    """The act was done on that day, in time or late. False, and no change, when it was closed before."""
    if not deadline.state.open:
        return False
    deadline.state = DeadlineState.MET if on <= deadline.due_on else DeadlineState.MET_LATE
    deadline.met_on = on
    _await_next(deadline, ())
    return True


def cease(deadline: Deadline) -> bool:
    """The duty or right has fallen away. False, and no change, when it was closed before."""
    if not deadline.state.open:
        return False
    deadline.state = DeadlineState.CEASED
    _await_next(deadline, ())
    return True


def resume(deadline: Deadline, period: Period, *, calendar: WorkCalendar) -> None:
    """A period that was met runs on: what met it does not stand. A request for review was not accepted
    (信访工作条例第三十五条), or the organ that decided may not know of the case (第三十条).

    Its end is the one it had; what was warned of before is not said again, so only the end is awaited.
    """
    deadline.state, deadline.met_on = DeadlineState.RUNNING, None
    _await_next(deadline, _points_of(deadline, period, calendar)[-1:])


def extend(deadline: Deadline, period: Period, *, days: int, calendar: WorkCalendar, on: date) -> None:
    """Lengthen the period by ``days`` of its unit, decided on the day ``on``, the due day at the latest.

    Several extensions add up against the limits of the rule (信访工作条例第三十四条). Raises
    ExtensionNotAllowed, ExtensionTooLate, ExtensionTooLong, or InvalidField for fewer days than one.
    """
    rule, length = period.extension, deadline.length
    if rule is None or length is None or period.length is None:
        raise ExtensionNotAllowed(rule=period.rule, title=period.title, article=period.article)
    if deadline.state is not DeadlineState.RUNNING or on > deadline.due_on:
        raise ExtensionTooLate(due_on=deadline.due_on, article=str(rule.citation))
    if days < 1:
        raise InvalidField(
            code="too_small",
            zh="延期至少一日",
            en="An extension is at least one day",
            pointer="/days",
        )
    extended = length - period.length
    left = _extension_left(rule, length, extended)
    if days > left:
        raise ExtensionTooLong(days=days, extended=extended, left=left, article=str(rule.citation))
    deadline.length = length + days
    _move(deadline, period, calendar)
    # The end is a new one, so its warnings come anew; those whose morning is already past stay unsaid.
    points = _points_of(deadline, period, calendar)
    _await_next(deadline, ((point, at) for point, at in points if at > start_instant(on)))


def exclude_days(deadline: Deadline, period: Period, *, days: int, calendar: WorkCalendar) -> None:
    """Leave ``days`` more out of the count: a re-review hearing (信访工作条例第三十六条第二款).

    An overdue deadline runs again to its new end; the next ``pass_point`` tells whether that is past too.
    """
    if not period.excludes_hearing:
        raise ValueError(f"{period.rule}: no days are excluded from this period")
    if days < 1:
        raise ValueError(f"{days} days excluded: a hearing takes at least one")
    if deadline.state is DeadlineState.OVERDUE:
        deadline.state = DeadlineState.RUNNING
        deadline.next_point = Point.OVERDUE
    deadline.excluded_days += days
    _move(deadline, period, calendar)
    _await_next(deadline, _pending(deadline, period, calendar))


def recompute(deadline: Deadline, period: Period, *, calendar: WorkCalendar) -> bool:
    """Bring a running deadline to another calendar. True when its last day moved.

    Meant for every running deadline of another ``calendar_version``, not the provisional ones alone: a notice
    also moves days of the December before its year.
    """
    if deadline.state is not DeadlineState.RUNNING:
        return False
    before = deadline.due_on
    _move(deadline, period, calendar)
    _await_next(deadline, _pending(deadline, period, calendar))
    return deadline.due_on != before


def ran_out(deadline: Deadline, *, now: datetime) -> bool:
    """Whether a right can be used no more. While its last day is provisional, nobody can say that it is past:
    the notice of that year may move it. The doubt is for whoever has the right.
    """
    if deadline.state is DeadlineState.LAPSED:
        return True
    return now >= deadline.due_at and not deadline.provisional


def put_off_lapse(deadline: Deadline, *, now: datetime) -> bool:
    """Hold back a lapse that is due on a provisional day, until the next morning. False when there is none.

    It lapses once the year's calendar is published and the clock was counted again: :func:`recompute`.
    """
    due = deadline.next_point == Point.LAPSED and deadline.next_at is not None and now >= deadline.next_at
    if due and deadline.provisional:
        deadline.next_at = start_instant(local_date(now) + ONE_DAY)
        return True
    return False


def pass_point(deadline: Deadline, period: Period, *, now: datetime, calendar: WorkCalendar) -> Point | None:
    """The point reached at ``now`` (aware), or None. Each point is yielded once and in order.

    After a downtime several points may have been reached: call until None. The last point turns the deadline
    overdue or, when it is a right, lapsed.
    """
    if deadline.next_at is None or deadline.next_point is None or now < deadline.next_at:
        return None
    reached, at = Point(deadline.next_point), deadline.next_at
    if reached in (Point.OVERDUE, Point.LAPSED):
        deadline.state = DeadlineState(reached.value)
        _await_next(deadline, ())
    else:
        _await_next(deadline, (later for later in _points_of(deadline, period, calendar) if later[1] > at))
    return reached


def _first_due(period: Period, *, on: date, due_on: date | None, calendar: WorkCalendar) -> Due:
    if period.length is not None and due_on is None:
        return _count(period, on, period.length, calendar)
    if period.length is not None or due_on is None:
        raise ValueError(
            f"{period.rule}: due_on goes with periods whose date an act sets, and only with them"
        )
    if due_on < on:
        raise DueDateBeforeStart(rule=period.rule, title=period.title, due_on=due_on, starts_on=on)
    return Due(due_on=due_on, raw_last_day=due_on, provisional=False)


def _extension_left(rule: Extension, length: int, extended: int) -> int:
    """How many more days the rule allows: the narrower of its limits on the extension and on the whole."""
    limits = []
    if rule.max_days is not None:
        limits.append(rule.max_days - extended)
    if rule.max_total_days is not None:
        limits.append(rule.max_total_days - length)
    return max(0, min(limits))


def _count(period: Period, on: date, length: int, calendar: WorkCalendar, *, excluded_days: int = 0) -> Due:
    return end_of_period(
        calendar,
        on,
        length,
        period.unit,
        roll_forward=period.roll_forward,
        excluded_days=excluded_days,
    )


def _move(deadline: Deadline, period: Period, calendar: WorkCalendar) -> None:
    """Count again and set the last day. A date that an act set stands as it was set."""
    deadline.calendar_version = calendar.version
    if deadline.length is None:
        return
    due = _count(period, deadline.starts_on, deadline.length, calendar, excluded_days=deadline.excluded_days)
    deadline.raw_last_day, deadline.due_on = due.raw_last_day, due.due_on
    deadline.due_at, deadline.provisional = end_instant(due.due_on), due.provisional


def _points_of(deadline: Deadline, period: Period, calendar: WorkCalendar) -> list[tuple[Point, datetime]]:
    """See :func:`_points`."""
    return _points(period, calendar, starts_on=deadline.starts_on, due_on=deadline.due_on)


def _points(
    period: Period, calendar: WorkCalendar, *, starts_on: date, due_on: date
) -> list[tuple[Point, datetime]]:
    """The points of a deadline in their order, each with its UTC instant.

    A point not later than the start says nothing, nor does a yellow that would not come before red.
    """
    yellow = _yellow_day(period, starts_on, due_on)
    red = _red_day(period, calendar, due_on)
    points = []
    if starts_on < yellow < red:
        points.append((Point.YELLOW, start_instant(yellow)))
    if starts_on < red:
        points.append((Point.RED, start_instant(red)))
    last = Point.LAPSED if period.is_right else Point.OVERDUE
    return [*points, (last, end_instant(due_on))]


def _yellow_day(period: Period, starts_on: date, due_on: date) -> date:
    """The first day on whose morning no more than the given part of the days is left, itself included."""
    left = int((due_on - starts_on).days * period.warnings.yellow_left)
    return due_on + ONE_DAY - timedelta(days=left)


def _red_day(period: Period, calendar: WorkCalendar, due_on: date) -> date:
    """The first of the last working days; the due day is one of them if it is worked."""
    day = due_on + ONE_DAY
    for _ in range(period.warnings.red_working_days):
        day = calendar.workday_before(day)
    return day


def _pending(deadline: Deadline, period: Period, calendar: WorkCalendar) -> Iterable[tuple[Point, datetime]]:
    """The points not yet reached, after the last day has moved."""
    order = list(Point)
    passed = 0 if deadline.next_point is None else order.index(Point(deadline.next_point))
    return (each for each in _points_of(deadline, period, calendar) if order.index(each[0]) >= passed)


def _await_next(deadline: Deadline, points: Iterable[tuple[Point, datetime]]) -> None:
    """Wait for the first of these points; with none, for nothing."""
    deadline.next_point, deadline.next_at = next(iter(points), (None, None))
