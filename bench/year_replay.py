"""The clocks of a petition, computed again from nothing but its ledger.

Assumes that whoever passes the points of the clocks does so on every new day before anyone acts on it, as
the simulator sees to: then what is told of a clock depends on the days of the acts alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta, timezone

from bench.year_count import BY_ACT, LAPSED, LENGTHS, NATURAL, ORDER, is_certain, last_day, points
from services.domain.ledger import Event

SHANGHAI = timezone(timedelta(hours=8))
RUNNING, ENDED_LATE = ("running", "overdue"), ("overdue", "lapsed")
OF_A_DISPATCH = ("D3", "D4", "D11", "D13.2", "D13.3")


@dataclass(slots=True)
class Clock:
    """A clock as the ledger has it. ``told`` are the points said of it, each with the due day it then had."""

    rule: str
    created: date
    starts_on: date
    due_on: date
    length: int
    subject: str | None = None
    excluded: int = 0
    state: str = "running"
    met_on: date | None = None
    waits: list[tuple[str, date]] = field(default_factory=list)
    told: list[tuple[str, date]] = field(default_factory=list)

    def pass_until(self, day: date) -> None:
        """Every morning after the day on which it was set going, up to that of ``day``."""
        while self.waits and self.created < day and self.waits[0][1] <= day:
            if self.waits[0][0] == LAPSED and not is_certain(self.due_on):
                return  # no right lapses before the calendar of that year is published (民法典 203)
            point, _ = self.waits.pop(0)
            self.told.append((point, self.due_on))
            if point in ENDED_LATE:
                self.state = point

    def close(self, state: str, met_on: date | None = None) -> None:
        self.state, self.met_on, self.waits = state, met_on, []

    def meet(self, day: date) -> None:
        self.close("met" if day <= self.due_on else "met_late", day)

    def move(self, *, days: int = 0, excluded: int = 0) -> None:
        self.length += days
        self.excluded += excluded
        unit = LENGTHS[self.rule][1]
        if unit != BY_ACT:
            self.due_on = last_day(self.starts_on, self.length + self.excluded, unit)

    def lengthen(self, days: int, today: date) -> None:
        """An extension: the warnings come anew for the new end, but for those of mornings gone by."""
        self.move(days=days)
        self.waits = [each for each in points(self.rule, self.starts_on, self.due_on) if each[1] > today]

    def leave_out(self, days: int) -> None:
        """A hearing's days: what was said is not said again, but that it is over, if it then is."""
        expected = self.waits[0][0] if self.waits else ORDER[2]
        self.state = "running"
        self.move(excluded=days)
        later = ORDER.index(expected)
        following = points(self.rule, self.starts_on, self.due_on)
        self.waits = [each for each in following if ORDER.index(each[0]) >= later]

    def resume(self) -> None:
        self.state, self.met_on = "running", None
        self.waits = list(points(self.rule, self.starts_on, self.due_on)[-1:])


@dataclass(frozen=True, slots=True)
class Final:
    ground: str
    on: date


