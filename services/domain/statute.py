"""A rule pack: the law as dated rows, each with its article and the words it rests on.

Packs are written in TOML (``services/statutes``) and read by ``pack.parse_pack``. Old rows are never edited:
when the law changes, a newer row stands beside the old one, or a newer pack succeeds the old one, so that an
old case is still judged by the law of its day. A local pack is read over the national one: the rows it does
not state are the national ones. The code knows rule ids (D5), never an article number or a length.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import ClassVar, TypeVar

from services.domain.calendar import Unit
from services.domain.petition import Path, Purpose, Tier


class NoSuchRule(LookupError):
    """The pack has no such rule."""


class RuleNotInForce(NoSuchRule):
    """The pack has the rule, but none of its rows is in force on that day."""


class Source(StrEnum):
    """On what a row rests. Only rows of ``STATUTE`` quote the pack's own law."""

    STATUTE = "statute"
    LOCAL = "local"  # the pack's law is silent; the row borrows from a local regulation that it names
    PRACTICE = "practice"  # no text says it; the row gives its reason instead of a quotation


class Basis(StrEnum):
    """The day from which a period runs. That day itself is not counted (民法典 201)."""

    RECEIVED = "received"
    DISPATCHED = "dispatched"
    ACCEPTED = "accepted"
    SERVED = "served"
    REVIEW_REQUESTED = "review_requested"
    REVIEW_SERVED = "review_served"
    RE_REVIEW_REQUESTED = "re_review_requested"
    ASSIGNED = "assigned"
    SUGGESTED = "suggested"
    REMANDED = "remanded"


class Obliged(StrEnum):
    """Whose the period is. The petitioner's periods are rights, not duties: see ``Period.is_right``."""

    PETITION_OFFICE = "petition_office"
    ORGAN = "organ"
    REVIEWING_ORGAN = "reviewing_organ"
    PETITIONER = "petitioner"


class Answer(StrEnum):
    """What an organ does on a ground of non-acceptance; always in writing, with reasons, on the record."""

    DECLINE = "decline"
    NO_LONGER_ACCEPT = "no_longer_accept"
    GUIDE = "guide"  # to the desk that is the right one
    ASK = "ask"  # the petition is recorded all the same


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a row stands: ``law`` and ``article``, the words themselves, or for practice the reason.

    ``pack`` is the id of the pack whose file holds the row: in a local pack, the national one's for every row
    that it does not state itself. ``note`` tells the reader where two laws disagree and what was chosen.
    """

    law: str
    article: str
    quote: str | None
    source: Source
    reason: str | None
    see_also: tuple[str, ...]
    note: str | None
    pack: str

    def __str__(self) -> str:
        return f"{self.law}{self.article}"


@dataclass(frozen=True, slots=True)
class WarningPoints:
    """Yellow when this part of the days is left, red in the last working days, the due day included."""

    yellow_left: Fraction
    red_working_days: int


@dataclass(frozen=True, slots=True)
class Extension:
    """By how many units a period may be lengthened, in one step or several; None sets no such limit.

    ``max_days`` bounds what is added, ``max_total_days`` the period with all that is added.
    """

    rule: str
    max_days: int | None
    max_total_days: int | None
    approver: str
    citation: Citation


@dataclass(frozen=True, slots=True)
class Period:
    """One dated row of D1 …: who must do what, from which day, in how many units.

    ``length`` is None where the act itself sets the date (D11, D12, DR); ``default_length`` is then what the
    law gives for want of one. ``paths`` empty means every path. ``on_lapse`` says what a right comes to that
    is not used: "final" ends the chain, "kept" leaves the case with the organ that did not object.
    """

    rule: str
    name: str
    title: str
    obliged: Obliged
    starts_on: Basis
    length: int | None
    default_length: int | None
    unit: Unit
    roll_forward: bool
    paths: tuple[Path, ...]
    extension: Extension | None
    excludes_hearing: bool
    on_lapse: str | None
    warnings: WarningPoints
    in_force_from: date
    in_force_to: date | None
    citation: Citation

    def __hash__(self) -> int:
        """Of what tells a pack's rows apart: all of it would be hashed anew at every look into a table."""
        return hash((self.citation.pack, self.rule, self.in_force_from))

    @property
    def article(self) -> str:
        """Law and article, as people read them: 信访工作条例第三十四条."""
        return str(self.citation)

    @property
    def quote(self) -> str | None:
        return self.citation.quote

    @property
    def source(self) -> Source:
        return self.citation.source

    @property
    def longest(self) -> int | None:
        """The length with all that the extension can add, in units of the period; None without either."""
        if self.length is None or self.extension is None:
            return self.length
        added, total = self.extension.max_days, self.extension.max_total_days
        limits = [self.length + added if added is not None else None, total]
        return min(limit for limit in limits if limit is not None)

    def in_force(self, on: date) -> bool:
        return self.in_force_from <= on <= (self.in_force_to or date.max)

    @property
    def is_right(self) -> bool:
        """Whether it may be left unused: then it lapses, and nobody is late."""
        return self.on_lapse is not None or self.obliged is Obliged.PETITIONER

    def applies_to(self, path: str) -> bool:
        """Whether petitions on this path (信访工作条例 31) have the period at all."""
        return not self.paths or path in self.paths


@dataclass(frozen=True, slots=True)
class Representatives:
    """How many representatives a joint visit of at most ``up_to`` people (None: of any number) may have."""

    up_to: int | None
    most: int


