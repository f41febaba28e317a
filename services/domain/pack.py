"""Reading a rule pack from the plain dict of its TOML file.

A pack that cannot be read stops the start: an unknown word, a missing length or a field that nobody reads is
an error that names rule and field, never "no rule".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TypeVar

from services.domain.calendar import Unit
from services.domain.pack_row import PackError, Row
from services.domain.petition import Path, Purpose, Tier
from services.domain.statute import (
    Answer,
    Basis,
    Citation,
    Extension,
    Ground,
    Obliged,
    Outcome,
    Period,
    Representatives,
    Rule,
    RulePack,
    Source,
    Trigger,
    WarningPoints,
)

__all__ = ["PackError", "parse_pack"]

# What the chain cannot do without: a pack that lacks one of these is refused at the start, not in a case.
REQUIRED_PERIODS = frozenset({"D1", "D2", "D3", "D4", "D5", "D7", "D8", "D9", "D10", "D11", "DR"})
SET_BY_ACT = "set_by_act"
ON_LAPSE = ("final", "kept")

T = TypeVar("T")


def parse_pack(raw: Mapping[str, object], packs: Mapping[str, RulePack] | None = None) -> RulePack:
    """Turn the dict of a pack's TOML file into a RulePack. Raises PackError naming rule and field.

    ``packs`` holds the packs that the file names: the one it ``extends`` (is read over) and the one it
    ``succeeds`` (replaces).
    """
    head = Row(raw, f"规则包 {raw.get('id', '(无 id)')}")
    base, predecessor = _named(head, "extends", packs or {}), _named(head, "succeeds", packs or {})
    law = _Law(head, base)
    pack = RulePack(
        id=law.id,
        title=head.text("title"),
        short_title=law.short_title,
        note=head.optional_text("note"),
        region_prefix=head.optional_text("region_prefix"),
        in_force_from=law.first,
        in_force_to=law.last,
        warnings=law.warnings,
        periods=_periods(law),
        grounds=law.section("ground", "id", _ground, base.grounds if base else ()),
        outcomes=law.section("outcome", "code", _outcome, base.outcomes if base else ()),
        finality=law.section("finality", "id", _rule, base.finality if base else ()),
        reviewing=law.section("reviewing", "id", _rule, base.reviewing if base else ()),
        supervision=law.section("supervision", "code", _trigger, base.supervision if base else ()),
        routing=law.section("routing", "id", _rule, base.routing if base else ()),
        base=base,
        predecessor=predecessor,
    )
    head.done()
    if missing := REQUIRED_PERIODS - {period.rule for period in pack.periods}:
        raise PackError(f"规则包 {pack.id}: 缺少期限 {'、'.join(sorted(missing))}")
    ends = {rule.code for rule in pack.finality}
    if unknown := {code for ground in pack.grounds for code in ground.after} - ends:
        raise PackError(f"规则包 {pack.id}: after 写了没有的终结情形 {'、'.join(sorted(unknown))}")
    if law.twice:
        raise PackError(f"规则包 {pack.id}: 重复的条目 {'、'.join(law.twice)}")
    return pack


class _Law:
    """What every row of a pack needs to know of its law, and how its sections are read over the base's."""

    def __init__(self, head: Row, base: RulePack | None) -> None:
        self.head, self.base = head, base
        self.id, self.short_title = head.text("id"), head.text("short_title")
        self.first, self.last = head.day("in_force_from"), head.optional_day("in_force_to")
        if self.last and self.last < self.first:
            raise head.fault("in_force_to", "早于施行之日")
        own = head.optional_row("warnings")
        inherited = base.warnings if base and not own else None
        self.warnings = inherited or _warnings(own or head.row("warnings"))
        self.twice: list[str] = []

    def section(
        self, field: str, key: str, read: Callable[[Row, _Law], T], inherited: tuple[T, ...]
    ) -> tuple[T, ...]:
        """The rows of one section: the base's in their order, the own ones in the place of their like."""
        own = self.rows(field, key, read, lambda row: str(getattr(row, key)))
        stated = {getattr(row, key): row for row in own}
        kept = {getattr(row, key): stated.get(getattr(row, key), row) for row in inherited}
        return tuple((kept | stated).values())

    def rows(
        self, field: str, key: str, read: Callable[[Row, _Law], T], identity: Callable[[T], str]
    ) -> tuple[T, ...]:
        """The pack's own rows of a section; those that stand twice are told when all has been read."""
        found = self.head.rows(field, key, lambda row: read(row, self), optional=self.base is not None)
        keys = [identity(row) for row in found]
        self.twice += sorted({key for key in keys if keys.count(key) > 1})
        return found


def _named(head: Row, field: str, packs: Mapping[str, RulePack]) -> RulePack | None:
    name = head.optional_text(field)
    if name is not None and name not in packs:
        raise head.fault(field, f"没有规则包 {name}")
    return packs[name] if name is not None else None


def _periods(law: _Law) -> tuple[Period, ...]:
    """Own periods, and the base's for the rules that the pack does not state; a base's order is by number."""
    own = law.rows("period", "rule", _period, lambda row: f"{row.rule} {row.in_force_from}")
    if law.base is None:
        return own
    stated = {row.rule for row in own}
    inherited = (row for row in law.base.periods if row.rule not in stated)
    return tuple(sorted((*own, *inherited), key=lambda row: (_numbers(row.rule), row.in_force_from)))


