"""What the papers say: every part the law demands, and no length or article that the pack does not give."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from services.domain.paper import (
    Letterhead,
    Paper,
    PaperIncomplete,
    PaperKind,
    PaperNumber,
    matter,
    read_paper,
)
from services.domain.paper_notice import acceptance, decline, no_longer_accepted, referral
from services.domain.paper_opinion import Earlier, handling_opinion, review_opinion
from services.domain.paper_record import finality_certificate, handbook
from services.domain.paper_words import chinese_date, cite, ordinal, typeset
from services.domain.petition import Path, Petitioner, Purpose, Tier
from services.domain.statute import Period, Source
from tests.unit import cases
from tests.unit.paper_cases import (
    AGAIN,
    BUREAU,
    HANDLED,
    LAND,
    LAND_REQUESTS,
    NOBODY,
    NOISE,
    OFFICE,
    PACK,
    head,
    land_tiers,
    period,
    review,
    sample_papers,
)

SAMPLES = sample_papers()
R7 = PACK.routing_rule("R7").citation
DAY = date(2026, 1, 9)


def text_of(paper: Paper) -> str:
    return json.dumps(paper.content(), ensure_ascii=False)


def letterhead(kind: PaperKind) -> Letterhead:
    return head(BUREAU, kind, 1, DAY)


def accepted(path: Path, handle: Period | None) -> str:
    paper = acceptance(
        letterhead(PaperKind.ACCEPTANCE),
        LAND,
        accepted_on=DAY,
        tell=period("D3").citation,
        path=path,
        sorting=R7,
        handle=handle,
        due_on=date(2026, 3, 10) if handle else None,
    )
    return text_of(paper)


def test_a_last_day_that_stands_is_not_called_tentative() -> None:
    assert "暂定" not in accepted(Path.PETITION_PROCEDURE, period("D5"))


def test_a_number_names_organ_kind_year_and_sequence() -> None:
    assert str(PaperNumber("赫山", PaperKind.ACCEPTANCE, 2026, 12)) == "赫山信受〔2026〕12号"


def test_an_organ_word_that_ends_in_petition_is_not_doubled() -> None:
    assert str(PaperNumber("益信", PaperKind.OPINION, 2026, 1)) == "益信处〔2026〕1号"


@pytest.mark.parametrize(
    ("word", "year", "sequence"),
    [("", 2026, 1), ("赫 山", 2026, 1), ("赫山", 26, 1), ("赫山", 2026, 0)],
)
def test_what_is_no_number_is_refused(word: str, year: int, sequence: int) -> None:
    with pytest.raises(ValueError, match="paper"):
        PaperNumber(word, PaperKind.OPINION, year, sequence)


def test_kinds_differ_in_title_and_in_number() -> None:
    assert (
        len({kind.heading for kind in PaperKind}) == len({kind.mark for kind in PaperKind}) == len(PaperKind)
    )


def test_the_samples_show_every_kind() -> None:
    assert {paper.kind for paper in SAMPLES.values()} == set(PaperKind)


def test_only_letters_between_organs_are_no_petitioners_papers() -> None:
    letters = [PaperKind.REFERRAL, PaperKind.ASSIGNMENT]
    assert [kind for kind in PaperKind if kind.between_organs] == letters
    assert [kind for kind in PaperKind if kind.kept_on_file] == [*letters, PaperKind.SERVICE]


@pytest.mark.parametrize("paper", SAMPLES.values(), ids=SAMPLES)
def test_a_paper_is_read_again_from_its_json(paper: Paper) -> None:
    assert read_paper(json.loads(json.dumps(paper.content()))) == paper


@pytest.mark.parametrize(
    "change", [{"sections": "x"}, {"sections": ["x"]}, {"kind": "letter"}, {"cover": [["a"]]}]
)
def test_json_that_is_no_paper_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_paper(SAMPLES["2-01-转送函"].content() | change)


def test_lengths_and_articles_are_the_packs() -> None:
    other = replace(period("D5"), length=45, citation=replace(period("D5").citation, article="第九百条"))
    told = accepted(Path.PETITION_PROCEDURE, other)
    assert "《信访工作条例》第九百条的规定，本机关将自受理之日起45日内办结" in told
    assert "60日" not in told
    assert "三十四条" not in told


def test_acceptance_tells_reception_way_and_period() -> None:
    told = accepted(Path.PETITION_PROCEDURE, period("D5"))
    for part in (
        "收悉",
        "予以受理",
        "适用信访程序办理",
        "60日内办结（即至2026年3月10日止）",
        "延长期限不超过30日",
    ):
        assert part in told


def test_no_sixty_days_are_promised_on_another_path() -> None:
    told = accepted(Path.ARBITRATION, None)
    assert "适用仲裁程序办理" in told
    assert "日内办结" not in told


def test_law_borrowed_from_elsewhere_is_no_basis() -> None:
    ground = PACK.ground("A3")
    assert ground.citation.source is Source.LOCAL
    told = text_of(
        no_longer_accepted(
            letterhead(PaperKind.NO_LONGER_ACCEPTED), AGAIN, ground=ground, explanation="已经逾期",
            earlier=LAND.number, ended_on=None,
        )
    )  # fmt: skip
    assert "山东" not in told
    assert "不再受理" in told


def test_non_acceptance_states_ground_article_and_where_to_go() -> None:
    told = text_of(SAMPLES["2-02-不予受理告知书"])
    for part in (PACK.ground("A4").title, "《信访工作条例》第三十一条", "立案审理", "可以向南县人民法院提出"):
        assert part in told


def test_a_matter_being_handled_is_named_with_its_number() -> None:
    told = text_of(
        decline(
            letterhead(PaperKind.DECLINE),
            AGAIN,
            ground=PACK.ground("A1"),
            explanation="正在办理",
            earlier=LAND.number,
        )
    )
    assert LAND.number in told
    assert "等待原办理机关" in told


def test_extension_states_reason_approver_days_and_new_end() -> None:
    told = text_of(SAMPLES["1-03-延期告知书"])
    for part in ("因需要会同财政部门", "负责人批准", "延长30日", "2026年3月10日届满", "至2026年4月9日届满"):
        assert part in told


def test_an_assignment_names_the_day_to_report() -> None:
    assert "请于2026年4月9日前办结，书面反馈办理结果，提交办结报告" in text_of(SAMPLES["1-01-交办函"])


def test_a_denunciation_is_passed_on_with_the_duty_of_silence() -> None:
    def sent(purpose: Purpose) -> str:
        paper = referral(
            letterhead(PaperKind.REFERRAL), NOISE, to=OFFICE, basis=PACK.routing_rule("R2").citation,
            tell=period("D3"), object=None, purpose=purpose, shield=PACK.routing_rule("R6").citation,
        )  # fmt: skip
        return text_of(paper)

    assert "不得将检举、揭发材料" in sent(Purpose.DENUNCIATION)
    assert "检举" not in sent(Purpose.REDRESS)
    assert "异议" not in sent(Purpose.REDRESS)


def test_an_opinion_states_what_article_32_demands_and_the_next_tier() -> None:
    titles = [section.title for section in SAMPLES["1-04-信访处理意见书"].sections if section.title]
    assert titles == [
        "一、信访人的投诉请求", "二、调查核实的事实", "三、理由", "四、法律法规依据", "五、处理意见",
        "六、救济途径和期限",
    ]  # fmt: skip
    assert "自收到本意见书之日起30日内" in SAMPLES["1-04-信访处理意见书"].sections[-1].paragraphs[0]


@pytest.mark.parametrize("part", ["facts", "reasons", "legal_basis", "remedy"])
def test_an_opinion_without_one_of_its_parts_is_refused(part: str) -> None:
    empty = replace(HANDLED)
    setattr(empty, part, " \n")
    with pytest.raises(PaperIncomplete):
        handling_opinion(
            letterhead(PaperKind.OPINION), LAND, empty, requests=LAND_REQUESTS,
            outcome=PACK.outcome("partly_supported"), way=R7,
        )  # fmt: skip


def test_an_opinion_without_the_requests_is_refused() -> None:
    with pytest.raises(PaperIncomplete, match="信访人的投诉请求"):
        handling_opinion(
            letterhead(PaperKind.OPINION),
            LAND,
            HANDLED,
            requests="",
            outcome=PACK.outcome("supported"),
            way=R7,
        )


def test_a_revocation_orders_a_new_opinion_by_its_day() -> None:
    revoked = replace(HANDLED, tier=Tier.REVIEW, decision="撤销原意见。", redo_by=date(2026, 6, 30))
    earlier = Earlier(BUREAU, PaperKind.OPINION, "南自然资信处〔2026〕3号", "支付补偿款。", None)
    told = text_of(
        review_opinion(
            letterhead(PaperKind.REVIEW_OPINION), LAND, revoked, review(Tier.REVIEW, DAY),
            outcome=PACK.outcome("revoked"), earlier=earlier,
        )
    )  # fmt: skip
    assert "责令原办理机关、单位于2026年6月30日前重新作出意见" in told


def test_a_hearing_says_when_its_days_do_not_count() -> None:
    assert "听证所需时间不计算在《信访工作条例》第三十六条第一款规定的期限内" in text_of(
        SAMPLES["1-06-听证通知书"]
    )


def test_finality_names_ground_day_tiers_and_what_follows() -> None:
    told = text_of(SAMPLES["1-08-终结证明"])
    for part in (
        "复核意见已经书面送达信访人",
        "2026年8月4日终结",
        "南自然资信处〔2026〕3号",
        "不再受理",
        "新的事实",
    ):
        assert part in told


def test_finality_speaks_of_care_where_the_law_asks_for_it() -> None:
    care = replace(R7, article="第三十七条第三款")
    paper = finality_certificate(
        letterhead(PaperKind.FINALITY), LAND, [], ground=PACK.finality_ground("F2"), final_on=DAY,
        closed=PACK.ground("A2").citation, care=care,
    )  # fmt: skip
    assert "《信访工作条例》第三十七条第三款的规定做好疏导教育" in text_of(paper)


def test_finality_says_nothing_of_a_bar_that_the_law_does_not_have() -> None:
    """Under the 条例 alone an agreement that was carried out bars nobody from bringing the matter again."""
    ground = PACK.finality_ground("F3")
    assert PACK.ground_after(ground.code) is None
    paper = finality_certificate(
        letterhead(PaperKind.FINALITY), LAND, [], ground=ground, final_on=DAY, closed=None
    )
    assert ground.text in text_of(paper)
    assert "不再受理" not in text_of(paper)


def test_the_handbook_of_an_archived_petition_says_where_its_steps_are() -> None:
    paper = handbook(
        letterhead(PaperKind.HANDBOOK),
        LAND,
        [],
        [],
        [],
        requests=LAND_REQUESTS,
        stands="已终结",
        archived=True,
    )
    assert "办理记录已归档" in text_of(paper)


def test_the_handbook_of_a_new_petition_has_no_tiers_yet() -> None:
    paper = handbook(
        letterhead(PaperKind.HANDBOOK), LAND, [], [], [], requests=LAND_REQUESTS, stands="已登记"
    )
    assert [section.title for section in paper.sections] == ["一、信访人", "二、信访事项", "三、办理记录"]
    assert "未署名" in text_of(paper)


def test_the_handbook_tells_each_tier_with_its_remedy() -> None:
    sections = {section.title: dict(section.rows) for section in SAMPLES["1-09-诉求手册"].sections}
    assert sections["三、办理"]["救济途径"].endswith("最后一日为2026年5月7日。")
    assert sections["五、复核"]["送达"] == "2026年8月4日（直接送达，未签收，留置送达）"
    assert len(land_tiers()) == 3


def test_five_names_stand_and_the_others_are_counted() -> None:
    many = replace(LAND, petitioners=tuple("甲乙丙丁戊己"), people_count=40)
    assert many.names == "甲、乙、丙、丁、戊等40人"
    assert (many.you, AGAIN.you) == ("你们", "您")


def test_representatives_are_named_first() -> None:
    petition = cases.petition(
        number=LAND.number,
        channel=LAND.channel,
        received_on=LAND.received_on,
        title=LAND.title,
        people_count=2,
    )
    nameless = Petitioner(NOBODY, NOBODY, 0, None)
    second = Petitioner(NOBODY, NOBODY, 1, "龚𠮷生")
    first = Petitioner(NOBODY, NOBODY, 2, "罗大江", representative=True)
    assert matter(petition, [nameless, second, first]) == LAND


@pytest.mark.parametrize(
    ("written", "set_as"),
    [
        ("期限届满,请说明:理由", "期限届满，请说明：理由"),
        ("补偿款46,700.50元,已付", "补偿款46,700.50元，已付"),
        ("上午9:30到场", "上午9:30到场"),
        ("办法(2026年)第3条", "办法（2026年）第3条"),
        ("地块(B5)", "地块（B5）"),
        ("f(x), y", "f(x), y"),
        ("登录 http://127.0.0.1:8000/p?a=1,2", "登录 http://127.0.0.1:8000/p?a=1,2"),
    ],
)
def test_marks_beside_chinese_are_full_width(written: str, set_as: str) -> None:
    assert typeset(written) == set_as


def test_what_is_no_article_is_cited_as_it_is_named() -> None:
    assert cite(period("D13.1").citation) == "简易办理（国信发〔2016〕8号）"


def test_dates_have_no_leading_zeros() -> None:
    assert chinese_date(date(2026, 1, 5)) == "2026年1月5日"


@pytest.mark.parametrize(
    ("number", "words"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (99, "九十九")]
)
def test_parts_are_numbered_in_chinese(number: int, words: str) -> None:
    assert ordinal(number) == words


@pytest.mark.parametrize("number", [0, 100, -1])
def test_what_numbers_no_part_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="part"):
        ordinal(number)


def test_a_handbook_of_many_tiers_loses_none() -> None:
    many = land_tiers() * 5
    paper = handbook(letterhead(PaperKind.HANDBOOK), LAND, [], many, [], requests="补偿", stands="办理中")
    assert len(paper.sections) == 2 + len(many) + 1
    assert paper.sections[-1].title == "十八、办理记录"


def test_proof_of_service_leaves_out_what_is_not_known() -> None:
    rows = dict(SAMPLES["1-00-送达回证"].sections[0].rows)
    assert rows["签收情况"] == "已签收"
    assert "见证人" not in rows
    assert "备注" not in rows


def test_approver_is_the_head_of_whoever_speaks() -> None:
    told = accepted(Path.PETITION_PROCEDURE, period("D5"))
    assert "经本机关负责人批准" in told
    assert "本机关、单位" not in told
