"""Purpose, path and urgency, from a text and from what its source states (信访工作条例 25, 29–31)."""

from __future__ import annotations

import pytest

from services.adapters.cues import load_cues
from services.domain.matcher import TableMatcher
from services.domain.petition import Path, Purpose
from services.domain.sorting import KINDS, Sorter

SORTER = Sorter(load_cues())
FEW = Sorter(
    {kind: {} for kind in KINDS}
    | {
        "misconduct": {"受贿": 2.0, "举报": 1.0},
        "office_holder": {"局长": 1.0},
        "suggestion": {"建议": 1.0, "希望增设": 1.0},
        "complaint": {"投诉": 2.0},
        "urgent": {"跳楼": 2.0},
        "litigation": {"不服判决": 2.0, "法院": 1.0},
    }
)


def test_a_plain_complaint_is_redress_by_petition_procedure() -> None:
    sorting = SORTER.sort("征地补偿款未发放", "南县茅草街镇征地补偿款至今没有发放。")
    assert (sorting.purpose, sorting.path) == (Purpose.REDRESS, Path.PETITION_PROCEDURE)


def test_misconduct_of_an_office_holder_is_a_denunciation() -> None:
    sorting = FEW.sort("", "局长受贿")
    assert sorting.purpose is Purpose.DENUNCIATION
    assert sorting.path is None
    assert set(sorting.cues) == {"受贿", "局长"}


@pytest.mark.parametrize("text", ["举报局长", "受贿的人", "举报楼下烧烤店油烟扰民"])
def test_weak_cues_or_no_office_holder_are_no_denunciation(text: str) -> None:
    assert FEW.sort("", text).purpose is Purpose.REDRESS


def test_suggestion_in_the_title_is_a_suggestion_without_path() -> None:
    sorting = FEW.sort("建议增设公交站", "希望增设一站。")
    assert (sorting.purpose, sorting.path) == (Purpose.SUGGESTION, None)


def test_a_complaint_with_a_suggestion_in_it_stays_redress() -> None:
    assert FEW.sort("", "投诉物业,建议罚款").purpose is Purpose.REDRESS


@pytest.mark.parametrize("stated", Purpose)
def test_what_the_source_states_wins(stated: Purpose) -> None:
    sorting = FEW.sort("", "局长受贿", stated)
    assert (sorting.purpose, sorting.confidence, sorting.stated) == (stated, 1.0, True)


def test_strong_cues_lead_to_another_procedure() -> None:
    assert FEW.sort("", "不服判决").path is Path.LITIGATION


def test_one_weak_cue_does_not_lead_to_another_procedure() -> None:
    assert FEW.sort("", "法院门口的路灯坏了").path is Path.PETITION_PROCEDURE


def test_danger_to_life_is_urgent() -> None:
    sorting = FEW.sort("", "有人要跳楼")
    assert sorting.urgent
    assert sorting.urgent_cues == ("跳楼",)


def test_a_missing_table_of_cues_is_a_fault() -> None:
    with pytest.raises(ValueError, match="线索词表缺少"):
        Sorter({"misconduct": {}})


@pytest.mark.parametrize(
    "leader",
    [
        "镇书记", "镇党委书记", "乡党委书记", "县委书记", "区委书记", "市委书记", "街道办主任", "街道主任",
        "副县长", "检察长", "经理", "党委书记", "纪委书记",
    ],
)  # fmt: skip
def test_whoever_leads_is_an_office_holder_too(leader: str) -> None:
    assert SORTER.sort("", f"我举报{leader}贪污受贿").purpose is Purpose.DENUNCIATION


def test_no_cue_hides_a_cue_of_another_kind() -> None:
    cues = load_cues()
    matcher = TableMatcher(cues)
    for kind, table in cues.items():
        for phrase in table:
            for other, words in cues.items():
                within = {word for word in words if word in phrase and other != kind}
                found = matcher.find(phrase).get(other, set())
                longest = {word for word in within if not any(word in more for more in within - {word})}
                assert longest <= found, (kind, phrase, other)


def test_a_citys_own_cues_hide_nothing_either() -> None:
    own = Sorter({kind: {} for kind in KINDS} | {
        "misconduct": {"受贿": 2.0},
        "office_holder": {"书记": 1.0},
        "leader": {"镇书记受": 1.0},
    })  # fmt: skip
    sorting = own.sort("", "镇书记受贿")
    assert (sorting.purpose, sorting.leaders) == (Purpose.DENUNCIATION, ("镇书记受",))


def test_a_judge_who_is_mentioned_makes_no_litigation() -> None:
    assert SORTER.sort("", "经常停电,法官也说不归他管").path is Path.PETITION_PROCEDURE
    assert SORTER.sort("", "检察院和法官都没有纠正").path is Path.LITIGATION


def test_stated_redress_still_tells_what_it_accuses_of() -> None:
    sorting = SORTER.sort("", "镇长贪污,不作为", Purpose.REDRESS)
    assert (sorting.misconduct, sorting.holders) == (("贪污",), ("镇长",))
