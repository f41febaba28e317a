"""The law row by row, counting and periods: tests bear the ids of rows; a clerk can check the tables."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from services.adapters.statutes import load_packs
from services.adapters.workdays import read_notices, work_calendar
from services.cli.statutes import due_facts
from services.domain import deadline as rules
from services.domain.calendar import SHANGHAI, Due, Unit, end_instant, end_of_period
from services.domain.deadline import Deadline, DeadlineState
from services.domain.statute import Basis, Source

CALENDAR = work_calendar()
PACKS = load_packs()
NATIONAL = PACKS["national-2022"]
TODAY = date(2026, 11, 22)
DAYS, WORKDAYS, BY_ACT = Unit.NATURAL, Unit.WORKING, None
N, BJ, SD, SH, ZJ, HN = (
    "national-2022", "beijing-2006", "shandong-2015", "shanghai-2018", "zhejiang-2016", "henan-2012",
)  # fmt: skip


def count(rule: str, on: str) -> Due:
    period = NATIONAL.period(rule, on=date.fromisoformat(on))
    assert period.length
    return end_of_period(CALENDAR, date.fromisoformat(on), period.length, period.unit)


def deadline(rule: str, on: date) -> Deadline:
    period = NATIONAL.period(rule, on=on)
    return rules.start(
        period, id=UUID(int=1), petition_id=UUID(int=2), subject_id=None, owner_id=None,
        on=on, calendar=CALENDAR,
    )  # fmt: skip


# ── §1 Counting time ─────────────────────────────────────────────────────────────────────────────


def test_c1_day_of_the_event_is_not_counted() -> None:
    assert count("D13.1", "2026-03-02").due_on == date(2026, 3, 3)
    assert count("D7", "2026-03-02").raw_last_day == date(2026, 4, 1)


def test_c2_working_days_follow_the_state_council_notices() -> None:
    assert count("D4", "2026-02-13").due_on == date(2026, 2, 27)  # Spring Festival between
    assert count("D4", "2026-02-14").due_on == date(2026, 2, 28)  # ends on a worked Saturday
    assert count("D4", "2026-09-29").due_on == date(2026, 10, 12)


def test_c3_last_day_off_gives_way_to_the_next_working_day() -> None:
    assert count("D1", "2026-09-16") == Due(date(2026, 10, 8), date(2026, 10, 1), provisional=False)
    assert count("D1", "2026-04-24").due_on == date(2026, 5, 9)  # a Saturday that is worked
    assert all(period.roll_forward for pack in PACKS.values() for period in pack.periods)


def test_c4_period_ends_at_midnight_in_shanghai() -> None:
    end = end_instant(date(2026, 3, 6))

    assert end.isoformat() == "2026-03-06T16:00:00+00:00"
    assert end.astimezone(SHANGHAI).isoformat() == "2026-03-07T00:00:00+08:00"


def test_c5_year_without_a_notice_gives_a_provisional_date_that_moves(tmp_path: Path) -> None:
    clock = deadline("D5", date(2026, 11, 22))
    assert (clock.due_on, clock.provisional) == (date(2027, 1, 21), True)

    notice = tmp_path / "2027.toml"
    notice.write_text("[2027]\nholidays = [2027-01-21]\nmakeup = []\n", encoding="utf-8")
    announced = work_calendar(read_notices(notice))
    moved = rules.recompute(clock, NATIONAL.period("D5", on=TODAY), calendar=announced)

    assert moved
    assert (clock.due_on, clock.provisional) == (date(2027, 1, 22), False)


def test_c6_hearing_days_are_not_counted_in_re_review_alone() -> None:
    clock = deadline("D10", date(2026, 3, 2))
    rules.exclude_days(clock, NATIONAL.period("D10", on=TODAY), days=7, calendar=CALENDAR)

    assert clock.raw_last_day == date(2026, 4, 1) + timedelta(days=7)
    for pack in PACKS.values():
        assert {period.rule for period in pack.periods if period.excludes_hearing} == {"D10"}


def test_c7_backdated_receipt_counts_from_its_true_day() -> None:
    """A letter that lay for a week is as late as it is; the clock is given the day and asks nobody."""
    lay = deadline("D1", date(2026, 3, 2))

    assert lay.due_on == date(2026, 3, 17)
    assert rules.meet(lay, date(2026, 3, 18))
    assert lay.state is DeadlineState.MET_LATE


# ── §2 Periods ───────────────────────────────────────────────────────────────────────────────────

PERIODS = [
    (N, "D1", Basis.RECEIVED, 15, DAYS, "信访工作条例第二十二条第一款"),
    (ZJ, "D1", Basis.RECEIVED, 5, WORKDAYS, "浙江省信访条例第二十条第一款"),
    (HN, "D1", Basis.RECEIVED, 5, DAYS, "河南省信访条例第二十六条第二款第一项"),
    (BJ, "D1", Basis.RECEIVED, 15, DAYS, "北京市信访条例第三十四条第一款"),
    (SD, "D1", Basis.RECEIVED, 15, DAYS, "山东省信访条例第三十三条第一款"),
    (SH, "D1", Basis.RECEIVED, 15, DAYS, "上海市信访条例第三十四条"),
    (N, "D2", Basis.RECEIVED, 15, DAYS, "信访工作条例第二十三条第二款"),
    (ZJ, "D2", Basis.RECEIVED, 5, WORKDAYS, "浙江省信访条例第二十条第一款"),
    (HN, "D2", Basis.RECEIVED, 15, DAYS, "信访工作条例第二十三条第二款"),
    (BJ, "D2", Basis.RECEIVED, 15, DAYS, "北京市信访条例第三十五条"),
    (SD, "D2", Basis.RECEIVED, 15, DAYS, "山东省信访条例第三十三条第一款"),
    (SH, "D2", Basis.RECEIVED, 15, DAYS, "上海市信访条例第三十五条第一款第二项"),
    (N, "D3", Basis.DISPATCHED, 15, DAYS, "信访工作条例第二十三条第三款"),
    (ZJ, "D3", Basis.DISPATCHED, 5, WORKDAYS, "浙江省信访条例第二十条第二款"),
    (SD, "D3", Basis.DISPATCHED, 15, DAYS, "山东省信访条例第三十三条第二款"),
    (SH, "D3", Basis.DISPATCHED, 15, DAYS, "上海市信访条例第三十五条第一款第一项"),
    (BJ, "D3", Basis.DISPATCHED, 15, DAYS, "北京市信访条例第三十五条"),
    (N, "D4", Basis.DISPATCHED, 5, WORKDAYS, "信访工作条例第二十三条第三款"),
    (BJ, "D4", Basis.DISPATCHED, 5, WORKDAYS, "北京市信访条例第三十五条第二项"),
    (HN, "D4", Basis.DISPATCHED, 5, DAYS, "河南省信访条例第二十六条第二款第五项"),
    (ZJ, "D4", Basis.DISPATCHED, 5, WORKDAYS, "信访工作条例第二十三条第三款"),
    (N, "D5", Basis.ACCEPTED, 60, DAYS, "信访工作条例第三十四条"),
    (ZJ, "D5", Basis.ACCEPTED, 30, DAYS, "浙江省信访条例第二十三条第一款"),
    (HN, "D5", Basis.ACCEPTED, 30, DAYS, "河南省信访条例第二十六条第二款第二项"),
    (BJ, "D5", Basis.ACCEPTED, 60, DAYS, "北京市信访条例第四十条"),
    (SD, "D5", Basis.ACCEPTED, 60, DAYS, "山东省信访条例第四十二条第一款"),
    (SH, "D5", Basis.ACCEPTED, 60, DAYS, "上海市信访条例第三十七条"),
    (N, "D7", Basis.SERVED, 30, DAYS, "信访工作条例第三十五条"),
    (HN, "D7", Basis.SERVED, 30, DAYS, "河南省信访条例第二十七条第一项"),
    (ZJ, "D7", Basis.SERVED, 30, DAYS, "信访工作条例第三十五条"),
    (BJ, "D7", Basis.SERVED, 30, DAYS, "北京市信访条例第四十七条第一款"),
    (SD, "D7", Basis.SERVED, 30, DAYS, "山东省信访条例第四十三条第一款"),
    (SH, "D7", Basis.SERVED, 30, DAYS, "上海市信访条例第三十九条第一款"),
    (N, "D8", Basis.REVIEW_REQUESTED, 30, DAYS, "信访工作条例第三十五条"),
    (BJ, "D8", Basis.REVIEW_REQUESTED, 30, DAYS, "北京市信访条例第五十条第一款"),
    (SD, "D8", Basis.REVIEW_REQUESTED, 30, DAYS, "山东省信访条例第四十三条第一款"),
    (SD, "D8.1", Basis.REVIEW_REQUESTED, 3, WORKDAYS, "山东省信访条例第四十三条第一款"),
    (SH, "D8", Basis.REVIEW_REQUESTED, 30, DAYS, "上海市信访条例第三十九条第一款"),
    (HN, "D8", Basis.REVIEW_REQUESTED, 30, DAYS, "河南省信访条例第二十七条第一项"),
    (N, "D9", Basis.REVIEW_SERVED, 30, DAYS, "信访工作条例第三十六条第一款"),
    (BJ, "D9", Basis.REVIEW_SERVED, 30, DAYS, "北京市信访条例第四十七条第一款"),
    (SD, "D9", Basis.REVIEW_SERVED, 30, DAYS, "山东省信访条例第四十四条第一款"),
    (SH, "D9", Basis.REVIEW_SERVED, 30, DAYS, "上海市信访条例第四十条第一款"),
    (HN, "D9", Basis.REVIEW_SERVED, 30, DAYS, "信访工作条例第三十六条第一款"),
    (N, "D10", Basis.RE_REVIEW_REQUESTED, 30, DAYS, "信访工作条例第三十六条第一款"),
    (BJ, "D10", Basis.RE_REVIEW_REQUESTED, 30, DAYS, "北京市信访条例第五十条第一款"),
    (SD, "D10", Basis.RE_REVIEW_REQUESTED, 30, DAYS, "山东省信访条例第四十四条第一款"),
    (SD, "D10.1", Basis.RE_REVIEW_REQUESTED, 3, WORKDAYS, "山东省信访条例第四十四条第一款"),
    (SH, "D10", Basis.RE_REVIEW_REQUESTED, 30, DAYS, "上海市信访条例第四十条第一款"),
    (N, "D11", Basis.ASSIGNED, BY_ACT, DAYS, "信访工作条例第二十二条第一款第三项"),
    (BJ, "D11", Basis.ASSIGNED, BY_ACT, DAYS, "北京市信访条例第四十六条"),
    (SD, "D11", Basis.ASSIGNED, BY_ACT, DAYS, "山东省信访条例第四十二条第二款"),
    (SH, "D11", Basis.ASSIGNED, BY_ACT, DAYS, "上海市信访条例第三十四条第三项"),
    (HN, "D11", Basis.ASSIGNED, BY_ACT, DAYS, "河南省信访条例第二十六条第二款第三项"),
    (N, "D12", Basis.SUGGESTED, BY_ACT, DAYS, "信访工作条例第四十条第四款"),
    (SD, "D12", Basis.SUGGESTED, 30, DAYS, "山东省信访条例第五十九条第二款"),
    (SH, "D12", Basis.SUGGESTED, 30, DAYS, "上海市信访条例第四十一条第二款"),
    (BJ, "D12", Basis.SUGGESTED, BY_ACT, DAYS, "北京市信访条例第五十二条第二款"),
    (N, "D13.1", Basis.RECEIVED, 1, WORKDAYS, "简易办理（国信发〔2016〕8号）"),
    (N, "D13.2", Basis.DISPATCHED, 3, WORKDAYS, "简易办理（国信发〔2016〕8号）"),
    (N, "D13.3", Basis.ACCEPTED, 10, WORKDAYS, "简易办理（国信发〔2016〕8号）"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("pack", "rule", "starts_on", "length", "unit", "article"),
    PERIODS,
    ids=[f"{row[1]}-{row[0]}" for row in PERIODS],
)
def test_period_is_as_its_article_says(
    pack: str, rule: str, starts_on: Basis, length: int | None, unit: Unit, article: str
) -> None:
    period = PACKS[pack].period(rule, on=TODAY)

    assert (period.length, period.unit, period.starts_on) == (length, unit, starts_on)
    assert period.article == article


EXTENSIONS = [
    (N, "D6", "D5", 30, None, 90, "本机关、单位负责人", "信访工作条例第三十四条"),
    (BJ, "D6", "D5", 30, None, 90, "本机关负责人", "北京市信访条例第四十条"),
    (SD, "D6", "D5", 30, None, 90, "本国家机关负责人", "山东省信访条例第四十二条第一款"),
    (SH, "D6", "D5", 30, None, 90, "本行政机关负责人", "上海市信访条例第三十七条"),
    (ZJ, "D6", "D5", 60, None, 90, "本国家机关负责人", "浙江省信访条例第二十三条第一款"),
    (HN, "D6", "D5", None, 90, 90, "本机关、单位负责人", "河南省信访条例第二十六条第二款第二项"),
    (BJ, "D8+", "D8", 30, None, 60, "本级复查、复核委员会", "北京市信访条例第五十条第四款"),
    (BJ, "D10+", "D10", 30, None, 60, "本级复查、复核委员会", "北京市信访条例第五十条第四款"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("pack", "rule", "lengthened", "added", "total", "longest", "approver", "article"),
    EXTENSIONS,
    ids=[f"{row[1]}-{row[0]}" for row in EXTENSIONS],
)
def test_extension_is_as_its_article_says(
    pack: str, rule: str, lengthened: str, added: int | None, total: int | None,
    longest: int, approver: str, article: str,
) -> None:  # fmt: skip
    period = PACKS[pack].period(lengthened, on=TODAY)

    assert period.extension is not None
    assert period.longest == longest
    assert (period.extension.rule, period.extension.approver) == (rule, approver)
    assert (period.extension.max_days, period.extension.max_total_days) == (added, total)
    assert str(period.extension.citation) == article


def test_no_other_period_may_be_extended() -> None:
    extended = {
        (pack.id, period.rule) for pack in PACKS.values() for period in pack.periods if period.extension
    }

    assert extended == {(pack, lengthened) for pack, _, lengthened, *_ in EXTENSIONS}


@pytest.mark.parametrize(
    ("pack", "rule", "trigger", "raw_last_day", "due_on"),
    [
        (N, "D1", "2026-09-16", "2026-10-01", "2026-10-08"),  # National Day
        (N, "D4", "2026-02-13", "2026-02-27", "2026-02-27"),  # Spring Festival between
        (N, "D5", "2025-12-20", "2026-02-18", "2026-02-24"),  # ends in Spring Festival
        (N, "D5", "2025-12-30", "2026-02-28", "2026-02-28"),  # a Saturday that is worked
        (N, "D6", "2026-01-05", "2026-04-05", "2026-04-07"),  # Qingming; 60 + 30
        (N, "D13.1", "2026-03-06", "2026-03-09", "2026-03-09"),  # Friday → Monday
        (N, "D13.2", "2026-02-13", "2026-02-25", "2026-02-25"),
        (N, "D13.3", "2026-09-29", "2026-10-19", "2026-10-19"),
        (ZJ, "D1", "2026-02-13", "2026-02-27", "2026-02-27"),
        (ZJ, "D2", "2026-02-14", "2026-02-28", "2026-02-28"),
        (ZJ, "D3", "2026-09-29", "2026-10-12", "2026-10-12"),
        (ZJ, "D5", "2026-05-20", "2026-06-19", "2026-06-22"),  # Dragon Boat Friday
        (ZJ, "D6", "2026-01-05", "2026-04-05", "2026-04-07"),  # 30 + 60
        (HN, "D1", "2026-02-13", "2026-02-18", "2026-02-24"),  # 5 natural days, not working days
        (HN, "D4", "2026-09-29", "2026-10-04", "2026-10-08"),
        (HN, "D5", "2026-05-20", "2026-06-19", "2026-06-22"),
        (HN, "D6", "2026-01-05", "2026-04-05", "2026-04-07"),  # 90 in all
        (HN, "D11", "2026-01-05", "2026-04-05", "2026-04-07"),  # where the assignment sets no date
        (BJ, "D4", "2026-09-29", "2026-10-12", "2026-10-12"),
        (BJ, "D8+", "2025-12-30", "2026-02-28", "2026-02-28"),  # 30 + 30
        (SD, "D3", "2026-04-24", "2026-05-09", "2026-05-09"),  # a Saturday that is worked
        (SD, "D8", "2026-05-20", "2026-06-19", "2026-06-22"),
        (SD, "D8.1", "2026-02-13", "2026-02-25", "2026-02-25"),
        (SD, "D10.1", "2026-02-13", "2026-02-25", "2026-02-25"),
        (SD, "D12", "2026-05-20", "2026-06-19", "2026-06-22"),
        (SH, "D5", "2025-12-20", "2026-02-18", "2026-02-24"),
        (SH, "D12", "2026-05-20", "2026-06-19", "2026-06-22"),
    ],
)
def test_row_ends_as_a_clerk_counts_it(
    pack: str, rule: str, trigger: str, raw_last_day: str, due_on: str
) -> None:
    facts = due_facts(PACKS[pack], CALENDAR, rule=rule, on=date.fromisoformat(trigger))

    assert facts == {"due_on": due_on, "raw_last_day": raw_last_day, "provisional": False}


def test_d5_to_d10_bind_the_petition_procedure_alone() -> None:
    for pack in PACKS.values():
        bound = {period.rule.split(".")[0] for period in pack.periods if period.paths}
        assert bound == {"D5", "D7", "D8", "D9", "D10"}


def test_d4_is_a_right_that_lapses_and_nobody_is_late() -> None:
    """An organ that does not object has the case (23.3); the one that objects too late is refused."""
    clock = deadline("D4", date(2026, 3, 2))
    end = end_instant(clock.due_on)
    while rules.pass_point(clock, NATIONAL.period("D4", on=TODAY), now=end, calendar=CALENDAR):
        pass

    assert clock.state is DeadlineState.LAPSED
    assert all(pack.period("D4", on=TODAY).is_right for pack in PACKS.values())


def test_d7_and_d9_are_rights_that_start_when_the_answer_is_served() -> None:
    for pack in PACKS.values():
        rights = {period.rule: period for period in pack.periods if period.on_lapse == "final"}
        assert {rule: str(row.starts_on) for rule, row in rights.items()} == {
            "D7": "served", "D9": "review_served",
        }  # fmt: skip


def test_d11_of_henan_falls_back_to_ninety_days() -> None:
    assert PACKS[HN].period("D11", on=TODAY).default_length == 90
    assert NATIONAL.period("D11", on=TODAY).default_length is None


def test_d13_rows_are_practice_and_say_why() -> None:
    for rule in ("D13.1", "D13.2", "D13.3"):
        citation = NATIONAL.period(rule, on=TODAY).citation
        assert citation.source is Source.PRACTICE
        assert citation.reason


def test_every_period_warns_at_a_third_and_three_working_days() -> None:
    assert {str(row.warnings.yellow_left) for pack in PACKS.values() for row in pack.periods} == {"1/3"}
    assert {row.warnings.red_working_days for pack in PACKS.values() for row in pack.periods} == {3}
