"""A case told as a story: from a complaint to finality, by way of an objection and both reviews."""

from __future__ import annotations

from datetime import timedelta

import httpx

from tests.city import LAND, City, Json, clocks, writ


async def told(city: City, petition_id: str) -> list[str]:
    """The ledger's events, in order."""
    office = await city.office()
    return [
        each["kind"] for each in (await office.get(f"/v1/petitions/{petition_id}/events")).json()["items"]
    ]


async def ask(city: City, registered: Json) -> httpx.Response:
    """The petitioner's own request for the next tier, in the same words each time."""
    body = {
        "number": registered["number"],
        "query_code": registered["query_code"],
        "reason": "面积认定有误。",
    }
    return await city.http.post("/v1/public/reviews", json=body)


async def test_from_a_complaint_to_finality_after_re_review(city: City) -> None:
    # A citizen writes to the portal on a Friday; the worker routes it with reasons.
    registered = await city.register(LAND)
    assert clocks(registered, "running") == {"D1": "2026-12-07"}
    await city.route()
    routing = (await (await city.portal()).get(f"/v1/petitions/{registered['id']}/routing")).json()
    assert routing["lead"]["name"] == "南县自然资源局"

    await contested_and_redirected(city, registered)
    await handled_and_answered(city)
    await upheld_on_review(city, registered)
    served = await upheld_on_re_review(city, registered)

    # Served, it is final: dated, reasoned, every clock still.
    assert served["petition"]["state"] == "final"
    petition = await city.petition(registered["id"])
    assert (petition["final_on"], petition["final_ground"]) == (city.today.isoformat(), "re_review_served")
    assert not clocks(petition, "running", "overdue")
    assert petition["first_handler"]["name"] == "南县林业局"
    assert [kind for kind in await told(city, registered["id"]) if not kind.startswith("deadline_")] == [
        "registered", "routed", "dispatched", "received", "objected", "redirected", "dispatched",
        "accepted", "extended", "opinion_issued", "served",
        "review_requested", "review_accepted", "review_decided", "served",
        "review_requested", "hearing_held", "review_decided", "served", "became_final",
    ]  # fmt: skip
    again = await ask(city, registered)
    assert (again.status_code, again.json()["code"]) == (409, "review_not_open")


async def contested_and_redirected(city: City, registered: Json) -> None:
    # The bureau's program finds it in its inbox. It is not theirs, they say, and give their reasons.
    bureau, forestry = await city.organ("南县自然资源局"), await city.organ("南县林业局")
    [event] = await bureau.inbox()
    dispatch = f"/v1/dispatches/{event['data']['dispatch_id']}"
    await bureau.done(f"{dispatch}/receipt")
    await city.advance(4)
    reason = {"reason": "涉案地块为集体林地,林木补偿由林业部门负责,不属于我局职权。"}
    objection = await bureau.done(
        f"{dispatch}/objection", {**reason, "suggested_organ_id": forestry.organ_id}
    )

    # The petition office agrees, and the file goes on to forestry, whose periods begin anew.
    ruling = {"upheld": True, "organ_id": forestry.organ_id, "reason": "经核实,该地块为林地。"}
    await (await city.office()).done(f"/v1/objections/{objection['id']}/decision", ruling)
    assert [each["type"] for each in await bureau.inbox()] == ["dispatch.created", "objection.decided"]
    assert (await bureau.get(f"/v1/petitions/{registered['id']}")).status_code == 404


async def handled_and_answered(city: City) -> None:
    # Forestry accepts: sixty days. A month later it needs thirty more, which its head approves.
    forestry = await city.organ("南县林业局")
    [event] = await forestry.inbox()
    dispatch = event["data"]["links"]["dispatch"]
    accepted = await forestry.done(f"{dispatch}/acceptance", {"note": "已受理,将于60日内答复。"})
    assert clocks(accepted, "running") == {"D5": "2027-01-25"}  # the 23rd is a Saturday
    await city.advance(30)
    more = {"days": 30, "approved_by": "李局长", "reason": "林权档案需要调取核对。"}
    extended = await forestry.done(f"{dispatch}/extension", more)
    assert clocks(extended, "running") == {"D5": "2027-02-22"}

    # It answers and serves; the answer says where and until when one may ask for review.
    opinion = await forestry.done(f"{dispatch}/opinion", writ("not_supported"))
    assert "益阳市林业局" in opinion["remedy"]
    served = await city.served(opinion, forestry)
    assert clocks(served, "running") == {"D7": "2027-01-25"}


async def upheld_on_review(city: City, registered: Json) -> None:
    # Not content, the citizen asks by number and query code; the city's bureau upholds.
    asked = await ask(city, registered)
    assert (asked.status_code, asked.json()["tier"]) == (201, "review")
    above = await city.organ("益阳市林业局")
    [event] = [each for each in await above.inbox() if each["type"] == "review.requested"]
    review = event["data"]["links"]["review"]
    await above.done(f"{review}/acceptance")
    decided = await above.done(f"{review}/decision", writ("upheld"))
    served = await city.served(decided["opinion"], above)
    assert clocks(served, "running") == {"D9": "2027-01-25"}


