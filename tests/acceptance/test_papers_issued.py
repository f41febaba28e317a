"""Each act leaves its paper: numbered, addressed, saying what the act decided."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.domain.issued_paper import IssuedPaper
from tests.acceptance.test_three_tiers import (
    contested_and_redirected,
    handled_and_answered,
    upheld_on_re_review,
    upheld_on_review,
)
from tests.city import LAND, City, writ


async def papers(city: City, petition_id: str) -> list[IssuedPaper]:
    async with city.world.read() as work:
        return await work.papers.find(petition_id=UUID(petition_id))


def text(paper: IssuedPaper) -> str:
    sections: Any = paper.content["sections"]
    lines = [line for part in sections for line in part["paragraphs"]]
    return "\n".join([*lines, *(f"{name}:{value}" for part in sections for name, value in part["rows"])])


async def test_three_tiers_leave_every_paper_with_its_number(city: City) -> None:
    registered = await city.register(LAND)
    await city.route()
    await contested_and_redirected(city, registered)
    await handled_and_answered(city)
    await upheld_on_review(city, registered)
    await upheld_on_re_review(city, registered)
    found = await papers(city, registered["id"])
    assert [each.number for each in found] == [
        "益阳市信访局信转〔2026〕1号",
        "益阳市信访局信转〔2026〕2号",
        "南县林业局信受〔2026〕1号",
        "南县林业局信延〔2026〕1号",
        "南县林业局信处〔2026〕1号",
        "南县林业局信回〔2026〕1号",
        "益阳市林业局信查〔2026〕1号",
        "益阳市林业局信回〔2026〕1号",
        "湖南省林业局信核〔2027〕1号",
        "湖南省林业局信回〔2027〕1号",
        "益阳市信访局信结〔2027〕1号",
    ]
    _, _, accepted, extended, opinion, proof, reviewed, _, re_reviewed, _, closed = found
    assert accepted.content["recipient"] == "张三"
    assert "2027年1月25日" in text(accepted)  # the last of the sixty days
    assert "延长30日，至2027年2月22日" in text(extended)
    assert "南县林业局信处〔2026〕1号" in text(reviewed)
    assert "益阳市林业局信查〔2026〕1号" in text(re_reviewed)
    assert "送达文书:《信访处理意见书》（南县林业局信处〔2026〕1号）" in text(proof)
    assert "疏导教育、矛盾化解、帮扶救助" in text(closed)  # 37.3, after a review
    assert all(each.served_on and each.signed for each in (opinion, reviewed, re_reviewed))
    assert [text(closed).count(each.number) for each in (opinion, reviewed, re_reviewed)] == [1, 1, 1]


async def test_refusal_says_where_to_go_instead(city: City) -> None:
    dispatch, organ = await city.dispatched()
    refusal = {"ground": "A4", "explanation": "补偿协议的争议已由法院立案。", "directed_to": "南县人民法院"}
    await organ.done(f"/v1/dispatches/{dispatch['id']}/refusal", refusal)
    letter, declined = await papers(city, dispatch["petition_id"])
    assert letter.kind == "referral"
    assert declined.number == "南县自然资源局信不受〔2026〕1号"
    assert "您可以向南县人民法院提出" in text(declined)


async def test_assignment_names_the_day_to_report_back(city: City) -> None:
    dispatch, _ = await city.triaged(report_due="2026-12-31")
    [letter] = await papers(city, dispatch["petition_id"])
    assert (letter.kind, letter.content["recipient"]) == ("assignment", "南县自然资源局")
    assert "请于2026年12月31日前办结" in text(letter)


async def test_nobody_is_owed_a_notice_who_cannot_be_reached(city: City) -> None:
    dispatch, organ = await city.accepted(anonymous=True, petitioners=[])
    await organ.done(f"/v1/dispatches/{dispatch['id']}/opinion", writ())
    found = await papers(city, dispatch["petition_id"])
    assert [each.kind for each in found] == ["referral", "opinion"]
    assert found[1].content["recipient"] == "信访人"


async def test_hearing_is_announced_with_its_hour_and_place(city: City) -> None:
    opinion, _ = await city.answered()
    review, organ = await city.under_review(opinion)
    notice = {"time": "上午9时", "place": "三楼听证室", "chair": "彭志和", "attending": ["南县自然资源局"]}
    body = {"from": "2026-11-24", "to": "2026-11-24", "notice": notice}
    await organ.done(f"/v1/reviews/{review['id']}/hearing", body)
    announced = (await papers(city, opinion["petition_id"]))[-1]
    assert announced.kind == "hearing"
    assert "2026年11月24日，上午9时" in text(announced)


async def test_a_hearing_that_was_held_is_not_announced(city: City) -> None:
    opinion, _ = await city.answered()
    review, organ = await city.under_review(opinion)
    await city.advance(3)
    notice = {"time": "上午9时", "place": "三楼听证室", "chair": "彭志和"}
    body = {"from": "2026-11-20", "to": "2026-11-20", "notice": notice}
    answer = await organ.post(f"/v1/reviews/{review['id']}/hearing", body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/notice")


async def test_the_lapse_of_the_petitioners_time_is_certified(city: City) -> None:
    opinion, _ = await city.answered()
    await city.advance(32)
    closed = (await papers(city, opinion["petition_id"]))[-1]
    assert (closed.kind, closed.organ_id) == ("finality", UUID((await city.office()).organ_id))
    assert "2026年12月21日终结" in text(closed)
    assert "第三十六条" not in text(closed)  # 36.3 is about re-review
    assert "帮扶救助" not in text(closed)  # 37.3 is about reviewed petitions


async def test_an_act_repeated_leaves_one_paper(city: City) -> None:
    dispatch, _ = await city.accepted()  # ``done`` sends every act twice
    assert [each.kind for each in await papers(city, dispatch["petition_id"])] == ["referral", "acceptance"]


async def test_handbook_tells_every_tier_with_dates_organs_opinions_and_remedies(city: City) -> None:
    registered = await city.register(LAND)
    await city.route()
    await contested_and_redirected(city, registered)
    await handled_and_answered(city)
    await upheld_on_review(city, registered)
    await upheld_on_re_review(city, registered)
    answer = await (await city.office()).get(f"/v1/petitions/{registered['id']}/handbook")
    parts = {part["title"]: dict(part["rows"]) for part in answer.json()["sections"]}
    handling, review, re_review = parts["三、办理"], parts["四、复查"], parts["五、复核"]
    assert handling["办理机关"] == "南县林业局"
    assert handling["受理日期"] == "2026年11月24日"
    assert handling["期限届满"] == "2027年2月22日（信访工作条例第三十四条）"
    assert (handling["意见书文号"], handling["结果"]) == ("南县林业局信处〔2026〕1号", "不予支持")
    assert handling["送达"] == "2026年12月24日（直接送达，已签收）"
    assert "益阳市林业局" in handling["救济途径"]
    assert "2027年1月25日" in handling["救济途径"]
    assert (review["复查机关"], review["意见书文号"]) == ("益阳市林业局", "益阳市林业局信查〔2026〕1号")
    assert "2027年1月25日" in review["救济途径"]
    assert (re_review["复核机关"], re_review["结果"]) == ("湖南省林业局", "维持")
    assert "终结" in re_review["救济途径"]
    assert "已终结" in parts["二、信访事项"]["目前状态"]
    steps = next(part["rows"] for part in answer.json()["sections"] if part["title"] == "七、办理记录")
    assert ["2026年11月20日", "登记（益阳市信访局）"] in steps
    kept = dict(next(part["rows"] for part in answer.json()["sections"] if part["title"] == "六、文书"))
    assert kept["复查意见书"].startswith("益阳市林业局信查〔2026〕1号")
    assert "送达（直接送达，已签收）" in kept["复查意见书"]
    assert "送达回证" not in kept
    assert ["2026年12月24日", "延长办理期限（南县林业局）"] in steps
