"""Review and re-review (信访工作条例 35, 36)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.city import Caller, City, clocks, writ

Json = dict[str, Any]


async def reviewed(city: City) -> tuple[Json, Caller]:
    opinion, _ = await city.answered()
    return await city.under_review(opinion)


async def re_reviewed(city: City) -> tuple[Json, Caller]:
    review, organ = await reviewed(city)
    decided = await organ.done(f"/v1/reviews/{review['id']}/decision", writ("upheld"))
    await city.served(decided["opinion"], organ)
    return await city.under_review(decided["opinion"])


async def test_review_goes_to_the_computed_organ_with_thirty_days(city: City) -> None:
    review, organ = await reviewed(city)
    assert (review["tier"], review["state"]) == ("review", "requested")
    assert review["organ"]["name"] == "益阳市自然资源局"
    assert review["due_on"] == clocks(review, "running")["D8"] == "2026-12-21"
    assert review["petition"]["state"] == "under_review"
    [event] = await organ.inbox()
    assert event["type"] == "review.requested"
    assert (await organ.get(event["data"]["links"]["review"])).json()["id"] == review["id"]
    [listed] = (await organ.get(f"/v1/organs/{organ.organ_id}/reviews", state="requested")).json()["items"]
    assert listed["id"] == review["id"]


async def test_petitioner_may_choose_the_local_government(city: City) -> None:
    opinion, _ = await city.answered()
    government = await city.organ("南县人民政府")
    body = {"reason": "请县政府复查。", "organ_id": government.organ_id}
    review = await (await city.portal()).done(f"/v1/petitions/{opinion['petition_id']}/reviews", body)
    assert review["organ"]["name"] == "南县人民政府"


async def test_organ_that_may_not_review_cannot_be_chosen(city: City) -> None:
    opinion, _ = await city.answered()
    body = {"reason": "请外县复查。", "organ_id": (await city.organ("沅江市人民政府")).organ_id}
    answer = await (await city.portal()).post(f"/v1/petitions/{opinion['petition_id']}/reviews", body)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "organ_not_reviewing")
    assert problem["detail"] == "所选机关不是本件的复查机关，可以向益阳市自然资源局或者南县人民政府提出。"
    assert problem["errors"][0]["pointer"] == "/organ_id"
    assert [each["name"] for each in problem["review_organs"]] == ["益阳市自然资源局", "南县人民政府"]


async def test_review_on_the_last_day_is_in_time(city: City) -> None:
    opinion, _ = await city.answered()
    await city.advance(31)  # 12-21, a Monday
    await city.under_review(opinion)


@pytest.mark.parametrize("timers", [True, False])
async def test_late_review_is_refused_with_the_due_date(city: City, timers: bool) -> None:
    opinion, _ = await city.answered()
    days = 32
    if timers:
        await city.advance(days)
    else:
        await city.move(days)
    path = f"/v1/petitions/{opinion['petition_id']}/reviews"
    answer = await (await city.portal()).post(path, {"reason": "想起来不服。"})
    assert (answer.status_code, answer.json()["code"]) == (409, "review_too_late")
    assert "2026-12-21" in answer.json()["detail"]


LATE = {
    "reason": "对认定的面积不服。",
    "late": {"good_cause": "住院至今,有出院证明。", "approved_by": "周科长"},
}


async def lapsed(city: City) -> Json:
    """A petition that is final because nobody asked for its review in time."""
    opinion, _ = await city.answered()
    await city.advance(40)
    petition = await city.petition(opinion["petition_id"])
    assert petition["final_ground"] == "time_lapsed"
    return petition


async def test_good_cause_reopens_what_lapsed_into_finality(city: City) -> None:
    petition = await lapsed(city)
    office = await city.office()
    review = await office.done(f"/v1/petitions/{petition['id']}/reviews", LATE)
    assert (review["tier"], review["late"]) == ("review", LATE["late"])
    assert review["petition"]["state"] == "under_review"

    petition = await city.petition(petition["id"])
    assert (petition["final_on"], petition["final_ground"]) == (None, None)
    assert clocks(petition, "met_late") == {"D7": "2026-12-21"}
    events = (await office.get(f"/v1/petitions/{petition['id']}/events")).json()["items"]
    reopened, requested = events[-2:]
    assert (reopened["kind"], requested["kind"]) == ("reopened", "review_requested")
    assert requested["data"]["late"] is True
    assert "周科长" not in str(events)  # who approved is kept with the review, sealed
    assert reopened["data"]["article"].startswith("山东省信访条例 46")


async def test_reviewing_organ_admits_a_late_request_at_its_own_desk(city: City) -> None:
    petition = await lapsed(city)
    path = f"/v1/petitions/{petition['id']}/reviews"
    bureau, stranger = await city.organ("益阳市自然资源局"), await city.organ("沅江市自然资源局")
    assert (await stranger.post(path, LATE)).status_code == 404
    assert (await bureau.post(path, {"reason": LATE["reason"]})).json()["code"] == "review_too_late"
    assert (await bureau.done(path, LATE))["organ"]["name"] == "益阳市自然资源局"


async def test_late_request_is_admitted_by_no_other_desk(city: City) -> None:
    petition = await lapsed(city)
    path = f"/v1/petitions/{petition['id']}/reviews"
    for caller in (await city.portal(), await city.organ("南县自然资源局")):
        answer = await caller.post(path, LATE)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_competent")


async def test_late_request_that_is_declined_is_final_as_before(city: City) -> None:
    petition = await lapsed(city)
    office, bureau = await city.office(), await city.organ("益阳市自然资源局")
    review = await office.done(f"/v1/petitions/{petition['id']}/reviews", LATE)
    why = {"ground": "late", "explanation": "出院证明的日期不实。"}
    await bureau.done(f"/v1/reviews/{review['id']}/refusal", why)
    await city.advance(0)
    again = await city.petition(petition["id"])
    assert (again["final_on"], again["final_ground"]) == (petition["final_on"], "time_lapsed")


async def test_good_cause_reopens_the_re_review_too(city: City) -> None:
    review, organ = await reviewed(city)
    decided = await organ.done(f"/v1/reviews/{review['id']}/decision", writ("upheld"))
    await city.served(decided["opinion"], organ)
    await city.advance(40)
    late = await (await city.office()).done(f"/v1/petitions/{review['petition_id']}/reviews", LATE)
    assert (late["tier"], late["organ"]["name"]) == ("re_review", "湖南省自然资源厅")


async def test_finality_after_re_review_is_not_reopened(city: City) -> None:
    review, organ = await re_reviewed(city)
    decided = await organ.done(f"/v1/reviews/{review['id']}/decision", writ("upheld"))
    await city.served(decided["opinion"], organ)
    answer = await (await city.office()).post(f"/v1/petitions/{review['petition_id']}/reviews", LATE)
    assert (answer.status_code, answer.json()["code"]) == (409, "review_not_open")


async def test_good_cause_stated_in_time_is_not_needed(city: City) -> None:
    opinion, _ = await city.answered()
    review = await (await city.office()).done(f"/v1/petitions/{opinion['petition_id']}/reviews", LATE)
    assert review["late"] is None


async def test_the_organ_that_answered_asks_for_nobody(city: City) -> None:
    opinion, organ = await city.answered()
    answer = await organ.post(f"/v1/petitions/{opinion['petition_id']}/reviews", {"reason": "代为申请。"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_competent")


async def test_review_before_service_is_refused(city: City) -> None:
    accepted, organ = await city.accepted()
    await organ.done(f"/v1/dispatches/{accepted['id']}/opinion", writ())
    path = f"/v1/petitions/{accepted['petition_id']}/reviews"
    answer = await (await city.portal()).post(path, {"reason": "不服。"})
    assert (answer.status_code, answer.json()["code"]) == (409, "review_not_open")


async def test_re_review_goes_to_the_reviewers_reviewer(city: City) -> None:
    review, organ = await re_reviewed(city)
    assert review["tier"] == "re_review"
    assert organ.client.name == "organ:湖南省自然资源厅"
    assert set(clocks(review, "running")) == {"D10"}


async def test_the_same_words_ask_for_both_tiers(city: City) -> None:
    first, organ = await reviewed(city)
    decided = await organ.done(f"/v1/reviews/{first['id']}/decision", writ("upheld"))
    await city.served(decided["opinion"], organ)
    second, _ = await city.under_review(decided["opinion"], reason=first["reason"])
    assert second["id"] != first["id"]
    assert second["tier"] == "re_review"


async def test_acceptance_moves_no_clock(city: City) -> None:
    review, organ = await reviewed(city)
    accepted = await organ.done(f"/v1/reviews/{review['id']}/acceptance")
    assert accepted["state"] == "accepted"
    assert clocks(accepted) == clocks(review)


async def test_hearing_moves_the_re_review_by_its_days(city: City) -> None:
    review, organ = await re_reviewed(city)
    assert review["due_on"] == "2026-12-21"
    await city.advance(15)  # 12-05
    heard = await organ.done(
        f"/v1/reviews/{review['id']}/hearing", {"from": "2026-12-01", "to": "2026-12-05"}
    )
    assert heard["hearing"] == {"from": "2026-12-01", "to": "2026-12-05"}
    assert heard["due_on"] == "2026-12-25"  # five days after the 20th, on which the period would end


async def test_a_day_of_hearing_is_left_out_once_however_often_it_is_told(city: City) -> None:
    review, organ = await re_reviewed(city)
    hearing = f"/v1/reviews/{review['id']}/hearing"
    await city.advance(15)  # 12-05
    await organ.done(hearing, {"from": "2026-12-01", "to": "2026-12-03"})
    longer = await organ.done(hearing, {"from": "2026-12-02", "to": "2026-12-05"})  # it took two days more
    assert longer["due_on"] == "2026-12-25"
    within = await organ.done(hearing, {"from": "2026-12-03", "to": "2026-12-04"})
    assert within["due_on"] == "2026-12-25"


async def test_hearing_after_the_period_does_not_bring_it_back(city: City) -> None:
    review, organ = await re_reviewed(city)
    await city.advance(40)  # 12-30; the period ended on the 21st
    late = {"from": "2026-12-22", "to": "2026-12-30"}
    heard = await organ.done(f"/v1/reviews/{review['id']}/hearing", late)
    assert heard["due_on"] == "2026-12-21"
    assert set(clocks(heard, "overdue")) == {"D10"}


async def test_hearing_does_not_move_the_review(city: City) -> None:
    review, organ = await reviewed(city)
    await city.advance(15)  # 12-05
    heard = await organ.done(
        f"/v1/reviews/{review['id']}/hearing", {"from": "2026-12-01", "to": "2026-12-05"}
    )
    assert heard["due_on"] == review["due_on"]


@pytest.mark.parametrize(
    "dates",
    [("2026-12-05", "2026-12-01"), ("2026-11-19", "2026-12-01"), ("2026-12-05", "2026-12-06")],
    ids=["ends before it begins", "before the request", "not over yet"],
)
async def test_hearing_with_wrong_dates_is_refused(city: City, dates: tuple[str, str]) -> None:
    review, organ = await reviewed(city)
    await city.advance(15)  # 12-05
    body = {"from": dates[0], "to": dates[1]}
    answer = await organ.post(f"/v1/reviews/{review['id']}/hearing", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "hearing_dates")


async def test_declined_request_gives_the_window_back(city: City) -> None:
    review, organ = await reviewed(city)
    await city.advance(5)
    body = {"ground": "not_an_opinion", "explanation": "申请的不是信访处理意见。"}
    declined = await organ.done(f"/v1/reviews/{review['id']}/refusal", body)
    assert (declined["state"], declined["petition"]["state"]) == ("declined", "answered")
    petition = await city.petition(review["petition_id"])
    assert clocks(petition, "running") == {"D7": "2026-12-21"}
    again, _ = await city.under_review(review)
    assert again["id"] != review["id"]


async def test_revocation_without_a_date_starts_the_sixty_days_anew(city: City) -> None:
    review, organ = await reviewed(city)
    decided = await organ.done(f"/v1/reviews/{review['id']}/decision", writ("revoked"))

    await city.served(decided["opinion"], organ)

    petition = await city.petition(review["petition_id"])
    assert clocks(petition, "running").keys() == {"D5"}


async def test_date_to_decide_anew_lies_ahead_and_goes_with_a_revocation(city: City) -> None:
    review, organ = await reviewed(city)
    path = f"/v1/reviews/{review['id']}/decision"
    past = await organ.post(path, writ("revoked", redo_by="2026-11-20"))
    assert (past.status_code, past.json()["errors"][0]["pointer"]) == (422, "/redo_by")
    upheld = await organ.post(path, writ("upheld", redo_by="2026-12-20"))
    assert upheld.status_code == 422


async def test_revocation_served_after_its_date_still_goes_back(city: City) -> None:
    review, organ = await reviewed(city)
    body = writ("revoked", redo_by="2026-11-25")
    decided = await organ.done(f"/v1/reviews/{review['id']}/decision", body)
    await city.advance(10)
    served = await city.served(decided["opinion"], organ)
    assert served["petition"]["state"] == "accepted"
    petition = await city.petition(review["petition_id"])
    assert clocks(petition, "running")["DR"] == "2026-11-25"


@pytest.mark.parametrize("outcome", ["supported", "explained", "suggestion_adopted"])
async def test_review_decides_nothing_else(city: City, outcome: str) -> None:
    review, organ = await reviewed(city)
    answer = await organ.post(f"/v1/reviews/{review['id']}/decision", writ(outcome))
    assert (answer.status_code, answer.json()["code"]) == (422, "outcome_not_fitting")


async def test_review_belongs_to_the_reviewing_organ(city: City) -> None:
    review, _ = await reviewed(city)
    handler, stranger = await city.organ("南县自然资源局"), await city.organ("沅江市自然资源局")
    path = f"/v1/reviews/{review['id']}"
    assert (await handler.get(path)).status_code == 200
    assert (await stranger.get(path)).status_code == 404
    for organ in (handler, stranger):
        assert (await organ.post(f"{path}/acceptance")).status_code == 404
        assert (await organ.post(f"{path}/decision", writ("upheld"))).status_code == 404


async def test_the_national_law_extends_no_review(city: City) -> None:
    review, organ = await reviewed(city)
    body = {"days": 20, "approved_by": "复查委员会主任", "reason": "需要重新勘测。"}
    answer = await organ.post(f"/v1/reviews/{review['id']}/extension", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "extension_not_allowed")
    assert "信访工作条例第三十五条" in answer.json()["detail"]
    assert (await organ.get(f"/v1/reviews/{review['id']}")).json()["due_on"] == review["due_on"]


async def test_only_the_organ_that_reviews_extends(city: City) -> None:
    review, _ = await reviewed(city)
    body = {"days": 20, "approved_by": "复查委员会主任", "reason": "需要重新勘测。"}
    handler = await city.organ("南县自然资源局")
    assert (await handler.post(f"/v1/reviews/{review['id']}/extension", body)).status_code == 404


async def test_announced_hearing_moves_no_clock_until_it_was_held(city: City) -> None:
    review, organ = await re_reviewed(city)
    path = f"/v1/reviews/{review['id']}/hearing"
    notice = {"time": "上午9时", "place": "三楼听证室", "chair": "彭志和"}
    told = await organ.done(path, {"from": "2026-12-01", "to": "2026-12-02", "notice": notice})
    assert (told["hearing"], told["due_on"]) == ({"from": "2026-12-01", "to": "2026-12-02"}, "2026-12-21")
    await city.advance(12)  # 12-02
    held = await organ.done(path, {"from": "2026-12-01", "to": "2026-12-02"})
    assert held["due_on"] == "2026-12-22"


async def test_what_was_accepted_is_not_refused_any_more(city: City) -> None:
    review, organ = await reviewed(city)
    await organ.done(f"/v1/reviews/{review['id']}/acceptance")
    body = {"ground": "late", "explanation": "逾期。"}
    answer = await organ.post(f"/v1/reviews/{review['id']}/refusal", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "review_already_accepted")


async def test_an_organ_accused_in_mid_review_is_answered_as_if_there_were_none(city: City) -> None:
    opinion, _ = await city.answered(confidential=True)
    review, organ = await city.under_review(opinion)
    more = {"content": "补充:益阳市自然资源局的人与此有利害关系,扣下了这笔钱。"}
    path = f"/v1/petitions/{opinion['petition_id']}/supplements"
    assert (await (await city.portal()).post(path, more)).is_success
    await city.route()
    gone = f"/v1/reviews/{review['id']}"
    assert (await organ.get(gone)).status_code == 404
    assert (await organ.post(f"{gone}/acceptance")).status_code == 404
    assert (await organ.post(f"{gone}/decision", writ("upheld"))).status_code == 404
    assert (await organ.get(f"/v1/organs/{organ.organ_id}/reviews")).json()["items"] == []
    county = await city.organ("南县人民政府")
    decided = await county.done(f"{gone}/decision", writ("upheld"))
    assert decided["organ"]["name"] == "南县人民政府"
    assert decided["due_on"] == review["due_on"]