@dataclass(frozen=True, slots=True)
class Ground:
    """A1 … A7: why something is not accepted, and ``tell``, what the petitioner is told instead.

    Grounds with ``links_earlier`` point to the earlier petition; with ``names_organ`` they say who has it.
    ``after``: the codes of finality after which the earlier petition bars its repetition on this ground.
    ``representatives`` of A7 are read from the first row on; the last is of any number of people.
    """

    id: str
    title: str
    answer: Answer
    tell: str
    links_earlier: bool
    names_organ: bool
    citation: Citation
    representatives: tuple[Representatives, ...] = ()
    after: tuple[str, ...] = ()

    def most_representatives(self, people: int) -> int:
        """How many representatives that many people may choose; a ground without the number: StopIteration"""
        return next(row.most for row in self.representatives if row.up_to is None or people <= row.up_to)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an opinion may decide, at which tiers and for which purposes (none named: all).

    ``followed_up``: until it is carried out. ``orders_anew``: another organ must decide again.
    """

    code: str
    title: str
    tiers: tuple[Tier, ...]
    purposes: tuple[Purpose, ...]
    followed_up: bool
    orders_anew: bool
    citation: Citation


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule in words: routing (R1 …), finality (F1 …), reviewing (by tier). ``text`` goes into reasons."""

    id: str
    code: str
    title: str
    text: str
    citation: Citation

    @property
    def article(self) -> str:
        return str(self.citation)


@dataclass(frozen=True, slots=True)
class Trigger:
    """A ground of supervision. ``automatic``: the system raises it; ``threshold``: after so many times."""

    code: str
    title: str
    automatic: bool
    threshold: int
    citation: Citation


@dataclass(frozen=True)
class RulePack:
    """One law (or regulation) ready for use. ``region_prefix`` None means the whole country.

    The rows are those of the pack and, for what it does not state, those of its ``base`` (each row's
    ``citation.pack`` tells which). ``predecessor`` is the pack that it replaced on ``in_force_from``.
    """

    id: str
    title: str
    short_title: str
    note: str | None
    region_prefix: str | None
    in_force_from: date
    in_force_to: date | None
    warnings: WarningPoints
    periods: tuple[Period, ...]
    grounds: tuple[Ground, ...]
    outcomes: tuple[Outcome, ...]
    finality: tuple[Rule, ...]
    reviewing: tuple[Rule, ...]
    supervision: tuple[Trigger, ...]
    routing: tuple[Rule, ...]
    base: RulePack | None = None
    predecessor: RulePack | None = None

    JOINT_VISIT: ClassVar[str] = "A7"

    @cached_property
    def _rows(self) -> Mapping[str, tuple[Period, ...]]:
        """The rows of each rule: one is looked up for every clock of every petition."""
        rules = {row.rule for row in self.periods}
        return {rule: tuple(row for row in self.periods if row.rule == rule) for rule in rules}

    def on(self, day: date) -> RulePack:
        """The pack that judges what begins on that day. Raises RuleNotInForce when there is none.

        This one while it is in force; before it, the pack it replaced; else the one it is read over.
        """
        if self.in_force_from <= day <= (self.in_force_to or date.max):
            return self
        replaced = self.predecessor if day < self.in_force_from else None
        other = replaced or self.base
        if other is None:
            raise RuleNotInForce(f"规则包 {self.id} 在 {day} 未施行")
        return other.on(day)

    def period(self, rule: str, *, on: date) -> Period:
        """The newest row of the rule in force on that day. Raises NoSuchRule or RuleNotInForce.

        A local row that has ended leaves its place to the base's row.
        """
        judging = self.on(on)
        if judging is not self:
            return judging.period(rule, on=on)
        if rule not in self._rows:
            raise NoSuchRule(f"规则包 {self.id} 没有期限 {rule}")
        current = [row for row in self._rows[rule] if row.in_force(on)]
        if current:
            return max(current, key=lambda row: row.in_force_from)
        if self.base is not None:
            return self.base.period(rule, on=on)
        raise RuleNotInForce(f"规则包 {self.id} 的期限 {rule} 在 {on} 未施行")

    def states(self, citation: Citation) -> bool:
        """Whether the row of this citation is the pack's own, not its base's."""
        return citation.pack == self.id

    def ground(self, id: str) -> Ground:
        return self._one(self.grounds, "不予受理理由", lambda each: each.id == id, id)

    def ground_after(self, finality: str | None) -> Ground | None:
        """On what a repetition of a petition that ended so is not accepted; None: the law bars nobody."""
        return next((each for each in self.grounds if finality in each.after), None)

    def joint_visit(self) -> Ground | None:
        """A7, which says how many representatives there may be; None where the law does not say."""
        return next((each for each in self.grounds if each.id == self.JOINT_VISIT), None)

    def outcome(self, code: str) -> Outcome:
        return self._one(self.outcomes, "处理结果", lambda each: each.code == code, code)

    def finality_ground(self, code: str) -> Rule:
        """By id (F2) or code (time_lapsed)."""
        return self._one(self.finality, "终结情形", lambda each: code in (each.id, each.code), code)

    def reviewing_rule(self, tier: str) -> Rule:
        return self._one(self.reviewing, "复查复核规则", lambda each: each.code == tier, tier)

    def trigger(self, code: str) -> Trigger:
        return self._one(self.supervision, "督办情形", lambda each: each.code == code, code)

    def routing_rule(self, id: str) -> Rule:
        return self._one(self.routing, "去向规则", lambda each: each.id == id, id)

    def _one(self, rows: tuple[_Row, ...], what: str, fits: Callable[[_Row], bool], key: str) -> _Row:
        for row in rows:
            if fits(row):
                return row
        raise NoSuchRule(f"规则包 {self.id} 没有{what} {key}")


_Row = TypeVar("_Row", Ground, Outcome, Rule, Trigger)
