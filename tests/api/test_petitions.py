from __future__ import annotations

from typing import Any

import pytest

from services.bootstrap import Deployment
from tests.api.callers import Login, Register, Stranger, route_all

NOBODYS = "/v1/petitions/0193499e-2c4b-7d6f-9e3b-5b0f3a1c2d4e"
PARTS = ("", "/events", "/routing")


async def test_petition_is_read_masked(register: Register, portal: Stranger) -> None:
    receipt = await register()
    answer = await portal.get(receipt["links"]["self"])
    found = answer.json()
    assert found["petitioners"] == [
        {
            "position": 1,
            "name": "张*",
            "document_type": "resident_id",
            "document_number": "1****************X",
            "phone": "139****0001",
            "address": "湖南省益阳市南县***",
            "representative": False,
        }
    ]
    assert found["state_name"] == "已登记"
    assert found["number"] == receipt["number"]
    assert "query_code" not in found
    for secret in ("张三", "13900000001", "11010519491231002X", "3组"):
        assert secret not in answer.text


async def test_unchanged_petition_is_not_sent_again(register: Register, portal: Stranger) -> None:
    receipt = await register()
    here = receipt["links"]["self"]
    etag = (await portal.get(here)).headers["etag"]
    same = await portal.get(here, headers={"If-None-Match": etag})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", etag)
    await portal.post(f"{here}/supplements", json={"content": "补充一份材料。"})
    assert (await portal.get(here, headers={"If-None-Match": etag})).status_code == 200


async def test_foreign_petition_looks_like_none(register: Register, login: Login) -> None:
    receipt = await register()
    other = await login("other-portal")
    here = receipt["links"]["self"]
    for part in PARTS:
        theirs, nobodys = await other.get(here + part), await other.get(NOBODYS + part)
        assert theirs.status_code == 404
        assert without_ids(theirs) == without_ids(nobodys)
        assert set(theirs.headers) == set(nobodys.headers)
    acts = {"/supplements": {"content": "补充"}, "/withdrawal": {"reason": "不办了"}}
    for part, body in acts.items():
        theirs = await other.post(here + part, json=body)
        assert without_ids(theirs) == without_ids(await other.post(NOBODYS + part, json=body))


def without_ids(answer: Any) -> dict[str, Any]:
    """A problem without what names the request."""
    return {name: value for name, value in answer.json().items() if name not in ("request_id", "instance")}


async def test_office_sees_its_region_once_routed(
    register: Register, login: Login, world: Deployment
) -> None:
    receipt = await register(external_ref="WZ-9")
    office = await login("office")
    assert (await office.get(receipt["links"]["self"])).status_code == 404
    await route_all(world)
    found = (await office.get(receipt["links"]["self"])).json()
    assert found["state"] in ("dispatched", "triage")
    assert found["external_ref"] is None, "the reference is the source's own"
    listed = (await office.get("/v1/petitions")).json()["items"]
    assert [each["id"] for each in listed] == [receipt["id"]]


async def test_ledger_tells_every_step_and_hangs_together(
    register: Register, portal: Stranger, world: Deployment
) -> None:
    receipt = await register()
    await route_all(world)
    events = (await portal.get(f"{receipt['links']['self']}/events")).json()["items"]
    assert [event["kind"] for event in events][:2] in (
        ["registered", "routed"],
        ["registered", "held_for_triage"],
    )
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    hashes = [event["hash"] for event in events]
    assert [event["prev_hash"] for event in events[1:]] == hashes[:-1]
    assert events[0]["actor"] == "client:portal"


async def test_routing_is_told_with_reasons(register: Register, portal: Stranger, world: Deployment) -> None:
    receipt = await register()
    here = f"{receipt['links']['self']}/routing"
    early = await portal.get(here)
    assert early.status_code == 404
    await route_all(world)
    decision = (await portal.get(here)).json()
    assert decision["lead"]["name"] == "南县自然资源局"
    assert {"rule", "article", "text"} == set(decision["reasons"][0])
    assert decision["decided_by"] == "system:router"


