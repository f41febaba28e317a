"""The directory for people to read: what a load would change, and organs as a list to edit."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from services.domain.directory_load import LoadPlan, PowerPlan
from services.domain.organ import Organ
from services.domain.own_place import OwnPlace, PlacePlan
from services.domain.power import Power

COLUMNS = (
    "机关代码", "机关名称", "类别", "行政区划", "职能", "上级机关", "复查机关", "垂直管理", "别名",
    "设立日期", "撤销日期", "承接机关", "代字",
)  # fmt: skip


def organ_changes(plan: LoadPlan) -> Iterator[str]:
    for organ in plan.added:
        yield f"新增  {organ.code}  {organ.name}"
    for change in plan.changed:
        fields = ";".join(f"{each.field} {each.old} → {each.new}" for each in change.fields)
        yield f"变更  {change.organ.code}  {change.organ.name}  {fields}"
    for organ in plan.closed:
        yield f"撤销  {organ.code}  {organ.name}  {organ.valid_to}"
    counts = len(plan.added), len(plan.changed), len(plan.closed)
    yield "机关:新增 {}、变更 {}、撤销 {}".format(*counts)


def power_changes(plan: PowerPlan) -> Iterator[str]:
    for power in plan.added:
        yield f"新增  {_power(power)}"
    for old, new in plan.changed:
        yield f"变更  {_power(old)} → {_power(new)}"
    yield f"职权:新增 {len(plan.added)}、变更 {len(plan.changed)}"


def place_changes(plan: PlacePlan) -> Iterator[str]:
    for place in plan.added:
        yield f"新增  {_place(place)}"
    for old, new in plan.changed:
        yield f"变更  {_place(old)} → {_place(new)}"
    yield f"地名:新增 {len(plan.added)}、变更 {len(plan.changed)}"


def _place(place: OwnPlace) -> str:
    days = f"{place.valid_from or ''}—{place.valid_to or ''}" if place.valid_from or place.valid_to else ""
    return "  ".join(part for part in (place.name, place.region_code, place.kind, days) if part)


def _power(power: Power) -> str:
    place = power.region_code or "全域"
    return (
        f"{power.category_code} {power.function} {power.level.value} {power.role.value} {place} {power.basis}"
    )


def as_csv(organs: Sequence[Organ]) -> str:
    codes = {organ.id: organ.code for organ in organs}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for organ in organs:
        reviewers = (codes[reviewer] for reviewer in organ.reviewer_ids if reviewer in codes)
        writer.writerow(
            (organ.code, organ.name, organ.kind.chinese, organ.region_code, _parts(organ.functions),
             codes.get(organ.superior_id) if organ.superior_id else "", _parts(reviewers),
             "是" if organ.vertical else "否", _parts(organ.aliases), organ.valid_from or "",
             organ.valid_to or "", codes.get(organ.successor_id) if organ.successor_id else "",
             organ.document_word or "")
        )  # fmt: skip
    return text.getvalue()


def _parts(values: Iterable[str]) -> str:
    return ";".join(values)
