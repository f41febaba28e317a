from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from limits import RateLimitItemPerHour

from intake_api.limits import Limits
from services.bootstrap import Deployment
from tests.api.callers import Login, Register, Stranger, route_all
from tests.city import City

PROGRESS = "/v1/public/progress"


def proof(receipt: dict[str, Any]) -> dict[str, str]:
    return {"number": receipt["number"], "query_code": receipt["query_code"]}


async def test_progress_is_told_by_number_and_code(
    register: Register, anyone: Stranger, world: Deployment
) -> None:
    receipt = await register()
    await route_all(world)
    answer = await anyone.post(PROGRESS, json=proof(receipt))
    found = answer.json()
    assert answer.headers["cache-control"] == "no-store"
    assert (found["state"], found["organ"]) == ("dispatched", "南县自然资源局")
    assert [step["what"] for step in found["steps"]] == ["登记", "确定责任单位", "转送、交办"]
    assert (found["may_evaluate"], found["may_request"], found["request_by"]) == (False, None, None)
    assert "张" not in answer.text


async def test_number_and_code_may_be_typed_by_hand(register: Register, anyone: Stranger) -> None:
    receipt = await register()
    typed = {
        "number": f" {receipt['number'].replace('-', '')} ",
        "query_code": receipt["query_code"].replace("-", " "),
    }
    assert (await anyone.post(PROGRESS, json=typed)).status_code == 200


async def test_wrong_number_and_wrong_code_answer_alike(register: Register, anyone: Stranger) -> None:
    receipt = await register()
    wrong = [
        {"number": receipt["number"], "query_code": "0000-0000-0000-0000"},
        {"number": receipt["number"], "query_code": "not a code"},
        {"number": "430900-20261120-999999-6", "query_code": receipt["query_code"]},
        {"number": "no number", "query_code": receipt["query_code"]},
    ]
    answers = [await anyone.post(PROGRESS, json=body) for body in wrong]
    assert {answer.status_code for answer in answers} == {404}
    told = [{k: v for k, v in answer.json().items() if k != "request_id"} for answer in answers]
    assert told == told[:1] * len(told)


async def test_ten_wrong_codes_close_a_number_for_an_hour(register: Register, anyone: Stranger) -> None:
    receipt = await register()
    for n in range(10):
        wrong = proof(receipt) | {"query_code": f"{n:016d}"}
        assert (await anyone.post(PROGRESS, json=wrong)).status_code == 404
    closed = await anyone.post(PROGRESS, json=proof(receipt))
    assert (closed.status_code, closed.json()["code"]) == (429, "too_many_wrong_codes")
    assert 3500 < int(closed.headers["retry-after"]) <= 3600
    assert closed.headers["ratelimit-policy"] == '"too-many-wrong-codes";q=10;w=3600'


def unknown(n: int) -> dict[str, str]:
    return {"number": f"430900-20261120-{n:06d}-0", "query_code": "0000-0000-0000-0000"}


async def test_wrong_codes_of_many_visitors_do_not_lock_a_portal_out(
    register: Register, portal: Stranger, anyone: Stranger
) -> None:
    receipt = await register()
    for n in range(12):
        assert (await portal.post(PROGRESS, json=unknown(n))).status_code == 404
    assert (await portal.post(PROGRESS, json=proof(receipt))).status_code == 200
    assert (await anyone.post(PROGRESS, json=proof(receipt))).status_code == 200  # not counted by address
    strange = [(await anyone.post(PROGRESS, json=unknown(n))).status_code for n in range(12)]
    assert strange == [404] * 10 + [429] * 2


async def test_ten_wrong_codes_close_a_number_to_a_portal_too(register: Register, portal: Stranger) -> None:
    receipt = await register()
    wrong = proof(receipt) | {"query_code": "0000-0000-0000-0000"}
    statuses = [(await portal.post(PROGRESS, json=wrong)).status_code for _ in range(11)]
    assert statuses == [404] * 10 + [429]
    assert (await portal.post(PROGRESS, json=proof(receipt))).status_code == 429


async def test_a_stranger_cannot_close_a_number_to_the_visitors_of_a_portal(
    register: Register, portal: Stranger, anyone: Stranger
) -> None:
    receipt = await register()
    for _ in range(10):
        await anyone.post(PROGRESS, json=proof(receipt) | {"query_code": "0000-0000-0000-0000"})
    assert (await anyone.post(PROGRESS, json=proof(receipt))).status_code == 429
    assert (await portal.post(PROGRESS, json=proof(receipt))).status_code == 200


async def test_a_portal_has_a_limit_of_its_own(app: FastAPI, login: Login, portal: Stranger) -> None:
    app.state.limits = Limits(lambda: 0.0, relayed_codes=RateLimitItemPerHour(3))
    statuses = [(await portal.post(PROGRESS, json=unknown(n))).status_code for n in range(4)]
    assert statuses == [404] * 3 + [429]
    other = await login("other-portal")
    assert (await other.post(PROGRESS, json=unknown(9))).status_code == 404


async def test_an_organ_that_asks_is_counted_like_anyone(login: Login) -> None:
    admin = await login("admin")
    statuses = [(await admin.post(PROGRESS, json=unknown(n))).status_code for n in range(11)]
    assert statuses == [404] * 10 + [429]


async def test_a_token_that_is_sent_must_be_valid(register: Register, anyone: Stranger) -> None:
    receipt = await register()
    old = {"Authorization": "Bearer ended"}
    assert (await anyone.post(PROGRESS, json=proof(receipt), headers=old)).status_code == 401


