"""The written answer and its service (信访工作条例 31, 32, 35)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.city import Caller, City, clocks, writ

PARTS = ["outcome", "facts", "reasons", "legal_basis", "decision"]


async def test_opinion_tells_the_way_and_time_to_review(city: City) -> None:
    accepted, organ = await city.accepted()
    opinion = await organ.done(f"/v1/dispatches/{accepted['id']}/opinion", writ())
    assert opinion["tier"] == "handling"
    assert "益阳市自然资源局或者南县人民政府" in opinion["remedy"]
    assert "30日内" in opinion["remedy"]
    assert opinion["petition"]["state"] == "opinion_issued"
    assert opinion["served_on"] is None


async def test_opinion_meets_the_handling_period(city: City) -> None:
    accepted, organ = await city.accepted()
    await organ.done(f"/v1/dispatches/{accepted['id']}/opinion", writ())
    shown = (await organ.get(f"/v1/dispatches/{accepted['id']}")).json()
    assert shown["state"] == "answered"
    assert clocks(shown["petition"], "met")["D5"] == "2027-01-19"


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("given", ["missing", "", "  \n", "。"])
async def test_opinion_without_one_of_its_parts_is_invalid(city: City, part: str, given: str) -> None:
    accepted, organ = await city.accepted()
    body = {name: value for name, value in writ().items() if name != part}
    if given != "missing":
        body[part] = given
    answer = await organ.post(f"/v1/dispatches/{accepted['id']}/opinion", body)
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == [f"/{part}"]


@pytest.mark.parametrize("outcome", ["upheld", "revoked", "suggestion_adopted"])
async def test_outcome_of_another_kind_is_refused(city: City, outcome: str) -> None:
    accepted, organ = await city.accepted()
    answer = await organ.post(f"/v1/dispatches/{accepted['id']}/opinion", writ(outcome))
    assert (answer.status_code, answer.json()["code"]) == (422, "outcome_not_fitting")
    assert answer.json()["errors"][0]["pointer"] == "/outcome"


async def test_opinion_needs_acceptance_first(city: City) -> None:
    dispatch, organ = await city.dispatched()
    answer = await organ.post(f"/v1/dispatches/{dispatch['id']}/opinion", writ())
    assert (answer.status_code, answer.json()["code"]) == (409, "step_not_allowed")
    assert answer.json()["detail"] == "信访件当前为“已转送交办”，不能出具处理意见书。"
    assert "accepted" in answer.json()["allowed"]


async def test_service_starts_the_petitioners_thirty_days(city: City) -> None:
    opinion, _ = await city.answered()
    assert opinion["petition"]["state"] == "answered"
    assert clocks(opinion, "running") == {"D7": "2026-12-21"}  # the 20th is a Sunday


async def test_window_runs_from_the_day_of_service_not_of_its_record(city: City) -> None:
    accepted, organ = await city.accepted()
    opinion = await organ.done(f"/v1/dispatches/{accepted['id']}/opinion", writ())
    await city.advance(10)
    proof = {"served_on": "2026-11-23", "method": "post"}
    served = await organ.done(f"/v1/opinions/{opinion['id']}/service", proof)
    assert clocks(served, "running") == {"D7": "2026-12-23"}


@pytest.mark.parametrize(
    ("served_on", "code"), [("2026-11-19", "served_before_issued"), ("2026-11-21", "served_in_future")]
)
async def test_service_before_issue_or_after_today_is_refused(city: City, served_on: str, code: str) -> None:
    accepted, organ = await city.accepted()
    opinion = await organ.done(f"/v1/dispatches/{accepted['id']}/opinion", writ())
    proof = {"served_on": served_on, "method": "in_person"}
    answer = await organ.post(f"/v1/opinions/{opinion['id']}/service", proof)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize(
    ("said", "method"),
    [
        ("personal", "in_person"),
        ("当面", "in_person"),
        ("Mail", "post"),
        ("邮寄", "post"),
        ("电子", "electronic"),
    ],
)
async def test_a_way_of_service_has_one_word_whatever_it_is_called(
    city: City, said: str, method: str
) -> None:
    accepted, organ = await city.accepted()
    opinion = await organ.done(f"/v1/dispatches/{accepted['id']}/opinion", writ())
    proof = {"served_on": city.today.isoformat(), "method": said}
    served = await organ.done(f"/v1/opinions/{opinion['id']}/service", proof)
    assert served["service_method"] == method


async def test_unknown_way_of_service_is_answered_with_the_known_ones(city: City) -> None:
    accepted, organ = await city.accepted()
    opinion = await organ.done(f"/v1/dispatches/{accepted['id']}/opinion", writ())
    proof = {"served_on": city.today.isoformat(), "method": "pigeon"}
    told = (await organ.post(f"/v1/opinions/{opinion['id']}/service", proof)).json()["errors"][0]
    assert (told["pointer"], told["message"]) == (
        "/method", "应为下列之一：in_person、post、electronic、other。",
    )  # fmt: skip


async def test_unsigned_service_in_person_names_a_witness_or_says_why(city: City) -> None:
    accepted, organ = await city.accepted()
    opinion = await organ.done(f"/v1/dispatches/{accepted['id']}/opinion", writ())
    path, proof = (
        f"/v1/opinions/{opinion['id']}/service",
        {"served_on": city.today.isoformat(), "signed": False},
    )
    told = await organ.post(path, {**proof, "method": "in_person"})
    assert (told.status_code, told.json()["code"]) == (422, "witness_needed")
    assert told.json()["errors"][0]["pointer"] == "/witness"
    assert "D7" not in clocks(await city.petition(accepted["petition_id"]))
    why = {"remark": "本人外出,由邻居转告后未到场。"}
    assert (await organ.done(path, {**proof, "method": "in_person", **why}))["signed"] is False


async def test_service_is_recorded_once(city: City) -> None:
    opinion, organ = await city.answered()
    other = {"served_on": "2026-11-20", "method": "post"}
    answer = await organ.post(f"/v1/opinions/{opinion['id']}/service", other)
    assert (answer.status_code, answer.json()["code"]) == (409, "already_served")


async def test_opinion_never_served_starts_nothing(city: City) -> None:
    accepted, organ = await city.accepted()
    await organ.done(f"/v1/dispatches/{accepted['id']}/opinion", writ())
    await city.advance(200)
    petition = await city.petition(accepted["petition_id"])
    assert petition["state"] == "opinion_issued"
    assert not {"D7", "D9"} & set(clocks(petition))


async def test_suggestion_concludes_on_service_without_review(city: City) -> None:
    dispatch, organ = await city.dispatched(purpose="suggestion")
    await organ.done(f"/v1/dispatches/{dispatch['id']}/acceptance", {})
    opinion = await organ.done(f"/v1/dispatches/{dispatch['id']}/opinion", writ("suggestion_adopted"))
    served = await city.served(opinion, organ)
    assert served["petition"]["state"] == "concluded"
    petition = await city.petition(dispatch["petition_id"])
    assert "D7" not in clocks(petition)
    assert not clocks(petition, "running", "overdue")
    portal = await city.portal()
    answer = await portal.post(f"/v1/petitions/{petition['id']}/reviews", {"reason": "不满意。"})
    assert (answer.status_code, answer.json()["code"]) == (409, "review_not_open")


async def test_source_reads_an_opinion_once_it_is_served(city: City) -> None:
    accepted, organ = await city.accepted()
    opinion = await organ.done(f"/v1/dispatches/{accepted['id']}/opinion", writ())
    portal = await city.portal()
    path = f"/v1/opinions/{opinion['id']}"
    assert (await portal.get(path)).status_code == 404
    await city.served(opinion, organ)
    assert (await portal.get(path)).json()["decision"] == writ()["decision"]
    stranger = await city.organ("沅江市自然资源局")
    assert (await stranger.get(path)).status_code == 404
    proof: dict[str, Any] = {"served_on": "2026-11-20", "method": "post"}
    assert (await stranger.post(f"{path}/service", proof)).status_code == 404


async def remanded(city: City) -> tuple[str, Caller]:
    """The path of a new opinion, after the first was revoked on review."""
    opinion, organ = await city.answered()
    review, above = await city.under_review(opinion)
    decided = await above.done(
        f"/v1/reviews/{review['id']}/decision", writ("revoked", decision="撤销原意见。")
    )
    await city.served(decided["opinion"], above)
    return f"/v1/dispatches/{opinion['dispatch_id']}/opinion", organ


async def test_same_decision_again_needs_a_person_who_says_in_what_it_differs(city: City) -> None:
    path, organ = await remanded(city)
    again = writ(reasons="补偿标准、面积均无误,理由同前。")
    refused = await organ.post(path, again)
    assert (refused.status_code, refused.json()["code"]) == (409, "same_as_revoked")

    differs = {"differs_because": "已补充测绘,原意见程序上的缺陷已经补正。", "confirmed_by": "王局长"}
    opinion = await organ.done(path, {**again, **differs})
    assert {name: opinion[name] for name in differs} == differs
    events = (await organ.get(f"/v1/petitions/{opinion['petition_id']}/events")).json()["items"]
    assert events[-1]["data"]["difference_confirmed"] is True
    assert "王局长" not in str(events)


async def test_new_decision_needs_nobody_to_confirm_it(city: City) -> None:
    path, organ = await remanded(city)
    differs = {"differs_because": "结论不同。", "confirmed_by": "王局长"}
    opinion = await organ.done(path, writ("supported", decision="补发三万元。", **differs))
    assert (opinion["differs_because"], opinion["confirmed_by"]) == (None, None)


@pytest.mark.parametrize("given", [{"differs_because": "已补正。"}, {"confirmed_by": "王局长"}])
async def test_difference_and_its_confirmation_go_together(city: City, given: dict[str, str]) -> None:
    path, organ = await remanded(city)
    assert (await organ.post(path, writ(**given))).status_code == 422
