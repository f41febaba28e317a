"""Who may read which paper, as JSON and as the PDF that stays the same."""

from __future__ import annotations

import hashlib
from typing import Any

from services.adapters.papers.fonts import FontsMissing
from services.adapters.papers.press import TypstPress
from services.adapters.papers.render import Renderer
from tests.city import City, Json, writ

PDF = {"Accept": "application/pdf"}


async def listed(caller: Any, petition_id: str) -> list[Json]:
    answer = await caller.get(f"/v1/petitions/{petition_id}/papers")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def own(city: City, receipt: Json, path: str = "papers", **headers: str) -> Any:
    proof = {"number": receipt["number"], "query_code": receipt["query_code"]}
    return await city.http.post(f"/v1/public/{path}", json=proof, headers=headers)


async def handled(city: City, *, serve: bool = True) -> tuple[Json, Any]:
    """A petition answered by the bureau, with the receipt that its petitioner holds."""
    receipt = await city.register()
    await city.route()
    organ = await city.organ("南县自然资源局")
    dispatch = await organ.newest_dispatch()
    await organ.done(f"/v1/dispatches/{dispatch['id']}/acceptance", {})
    opinion = await organ.done(f"/v1/dispatches/{dispatch['id']}/opinion", writ())
    if serve:
        await city.served(opinion, organ)
    return receipt, organ


async def test_organs_see_letters_and_the_petitioner_does_not(city: City) -> None:
    receipt, organ = await handled(city)
    kinds = [each["kind"] for each in await listed(organ, receipt["id"])]
    assert kinds == ["referral", "acceptance", "opinion", "service"]
    assert [each["kind"] for each in await listed(await city.portal(), receipt["id"])] == kinds[1:3]
    mine = await own(city, receipt)
    assert mine.headers["cache-control"] == "no-store"
    assert [each["kind"] for each in mine.json()["items"]] == kinds[1:3]
    letter = (await listed(organ, receipt["id"]))[0]
    assert (await (await city.portal()).get(letter["links"]["self"])).status_code == 404
    assert (await own(city, receipt, f"papers/{letter['id']}")).status_code == 404


async def test_opinion_is_the_petitioners_once_it_is_served(city: City) -> None:
    receipt, organ = await handled(city, serve=False)
    opinion = (await listed(organ, receipt["id"]))[-1]
    assert opinion["served_on"] is None
    assert [each["kind"] for each in (await own(city, receipt)).json()["items"]] == ["acceptance"]
    assert (await own(city, receipt, f"papers/{opinion['id']}")).status_code == 404
    await city.served({"id": opinion["subject_id"]}, organ)
    read = (await own(city, receipt, f"papers/{opinion['id']}")).json()
    assert (read["served_on"], read["service_method"], read["signed"]) == ("2026-11-20", "in_person", True)