class Replay:
    """``clocks`` after the events given, ``final`` the end that stands, ``faults`` what does not fit."""

    def __init__(self, redo_by: Mapping[str, tuple[date, date | None]]) -> None:
        """``redo_by``: for each opinion id the day it was issued and the date it set, if it set one."""
        self.clocks: list[Clock] = []
        self.final: Final | None = None
        self.faults: list[str] = []
        self._redo = redo_by
        self._sent: dict[str, date] = {}
        self._heard: dict[str, set[date]] = {}
        self._served: date | None = None
        self._unserved: Clock | None = None
        self._carried_out: date | None = None

    def run(self, events: Iterable[Event], *, until: date) -> Replay:
        """Take the events in their order; then pass the mornings up to that of ``until``."""
        for event in events:
            handler = HANDLERS.get(event.kind)
            if handler is not None:
                day = event.at.astimezone(SHANGHAI).date()
                self._pass(day)
                handler(self, event.data, day)
        self._pass(until)
        return self

    def _pass(self, day: date) -> None:
        for clock in self.clocks:
            clock.pass_until(day)

    def _running(self, *rules: str, of: object = None) -> list[Clock]:
        """Those of these rules (all, when none is named), of one dispatch or review, or of any."""
        running = [each for each in self.clocks if each.state in RUNNING]
        return [
            each
            for each in running
            if (not rules or each.rule in rules) and (of is None or each.subject == of)
        ]

    def _meet(self, day: date, *rules: str, of: object = None) -> None:
        for clock in self._running(*rules, of=of):
            clock.meet(day)

    def _cease(self, *rules: str, of: object = None) -> None:
        for clock in self._running(*rules, of=of):
            clock.close("ceased")

    def _start(self, rule: str, day: date, *, on: date, due: date | None = None, of: object = None) -> Clock:
        length, unit = LENGTHS[rule]
        end = due if unit == BY_ACT and due else last_day(on, length, unit if length else NATURAL)
        subject = None if of is None else str(of)
        clock = Clock(rule, day, on, end, length, subject, waits=list(points(rule, on, end)))
        self.clocks.append(clock)
        return clock

    def _expect(self, what: str, found: object, wanted: object) -> None:
        if found != wanted:
            self.faults.append(f"{what}: {found}, by the ledger {wanted}")

    # -- one method an act; ``day`` is the day of the act -------------------------------------------------

    def registered(self, data: Mapping[str, object], day: date) -> None:
        for told in _told(data):
            self._start(str(told["rule"]), day, on=_date(data["received_on"]))

    def dispatched(self, data: Mapping[str, object], day: date) -> None:
        if data["role"] != "lead":
            return
        self._sent[str(data["dispatch_id"])] = day
        self._meet(day, "D1")
        if not data.get("kept"):  # an organ that kept what it received itself has yet to tell so
            self._meet(day, "D2")
        for told in _told(data):
            rule, due = str(told["rule"]), _date(told["due_on"])
            on = min(day, due) if rule == "D11" else day
            self._start(rule, day, on=on, due=due if rule == "D11" else None, of=data["dispatch_id"])

    def declined(self, data: Mapping[str, object], day: date) -> None:
        self._meet(day, "D1", "D2")
        self._cease()

    def refused(self, data: Mapping[str, object], day: date) -> None:
        self._meet(day, "D2", "D3", "D13.2")
        self._cease()

    def accepted(self, data: Mapping[str, object], day: date) -> None:
        self._meet(day, "D2", "D3")
        self._cease("D4")
        if data["path"] != "petition_procedure":
            self._cease("D5")
        elif not self._running("D5", "DR"):  # accepted before, by another: the petitioner waits since then
            self._start("D5", day, on=day)
        simple = data.get("procedure") == "simple"
        if simple and not self._running("D13.2"):
            self._start("D13.2", day, on=self._sent[str(data["dispatch_id"])])
        self._meet(day, "D13.2")
        if simple:
            self._start("D13.3", day, on=day)

    def objected(self, data: Mapping[str, object], day: date) -> None:
        self._meet(day, "D4")

    def taken_away(self, data: Mapping[str, object], day: date) -> None:
        self._cease(*OF_A_DISPATCH)
        if self._unserved:  # an opinion that nobody was served met nothing
            self._unserved.resume()
            self._unserved = None

    def objection_upheld(self, data: Mapping[str, object], day: date) -> None:
        self._cease("D3", "D11", "D13.2")

    def disputed(self, data: Mapping[str, object], day: date) -> None:
        self._cease("D3", "D4", "D11", "D13.2")

    def redirected(self, data: Mapping[str, object], day: date) -> None:
        """Whoever passed an assignment on still reports on it."""
        self._cease("D3", "D13.2")
        self._cease("D11", of=data["dispatch_id"])

    def referred(self, data: Mapping[str, object], day: date) -> None:
        self._meet(day, "D2", "D3")
        self._cease("D4", "D13.2")

    def moved(self, data: Mapping[str, object], day: date) -> None:
        clock = self._running(str(data["rule"]))[-1]
        if data["cause"] == "extension":
            clock.lengthen(int(str(data["days"])), day)
        elif data["cause"] == "calendar":
            clock.due_on = _date(data["to"])
        self._expect(f"{clock.rule} moved to", _date(data["to"]), clock.due_on)

    def hearing(self, data: Mapping[str, object], day: date) -> None:
        first, last = _date(data["from"]), _date(data["to"])
        heard = self._heard.setdefault(str(data["review_id"]), set())
        days = {date.fromordinal(each) for each in range(first.toordinal(), last.toordinal() + 1)}
        for clock in self._running("D10", of=data["review_id"]):
            if days - heard and first <= clock.due_on:
                clock.leave_out(len(days - heard))
        heard |= days

    def reported(self, data: Mapping[str, object], day: date) -> None:
        self._meet(day, "D11", of=data["dispatch_id"])

    def answered(self, data: Mapping[str, object], day: date) -> None:
        self._unserved = next(iter(self._running("D5", "DR")), None)
        self._meet(day, "D5", "DR", "D13.3")

    def served(self, data: Mapping[str, object], day: date) -> None:
        self._unserved = None
        self._served = _date(data["served_on"])
        window = {"handling": "D7", "review": "D9"}.get(str(data["tier"]))
        if window:
            self._start(window, day, on=self._served)

    def concluded(self, data: Mapping[str, object], day: date) -> None:
        self._cease()

    def requested(self, data: Mapping[str, object], day: date) -> None:
        ask, decide = ("D7", "D8") if data["tier"] == "review" else ("D9", "D10")
        lapsed = [each for each in self.clocks if each.rule == ask and each.state == "lapsed"]
        late = lapsed[-1:] if data.get("late") else []
        for window in (*self._running(ask), *late):
            window.meet(day)
        self._start(decide, day, on=day, of=data["review_id"])

    def not_requested(self, data: Mapping[str, object], day: date) -> None:
        for clock in self._running("D8", "D10", of=data["review_id"]):
            clock.close("ceased")
            asked = {"D8": "D7", "D10": "D9"}[clock.rule]
            [each for each in self.clocks if each.rule == asked][-1].resume()

    def reviewed(self, data: Mapping[str, object], day: date) -> None:
        self._meet(day, "D8", "D10", of=data["review_id"])

    def review_moved(self, data: Mapping[str, object], day: date) -> None:
        """The organ was accused since: what it decided and nobody was served is decided anew, in time."""
        for clock in self.clocks:
            if clock.subject == data["review_id"] and clock.state in ("met", "met_late"):
                clock.resume()

    def remanded(self, data: Mapping[str, object], day: date) -> None:
        issued_on, redo_by = self._redo[str(data["opinion_id"])]
        if not data.get("clocks"):
            return  # the organ has been accused since: the desk has it
        if redo_by:
            self._start("DR", day, on=issued_on, due=redo_by)
        else:
            self._start("D5", day, on=_date(data["served_on"]))

    def turned_ordinary(self, data: Mapping[str, object], day: date) -> None:
        self._cease("D13.3")

    def carried_out(self, data: Mapping[str, object], day: date) -> None:
        self._carried_out = _date(data["carried_out_on"])

    def became_final(self, data: Mapping[str, object], day: date) -> None:
        ground, on = str(data["ground"]), _date(data["on"])
        if ground == "time_lapsed":
            window = [each for each in self.clocks if each.rule in ("D7", "D9")][-1]
            self._expect("lapsed into finality on", (on, window.state), (window.due_on, "lapsed"))
            self._expect("lapsed before its last day was over", day <= window.due_on, False)
        elif ground == "re_review_served":
            self._expect("final by service on", on, self._served)
        elif ground == "agreement_carried_out" and on != day:  # or on the day when a review left it standing
            self._expect("final by an agreement on", on, self._carried_out)
        self.final = Final(ground, on)
        self._cease()

    def reopened(self, data: Mapping[str, object], day: date) -> None:
        self.final = None


