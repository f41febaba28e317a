"""Reading a rule pack from the plain dict of its TOML file.

A pack that cannot be read stops the start: an unknown word, a missing length or a field that nobody reads is
an error that names rule and field, never "no rule".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from services.domain.calendar import Unit
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
    Rule,
    RulePack,
    Source,
    Trigger,
    WarningPoints,
)

# What the chain cannot do without: a pack that lacks one of these is refused at the start, not in a case.
REQUIRED_PERIODS = frozenset({"D1", "D2", "D3", "D4", "D5", "D7", "D8", "D9", "D10", "D11", "DR"})
SET_BY_ACT = "set_by_act"
ON_LAPSE = ("final",)

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


class PackError(ValueError):
    """A rule pack cannot be read; the message names pack, rule and field."""


def parse_pack(raw: Mapping[str, object]) -> RulePack:
    """Turn the dict of a pack's TOML file into a RulePack. Raises PackError naming rule and field."""
    head = _Row(raw, f"规则包 {raw.get('id', '(无 id)')}")
    pack_id, short_title = head.text("id"), head.text("short_title")
    title, region_prefix = head.text("title"), head.optional_text("region_prefix")
    first, last = head.day("in_force_from"), head.optional_day("in_force_to")
    warnings = _warnings(head.row("warnings"))
    pack = RulePack(
        id=pack_id,
        title=title,
        short_title=short_title,
        region_prefix=region_prefix,
        in_force_from=first,
        in_force_to=last,
        warnings=warnings,
        periods=head.rows("period", "rule", lambda row: _period(row, short_title, warnings, first, last)),
        grounds=head.rows("ground", "id", lambda row: _ground(row, short_title)),
        outcomes=head.rows("outcome", "code", lambda row: _outcome(row, short_title)),
        finality=head.rows("finality", "id", lambda row: _rule(row, short_title)),
        reviewing=head.rows("reviewing", "id", lambda row: _rule(row, short_title)),
        supervision=head.rows("supervision", "code", lambda row: _trigger(row, short_title)),
        routing=head.rows("routing", "id", lambda row: _rule(row, short_title)),
    )
    head.done()
    _check_whole(pack)
    return pack


def _period(row: _Row, law: str, warnings: WarningPoints, first: date, last: date | None) -> Period:
    extension, own_warnings = row.optional_row("extension"), row.optional_row("warnings")
    by_act = row.get("length") == SET_BY_ACT
    period = Period(
        rule=row.text("rule"),
        name=row.text("name"),
        title=row.text("title"),
        obliged=row.choice("obliged", Obliged),
        starts_on=row.choice("starts_on", Basis),
        length=None if by_act else row.count("length"),
        unit=Unit.NATURAL if by_act else row.choice("unit", Unit),
        roll_forward=row.flag("roll_forward", default=True),
        paths=row.choices("paths", Path),
        extension=_extension(extension, law) if extension else None,
        excludes_hearing=row.flag("excludes_hearing"),
        on_lapse=row.optional_text("on_lapse"),
        warnings=_warnings(own_warnings) if own_warnings else warnings,
        in_force_from=row.optional_day("in_force_from") or first,
        in_force_to=row.optional_day("in_force_to") or last,
        citation=_citation(row, law),
    )
    if period.on_lapse is not None and period.on_lapse not in ON_LAPSE:
        raise row.fault("on_lapse", f"应当是 {'、'.join(ON_LAPSE)} 之一")
    if period.in_force_to and period.in_force_to < period.in_force_from:
        raise row.fault("in_force_to", "早于施行之日")
    row.done()
    return period


def _extension(row: _Row, law: str) -> Extension:
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


def _warnings(row: _Row) -> WarningPoints:
    try:
        yellow_left = Fraction(row.text("yellow_left"))
    except (ValueError, ZeroDivisionError) as fault:
        raise row.fault("yellow_left", '应当是分数,如 "1/3"') from fault
    if not 0 < yellow_left < 1:
        raise row.fault("yellow_left", "应当在 0 与 1 之间")
    warnings = WarningPoints(yellow_left=yellow_left, red_working_days=row.count("red_working_days"))
    row.done()
    return warnings


def _ground(row: _Row, law: str) -> Ground:
    ground = Ground(
        id=row.text("id"),
        title=row.text("title"),
        answer=row.choice("answer", Answer),
        tell=row.text("tell"),
        links_earlier=row.flag("links_earlier"),
        names_organ=row.flag("names_organ"),
        citation=_citation(row, law),
    )
    row.done()
    return ground


def _outcome(row: _Row, law: str) -> Outcome:
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


def _rule(row: _Row, law: str) -> Rule:
    rule = Rule(
        id=row.text("id"),
        code=row.text("code"),
        title=row.text("title"),
        text=row.text("text"),
        citation=_citation(row, law),
    )
    row.done()
    return rule


def _trigger(row: _Row, law: str) -> Trigger:
    trigger = Trigger(
        code=row.text("code"),
        title=row.text("title"),
        automatic=row.flag("automatic"),
        threshold=row.optional_count("threshold") or 1,
        citation=_citation(row, law),
    )
    row.done()
    return trigger


