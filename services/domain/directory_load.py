"""A city's own organs and powers laid over what is there: what would change, and whether it may.

Pure: nothing is stored here. A plan with problems has no result; it is all or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from uuid import UUID

from services.domain.directory_check import MISSING, Problem, validate
from services.domain.organ import Organ, OrganKind
from services.domain.organ_template import OrganFunction, linked
from services.domain.power import Power
from services.domain.region import Gazetteer

FIELD_NAMES = {
    "code": "代码",
    "name": "名称",
    "kind": "类别",
    "region_code": "行政区划",
    "level": "级别",
    "functions": "职能",
    "superior_id": "上级机关",
    "reviewer_ids": "复查机关",
    "vertical": "垂直管理",
    "aliases": "别名",
    "valid_from": "设立日期",
    "valid_to": "撤销日期",
    "successor_id": "承接机关",
    "document_word": "代字",
}


@dataclass(slots=True, frozen=True)
class OrganRow:
    """One line of a city's list. None leaves the field as it is, an empty tuple or code empties it.

    Organs are named by their codes. A new organ needs ``name``, ``region_code`` and ``functions``; its kind,
    superior and reviewers follow from its first function when they are not given. ``faulty``: a cell of it
    could not be read, so that it is there, and no more can be said of it.
    """

    line: int
    code: str
    name: str | None = None
    kind: OrganKind | None = None
    region_code: str | None = None
    functions: tuple[str, ...] | None = None
    superior_code: str | None = None
    reviewer_codes: tuple[str, ...] | None = None
    vertical: bool | None = None
    aliases: tuple[str, ...] | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    successor_code: str | None = None
    document_word: str | None = None
    faulty: bool = False

    @property
    def references(self) -> frozenset[str]:
        """The codes of the organs that it names."""
        named = (self.superior_code, self.successor_code, *(self.reviewer_codes or ()))
        return frozenset(code for code in named if code)


@dataclass(slots=True, frozen=True)
class FieldChange:
    """``old`` and ``new`` as people read them; ``field`` in Chinese."""

    field: str
    old: str
    new: str


@dataclass(slots=True, frozen=True)
class OrganChange:
    organ: Organ
    fields: tuple[FieldChange, ...]


@dataclass(slots=True, frozen=True)
class LoadPlan:
    """What a load would do. ``organs`` is the whole directory after it; with problems the rest is empty.

    ``closed`` are the organs that get an end date; they are not repeated in ``changed``.
    """

    problems: tuple[Problem, ...]
    added: tuple[Organ, ...] = ()
    changed: tuple[OrganChange, ...] = ()
    closed: tuple[Organ, ...] = ()
    organs: tuple[Organ, ...] = ()


@dataclass(slots=True, frozen=True)
class PowerPlan:
    problems: tuple[Problem, ...]
    added: tuple[Power, ...] = ()
    changed: tuple[tuple[Power, Power], ...] = ()
    powers: tuple[Power, ...] = ()


def plan_load(
    current: Sequence[Organ],
    rows: Sequence[OrganRow],
    *,
    gazetteer: Gazetteer,
    functions: Mapping[str, OrganFunction],
    new_id: Callable[[str], UUID],
) -> LoadPlan:
    """What loading ``rows`` over ``current`` would do. A row and an organ belong together by code.

    ``new_id``: of a new organ, by its code.
    All problems come in one report; what only seems wrong because another row is faulty is left out of it.
    """
    before = {organ.code: organ for organ in current}
    lines = {row.code: row.line for row in rows}
    problems = _row_problems(rows, before, gazetteer, functions)
    wrong = {problem.line for problem in problems}
    sound = [row for row in rows if not row.faulty and row.line not in wrong]
    unsure = _unsure(sound, rows, before)
    merged = dict(before)
    for row in sound:
        merged[row.code] = _drafted(row, before.get(row.code), gazetteer, functions, new_id)
    index = {
        (organ.region_code, code): organ
        for organ in merged.values()
        if organ.valid_to is None
        for code in organ.functions
    }
    after = dict(merged)
    for row in sound:
        draft = merged[row.code]
        if row.code not in before:
            draft = linked(draft, index, gazetteer, function=functions[draft.functions[0]])
        after[row.code] = _with_references(draft, row, merged)
    faults = validate(
        tuple(after.values()), (), gazetteer, functions=functions, categories=(), organ_lines=lines
    )
    problems += [fault for fault in faults if fault.line not in unsure or MISSING not in fault.reason]
    if problems or len(sound) < len(rows):
        return LoadPlan(tuple(sorted(problems)))
    return _difference(before, after)


def _unsure(sound: Sequence[OrganRow], rows: Sequence[OrganRow], before: Mapping[str, Organ]) -> set[int]:
    """Lines whose superior or reviewers may be new organs of faulty rows: none can be said to be missing."""
    missing = {row.code for row in rows} - {row.code for row in sound} - before.keys()
    return {row.line for row in sound if missing and (row.code not in before or row.references & missing)}


def plan_powers(
    current: Sequence[Power],
    rows: Iterable[tuple[int, Power]],
    *,
    gazetteer: Gazetteer,
    functions: Collection[str],
    categories: Container[str],
    whole: bool = True,
) -> PowerPlan:
    """What loading ``rows`` (line, power) over ``current`` would do; the same category, place, function and
    role is the same power, whose level, basis and dates are replaced. ``whole``: see ``validate``."""
    before = {power.key: power for power in current}
    numbered = list(rows)
    seen: set[tuple[str, str, str, str]] = set()
    problems: list[Problem] = []
    for line, power in numbered:
        if power.key in seen:
            problems.append(Problem(line, f"分类 {power.category_code} 的职权 {power.function} 在文件中重复"))
        seen.add(power.key)
    after = before | {power.key: power for _, power in numbered}
    problems += validate(
        (),
        tuple(after.values()),
        gazetteer,
        functions=functions,
        categories=categories,
        power_lines={power: line for line, power in numbered},
        whole=whole,
    )
    if problems:
        return PowerPlan(tuple(sorted(problems)))
    added = tuple(power for key, power in after.items() if key not in before)
    changed = tuple((before[key], power) for key, power in after.items() if before.get(key, power) != power)
    return PowerPlan((), added, changed, tuple(after.values()))


def _row_problems(
    rows: Sequence[OrganRow],
    before: Mapping[str, Organ],
    gazetteer: Gazetteer,
    functions: Mapping[str, OrganFunction],
) -> list[Problem]:
    codes = before.keys() | {row.code for row in rows}
    problems: list[Problem] = []
    first_lines: dict[str, int] = {}
    for row in rows:
        if row.faulty:
            continue
        reasons = [*_missing(row, row.code in before), *_unknown(row, codes, gazetteer, functions)]
        if row.code in first_lines:
            reasons.append(f"机关代码 {row.code} 与第{first_lines[row.code]}行重复")
        first_lines.setdefault(row.code, row.line)
        problems += [Problem(row.line, reason) for reason in reasons]
    return problems


def _missing(row: OrganRow, known: bool) -> list[str]:
    if known:
        return ["职能不能清空"] if row.functions == () else []
    required = {"名称": row.name, "行政区划": row.region_code, "职能": row.functions}
    return [f"新增机关 {row.code} 缺少{column}" for column, value in required.items() if not value]


def _unknown(
    row: OrganRow, codes: Collection[str], gazetteer: Gazetteer, functions: Mapping[str, OrganFunction]
) -> list[str]:
    reasons: list[str] = []
    if row.region_code and gazetteer.find(row.region_code) is None:
        reasons.append(f"行政区划 {row.region_code} 不存在")
    reasons += [f"职能 {code} 不在职能表中" for code in row.functions or () if code not in functions]
    named = {
        "上级机关": (row.superior_code,),
        "承接机关": (row.successor_code,),
        "复查机关": row.reviewer_codes or (),
    }
    for column, given in named.items():
        reasons += [f"{column} {code} 不存在" for code in given if code and code not in codes]
    return reasons


def _drafted(
    row: OrganRow,
    organ: Organ | None,
    gazetteer: Gazetteer,
    functions: Mapping[str, OrganFunction],
    new_id: Callable[[str], UUID],
) -> Organ:
    """The organ as the row leaves it, but for the organs it refers to."""
    if organ is None:
        region = gazetteer.get(row.region_code or "")
        function = functions[(row.functions or ("",))[0]]
        organ = Organ(
            id=new_id(row.code),
            code=row.code,
            name=row.name or "",
            kind=function.kind,
            region_code=region.code,
            level=region.level,
            functions=row.functions or (),
            vertical=function.vertical,
        )
    region = gazetteer.get(row.region_code or organ.region_code)
    return replace(
        organ,
        name=row.name or organ.name,
        kind=row.kind or organ.kind,
        region_code=region.code,
        level=region.level,
        functions=row.functions or organ.functions,
        vertical=organ.vertical if row.vertical is None else row.vertical,
        aliases=organ.aliases if row.aliases is None else row.aliases,
        valid_from=row.valid_from or organ.valid_from,
        valid_to=row.valid_to or organ.valid_to,
        document_word=organ.document_word if row.document_word is None else row.document_word or None,
    )


def _with_references(organ: Organ, row: OrganRow, organs: Mapping[str, Organ]) -> Organ:
    """The references the row names; "" cuts one off, None leaves it."""

    def referred(code: str | None, otherwise: UUID | None) -> UUID | None:
        if code is None:
            return otherwise
        return organs[code].id if code in organs else None

    reviewers = organ.reviewer_ids
    if row.reviewer_codes is not None:
        reviewers = tuple(organs[code].id for code in row.reviewer_codes if code in organs)
    return replace(
        organ,
        superior_id=referred(row.superior_code, organ.superior_id),
        successor_id=referred(row.successor_code, organ.successor_id),
        reviewer_ids=reviewers,
    )


def _difference(before: Mapping[str, Organ], after: Mapping[str, Organ]) -> LoadPlan:
    names = {organ.id: organ.name for organ in after.values()}
    changed: list[OrganChange] = []
    closed: list[Organ] = []
    for code, organ in after.items():
        old = before.get(code)
        if old is None or old == organ:
            continue
        if old.valid_to is None and organ.valid_to is not None:
            closed.append(organ)
        else:
            changed.append(OrganChange(organ, _field_changes(old, organ, names)))
    added = tuple(organ for code, organ in after.items() if code not in before)
    return LoadPlan((), added, tuple(changed), tuple(closed), tuple(after.values()))


def _field_changes(old: Organ, new: Organ, names: Mapping[UUID, str]) -> tuple[FieldChange, ...]:
    pairs = ((field.name, getattr(old, field.name), getattr(new, field.name)) for field in fields(Organ))
    return tuple(
        FieldChange(FIELD_NAMES[name], _readable(before, names), _readable(after, names))
        for name, before, after in pairs
        if before != after
    )


def _readable(value: object, names: Mapping[UUID, str]) -> str:
    match value:
        case None | ():
            return "无"
        case bool():
            return "是" if value else "否"
        case OrganKind():
            return value.chinese
        case UUID():
            return names.get(value, str(value))
        case tuple():
            return "、".join(_readable(part, names) for part in value)
        case _:
            return str(value)
