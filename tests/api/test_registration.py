from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from services.application.ports import StoreUnavailable
from services.bootstrap import Deployment
from services.domain.number import parse_number
from tests.api.callers import Login, Register, Stranger

KEY = {"Idempotency-Key": "k-1"}


async def stored(world: Deployment) -> int:
    async with world.read() as work:
        return len(await work.petitions.find())


BLOCKS: dict[str, dict[str, Any]] = {
    "letter": {
        "received_on": "2026-11-18",
        "postmarked_on": "2026-11-15",
        "form": "post",
        "addressee": "市长",
    },
    "visit": {"visited_at": "2026-11-18T17:30:00Z", "place": "市联合接访中心", "people_count": 12},
    "online": {"mailbox": "mayor"},
    "hotline": {"work_order_no": "HL-1", "called_at": "2026-11-19T01:30:00Z", "caller_number": "13900000001"},
}
RECEIVED = {"letter": "2026-11-18", "visit": "2026-11-19", "hotline": "2026-11-19"}


@pytest.mark.parametrize("channel", BLOCKS)
async def test_petition_comes_in_by_each_channel(
    portal: Stranger, online: dict[str, Any], world: Deployment, channel: str
) -> None:
    del online["online"]
    body = online | {"channel": channel, channel: BLOCKS[channel]}
    answer = await portal.post("/v1/petitions", json=body, headers=KEY)
    assert answer.status_code == 201, answer.text
    receipt = answer.json()
    assert answer.headers["location"] == f"/v1/petitions/{receipt['id']}"
    assert answer.headers["etag"] == '"1"'
    assert parse_number(receipt["number"]).region_prefix == "430900"
    assert len(receipt["query_code"].replace("-", "")) == 16
    assert receipt["state"] == "registered"
    assert receipt["received_on"] == RECEIVED.get(channel, world.clock.today().isoformat())
    assert receipt["registered_at"].endswith("Z")
    assert [clock["rule"] for clock in receipt["deadlines"]] == ["D1"]
    assert receipt["same_matter"] == []
    found = (await portal.get(answer.headers["location"])).json()
    assert found["channel"] == channel
    assert found["people_count"] == (12 if channel == "visit" else 1)


async def test_caller_number_is_masked_when_read(portal: Stranger, online: dict[str, Any]) -> None:
    del online["online"]
    body = online | {"channel": "hotline", "hotline": BLOCKS["hotline"]}
    receipt = (await portal.post("/v1/petitions", json=body, headers=KEY)).json()
    found = (await portal.get(receipt["links"]["self"])).json()
    assert found["form"]["caller_number"] == "139****0001"


async def test_title_is_taken_from_the_first_sentence(register: Register, portal: Stranger) -> None:
    receipt = await register(title=None, content="路灯坏了一个月。没有人来修。")
    assert (await portal.get(receipt["links"]["self"])).json()["title"] == "路灯坏了一个月"


async def test_rare_han_survive(register: Register, portal: Stranger) -> None:
    receipt = await register(content="我叫𠮷田,住𬮤口。", title="𠮷")
    found = (await portal.get(receipt["links"]["self"])).json()
    assert (found["title"], found["content"]) == ("𠮷", "我叫𠮷田,住𬮤口。")


async def test_forty_people_with_five_representatives_are_welcome(register: Register) -> None:
    people = [{"name": f"村民{n}", "representative": n < 5} for n in range(40)]
    await register(petitioners=people, people_count=40)


async def test_same_people_with_the_same_matter_are_told(register: Register) -> None:
    first = await register()
    second = await register()
    assert [match["number"] for match in second["same_matter"]] == [first["number"]]


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"content": None}, "/content", "string"),
    ({"content": ""}, "/content", "required"),
    ({"content": "  \n "}, "/content", "empty"),
    ({"content": "有\x00字符"}, "/content", "control_character"),
    ({"content": "有\ud800字符"}, "/content", "not_text"),
    ({"content": "字" * 20_001}, "/content", "too_long"),
    ({"title": "两\n行"}, "/title", "control_character"),
    ({"content": "倒\u202e序"}, "/content", "bidi_override"),
    ({"status": "final"}, "/status", "unknown_field"),
    ({"id": "0193499e-2c4b-7d6f-9e3b-5b0f3a1c2d4e"}, "/id", "unknown_field"),
    ({"letter": {"received_on": "2026-11-18"}}, "/letter", "unknown_field"),
    ({"online": {"mailbox": "pigeon"}}, "/online/mailbox", "not_in_list"),
    ({"channel": "pigeon"}, "/channel", "not_in_list"),
    (
        {"channel": "letter", "letter": {"received_on": "2026-11-18", "postmarked_on": "2026-11-19"}},
        "/letter/postmarked_on",
        "after_receipt",
    ),
    ({"channel": None}, "/channel", "not_in_list"),
    ({"petitioners": []}, "/petitioners", "petitioner_needed"),
    ({"petitioners": [{"phone": "13900000001"}]}, "/petitioners/0/name", "required"),
    ({"petitioners": [{"name": "张三", "phone": "12345"}]}, "/petitioners/0/phone", "phone_short_code"),
    (
        {"petitioners": [{"name": "张三", "id_document": {"number": "110105194912310021"}}]},
        "/petitioners/0/id_document/number",
        "id_checksum",
    ),
    (
        {"petitioners": [{"name": "张三", "representative": True}] * 6},
        "/petitioners",
        "too_many_representatives",
    ),
    ({"place": {"region_code": "999999"}}, "/place/region_code", "unknown_code"),
    ({"category_code": "99"}, "/category_code", "unknown_code"),
    (
        {
            "respondents": [
                {"kind": "organ", "name": "某局", "organ_id": "0193499e-2c4b-7d6f-9e3b-5b0f3a1c2d4e"}
            ]
        },
        "/respondents/0/organ_id",
        "unknown_code",
    ),
    ({"people_count": 0}, "/people_count", "too_small"),
    ({"people_count": "many"}, "/people_count", "integer"),
    ({"people_count": "12"}, "/people_count", "integer"),
    ({"urgent": "perhaps"}, "/urgent", "boolean"),
    ({"anonymous": "no"}, "/anonymous", "boolean"),
    ({"letter": BLOCKS["letter"]}, "/letter", "unknown_field"),
    ({"occurred_on": "yesterday"}, "/occurred_on", "date"),
    ({"petitioners": {"name": "张三"}}, "/petitioners", "array"),
    ({"place": "南县"}, "/place", "object"),
    ({"external_ref": "x" * 256}, "/external_ref", "too_long"),
]