async def test_reasons_that_name_the_accused_are_kept_from_the_source(
    register: Register, portal: Stranger, login: Login, world: Deployment
) -> None:
    receipt = await register(
        title="举报南县自然资源局局长受贿",
        content="实名举报南县自然资源局局长李某收受开发商贿赂,违规出让土地。",
        purpose="denunciation",
        respondents=[{"kind": "organ", "name": "南县自然资源局"}],
    )
    await route_all(world)
    here = receipt["links"]["self"]
    to_source = (await portal.get(f"{here}/routing")).json()["reasons"]
    to_office = (await (await login("office")).get(f"{here}/routing")).json()["reasons"]
    assert len(to_source) < len(to_office)
    hidden = (await (await login("office")).get(here)).json()["petitioners"][0]
    assert (hidden["name"], hidden["phone"]) == (None, None)


async def test_list_walks_every_petition_once(register: Register, portal: Stranger) -> None:
    numbers = [(await register(title=f"第{n}件", petitioners=[{"name": "李四"}]))["number"] for n in range(5)]
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = (await portal.get("/v1/petitions", params=query)).json()
        seen += [each["number"] for each in page["items"]]
        assert page["has_more"] == (page["next"] is not None)
        if not page["has_more"]:
            break
        query["after"] = page["next"]
    assert seen == numbers[::-1]


async def test_list_is_narrowed_by_each_filter(register: Register, portal: Stranger) -> None:
    wanted = await register(
        external_ref="WZ-1",
        purpose="suggestion",
        category_code="03",
        place={"region_code": "430921127000"},
        petitioners=[{"name": "欧阳 锋", "phone": "0737-1234567"}],
    )
    await register(petitioners=[{"name": "李四"}])
    for query in (
        {"external_ref": "WZ-1"},
        {"number": wanted["number"]},
        {"purpose": "suggestion"},
        {"category": "03"},
        {"region": "430921"},
        {"region": "430921127"},
        {"person": "欧阳锋"},
        {"person": "0737 1234567"},
        {"state": "registered", "channel": "online", "external_ref": "WZ-1"},
    ):
        found = (await portal.get("/v1/petitions", params=query)).json()["items"]
        assert [each["id"] for each in found] == [wanted["id"]], query
    for query in (
        {"state": "final"},
        {"channel": "visit"},
        {"received_to": "2022-06-01"},
        {"person": "王五"},
    ):
        assert (await portal.get("/v1/petitions", params=query)).json()["items"] == [], query
    by_document = (await portal.get("/v1/petitions", params={"person": "11010519491231002x"})).json()["items"]
    assert by_document == []


async def test_cursor_is_good_for_its_own_list_only(
    register: Register, portal: Stranger, login: Login
) -> None:
    for n in range(3):
        await register(title=f"第{n}件", petitioners=[{"name": "李四"}])
    cursor = (await portal.get("/v1/petitions", params={"limit": 1})).json()["next"]
    flipped = ("A" if cursor[0] != "A" else "B") + cursor[1:]
    bad: list[tuple[Stranger, dict[str, str]]] = [
        (portal, {"after": flipped}),
        (portal, {"after": cursor[:-2]}),
        (portal, {"after": "!"}),
        (portal, {"after": "游标"}),
        (portal, {"after": cursor, "state": "registered"}),
        (await login("other-portal"), {"after": cursor}),
    ]
    for caller, query in bad:
        answer = await caller.get("/v1/petitions", params=query)
        assert (answer.status_code, answer.json()["code"]) == (400, "cursor_invalid"), query


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"}, {"limit": "-1"}, {"limit": "1000000000"}, {"limit": "ten"}, {"state": "lost"},
        {"region": "南县"}, {"received_from": "soon"}, {"external_ref": "a\0b"}, {"number": "\0"},
        {"person": "a\0b"},
    ],
)  # fmt: skip
async def test_bad_query_is_named(anyone: Stranger, login: Login, query: dict[str, str]) -> None:
    answer = await (await login("portal")).get("/v1/petitions", params=query)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["message"]