def _citation(row: _Row, law: str) -> Citation:
    source = row.choice("source", Source, default=Source.STATUTE)
    own_law = {Source.STATUTE: law, Source.PRACTICE: ""}
    citation = Citation(
        law=row.text("law") if source is Source.LOCAL else own_law[source],
        article=row.text("article"),
        quote=row.optional_text("quote"),
        source=source,
        reason=row.optional_text("reason"),
        see_also=row.texts("see_also"),
    )
    if source is Source.PRACTICE and (citation.quote or not citation.reason):
        raise row.fault("reason", "惯例(practice)应当写明理由,不得引用原文")
    if source is not Source.PRACTICE and not citation.quote:
        raise row.fault("quote", "应当引用所依据的原文")
    return citation


def _check_whole(pack: RulePack) -> None:
    if missing := REQUIRED_PERIODS - {period.rule for period in pack.periods}:
        raise PackError(f"规则包 {pack.id}: 缺少期限 {'、'.join(sorted(missing))}")
    starts = [(period.rule, period.in_force_from) for period in pack.periods]
    keys = [
        *starts,
        *(ground.id for ground in pack.grounds),
        *(outcome.code for outcome in pack.outcomes),
        *(rule.id for rule in (*pack.finality, *pack.reviewing, *pack.routing)),
        *(f"supervision.{trigger.code}" for trigger in pack.supervision),
    ]
    if twice := sorted({str(key) for key in keys if keys.count(key) > 1}):
        raise PackError(f"规则包 {pack.id}: 重复的条目 {'、'.join(twice)}")


class _Row:
    """One table of the file: reads typed fields, names itself in errors, and knows what nobody has read."""

    def __init__(self, raw: Mapping[str, object], where: str) -> None:
        self._raw = raw
        self._where = where
        self._unread = set(raw)

    def fault(self, field: str, what: str) -> PackError:
        return PackError(f"{self._where} 的 {field}: {what}")

    def get(self, field: str) -> object:
        self._unread.discard(field)
        return self._raw.get(field)

    def done(self) -> None:
        """Every field was read; a misspelt one would otherwise be a rule that silently does not hold."""
        for field in sorted(self._unread):
            raise self.fault(field, "没有这一项")

    def text(self, field: str) -> str:
        value = self._typed(field, str, "文字")
        if not value.strip():
            raise self.fault(field, "是空的")
        return value

    def count(self, field: str) -> int:
        value = self._typed(field, int, "整数")
        if value < 1:
            raise self.fault(field, "应当大于 0")
        return value

    def day(self, field: str) -> date:
        return self._typed(field, date, "日期")

    def flag(self, field: str, *, default: bool = False) -> bool:
        return self._typed(field, bool, "true 或 false") if field in self._raw else default

    def texts(self, field: str) -> tuple[str, ...]:
        values = self.get(field) or []
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise self.fault(field, "应当是文字的列表")
        return tuple(values)

    def choice(self, field: str, words: type[E], *, default: E | None = None) -> E:
        if default is not None and field not in self._raw:
            return default
        return self._word(field, self.text(field), words)

    def choices(self, field: str, words: type[E]) -> tuple[E, ...]:
        return tuple(self._word(field, value, words) for value in self.texts(field))

    def optional_text(self, field: str) -> str | None:
        return self.text(field) if field in self._raw else None

    def optional_count(self, field: str) -> int | None:
        return self.count(field) if field in self._raw else None

    def optional_day(self, field: str) -> date | None:
        return self.day(field) if field in self._raw else None

    def row(self, field: str) -> _Row:
        value = self.get(field)
        if not isinstance(value, dict):
            raise self.fault(field, "缺少这一节" if value is None else "应当是一节")
        return _Row(value, f"{self._where} 的 {field}")

    def optional_row(self, field: str) -> _Row | None:
        return self.row(field) if field in self._raw else None

    def rows(self, field: str, key: str, read: Callable[[_Row], T]) -> tuple[T, ...]:
        """A section of the pack; each row is named in errors by its ``key`` field."""
        values = self.get(field)
        if not isinstance(values, list) or not values:
            raise self.fault(field, "缺少这一节")
        return tuple(read(self._section_row(field, key, value)) for value in values)

    def _section_row(self, field: str, key: str, value: object) -> _Row:
        if not isinstance(value, dict):
            raise self.fault(field, f"每条应当是一个 [[{field}]]")
        return _Row(value, f"{self._where} {field} {value.get(key, '(无编号)')}")

    def _word(self, field: str, value: str, words: type[E]) -> E:
        if value not in {word.value for word in words}:
            raise self.fault(field, f"“{value}”应当是 {'、'.join(words)} 之一")
        return words(value)

    def _typed(self, field: str, kind: type[T], what: str) -> T:
        value = self.get(field)
        if value is None:
            raise self.fault(field, "缺少")
        # type(), not isinstance: true is no number, and a moment is no day.
        if type(value) is not kind:
            raise self.fault(field, f"应当是{what}")
        return value
