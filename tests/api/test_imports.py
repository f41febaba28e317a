from __future__ import annotations

import json
import tracemalloc
from collections.abc import AsyncIterator
from typing import Any

from services.bootstrap import Deployment
from tests.api.callers import Login, Register, Stranger

HERE = "/v1/petitions/import"
NDJSON = {"Content-Type": "application/x-ndjson"}
LINE = {"channel": "online", "content": "小区路灯损坏一个月无人维修。", "petitioners": [{"name": "李四"}]}


def lines(*bodies: Any) -> bytes:
    return "".join(json.dumps(body) + "\n" for body in bodies).encode()


async def imported(caller: Stranger, content: bytes, **query: str) -> list[dict[str, Any]]:
    answer = await caller.post(HERE, content=content, headers=NDJSON, params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_bad_line_does_not_stop_the_rest(portal: Stranger) -> None:
    content = lines(LINE, {**LINE, "content": "有\x00"}, {**LINE, "petitioners": []}, LINE)
    content += b"not json\n\n" + b"[" * 100_000 + b"\n" + lines(["a list"]) + lines(LINE).rstrip()
    results = await imported(portal, content)
    told = [(each["line"], each["status"]) for each in results]
    assert told == [(1, 201), (2, 422), (3, 422), (4, 201), (5, 422), (7, 422), (8, 422), (9, 201)]
    assert results[1]["problem"]["errors"][0]["pointer"] == "/content"
    assert results[2]["problem"]["code"] == "petitioner_needed"
    assert results[0]["query_code"]


async def test_line_known_by_its_reference_is_not_registered_again(portal: Stranger) -> None:
    content = lines({**LINE, "external_ref": "A-1"}, {**LINE, "external_ref": "A-1"})
    first, twice = await imported(portal, content)
    again = await imported(portal, content)
    assert sorted((first["status"], twice["status"])) == [200, 201]
    assert [each["status"] for each in again] == [200, 200]
    assert {each["id"] for each in (first, twice, *again)} == {first["id"]}
    assert all(each["already"] for each in again)


async def test_another_text_under_a_known_reference_is_not_lost_without_a_word(portal: Stranger) -> None:
    known = {**LINE, "external_ref": "A-1"}
    first, changed = (
        await imported(portal, lines(known)),
        await imported(portal, lines({**known, "content": "另外一件事情:公交站牌倒了。"})),
    )
    assert (first[0]["status"], changed[0]["status"]) == (201, 409)
    assert changed[0]["problem"]["code"] == "external_ref_exists"
    assert changed[0]["problem"]["petition_id"] == first[0]["id"]


async def test_line_that_is_too_long_is_passed_over(portal: Stranger) -> None:
    content = lines({**LINE, "content": "字" * 400_000}, LINE)
    results = await imported(portal, content)
    assert [(each["line"], each["status"]) for each in results] == [(1, 413), (2, 201)]


async def test_many_lines_take_little_memory(portal: Stranger, world: Deployment) -> None:
    """Refused lines, for speed: what is measured is the way through, not the database."""
    count = 3000

    async def body() -> AsyncIterator[bytes]:
        for _ in range(count):
            yield lines({**LINE, "content": "", "title": "标题" * 100})

    tracemalloc.start()
    try:
        async with portal.stream("POST", HERE, content=body(), headers=NDJSON) as answer:
            assert answer.status_code == 200
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000


async def test_import_wants_lines(portal: Stranger) -> None:
    answer = await portal.post(HERE, json=LINE)
    assert (answer.status_code, answer.json()["code"]) == (415, "media_type")


ROW = {
    "xfxs": "来信",
    "xfrq": "2026/11/18",
    "ycrq": "2026-11-15",
    "sxr": "市长",
    "tsnr": "征地补偿款没有发放。",
    "xfmddm": "求决",
    "wtsddm": "430921",
    "姓名": "张三",
    "证件类型": "身份证",
    "证件号码": "11010519491231002X",
    "手机": "13900000001",
    "nmbz": "0",
    "bfyrhdw": "南县自然资源局",
    "xfrs": "6",
}


async def test_exchange_row_is_registered_and_comes_out_again(portal: Stranger) -> None:
    (result,) = await imported(portal, lines(ROW), format="exchange")
    assert result["status"] == 201, result
    answer = await portal.get("/v1/petitions/export", params={"format": "exchange"})
    (row,) = [json.loads(line) for line in answer.text.splitlines()]
    kept = {name: row[name] for name in ("xfxs", "ycrq", "sxr", "tsnr", "bfyrhdw", "nmbz", "xfrs")}
    assert kept == {name: ROW[name] for name in kept} | {"xfrs": 6}
    assert (row["xfjbh"], row["xfrq"], row["xfmddm"]) == (result["number"], "2026-11-18", "申诉求决")
    assert (row["姓名"], row["手机"]) == ("张*", "139****0001")


async def test_errors_of_an_exchange_row_point_to_its_names(portal: Stranger) -> None:
    rows = [
        {**ROW, "证件号码": "1"},
        {**ROW, "xfxs": "飞鸽"},
        {**ROW, "xfrq": "2126-01-01"},
        {**ROW, "zdry": "1"},
        {**ROW, "respondents": ["某局"]},
    ]
    results = await imported(portal, lines(*rows), format="exchange")
    pointers = [each["problem"]["errors"][0]["pointer"] for each in results]
    assert pointers == ["/证件号码", "/xfxs", "/xfrq", "/zdry", "/respondents"]


async def test_export_holds_what_the_caller_may_see(
    register: Register, portal: Stranger, login: Login
) -> None:
    receipt = await register()
    other = await login("other-portal")
    assert (await other.get("/v1/petitions/export")).text == ""
    native = (await portal.get("/v1/petitions/export", params={"format": "native"})).text
    assert json.loads(native)["id"] == receipt["id"]
    assert "张三" not in native


async def test_import_needs_a_scope(login: Login) -> None:
    answer = await (await login("admin")).post(HERE, content=lines(LINE), headers=NDJSON)
    assert answer.status_code == 403
