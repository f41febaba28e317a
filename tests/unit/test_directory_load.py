"""A directory that is unusable, and a city's own list laid over one: what is refused, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.adapters.directory_files import load_powers
from services.domain.directory_check import Problem, validate
from services.domain.directory_load import FieldChange, LoadPlan, OrganRow, plan_load, plan_powers
from services.domain.organ import Organ
from services.domain.power import Power, PowerRole
from services.domain.region import RegionLevel
from tests.unit.test_directory import (
    CATEGORIES,
    FUNCTIONS,
    GAZETTEER,
    NAN,
    ORGANS,
    YIYANG,
    id_of,
    ids,
    names,
)

# — faults —


def faults(organs: Sequence[Organ], powers: Sequence[Power] = ()) -> list[str]:
    problems = validate(organs, powers, GAZETTEER, functions=FUNCTIONS, categories=CATEGORIES)
    return [problem.reason for problem in problems]


def changed(code: str, **fields: Any) -> list[Organ]:
    return [replace(organ, **fields) if organ.code == code else organ for organ in ORGANS]


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"superior_id": UUID(int=0)}, "上级机关不存在"),
        ({"superior_id": None}, "缺少上级机关"),
        ({"region_code": "999999000000"}, "行政区划 999999000000 不存在"),
        ({"functions": ("magic",)}, "职能 magic 不在职能表中"),
        ({"reviewer_ids": ()}, "缺少复查机关"),
        ({"reviewer_ids": (UUID(int=0),)}, "复查机关不存在"),
        ({"functions": ("health", "education")}, "在同一地区同一时期具有同一职能 education"),
        ({"valid_from": date(2026, 1, 1), "valid_to": date(2026, 1, 1)}, "撤销日期不晚于设立日期"),
        ({"level": RegionLevel.PREFECTURE}, "级别与行政区划 南县 不一致"),
    ],
)
def test_faulty_organs_are_refused_with_the_reason(fields: dict[str, Any], complaint: str) -> None:
    found = faults(changed(f"{NAN}-health", **fields))
    assert any(complaint in reason for reason in found), found


def test_circle_of_superiors_is_named() -> None:
    found = faults(changed(f"{NAN}-government", superior_id=id_of(f"{NAN}-health")))
    assert any("上级关系成环" in reason and "南县卫生健康局" in reason for reason in found)


def test_circle_of_successors_is_named() -> None:
    health, education = f"{NAN}-health", f"{NAN}-education"
    ended = date(2026, 7, 1)
    organs = [
        replace(organ, valid_to=ended, successor_id=id_of(education if organ.code == health else health))
        if organ.code in (health, education)
        else organ
        for organ in ORGANS
    ]
    [found] = [reason for reason in faults(organs) if "成环" in reason]
    assert "承接关系成环" in found
    assert "南县卫生健康局" in found
    itself = faults(changed(health, valid_to=ended, successor_id=id_of(health)))
    assert any("承接关系成环:南县卫生健康局→南县卫生健康局" in reason for reason in itself)


def test_superior_that_ends_needs_a_successor_while_others_go_on_beneath_it() -> None:
    code = f"{NAN}-government"
    ending = OrganRow(2, code, valid_to=date(2026, 7, 1))
    [refused] = [str(problem) for problem in load(ending).problems]
    assert refused.startswith("第2行:南县人民政府")
    assert "撤销而没有承接机关" in refused
    succeeded = faults(changed(code, valid_to=date(2026, 7, 1), successor_id=id_of(f"{YIYANG}-government")))
    assert succeeded == []
    alone = faults(changed(f"{NAN}-health", valid_to=date(2026, 7, 1)))
    assert alone == []


def test_organ_cannot_review_itself() -> None:
    found = faults(changed(f"{NAN}-health", reviewer_ids=(id_of(f"{NAN}-health"),)))
    assert any("复查机关不能是本机关" in reason for reason in found)


def test_faulty_powers_are_refused_with_the_reason() -> None:
    powers = [
        Power("9999", "health", RegionLevel.COUNTY, PowerRole.LEAD, "某法"),
        Power("0801", "magic", RegionLevel.COUNTY, PowerRole.LEAD, "某法"),
        Power("0802", "health", RegionLevel.COUNTY, PowerRole.CO, "某法"),
    ]
    assert faults((), powers) == [
        "分类 0802 只有协办、没有主办",
        "分类 9999 不存在",
        "职能 magic 不在职能表中",
    ]


def test_two_organs_with_one_power_in_one_place_at_one_time_are_refused() -> None:
    own = Power("0301", "natural_resources", RegionLevel.COUNTY, PowerRole.LEAD, "甲", YIYANG)
    other = replace(own, function="housing", basis="乙")
    plan = plan_powers(
        load_powers(), [(2, own), (3, other)], gazetteer=GAZETTEER, functions=FUNCTIONS, categories=CATEGORIES
    )
    [problem] = plan.problems
    assert (problem.line, plan.powers) == (3, ())
    assert "已由 natural_resources(county)主办" in problem.reason
    assert "生效期间重叠" in problem.reason


def test_a_power_may_pass_from_one_organ_to_another_on_a_day() -> None:
    day = date(2027, 1, 1)
    own = Power("0301", "natural_resources", RegionLevel.COUNTY, PowerRole.LEAD, "甲", YIYANG, valid_to=day)
    other = replace(own, function="housing", valid_from=day, valid_to=None)
    assert faults((), [own, other]) == []
    assert faults((), [own, replace(other, valid_from=date(2026, 12, 31))]) != []


def test_organs_of_one_function_that_follow_each_other_are_no_fault_and_those_that_overlap_are() -> None:
    old = next(organ for organ in ORGANS if organ.code == f"{NAN}-health")
    day = date(2026, 7, 1)
    heir = replace(old, id=UUID(int=1 << 90), code="N9", name="南县新局", valid_from=day)
    ended = [replace(organ, valid_to=day) if organ is old else organ for organ in ORGANS]
    assert faults([*ended, heir]) == []
    overlapping = faults([*ended, replace(heir, valid_from=date(2026, 6, 30))])
    assert any("具有同一职能 health" in reason for reason in overlapping)


# — a city's own list —


def load(*rows: OrganRow) -> LoadPlan:
    new_id = ids(9_000)
    return plan_load(ORGANS, rows, gazetteer=GAZETTEER, functions=FUNCTIONS, new_id=lambda _code: new_id())


def test_renamed_organ_shows_old_and_new() -> None:
    plan = load(OrganRow(2, f"{NAN}-water", name="南县水务局", aliases=("县水务局",)))
    assert plan.problems == ()
    assert (plan.added, plan.closed) == ((), ())
    [change] = plan.changed
    assert change.fields == (
        FieldChange("名称", "南县水利局", "南县水务局"),
        FieldChange("别名", "南县水务局、南县水库移民局", "县水务局"),
    )


def test_new_organ_gets_its_superior_and_reviewers() -> None:
    zone = GAZETTEER.find("430971000000")
    assert zone is not None
    row = OrganRow(2, "DTH-HR", name="大通湖区人社局", region_code=zone.code, functions=("human_resources",))
    plan = load(row)
    [organ] = plan.added
    assert organ.superior_id == id_of(f"{zone.code}-government")
    assert organ.reviewer_ids == (id_of(f"{YIYANG}-human_resources"), id_of(f"{zone.code}-government"))
    assert len(plan.organs) == len(ORGANS) + 1


def test_closed_organ_names_its_successor() -> None:
    row = OrganRow(
        2, f"{NAN}-statistics", valid_to=date(2026, 7, 1), successor_code=f"{NAN}-development_reform"
    )
    plan = load(row)
    assert names(plan.closed) == ["南县统计局"]
    assert plan.closed[0].successor_id == id_of(f"{NAN}-development_reform")
    assert plan.changed == ()


def test_unchanged_rows_change_nothing() -> None:
    plan = load(OrganRow(2, f"{NAN}-water", name="南县水利局"))
    assert (plan.added, plan.changed, plan.closed) == ((), (), ())
    assert list(plan.organs) == list(ORGANS)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (OrganRow(3, "N1"), "新增机关 N1 缺少名称"),
        (OrganRow(3, "N1", name="甲局", region_code=NAN, functions=("magic",)), "职能 magic 不在职能表中"),
        (OrganRow(3, f"{NAN}-water", superior_code="没有"), "上级机关 没有 不存在"),
        (
            OrganRow(3, f"{NAN}-water", reviewer_codes=()),
            f"南县水利局({NAN}-water):缺少复查机关(信访工作条例第三十五条)",
        ),
        (OrganRow(3, f"{NAN}-water", region_code="1"), "行政区划 1 不存在"),
    ],
)
def test_one_bad_line_stops_the_whole_load(row: OrganRow, reason: str) -> None:
    plan = load(OrganRow(2, f"{YIYANG}-water", name="益阳市水务局"), row)
    assert Problem(3, reason) in plan.problems
    assert (plan.changed, plan.organs) == ((), ())


def test_second_organ_for_a_function_is_refused_on_its_line() -> None:
    plan = load(OrganRow(7, "N1", name="南县水务局", region_code=NAN, functions=("water",)))
    assert [str(problem) for problem in plan.problems] == [
        f"第7行:南县水务局(N1):与南县水利局({NAN}-water)在同一地区同一时期具有同一职能 water"
    ]


def test_all_faults_come_in_one_report_and_none_that_only_follow_from_another() -> None:
    unknown = OrganRow(2, "A", name="甲局", region_code=NAN, functions=("magic",))
    beneath = OrganRow(3, "B", name="乙局", region_code=NAN, functions=("water",), superior_code="A")
    circle = OrganRow(4, f"{NAN}-government", superior_code=f"{NAN}-water")
    unreadable = OrganRow(5, "C", faulty=True)
    below = OrganRow(6, f"{NAN}-health", superior_code="C")
    plan = load(unknown, beneath, circle, unreadable, below)
    assert {problem.line for problem in plan.problems} == {2, 3, 4}
    told = "".join(problem.reason for problem in plan.problems)
    assert "职能 magic 不在职能表中" in told
    assert "具有同一职能 water" in told
    assert "上级关系成环" in told
    assert "缺少上级机关" not in told


def test_a_row_that_cannot_be_read_stops_the_load() -> None:
    plan = load(OrganRow(2, f"{NAN}-water", name="南县水务局"), OrganRow(3, "C", faulty=True))
    assert (plan.changed, plan.organs) == ((), ())


def test_line_given_twice_is_refused() -> None:
    plan = load(OrganRow(2, f"{NAN}-water", name="甲"), OrganRow(5, f"{NAN}-water", name="乙"))
    assert plan.problems == (Problem(5, f"机关代码 {NAN}-water 与第2行重复"),)


def test_powers_are_added_and_changed() -> None:
    lead = Power("0105", "urban_management", RegionLevel.PREFECTURE, PowerRole.LEAD, "益阳市分工规定")
    own = Power("0105", "housing", RegionLevel.COUNTY, PowerRole.LEAD, "南县分工规定", region_code=NAN)
    plan = plan_powers(
        load_powers(), [(2, lead), (3, own)], gazetteer=GAZETTEER, functions=FUNCTIONS, categories=CATEGORIES
    )
    assert plan.problems == ()
    assert plan.added == (own,)
    assert [new for _, new in plan.changed] == [lead]
    assert len(plan.powers) == len(load_powers()) + 1


def test_power_given_twice_is_refused_on_its_line() -> None:
    power = Power("0105", "housing", RegionLevel.COUNTY, PowerRole.LEAD, "某规定")
    plan = plan_powers(
        (), [(2, power), (3, power)], gazetteer=GAZETTEER, functions=FUNCTIONS, categories=CATEGORIES
    )
    assert plan.problems == (Problem(3, "分类 0105 的职权 housing 在文件中重复"),)