async def test_what_is_wrong_is_named_with_its_place(
    portal: Stranger, online: dict[str, Any], world: Deployment
) -> None:
    for given, pointer, code in WRONG:
        body = json.dumps(online | given)  # escaped: a lone surrogate cannot be sent otherwise
        for language in ("zh-CN", "en-GB, zh;q=0.5"):
            headers = KEY | {"Content-Type": "application/json", "Accept-Language": language}
            answer = await portal.post("/v1/petitions", content=body, headers=headers)
            assert answer.status_code == 422, (pointer, answer.text)
            error = answer.json()["errors"][0]
            assert (error["pointer"], error["code"]) == (pointer, code)
            assert error["message"].isascii() == language.startswith("en"), error
    assert await stored(world) == 0


async def test_block_of_another_channel_is_called_so(portal: Stranger, online: dict[str, Any]) -> None:
    body = online | {"letter": BLOCKS["letter"], "lettre": 1}
    errors = (await portal.post("/v1/petitions", json=body, headers=KEY)).json()["errors"]
    assert {each["pointer"]: each["message"] for each in errors} == {
        "/letter": "channel 为 online 时没有这一项，请删除，或者改 channel。",
        "/lettre": "没有这一项，请删除或核对名称。",
    }


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('{"channel": "online",', "不是有效的 JSON（第1行第22列附近）。"),
        ('{"channel": "online",\n "title": }', "不是有效的 JSON（第2行第11列附近）。"),
        ("", "请求正文不能为空。"),
    ],
)
async def test_what_is_no_json_is_told_where(portal: Stranger, body: str, message: str) -> None:
    headers = KEY | {"Content-Type": "application/json"}
    answer = await portal.post("/v1/petitions", content=body, headers=headers)
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["pointer"], error["message"]) == (422, "", message)


async def test_all_errors_are_told_at_once(portal: Stranger, online: dict[str, Any]) -> None:
    people = [{"name": "张三", "id_document": {"number": "1"}}, {"id_document": {"number": "2"}}]
    body = online | {"petitioners": people, "place": {"region_code": "999999"}}
    errors = (await portal.post("/v1/petitions", json=body, headers=KEY)).json()["errors"]
    assert [each["pointer"] for each in errors] == [
        "/place/region_code",
        "/petitioners/0/id_document/number",
        "/petitioners/1/name",
        "/petitioners/1/id_document/number",
    ]


async def test_letter_from_the_future_is_refused(
    portal: Stranger, online: dict[str, Any], world: Deployment
) -> None:
    del online["online"]
    for days in (1, 400):
        day = (world.clock.today() + timedelta(days=days)).isoformat()
        body = online | {"channel": "letter", "letter": {"received_on": day}}
        answer = await portal.post("/v1/petitions", json=body, headers=KEY)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/letter/received_on"


async def test_letter_from_before_the_rules_is_refused(portal: Stranger, online: dict[str, Any]) -> None:
    del online["online"]
    body = online | {"channel": "letter", "letter": {"received_on": "2019-01-01"}}
    answer = await portal.post("/v1/petitions", json=body, headers=KEY)
    assert [each["code"] for each in answer.json()["errors"]] == ["before_rules"]


async def test_anonymous_petition_is_accepted(register: Register, portal: Stranger) -> None:
    receipt = await register(petitioners=[], anonymous=True)
    assert (await portal.get(receipt["links"]["self"])).json()["petitioners"] == []


async def test_key_may_be_bare_or_quoted(portal: Stranger, online: dict[str, Any]) -> None:
    for key in ("k", '"quoted"', "x" * 255, "a b/c:d"):
        answer = await portal.post("/v1/petitions", json=online, headers={"Idempotency-Key": key})
        assert answer.status_code == 201, key