def _told(data: Mapping[str, object]) -> list[Mapping[str, object]]:
    told = data.get("clocks") or []
    assert isinstance(told, list)
    return told


def _date(value: object) -> date:
    return date.fromisoformat(str(value))


HANDLERS: dict[str, Callable[[Replay, Mapping[str, object], date], None]] = {
    "registered": Replay.registered,
    "dispatched": Replay.dispatched,
    "declined": Replay.declined,
    "refused": Replay.refused,
    "accepted": Replay.accepted,
    "objected": Replay.objected,
    "objection_upheld": Replay.objection_upheld,
    "dispute_raised": Replay.disputed,
    "redirected": Replay.redirected,
    "referred": Replay.referred,
    "recalled": Replay.taken_away,
    "transferred": Replay.taken_away,
    "deadline_moved": Replay.moved,
    "hearing_held": Replay.hearing,
    "reported": Replay.reported,
    "opinion_issued": Replay.answered,
    "served": Replay.served,
    "served_and_concluded": Replay.concluded,
    "review_requested": Replay.requested,
    "review_declined": Replay.not_requested,
    "review_decided": Replay.reviewed,
    "review_moved": Replay.review_moved,
    "remanded": Replay.remanded,
    "turned_ordinary": Replay.turned_ordinary,
    "carried_out": Replay.carried_out,
    "became_final": Replay.became_final,
    "reopened": Replay.reopened,
    "review_reopened": Replay.reopened,
    "withdrawn": Replay.concluded,
}