def _numbers(rule: str) -> tuple[float, ...]:
    """D8 before D8.1 before D10; what has no number comes last."""
    parts = rule.lstrip("D").split(".")
    return tuple(int(part) if part.isdigit() else float("inf") for part in parts)


def _period(row: Row, law: _Law) -> Period:
    extension, own_warnings = row.optional_row("extension"), row.optional_row("warnings")
    by_act = row.get("length") == SET_BY_ACT
    default_length = row.optional_count("default_length") if by_act else None
    period = Period(
        rule=row.text("rule"),
        name=row.text("name"),
        title=row.text("title"),
        obliged=row.choice("obliged", Obliged),
        starts_on=row.choice("starts_on", Basis),
        length=None if by_act else row.count("length"),
        default_length=default_length,
        unit=row.choice("unit", Unit, default=Unit.NATURAL if by_act and not default_length else None),
        roll_forward=row.flag("roll_forward", default=True),
        paths=row.choices("paths", Path),
        extension=_extension(extension, law) if extension else None,
        excludes_hearing=row.flag("excludes_hearing"),
        on_lapse=row.optional_text("on_lapse"),
        warnings=_warnings(own_warnings) if own_warnings else law.warnings,
        in_force_from=row.optional_day("in_force_from") or law.first,
        in_force_to=row.optional_day("in_force_to") or law.last,
        citation=_citation(row, law),
    )
    if period.on_lapse is not None and period.on_lapse not in ON_LAPSE:
        raise row.fault("on_lapse", f"应当是 {'、'.join(ON_LAPSE)} 之一")
    if period.in_force_to and period.in_force_to < period.in_force_from:
        raise row.fault("in_force_to", "早于施行之日")
    row.done()
    return period


def _extension(row: Row, law: _Law) -> Extension:
    extension = Extension(
        rule=row.text("rule"),
        max_days=row.optional_count("max_days"),
        max_total_days=row.optional_count("max_total_days"),
        approver=row.text("approver"),
        citation=_citation(row, law),
    )
    if extension.max_days is None and extension.max_total_days is None:
        raise row.fault("max_days", "与 max_total_days 至少写明一项")
    row.done()
    return extension


def _warnings(row: Row) -> WarningPoints:
    try:
        yellow_left = Fraction(row.text("yellow_left"))
    except (ValueError, ZeroDivisionError) as fault:
        raise row.fault("yellow_left", '应当是分数,如 "1/3"') from fault
    if not 0 < yellow_left < 1:
        raise row.fault("yellow_left", "应当在 0 与 1 之间")
    warnings = WarningPoints(yellow_left=yellow_left, red_working_days=row.count("red_working_days"))
    row.done()
    return warnings


def _ground(row: Row, law: _Law) -> Ground:
    ground = Ground(
        id=row.text("id"),
        title=row.text("title"),
        answer=row.choice("answer", Answer),
        tell=row.text("tell"),
        links_earlier=row.flag("links_earlier"),
        names_organ=row.flag("names_organ"),
        citation=_citation(row, law),
        representatives=row.rows("representatives", "most", _representatives, optional=True),
        after=row.texts("after"),
    )
    if ground.id == RulePack.JOINT_VISIT and [each.up_to for each in ground.representatives][-1:] != [None]:
        raise row.fault("representatives", "应当写明代表人数,最后一条不限走访人数")
    row.done()
    return ground


def _representatives(row: Row) -> Representatives:
    limit = Representatives(up_to=row.optional_count("up_to"), most=row.count("most"))
    row.done()
    return limit


def _outcome(row: Row, law: _Law) -> Outcome:
    outcome = Outcome(
        code=row.text("code"),
        title=row.text("title"),
        tiers=row.choices("tiers", Tier),
        purposes=row.choices("purposes", Purpose),
        followed_up=row.flag("followed_up"),
        orders_anew=row.flag("orders_anew"),
        citation=_citation(row, law),
    )
    if not outcome.tiers:
        raise row.fault("tiers", "缺少")
    row.done()
    return outcome


def _rule(row: Row, law: _Law) -> Rule:
    rule = Rule(
        id=row.text("id"),
        code=row.text("code"),
        title=row.text("title"),
        text=row.text("text"),
        citation=_citation(row, law),
    )
    row.done()
    return rule


def _trigger(row: Row, law: _Law) -> Trigger:
    trigger = Trigger(
        code=row.text("code"),
        title=row.text("title"),
        automatic=row.flag("automatic"),
        threshold=row.optional_count("threshold") or 1,
        citation=_citation(row, law),
    )
    row.done()
    return trigger


def _citation(row: Row, law: _Law) -> Citation:
    source = row.choice("source", Source, default=Source.STATUTE)
    own_law = {Source.STATUTE: law.short_title, Source.PRACTICE: ""}
    citation = Citation(
        law=row.text("law") if source is Source.LOCAL else own_law[source],
        article=row.text("article"),
        quote=row.optional_text("quote"),
        source=source,
        reason=row.optional_text("reason"),
        see_also=row.texts("see_also"),
        note=row.optional_text("note"),
        pack=law.id,
    )
    if source is Source.PRACTICE and (citation.quote or not citation.reason):
        raise row.fault("reason", "惯例(practice)应当写明理由,不得引用原文")
    if source is not Source.PRACTICE and not citation.quote:
        raise row.fault("quote", "应当引用所依据的原文")
    return citation