async def upheld_on_re_review(city: City, registered: Json) -> Json:
    # Nor with that: the re-review, with a hearing whose three days are not counted.
    asked = await ask(city, registered)
    assert (asked.status_code, asked.json()["tier"]) == (201, "re_review")
    province = await city.organ("湖南省林业局")
    [event] = await province.inbox()
    review = event["data"]["links"]["review"]
    await city.advance(10)
    before = (await province.get(review)).json()["due_on"]
    held = {"from": (city.today - timedelta(days=2)).isoformat(), "to": city.today.isoformat()}
    heard = await province.done(f"{review}/hearing", held)
    assert heard["due_on"] > before
    decided = await province.done(f"{review}/decision", writ("upheld"))
    assert "终结" in decided["opinion"]["remedy"]
    assert (await city.petition(registered["id"]))["state"] == "re_review_issued"
    return await city.served(decided["opinion"], province)


async def test_the_petitioners_time_lapses_and_the_case_is_final(city: City) -> None:
    opinion, _ = await city.answered()
    await city.advance(31)  # 2026-12-21 is the last day
    assert (await city.petition(opinion["petition_id"]))["state"] == "answered"
    await city.advance(1)
    petition = await city.petition(opinion["petition_id"])
    assert (petition["state"], petition["final_ground"]) == ("final", "time_lapsed")
    assert petition["final_on"] == "2026-12-21"
    assert clocks(petition, "lapsed") == {"D7": "2026-12-21"}
    assert not clocks(petition, "running", "overdue")
    assert (await told(city, petition["id"]))[-3:] == ["deadline_lapsed", "lapsed", "became_final"]


async def test_timers_catch_up_after_a_long_downtime(city: City) -> None:
    opinion, organ = await city.answered()
    other, _ = await city.accepted()
    await city.move(400)
    await city.advance(0)
    assert (await city.petition(opinion["petition_id"]))["final_on"] == "2026-12-21"
    late = await city.petition(other["petition_id"])
    assert set(clocks(late, "overdue")) == {"D5"}
    kinds = [each["type"] for each in await organ.inbox()]
    assert kinds.count("deadline.missed") == 1
    await city.advance(0)
    assert [each["type"] for each in await organ.inbox()] == kinds


async def test_the_time_for_re_review_lapses_too(city: City) -> None:
    opinion, _ = await city.answered()
    review, organ = await city.under_review(opinion)
    decided = await organ.done(f"/v1/reviews/{review['id']}/decision", writ("changed"))
    await city.served(decided["opinion"], organ)
    await city.advance(40)
    petition = await city.petition(opinion["petition_id"])
    assert (petition["state"], petition["final_ground"]) == ("final", "time_lapsed")
    assert clocks(petition, "met")["D7"] == "2026-12-21"
    assert set(clocks(petition, "lapsed")) == {"D9"}

    # The words that asked for the review do not ask for the re-review now: it is too late.
    path = f"/v1/petitions/{petition['id']}/reviews"
    late = await (await city.portal()).post(path, {"reason": review["reason"]})
    assert (late.status_code, late.json()["code"]) == (409, "review_too_late")


async def test_revoked_is_decided_anew_and_not_the_same_again(city: City) -> None:
    opinion, organ = await city.answered()
    review, above = await city.under_review(opinion)
    revoked = writ("revoked", redo_by="2026-12-20", decision="撤销原意见,责令重新作出处理意见。")
    decided = await above.done(f"/v1/reviews/{review['id']}/decision", revoked)
    served = await city.served(decided["opinion"], above)
    assert served["petition"]["state"] == "accepted"

    [remand] = [each for each in await organ.inbox() if each["type"] == "review.remanded"]
    assert remand["data"]["redo_by"] == "2026-12-20"
    act = f"{remand['data']['links']['dispatch']}/opinion"
    folder = (await organ.get(remand["data"]["links"]["dispatch"])).json()
    assert clocks(folder["petition"], "running") == {"DR": "2026-12-20"}

    # The very same words, and the same words spaced otherwise: refused, though the first were sent before.
    for body in (writ(), writ(facts=writ()["facts"] + "\n")):
        same = await organ.post(act, body)
        assert (same.status_code, same.json()["code"]) == (409, "same_as_revoked")

    anew = await organ.done(act, writ("supported", decision="十日内将补偿款发放到户。"))
    assert anew["id"] != opinion["id"]
    served = await city.served(anew, organ)
    assert set(clocks(served, "running")) == {"D7"}
    again, _ = await city.under_review(anew)
    assert again["tier"] == "review"


async def test_letter_that_lay_a_week_counts_from_its_true_day(city: City) -> None:
    window = await city.window()
    letter = {"received_on": "2026-11-13", "form": "post", "addressee": "市长"}
    registered = await city.register(by=window, channel="letter", letter=letter)
    assert clocks(registered, "running") == {"D1": "2026-11-30"}  # fifteen days: the 28th, a Saturday
