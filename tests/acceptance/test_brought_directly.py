"""A case told as a story: a villager goes to the bureau itself, which accepts, answers and serves."""

from __future__ import annotations

from tests.city import LAND, City, clocks, writ


async def test_from_the_bureaus_own_counter_to_the_answer(city: City) -> None:
    # At the bureau's counter the clerk writes down what the villager says, and hands over the receipt.
    bureau = await city.organ("南县自然资源局")
    visit = {"visited_at": "2026-11-20T01:30:00Z", "place": "信访接待室"}
    registered = await city.register(LAND, by=bureau, channel="visit", visit=visit)
    assert clocks(registered, "running") == {"D2": "2026-12-07"}
    await city.route()

    # A moment later it is in the bureau's own inbox, and is accepted on the spot: D2 is met the same day.
    [event] = await bureau.inbox()
    dispatch = event["data"]["links"]["dispatch"]
    accepted = await bureau.done(f"{dispatch}/acceptance", {})
    assert clocks(accepted, "met") == {"D2": "2026-12-07"}
    assert clocks(accepted, "running") == {"D5": "2027-01-19"}
    papers = (await bureau.get(f"/v1/petitions/{registered['id']}/papers")).json()["items"]
    assert [each["kind"] for each in papers] == ["acceptance"]  # no 转送函: nobody sent it

    # The answer, served, opens the petitioner's thirty days; who brought it can read how it went.
    opinion = await bureau.done(f"{dispatch}/opinion", writ("supported"))
    served = await city.served(opinion, bureau)
    assert "D7" in clocks(served, "running")
    proof = {"number": registered["number"], "query_code": registered["query_code"]}
    told = (await city.http.post("/v1/public/progress", json=proof)).json()
    assert [each["what"] for each in told["steps"]] == [
        "登记", "确定责任单位", "由收到信访事项的机关、单位办理", "受理", "出具处理意见", "送达", "督促执行",
    ]  # fmt: skip
    assert told["may_request"] == "review"
