"""The end by an act of the office, and the care that goes on after the end (山东 46, 信访工作条例 37)."""

from __future__ import annotations

import pytest

from tests.city import City, Json, clocks, writ

CLOSURE = {"ground": "no_successor", "on": "2026-11-20", "reason": "信访人已死亡,经核实无继承人。"}
CARE = {"kind": "relief", "given_on": "2026-12-30", "text": "协助申请临时救助,已发放2000元。"}


async def test_petition_without_a_successor_is_closed_with_date_and_reason(city: City) -> None:
    accepted, organ = await city.accepted()
    office = await city.office()
    closed = await office.done(f"/v1/petitions/{accepted['petition_id']}/closure", CLOSURE)
    assert (closed["state"], closed["holder"]) == ("final", None)

    petition = await city.petition(closed["id"])
    assert (petition["final_on"], petition["final_ground"]) == ("2026-11-20", "no_successor")
    assert not clocks(petition, "running", "overdue")
    events = (await office.get(f"/v1/petitions/{closed['id']}/events")).json()["items"]
    act, final = events[-2:]
    assert (act["kind"], act["data"]["article"]) == ("closed_without_successor", "山东省信访条例 46")
    assert final["data"]["article"] == "山东省信访条例第四十六条第一款第四项"
    [told] = [each for each in await organ.inbox() if each["type"] == "dispatch.withdrawn"]
    assert "cause" not in told["data"]  # an organ from which a case is taken is never told why (30)
    assert (await organ.get(f"/v1/dispatches/{accepted['id']}")).status_code == 404


async def test_review_that_was_not_decided_ceases(city: City) -> None:
    opinion, _ = await city.answered()
    review, above = await city.under_review(opinion)
    await (await city.office()).done(f"/v1/petitions/{opinion['petition_id']}/closure", CLOSURE)
    told = (await above.inbox())[-1]
    assert told["type"] == "review.ceased"
    assert not {"cause", "etag"} & set(told["data"])  # as when its organ was accused (30)
    assert (await above.get(f"/v1/organs/{above.organ_id}/reviews")).json()["items"] == []
    assert (await above.get(f"/v1/reviews/{review['id']}")).status_code == 404
    answer = await above.post(f"/v1/reviews/{review['id']}/decision", writ("upheld"))
    assert answer.status_code == 404


@pytest.mark.parametrize("day", ["2026-11-19", "2026-11-21"])
async def test_day_of_the_end_lies_between_receipt_and_today(city: City, day: str) -> None:
    accepted, _ = await city.accepted()
    path = f"/v1/petitions/{accepted['petition_id']}/closure"
    answer = await (await city.office()).post(path, {**CLOSURE, "on": day})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/on")


async def test_suggestion_outlives_the_petitioner(city: City) -> None:
    triaged, _ = await city.triaged(purpose="suggestion")
    path = f"/v1/petitions/{triaged['petition_id']}/closure"
    answer = await (await city.office()).post(path, CLOSURE)
    assert (answer.status_code, answer.json()["code"]) == (409, "closure_not_fitting")


async def test_only_the_petition_office_closes(city: City) -> None:
    accepted, organ = await city.accepted()
    path = f"/v1/petitions/{accepted['petition_id']}/closure"
    for caller in (organ, await city.portal()):
        assert (await caller.post(path, CLOSURE)).status_code == 403
    assert (await (await city.office("南县信访局")).post(path, CLOSURE)).status_code == 404


async def final(city: City) -> Json:
    opinion, _ = await city.answered()
    await city.advance(40)
    return await city.petition(opinion["petition_id"])


async def test_care_after_the_end_is_recorded_for_the_office(city: City) -> None:
    petition = await final(city)
    office, organ = await city.office(), await city.organ("南县自然资源局")
    path = f"/v1/petitions/{petition['id']}"
    first = await organ.done(f"{path}/care", {**CARE, "kind": "visit"})
    second = await office.done(f"{path}/care", CARE)
    shown = (await city.petition(petition["id"]))["cares"]
    assert shown == [first, second]
    assert [each["organ"]["name"] for each in shown] == ["南县自然资源局", "益阳市信访局"]
    assert (await organ.get(path)).json()["cares"] is None
    assert (await (await city.portal()).get(path)).json()["cares"] is None
    events = (await office.get(f"{path}/events")).json()["items"]
    assert events[-1]["data"]["article"] == "信访工作条例 37"
    assert CARE["text"] not in str(events)


async def test_care_before_the_end_is_not_recorded(city: City) -> None:
    accepted, _ = await city.accepted()
    answer = await (await city.office()).post(f"/v1/petitions/{accepted['petition_id']}/care", CARE)
    assert (answer.status_code, answer.json()["code"]) == (409, "step_not_allowed")


@pytest.mark.parametrize("day", ["2026-12-20", "2026-12-31"])
async def test_care_lies_between_the_end_and_today(city: City, day: str) -> None:
    petition = await final(city)
    path = f"/v1/petitions/{petition['id']}/care"
    answer = await (await city.office()).post(path, {**CARE, "given_on": day})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/given_on")
