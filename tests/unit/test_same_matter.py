"""When two petitions are of the same people on the same facts and reasons, and what the law says then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.adapters.statutes import load_pack
from services.domain.calendar import Unit
from services.domain.deadline import Deadline, DeadlineState
from services.domain.number import format_number
from services.domain.petition import Channel, Petition, Purpose, State
from services.domain.same_matter import (
    LIKENESS_NEEDED,
    PERSON_WEIGHTS,
    SCORE_NEEDED,
    Identity,
    Person,
    best_match,
    comparable,
    compare,
    quoted_numbers,
    standing,
)
from tests.fakes import FakeCodes

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
NEW_ID = FakeCodes().new_id
LAND = "南县茅草街镇八百弓村去年征地,征地补偿款至今没有发放,多次询问没有答复。请求依法处理,尽快发放到户。"
LAND_ANEW = (
    "我是南县茅草街镇八百弓村村民,去年村里的地被征收,到现在补偿款都没有发到我手上,"
    "我问了好多次也没有人给我答复,请求尽快发放补偿款。"
)
LIGHTS = "南县茅草街镇八百弓村村道路灯坏了半年,多次反映没有人来修,请求尽快维修。"
WAGES = "我在南县某建筑工地打工,老板拖欠我三个月工资一万二千元,多次讨要没有结果,请求劳动部门依法处理。"
ZHANG = Identity(document=b"zhang", phone=b"139", name=b"zhang san")


def petition(content: str = LAND, *, category: str | None = "030102", **more: object) -> Petition:
    made = Petition(
        id=NEW_ID(),
        number="430900-20260105-000007-2",
        query_code_hash=b"",
        client_id="portal",
        external_ref=None,
        channel=Channel.ONLINE,
        state=State.ACCEPTED,
        office_region="430900000000",
        received_on=date(2026, 11, 20),
        registered_at=NOW,
        title="请求处理",
        content=content,
        purpose=Purpose.REDRESS,
        category_code=category,
        region_code="430921101000",
    )
    return replace(made, **more)  # type: ignore[arg-type]  # names of fields


def test_same_person_with_the_same_letter_is_recognised() -> None:
    found = compare(petition(), petition(), Person.DOCUMENT, quoted=False)
    assert (found.score, found.same_person, found.recognised) == (1.0, True, True)
    assert {each.what for each in found.evidence} == {"document", "text", "category", "region"}
    assert all(any("一" <= char <= "鿿" for char in each.text) for each in found.evidence)


@pytest.mark.parametrize("person", [Person.DOCUMENT, Person.PHONE_AND_NAME])
def test_same_person_who_writes_it_anew_is_recognised(person: Person) -> None:
    assert compare(petition(LAND_ANEW), petition(), person, quoted=False).recognised


@pytest.mark.parametrize(("other", "category"), [(LIGHTS, "050101"), (WAGES, "040101"), (WAGES, "030102")])
def test_same_person_with_another_matter_is_not_recognised(other: str, category: str) -> None:
    found = compare(petition(other, category=category), petition(), Person.DOCUMENT, quoted=False)
    assert found.same_person
    assert not found.recognised


@pytest.mark.parametrize("person", [None, Person.NAME])
def test_the_same_letter_of_somebody_else_is_a_joint_matter(person: Person | None) -> None:
    found = compare(petition(), petition(), person, quoted=False)
    assert not found.same_person
    assert not found.recognised


def test_a_shared_phone_is_not_the_same_person() -> None:
    wife = Identity(phone=b"139", name=b"li si")
    assert ZHANG.match(wife) is Person.PHONE
    found = compare(petition(), petition(), Person.PHONE, quoted=False)
    assert not found.recognised
    [ground] = [each for each in found.evidence if each.what == "phone"]
    assert "可能为家人" in ground.text


@pytest.mark.parametrize(
    ("other", "match"),
    [
        (Identity(document=b"zhang"), Person.DOCUMENT),
        (Identity(phone=b"139", name=b"zhang san"), Person.PHONE_AND_NAME),
        (Identity(document=b"other", phone=b"139", name=b"zhang san"), Person.PHONE),  # two people
        (Identity(phone=b"139"), Person.PHONE),
        (Identity(document=b"other", name=b"zhang san"), Person.NAME),
        (Identity(document=b"other", phone=b"138", name=b"li si"), None),
        (Identity(), None),
    ],
)
def test_people_match_by_what_identifies_them(other: Identity, match: Person | None) -> None:
    assert ZHANG.match(other) is match
    assert Identity().match(other) is None


def test_the_best_match_of_anybody_counts() -> None:
    others = [Identity(name=b"zhang san"), Identity(phone=b"139"), Identity(document=b"zhang")]
    assert best_match([Identity(phone=b"137"), ZHANG], others) is Person.DOCUMENT
    assert best_match([ZHANG], []) is None


def test_the_number_of_the_earlier_one_with_the_name_is_enough() -> None:
    again = petition("请问我反映的事情(编号 430900-20260105-000007-2)为什么还没有结果,请求发放征地补偿款。")
    assert compare(again, petition(), Person.NAME, quoted=True).recognised
    assert not compare(again, petition(), None, quoted=True).recognised


def test_numbers_are_found_however_they_are_written() -> None:
    number = format_number("430900", date(2026, 1, 5), 7)
    bare = number.replace("-", "")
    wide = number.translate({ord(char): ord(char) + 0xFEE0 for char in "0123456789-"})
    for written in (number, bare, wide, number.replace("-", " "), f"编号为{bare},请查。"):
        assert quoted_numbers(written) == (number,)
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert quoted_numbers(f"{wrong} 11010519491231002X 13900000001") == ()


def test_new_content_is_told_to_the_clerk() -> None:
    more = LAND + "现又发现补偿面积少算两亩,测量时我家无人在场,也没有签字,村委会不肯出示测量表,请求重新测量。"
    found = compare(petition(more), petition(), Person.DOCUMENT, quoted=False)
    [text] = [each.text for each in found.evidence if each.what == "text"]
    assert found.recognised
    assert "的内容为原件所无" in text
    assert "约0%" not in text


def test_weights_keep_person_and_text_above_the_rest() -> None:
    assert PERSON_WEIGHTS[Person.NAME] < PERSON_WEIGHTS[Person.PHONE] < PERSON_WEIGHTS[Person.PHONE_AND_NAME]
    assert max(PERSON_WEIGHTS.values()) < SCORE_NEEDED  # nobody is recognised by who they are alone
    assert 0 < LIKENESS_NEEDED < 1


def clock(rule: str, due_on: date, *, state: DeadlineState = DeadlineState.RUNNING) -> Deadline:
    due_at = datetime(due_on.year, due_on.month, due_on.day, 16, tzinfo=UTC)
    return Deadline(
        id=NEW_ID(), petition_id=NEW_ID(), subject_id=None, owner_id=None, rule=rule, title="", article="",
        basis="", starts_on=date(2026, 10, 1), length=30, unit=Unit.NATURAL, excluded_days=0,
        raw_last_day=due_on, due_on=due_on, due_at=due_at, provisional=False, calendar_version="test",
        state=state, met_on=None, next_at=None, next_point=None,
    )  # fmt: skip


LATER, BEFORE = date(2026, 12, 20), date(2026, 11, 10)


@pytest.mark.parametrize(
    ("state", "final_ground", "clocks", "ground"),
    [
        (State.ACCEPTED, None, [clock("D5", LATER)], "A1"),
        (State.DISPATCHED, None, [clock("D3", LATER)], "A1"),
        (State.ACCEPTED, None, [clock("D5", BEFORE, state=DeadlineState.OVERDUE)], None),  # the organ is late
        (State.ACCEPTED, None, [clock("DR", LATER)], "A1"),
        (State.ACCEPTED, None, [clock("DR", BEFORE, state=DeadlineState.OVERDUE)], None),  # late with a redo
        (State.ACCEPTED, None, [clock("D5", LATER), clock("D3", BEFORE, state=DeadlineState.MET)], "A1"),
        (State.UNDER_REVIEW, None, [clock("D8", LATER)], "A1"),
        (State.ANSWERED, None, [clock("D7", LATER)], "A1"),
        (State.ANSWERED, None, [clock("D7", BEFORE)], "A3"),  # no timer came yet
        (State.ANSWERED, None, [], None),
        (State.FINAL, "re_review_served", [], "A2"),
        (State.FINAL, "time_lapsed", [], "A3"),
        (State.FINAL, "agreement_carried_out", [], None),
        (State.FINAL, "no_successor", [], None),
        (State.WITHDRAWN, None, [], None),
        (State.DECLINED, None, [], None),
        (State.CONCLUDED, None, [], None),
        (State.TRIAGE, None, [clock("D1", LATER)], None),
    ],
)
def test_what_bars_a_repetition(
    state: State, final_ground: str | None, clocks: list[Deadline], ground: str | None
) -> None:
    earlier = petition(state=state, final_ground=final_ground)
    found = standing(earlier, clocks, load_pack("national-2022"), now=NOW)
    assert (found.ground if found else None) == ground


@pytest.mark.parametrize(
    ("pack", "final_ground", "ground"),
    [
        ("shandong-2015", "agreement_carried_out", "A2"),  # 46: whatever ended it
        ("shandong-2015", "time_lapsed", "A3"),
        ("zhejiang-2016", "agreement_carried_out", "A2"),  # 25
        ("zhejiang-2016", "re_review_served", "A2"),
        ("shanghai-2018", "agreement_carried_out", None),  # 42: after 复核 or 核查 alone
        ("shanghai-2018", "verified", "A2"),
        ("beijing-2006", "agreement_carried_out", None),  # 51
        ("henan-2012", "re_review_served", "A2"),
    ],
)
def test_a2_and_a3_follow_the_endings_that_the_regulation_names(
    pack: str, final_ground: str, ground: str | None
) -> None:
    found = standing(petition(state=State.FINAL, final_ground=final_ground), [], load_pack(pack), now=NOW)
    assert (found.ground if found else None) == ground


def test_no_denunciation_is_refused_for_another_petition() -> None:
    redress, denunciation = petition(), petition(purpose=Purpose.DENUNCIATION)
    assert comparable(redress, petition())
    assert not comparable(redress, denunciation)
    assert not comparable(denunciation, denunciation)
    assert not comparable(redress, petition(confidential=True))
    assert not comparable(redress, petition(purpose=Purpose.SUGGESTION))
