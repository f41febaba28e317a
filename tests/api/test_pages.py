"""The page behind the QR code: number and query code in, how it stands out."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import httpx

from services.application import paper
from tests.city import City, Json, writ

MARKUP = re.compile(r"<style>.*?</style>|<[^>]+>", re.S)


def text(answer: httpx.Response) -> str:
    """What a reader sees, without white space."""
    return "".join(unescape(MARKUP.sub("", answer.text)).split())


async def look_up(city: City, receipt: Json, path: str = "/p", **other: str) -> httpx.Response:
    proof = {"number": receipt["number"], "query_code": receipt["query_code"], **other}
    return await city.http.post(path, data=proof)


async def handled(city: City, **opinion: Any) -> tuple[Json, Json]:
    """A petition answered and served: the receipt, and the opinion."""
    receipt = await city.register()
    await city.route()
    organ = await city.organ("南县自然资源局")
    dispatch = await organ.newest_dispatch()
    await organ.done(f"/v1/dispatches/{dispatch['id']}/acceptance", {})
    given = await organ.done(f"/v1/dispatches/{dispatch['id']}/opinion", writ(**opinion))
    return receipt, await city.served(given, organ)


async def test_qr_code_leads_to_the_form_and_holds_no_code(city: City) -> None:
    receipt = await city.register()
    async with city.world.read() as work:
        [petition] = await work.petitions.find(number=receipt["number"])
    url = paper.follow_url(city.world, petition)
    assert url == f"{city.world.reached_at}/p/{receipt['number']}"
    page = await city.http.get(httpx.URL(url).path)
    assert page.status_code == 200
    assert f'value="{receipt["number"]}"' in page.text
    assert receipt["query_code"] not in page.text


async def test_form_is_the_same_for_a_number_that_is_not_there(city: City) -> None:
    there = await city.register()
    pages = [await city.http.get(f"/p/{number}") for number in (there["number"], "000000-20000101-000001-1")]
    known, unknown = (each.text.partition('value="')[2].partition('"')[2] for each in pages)
    assert known == unknown


async def test_page_tells_state_steps_and_what_is_owed_by_when(city: City) -> None:
    receipt = await city.register()
    await city.route()
    organ = await city.organ("南县自然资源局")
    await organ.done(f"/v1/dispatches/{(await organ.newest_dispatch())['id']}/acceptance", {})
    said = text(await look_up(city, receipt))
    assert "办理中责任单位已经受理，正在调查核实。" in said
    assert "目前由谁办理南县自然资源局" in said
    assert "办结并出具信访处理意见书：至2027年1月19日止" in said
    assert "依据信访工作条例第三十四条" in said
    assert "2026年11月20日受理南县自然资源局" in said
    assert "信访事项受理告知书（PDF）" in said


async def test_page_tells_the_way_to_the_next_tier_and_its_last_day(city: City) -> None:
    receipt, opinion = await handled(city)
    said = text(await look_up(city, receipt))
    assert opinion["decision"] in said
    assert (
        "书面请求复查(信访工作条例第三十五条)。最后一日为2026年12月21日。".replace("(", "（").replace(
            ")", "）"
        )
        in said
    )
    assert "申请可以在提交信访事项的网上平台提出，也可以到上述机关的窗口递交或者以信函寄交" in said
    assert "您可以对信访部门和责任单位的工作作出评价：在网上平台提交，或者告知登记的信访部门。" in said
    assert "请求复查：至" not in said  # a right, not something owed


async def test_page_of_a_final_petition_says_why(city: City) -> None:
    receipt, _ = await handled(city)
    await city.advance(40)
    said = text(await look_up(city, receipt))
    assert "已终结" in said
    assert "2026年12月21日" in said
    assert "信访事项终结证明（PDF）" in said


async def test_unserved_opinion_is_not_shown(city: City) -> None:
    receipt, _ = await handled(city)
    review, above = await city.under_review({"petition_id": receipt["id"]})
    await above.done(f"/v1/reviews/{review['id']}/decision", writ("upheld", decision="维持原处理意见。"))
    said = text(await look_up(city, receipt))
    assert "正在向您送达" in said
    assert "维持原处理意见" not in said


async def test_papers_and_handbook_are_downloaded_with_the_code_in_the_form(city: City) -> None:
    receipt, _ = await handled(city)
    page = await look_up(city, receipt)
    paths = re.findall(r'action="(/p/[^"]+)"', page.text)
    assert len(paths) == 3
    for path in paths:
        assert receipt["query_code"] not in path
        file = await look_up(city, receipt, path)
        assert (file.status_code, file.headers["content-type"]) == (200, "application/pdf")
        assert file.headers["cache-control"] == "no-store"
        wrong = await look_up(city, receipt, path, query_code="0000000000000000")
        assert wrong.status_code == 404


async def test_wrong_number_and_wrong_code_answer_alike(city: City) -> None:
    receipt = await city.register()
    answers = [
        await look_up(city, receipt, query_code="0000-0000-0000-0000"),
        await look_up(city, receipt, number="430900-20261120-000009-0"),
        await look_up(city, receipt, number="哪一件"),
        await look_up(city, receipt, query_code="1" * 300),
        await city.http.post("/p", data={}),
    ]
    assert {each.status_code for each in answers} == {404}
    assert "没有找到该信访件，请核对编号和查询码。" in text(answers[0])
    assert len({re.search(r'class="wrong".*?</p>', each.text, re.S)[0] for each in answers}) == 1  # type: ignore[index]  # it is there
    assert not any("0000-0000-0000-0000" in each.text for each in answers)


async def test_guessing_closes_the_number(city: City) -> None:
    receipt = await city.register()
    for _ in range(10):
        assert (await look_up(city, receipt, query_code="0000-0000-0000-0000")).status_code == 404
    closed = await look_up(city, receipt)
    assert closed.status_code == 429
    assert int(closed.headers["retry-after"]) > 0
    api = await city.http.post(
        "/v1/public/progress", json={"number": receipt["number"], "query_code": receipt["query_code"]}
    )
    assert api.status_code == 429


async def test_what_people_typed_is_never_markup(city: City) -> None:
    receipt = await city.register(
        title="<script>alert(1)</script>", content="<img src=x onerror=alert(1)>补偿款没有发放。"
    )
    page = await look_up(city, receipt)
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "&lt;script&gt;" in page.text
    typed = await city.http.get('/p/"><b>x')
    assert "<b>x" not in typed.text


async def test_page_fetches_nothing_and_is_kept_nowhere(city: City) -> None:
    receipt, _ = await handled(city)
    for page in (await city.http.get("/p"), await look_up(city, receipt)):
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "form-action 'self'" in policy
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert re.findall(r'(?:src|href)="', page.text) == []
        assert 'lang="zh-CN"' in page.text
        assert "viewport" in page.text