async def test_guesses_at_once_pass_no_more_than_one_by_one(register: Register, anyone: Stranger) -> None:
    receipt = await register()
    guesses = (anyone.post(PROGRESS, json=proof(receipt) | {"query_code": f"{n:016d}"}) for n in range(40))
    statuses = [answer.status_code for answer in await asyncio.gather(*guesses)]
    assert statuses.count(404) <= 10
    assert set(statuses) == {404, 429}


async def test_right_codes_cost_nothing(register: Register, anyone: Stranger) -> None:
    receipt = await register()
    for _ in range(15):
        assert (await anyone.post(PROGRESS, json=proof(receipt))).status_code == 200


async def test_limits_hold_without_redis(register: Register, app: FastAPI, anyone: Stranger) -> None:
    receipt = await register()
    app.state.limits = Limits(lambda: 0.0, redis_url="redis://127.0.0.1:1/0")
    statuses = [
        (await anyone.post(PROGRESS, json=proof(receipt) | {"query_code": f"{n:016d}"})).status_code
        for n in range(11)
    ]
    assert statuses == [404] * 10 + [429]


async def test_limits_are_shared_through_redis(
    register: Register, app: FastAPI, anyone: Stranger, redis_url: str
) -> None:
    receipt = await register()
    processes = [Limits(lambda: 0.0, redis_url=redis_url) for _ in range(3)]
    for part, app.state.limits in enumerate(processes[:2]):
        for n in range(5):
            wrong = proof(receipt) | {"query_code": f"{part}{n:015d}"}
            assert (await anyone.post(PROGRESS, json=wrong)).status_code == 404
    app.state.limits = processes[2]
    assert (await anyone.post(PROGRESS, json=proof(receipt))).status_code == 429
    for limits in processes:
        await limits.close()


async def test_evaluation_waits_until_something_was_told(register: Register, anyone: Stranger) -> None:
    receipt = await register()
    rating = {"organ": {"rating": "satisfied"}}
    early = await anyone.post("/v1/public/evaluations", json=proof(receipt) | rating)
    assert (early.status_code, early.json()["code"]) == (409, "step_not_allowed")
    empty = await anyone.post("/v1/public/evaluations", json=proof(receipt))
    [error] = empty.json()["errors"]
    assert (error["code"], error["message"]) == (
        "required", "请至少评价一方：petition_office（信访部门）或者 organ（责任单位）。",
    )  # fmt: skip


async def public(city: City, path: str, body: dict[str, Any]) -> httpx.Response:
    return await city.http.post(f"/v1/public/{path}", json=body)


@pytest.fixture
async def answered(city: City) -> dict[str, str]:
    """The proof of a petition whose handling opinion was served today."""
    receipt = await city.register()
    await city.route()
    organ = await city.organ("南县自然资源局")
    dispatch = await organ.newest_dispatch()
    await organ.done(f"/v1/dispatches/{dispatch['id']}/acceptance", {})
    words = ("facts", "reasons", "legal_basis", "decision")
    writ = {"outcome": "explained", **dict.fromkeys(words, "经查,补偿款已经拨付到户。")}
    opinion = await organ.done(f"/v1/dispatches/{dispatch['id']}/opinion", writ)
    await city.served(opinion, organ)
    return proof(receipt)


async def test_petitioner_reads_the_opinion_and_asks_for_review(city: City, answered: dict[str, str]) -> None:
    found = (await public(city, "progress", answered)).json()
    assert (found["state"], found["may_request"], found["may_evaluate"]) == ("answered", "review", True)
    assert found["opinions"][0]["decision"] == "经查,补偿款已经拨付到户。"
    asked = {**answered, "reason": "面积认定有误,请求复查。"}
    first, again = await public(city, "reviews", asked), await public(city, "reviews", asked)
    assert (first.status_code, again.json()) == (201, first.json())
    assert first.json()["organ"]["name"] == "益阳市自然资源局"
    assert first.json()["organ"]["organ_id"]
    assert (first.json()["tier"], first.json()["requested_on"]) == ("review", city.today.isoformat())
    assert first.json()["due_on"] > first.json()["requested_on"]
    twice = await public(city, "reviews", {**answered, "reason": "再次请求。"})
    assert (twice.status_code, twice.json()["code"]) == (409, "review_not_open")


async def test_petitioner_chooses_among_the_organs_that_progress_names(
    city: City, answered: dict[str, str]
) -> None:
    found = (await public(city, "progress", answered)).json()
    assert [each["name"] for each in found["review_organs"]] == ["益阳市自然资源局", "南县人民政府"]
    government = found["review_organs"][1]["organ_id"]
    asked = {**answered, "reason": "请县政府复查。", "organ_id": government}
    assert (await public(city, "reviews", asked)).json()["organ"]["name"] == "南县人民政府"
    assert (await public(city, "progress", answered)).json()["review_organs"] == []


async def test_petitioner_evaluates_office_and_organ_apart(city: City, answered: dict[str, str]) -> None:
    given = {**answered, "organ": {"rating": "dissatisfied", "reason": "太慢"}}
    await public(city, "evaluations", given)
    more = {**answered, "petition_office": "satisfied", "organ": {"rating": "fairly_satisfied"}}
    items = (await public(city, "evaluations", more)).json()["items"]
    assert {each["subject"]: each["rating"] for each in items} == {
        "organ": "fairly_satisfied",
        "petition_office": "satisfied",
    }


async def test_review_is_refused_after_thirty_days(city: City, answered: dict[str, str]) -> None:
    await city.advance(45)
    late = await public(city, "reviews", {**answered, "reason": "请求复查。"})
    assert late.status_code == 409
    assert (await public(city, "progress", answered)).json()["state"] == "final"