async def test_bad_key_is_refused(portal: Stranger, online: dict[str, Any]) -> None:
    missing, invalid = "idempotency_key_missing", "idempotency_key_invalid"
    bad = {b"": missing, b'""': invalid, b"x" * 256: invalid, b"a\x7fb": invalid, "键".encode(): invalid}
    for key, code in bad.items():
        answer = await portal.post("/v1/petitions", json=online, headers={b"Idempotency-Key": key})
        assert (answer.status_code, answer.json()["code"]) == (400, code), key
    answer = await portal.post("/v1/petitions", json=online)
    assert (answer.status_code, answer.json()["code"]) == (400, missing)


async def test_whoever_waited_for_an_outage_to_show_does_not_wait_for_it_twice(
    app: FastAPI, portal: Stranger, online: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def silent(client_id: str) -> None:
        asked.append(client_id)
        raise StoreUnavailable()

    monkeypatch.setattr(app.state.clients, "find", silent)
    answer = await portal.post("/v1/petitions", json=online, headers=KEY)
    assert (answer.status_code, answer.json()["code"], len(asked)) == (503, "store_unavailable", 1)
    assert answer.headers["retry-after"]


async def test_retry_gets_the_same_bytes(portal: Stranger, online: dict[str, Any], world: Deployment) -> None:
    first = await portal.post("/v1/petitions", json=online, headers={"Idempotency-Key": "k"})
    again = await portal.post("/v1/petitions", json=online, headers={"Idempotency-Key": '"k"'})
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert again.headers["location"] == first.headers["location"]
    assert await stored(world) == 1


async def test_key_used_for_another_body_is_refused(portal: Stranger, online: dict[str, Any]) -> None:
    await portal.post("/v1/petitions", json=online, headers=KEY)
    other = await portal.post("/v1/petitions", json=online | {"title": "别的"}, headers=KEY)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_keys_belong_to_their_client(portal: Stranger, online: dict[str, Any], login: Login) -> None:
    mine = await portal.post("/v1/petitions", json=online, headers=KEY)
    theirs = await (await login("other-portal")).post("/v1/petitions", json=online, headers=KEY)
    assert (mine.status_code, theirs.status_code) == (201, 201)
    assert mine.json()["id"] != theirs.json()["id"]


async def test_refused_registration_leaves_its_key_free(portal: Stranger, online: dict[str, Any]) -> None:
    wrong = await portal.post("/v1/petitions", json=online | {"petitioners": []}, headers=KEY)
    right = await portal.post("/v1/petitions", json=online, headers=KEY)
    assert (wrong.status_code, right.status_code) == (422, 201)


async def test_twenty_at_once_with_one_key_make_one_petition(
    portal: Stranger, online: dict[str, Any], world: Deployment
) -> None:
    calls = (portal.post("/v1/petitions", json=online, headers=KEY) for _ in range(20))
    answers = await asyncio.gather(*calls)
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert await stored(world) == 1


async def test_external_reference_is_taken_once_for_ever(
    register: Register, portal: Stranger, online: Any
) -> None:
    first = await register(external_ref="WZ-1")
    again = await portal.post("/v1/petitions", json=online | {"external_ref": "WZ-1"}, headers=KEY)
    problem = again.json()
    assert (again.status_code, problem["code"]) == (409, "external_ref_exists")
    assert (problem["petition_id"], problem["number"]) == (first["id"], first["number"])


async def test_external_references_of_two_clients_do_not_meet(
    register: Register, online: dict[str, Any], login: Login
) -> None:
    await register(external_ref="WZ-1")
    other = await login("other-portal")
    answer = await other.post("/v1/petitions", json=online | {"external_ref": "WZ-1"}, headers=KEY)
    assert answer.status_code == 201


async def test_one_external_reference_at_once_makes_one_petition(
    portal: Stranger, online: dict[str, Any], world: Deployment
) -> None:
    body = online | {"external_ref": "WZ-1"}
    calls = (portal.post("/v1/petitions", json=body, headers={"Idempotency-Key": f"k{n}"}) for n in range(6))
    statuses = sorted(answer.status_code for answer in await asyncio.gather(*calls))
    assert statuses == [201, 409, 409, 409, 409, 409]
    assert await stored(world) == 1


@pytest.mark.parametrize("twice", ["content", "name"])
async def test_a_name_that_comes_twice_is_refused(
    portal: Stranger, online: dict[str, Any], world: Deployment, twice: str
) -> None:
    body = json.dumps(online).replace(f'"{twice}":', f'"{twice}": "另一个", "{twice}":')
    headers = KEY | {"Content-Type": "application/json"}
    answer = await portal.post("/v1/petitions", content=body, headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "duplicate_name")
    assert twice in answer.json()["errors"][0]["message"]
    headers["Content-Type"] = "application/x-ndjson"
    imported = await portal.post("/v1/petitions/import", content=body + "\n", headers=headers)
    assert imported.json()["problem"]["errors"][0]["code"] == "duplicate_name"
    assert await stored(world) == 0