async def test_misspelt_query_is_refused_with_the_known_names(login: Login) -> None:
    answer = await (await login("portal")).get("/v1/petitions", params={"stat": "objected", "limit": "5"})
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/query/stat", "unknown_field")
    assert "state、channel" in error["message"]


async def test_supplement_is_added_once_however_often_sent(
    register: Register, portal: Stranger, world: Deployment
) -> None:
    here = (await register())["links"]["self"]
    first = await portal.post(f"{here}/supplements", json={"content": "补充征地协议编号。"})
    again = await portal.post(f"{here}/supplements", json={"content": "补充征地协议编号。"})
    assert (first.status_code, again.json()) == (201, first.json())
    async with world.read() as work:
        assert len(await work.supplements.find()) == 1


async def test_stale_version_is_refused(register: Register, portal: Stranger) -> None:
    here = (await register())["links"]["self"]
    await portal.post(f"{here}/supplements", json={"content": "补充一。"}, headers={"If-Match": '"1"'})
    stale = await portal.post(
        f"{here}/supplements", json={"content": "补充二。"}, headers={"If-Match": '"1"'}
    )
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    assert stale.json()["current_version"] == 2


async def test_withdrawn_petition_takes_nothing_more(register: Register, portal: Stranger) -> None:
    here = (await register())["links"]["self"]
    withdrawn = await portal.post(f"{here}/withdrawal", json={"reason": "问题已经解决。"})
    assert (withdrawn.status_code, withdrawn.json()["state"]) == (200, "withdrawn")
    assert {clock["state"] for clock in (await portal.get(here)).json()["deadlines"]} == {"ceased"}
    late = await portal.post(f"{here}/supplements", json={"content": "还有一点。"})
    assert (late.status_code, late.json()["code"]) == (409, "step_not_allowed")


async def test_only_the_holder_sees_people_in_clear_and_leaves_a_trace(
    register: Register, portal: Stranger, login: Login, world: Deployment
) -> None:
    receipt = await register(
        title="反映一个问题", content="有一件事情要反映。", place=None, petitioners=[{"name": "张三"}]
    )
    await route_all(world)
    here = receipt["links"]["self"]
    office = await login("office")
    assert (await office.get(here)).json()["state"] == "triage"
    shown = await office.post(f"{here}/unmask", json={"reason": "需要联系信访人核实地点。"})
    assert shown.json()["petitioners"][0]["name"] == "张三"
    assert shown.headers["cache-control"] == "no-store"
    assert (await portal.post(f"{here}/unmask", json={"reason": "想看"})).status_code == 403
    events = (await office.get(f"{here}/events")).json()["items"]
    assert (events[-1]["kind"], events[-1]["actor"]) == ("unmasked", "client:office")
    assert events[-1]["data"]["reason"] == "需要联系信访人核实地点。"


async def test_withdrawal_needs_no_reason_and_keeps_one_that_is_given(
    register: Register, portal: Stranger
) -> None:
    silent, said = (await register())["links"]["self"], (await register())["links"]["self"]
    assert (await portal.post(f"{silent}/withdrawal")).json()["state"] == "withdrawn"
    await portal.post(f"{said}/withdrawal", json={"reason": "问题已经解决。"})
    assert (await portal.get(silent)).json()["supplements"] == []
    assert [each["content"] for each in (await portal.get(said)).json()["supplements"]] == [
        "撤回:问题已经解决。"
    ]


async def test_body_that_is_needed_and_missing_is_named_so(register: Register, portal: Stranger) -> None:
    here = (await register())["links"]["self"]
    answer = await portal.post(f"{here}/supplements")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "required")


async def test_if_match_that_was_never_ours_fits_no_version(register: Register, portal: Stranger) -> None:
    here = (await register())["links"]["self"]
    for unknown in ('"abc"', "-1", '"1", "2"'):
        headers = {"If-Match": unknown}
        answer = await portal.post(f"{here}/supplements", json={"content": "补充。"}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")
    anyway = await portal.post(f"{here}/supplements", json={"content": "补充。"}, headers={"If-Match": "*"})
    assert anyway.status_code == 201