async def test_pdf_is_set_once_and_is_the_same_ever_after(city: City) -> None:
    receipt, organ = await handled(city)
    paper = (await listed(organ, receipt["id"]))[-2]
    first = await organ.pdf(paper["links"]["self"])
    assert (first.status_code, first.headers["content-type"]) == (200, "application/pdf")
    assert first.content.startswith(b"%PDF-")
    assert first.headers["etag"] == f'"{hashlib.sha256(first.content).hexdigest()}"'
    again = await own(city, receipt, f"papers/{paper['id']}", **PDF)
    assert again.content == first.content
    known = await organ.pdf(paper["links"]["self"], **{"If-None-Match": first.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")


async def test_json_is_given_unless_pdf_is_asked_for(city: City) -> None:
    receipt, organ = await handled(city)
    paper = (await listed(organ, receipt["id"]))[-1]
    answer = await organ.get(paper["links"]["self"])
    assert answer.json()["content"]["number"] == paper["number"]
    tag = answer.headers["etag"]
    unchanged = await organ.pdf(
        paper["links"]["self"], **{"Accept": "application/json", "If-None-Match": tag}
    )
    assert unchanged.status_code == 304


async def test_papers_of_a_petition_one_may_not_see_are_not_there(city: City) -> None:
    receipt, organ = await handled(city)
    stranger = await city.organ("南县林业局")
    paper = (await listed(organ, receipt["id"]))[0]
    assert (await stranger.get(f"/v1/petitions/{receipt['id']}/papers")).status_code == 404
    assert (await stranger.get(paper["links"]["self"])).json()["code"] == "not_found"
    assert (await stranger.pdf(f"/v1/petitions/{receipt['id']}/handbook")).status_code == 404


async def test_accused_organs_get_no_paper_and_papers_no_name(city: City) -> None:
    accused = await city.organ("南县林业局")
    receipt = await city.register(
        "举报南县林业局局长王某收受木材商的贿赂,违规发放采伐许可证。",
        purpose="denunciation",
        respondents=[{"kind": "organ", "name": "南县林业局"}],
    )
    await city.route()
    petition = await city.petition(receipt["id"])
    office = await city.office()
    if petition["state"] == "triage":
        target = await city.organ("南县纪委监委")
        body = {"organ_id": target.organ_id, "reason": "检举控告,转送纪检监察机关。"}
        await office.done(f"/v1/triage/{receipt['id']}/decision", body)
    papers = await listed(office, receipt["id"])
    assert [each["kind"] for each in papers] == ["referral"]
    content = (await office.get(papers[0]["links"]["self"])).json()["content"]
    assert "张三" not in str(content)
    assert "不得将检举、揭发材料" in str(content)
    assert content["recipient"] != "南县林业局"
    assert (await accused.get(papers[0]["links"]["self"])).status_code == 404
    assert (await accused.get(f"/v1/petitions/{receipt['id']}/handbook")).status_code == 404
    assert "张" not in (await office.get(f"/v1/petitions/{receipt['id']}/handbook")).text


async def test_wrong_code_gets_no_paper_and_no_handbook(city: City) -> None:
    receipt, _ = await handled(city)
    wrong = {**receipt, "query_code": "0000-0000-0000-0000"}
    assert (await own(city, wrong)).status_code == 404
    assert (await own(city, wrong, "handbook")).status_code == 404


def no_fonts() -> Renderer:
    raise FontsMissing()


async def test_without_fonts_a_pdf_is_refused_with_what_to_do(city: City) -> None:
    receipt, organ = await handled(city)
    paper = (await listed(organ, receipt["id"]))[-1]
    city.world.press = TypstPress(no_fonts)
    answer = await organ.pdf(paper["links"]["self"])
    assert (answer.status_code, answer.json()["code"]) == (503, "paper_fonts_missing")
    assert "retry-after" not in answer.headers  # no waiting brings fonts
    assert "script/fonts" in answer.json()["detail"]
    assert (await organ.get(paper["links"]["self"])).status_code == 200


async def test_handbook_masks_for_callers_and_is_full_for_the_petitioner(city: City) -> None:
    receipt, organ = await handled(city)
    for_organ = (await organ.get(f"/v1/petitions/{receipt['id']}/handbook")).text
    for_self = (await own(city, receipt, "handbook")).text
    personal = ("张三", "13900000001")
    assert [each for each in personal if each in for_organ] == []
    assert [each for each in personal if each in for_self] == list(personal)
    printed = await own(city, receipt, "handbook", **PDF)
    assert printed.content.startswith(b"%PDF-")
    assert (await own(city, receipt, "handbook", **PDF)).content == printed.content


REFUSED = {
    "method": "in_person",
    "signed": False,
    "place": "南县茅草街镇3组",
    "witness": "村民委员会 李某",
    "served_by": "王某、赵某",
    "remark": "本人在场,拒绝签字。",
}


async def proof_of(organ: Any, petition_id: str) -> dict[str, str]:
    """The rows of the newest paper, which is a 送达回证."""
    newest = (await listed(organ, petition_id))[-1]
    assert newest["kind"] == "service"
    content = (await organ.get(newest["links"]["self"])).json()["content"]
    return dict(content["sections"][0]["rows"])


async def test_proof_of_service_says_why_nobody_signed_and_who_saw_it(city: City) -> None:
    receipt, organ = await handled(city, serve=False)
    opinion = (await listed(organ, receipt["id"]))[-1]
    proof = {**REFUSED, "served_on": city.today.isoformat()}
    await organ.done(f"/v1/opinions/{opinion['subject_id']}/service", proof)
    rows = await proof_of(organ, receipt["id"])
    assert rows["送达文书"] == f"《信访处理意见书》（{opinion['number']}）"
    assert (rows["受送达人"], rows["签收情况"]) == ("张三", "未签收")
    assert (rows["见证人"], rows["送达人"]) == ("村民委员会 李某", "王某、赵某")
    assert rows["备注"] == "本人在场，拒绝签字。"


TENTATIVE = "该年放假安排尚未公布，上述日期为暂定，公布后以重新计算的为准。"


async def test_notices_say_that_a_last_day_may_yet_move(city: City) -> None:
    accepted, organ = await city.accepted()
    assert "D5" in [each["rule"] for each in accepted["deadlines"] if each["provisional"]]
    await organ.done(
        f"/v1/dispatches/{accepted['id']}/extension",
        {"days": 30, "approved_by": "王局长", "reason": "需要重新勘测。"},
    )
    notices = [each for each in await listed(organ, accepted["petition_id"]) if each["kind"] != "referral"]
    assert [each["kind"] for each in notices] == ["acceptance", "extension"]
    for notice in notices:
        content = (await organ.get(notice["links"]["self"])).json()["content"]
        assert TENTATIVE in str(content)
    book = (await organ.get(f"/v1/petitions/{accepted['petition_id']}/handbook")).json()
    rows = next(dict(part["rows"]) for part in book["sections"] if part["title"] == "三、办理")
    assert rows["期限届满"].endswith("（信访工作条例第三十四条，暂定）")


async def test_notice_is_served_by_the_organ_that_issued_it(city: City) -> None:
    receipt, organ = await handled(city, serve=False)
    notice = (await listed(organ, receipt["id"]))[1]
    path = f"/v1/papers/{notice['id']}/service"
    proof = {"served_on": "2026-11-20", "method": "post", "signed": True, "received_by": "张三"}
    stranger = await city.office()
    assert (await stranger.post(path, proof)).status_code == 404
    served = await organ.done(path, proof)
    assert (served["kind"], served["served_on"], served["signed"]) == ("acceptance", "2026-11-20", True)
    assert (await proof_of(organ, receipt["id"]))[
        "送达文书"
    ] == f"《信访事项受理告知书》（{notice['number']}）"
    twice = await organ.post(path, {**proof, "method": "other"})
    assert (twice.status_code, twice.json()["code"]) == (409, "already_served")
    steps = (await own(city, receipt, "progress")).json()["steps"]
    assert "送达文书" in [each["what"] for each in steps]


async def test_notice_is_not_served_before_it_was_issued_nor_in_future(city: City) -> None:
    receipt, organ = await handled(city, serve=False)
    notice = (await listed(organ, receipt["id"]))[1]
    for day, code in (("2026-11-19", "served_before_issued"), ("2026-11-21", "served_in_future")):
        proof = {"served_on": day, "method": "post"}
        answer = await organ.post(f"/v1/papers/{notice['id']}/service", proof)
        assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_opinion_served_as_a_paper_opens_the_same_window(city: City) -> None:
    receipt, organ = await handled(city, serve=False)
    opinion = (await listed(organ, receipt["id"]))[-1]
    proof = {"served_on": "2026-11-20", "method": "in_person", "signed": True}
    served = await organ.done(f"/v1/papers/{opinion['id']}/service", proof)
    assert served["served_on"] == "2026-11-20"
    petition = await city.petition(receipt["id"])
    assert petition["state"] == "answered"
    assert "D7" in [each["rule"] for each in petition["deadlines"]]


async def test_letters_and_proofs_are_served_on_nobody(city: City) -> None:
    receipt, organ = await handled(city)
    proof = {"served_on": "2026-11-20", "method": "post"}
    letter, *_, own_proof = await listed(organ, receipt["id"])
    office = await city.office()
    assert (await office.post(f"/v1/papers/{letter['id']}/service", proof)).status_code == 404
    assert (await organ.post(f"/v1/papers/{own_proof['id']}/service", proof)).status_code == 404


async def test_handbook_tells_the_days_of_the_simple_procedure(city: City) -> None:
    dispatch, organ = await city.dispatched()
    await organ.done(f"/v1/dispatches/{dispatch['id']}/acceptance", {"procedure": "simple"})
    book = (await organ.get(f"/v1/petitions/{dispatch['petition_id']}/handbook")).json()
    handling = next(dict(part["rows"]) for part in book["sections"] if part["title"] == "三、办理")
    assert handling["期限届满"].startswith("2027年1月19日")
    assert handling["简易办理答复期限"].startswith("2026年12月4日")
