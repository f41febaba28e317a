"""The hotline's and the organs' own limits stand beside the statutory clocks, and replace none."""

from __future__ import annotations

from typing import Any

import httpx

from services.domain.access import ClientRole
from tests.city import LAND, Caller, City, Json, writ

ORDER = "/v1/hotline/work-orders/HL20261120-000001"
EARLY, LATE = "2026-12-01T10:00:00Z", "2027-03-01T10:00:00Z"


async def put(caller: Caller, path: str, body: Json) -> httpx.Response:
    return await caller._sent("PUT", path, json=body)


async def ordered(city: City, own_due_at: str | None = EARLY, *, content: str = LAND) -> httpx.Response:
    hotline = await city.caller(ClientRole.HOTLINE)
    block = {"own_due_at": own_due_at} if own_due_at else {}
    body: dict[str, Any] = {
        "hotline": block, "content": content, "petitioners": [{"name": "张三", "phone": "13900000001"}],
    }  # fmt: skip
    return await put(hotline, ORDER, body)


async def limited(city: City, due_at: str | None = EARLY, **more: Any) -> tuple[Json, Json, Caller]:
    """An accepted case, the answer to the limit set on it, and its organ."""
    dispatch, organ = await city.accepted()
    answer = await put(organ, f"/v1/dispatches/{dispatch['id']}/own-limit", {"due_at": due_at, **more})
    assert answer.status_code == 200, answer.text
    return dispatch, dict(answer.json()), organ


def clock(body: Json, rule: str) -> Json:
    [found] = [each for each in body["deadlines"] if each["rule"] == rule]
    return dict(found)


async def test_hotline_limit_stands_beside_the_statutory_one(city: City) -> None:
    registered = (await ordered(city)).json()

    assert {each["rule"]: each["source"] for each in registered["deadlines"]} == {
        "D1": "statute", "hotline": "caller"
    }  # fmt: skip
    mine = clock(registered, "hotline")
    assert (mine["due_at"], mine["due_on"], mine["article"]) == (EARLY, "2026-12-01", None)
    assert (mine["title"], mine["provisional"], mine["note"]) == ("热线办理时限", False, None)
    await city.route()
    organ = await city.organ("南县自然资源局")
    folder = (await organ.get(f"/v1/dispatches/{(await organ.newest_dispatch())['id']}")).json()
    assert clock(folder["petition"], "hotline")["due_at"] == EARLY
    assert clock(folder["petition"], "D3")["source"] == "statute"
    assert "own_due_at" not in folder["petition"]["form"], "one truth: the clock"


async def test_work_order_sent_anew_moves_its_limit_and_nothing_else(city: City) -> None:
    first = (await ordered(city)).json()

    again = await ordered(city)
    moved = await ordered(city, LATE)
    silent = await ordered(city, None)

    assert [each.status_code for each in (again, moved, silent)] == [200, 200, 200]
    assert clock(again.json(), "hotline") == clock(first, "hotline")
    assert again.json()["version"] == first["version"], "what stands is not said twice"
    assert clock(moved.json(), "hotline")["due_at"] == LATE
    assert clock(silent.json(), "hotline")["due_at"] == LATE, "an order that says none leaves it"
    assert not moved.json()["changed"]
    assert clock(moved.json(), "D1") == clock(first, "D1")


async def test_work_order_brings_new_words_and_a_new_limit_at_once(city: City) -> None:
    await ordered(city)

    changed = (await ordered(city, LATE, content=LAND + "补充:共三户。")).json()

    assert changed["changed"]
    assert clock(changed, "hotline")["due_at"] == LATE


async def test_limit_later_than_the_law_is_stored_and_said_to_be_later(city: City) -> None:
    _, answer, _ = await limited(city, LATE)

    assert clock(answer, "own")["due_at"] == LATE
    assert clock(answer, "own")["note"] == ("晚于法定期限2027-01-19(信访工作条例第三十四条),以法定期限为准。")
    assert clock(answer, "D5")["note"] is None


async def test_organ_sets_renames_and_ends_its_limit(city: City) -> None:
    dispatch, answer, organ = await limited(city, title="科室办理时限")
    path = f"/v1/dispatches/{dispatch['id']}/own-limit"
    assert clock(answer, "own")["title"] == "科室办理时限"

    moved = (await put(organ, path, {"due_at": LATE})).json()
    back = (await put(organ, path, {"due_at": EARLY, "title": "科室办理时限"})).json()
    ended = (await put(organ, path, {})).json()

    assert (clock(moved, "own")["due_at"], clock(moved, "own")["title"]) == (LATE, "本单位内部办理时限")
    assert clock(back, "own") == clock(answer, "own"), "said before, and meant anew"
    assert clock(ended, "own")["state"] == "ceased"


async def test_answer_meets_the_limit_as_it_meets_the_period(city: City) -> None:
    dispatch, _, organ = await limited(city)

    await organ.done(f"/v1/dispatches/{dispatch['id']}/opinion", writ())

    found = await city.petition(dispatch["petition_id"])
    assert [(clock(found, rule)["state"]) for rule in ("D5", "own")] == ["met", "met"]


async def test_an_order_sent_again_after_the_answer_begins_no_limit_anew(city: City) -> None:
    registered = (await ordered(city)).json()
    await city.route()
    organ = await city.organ("南县自然资源局")
    dispatch = f"/v1/dispatches/{(await organ.newest_dispatch())['id']}"
    await organ.post(f"{dispatch}/acceptance", {})
    await organ.post(f"{dispatch}/opinion", writ("explained"))
    for due_at in (EARLY, LATE):
        assert (await ordered(city, due_at)).status_code == 200
    hotline = await city.caller(ClientRole.HOTLINE)
    kept = clock((await hotline.get(f"/v1/petitions/{registered['id']}")).json(), "hotline")
    assert (kept["state"], kept["due_at"]) == ("met", EARLY)


async def test_limit_gone_by_warns_nobody_and_counts_nowhere(city: City) -> None:
    dispatch, _, organ = await limited(city)
    before = len(await organ.inbox())

    await city.advance(20)

    assert len(await organ.inbox()) == before
    found = await city.petition(dispatch["petition_id"])
    assert [clock(found, rule)["state"] for rule in ("own", "D5")] == ["running", "running"]
    late = await organ.done(f"/v1/dispatches/{dispatch['id']}/opinion", writ())
    assert late["outcome"] == "explained"
    found = await city.petition(dispatch["petition_id"])
    assert [clock(found, rule)["state"] for rule in ("own", "D5")] == ["met_late", "met"]


async def test_limits_cease_when_the_petition_ends(city: City) -> None:
    await ordered(city)
    await city.route()
    organ = await city.organ("南县自然资源局")
    dispatch = await organ.newest_dispatch()
    path = f"/v1/dispatches/{dispatch['id']}/own-limit"
    assert (await put(organ, path, {"due_at": EARLY})).is_success
    hotline = await city.caller(ClientRole.HOTLINE)

    assert (await hotline.post(f"/v1/petitions/{dispatch['petition_id']}/withdrawal", {})).is_success

    found = await city.petition(dispatch["petition_id"])
    assert {clock(found, rule)["state"] for rule in ("hotline", "own")} == {"ceased"}
    assert (await put(organ, path, {"due_at": LATE})).status_code in (404, 409)
    assert (await ordered(city, LATE)).status_code == 200
    found = await city.petition(dispatch["petition_id"])
    assert clock(found, "hotline")["state"] == "ceased", "an order of an ended petition sets no limit"


async def test_limit_of_an_organ_goes_when_the_case_is_passed_on(city: City) -> None:
    dispatch, organ = await city.dispatched(to="南县自然资源局")
    path = f"/v1/dispatches/{dispatch['id']}/own-limit"
    assert (await put(organ, path, {"due_at": EARLY})).is_success
    objection = await organ.done(
        f"/v1/dispatches/{dispatch['id']}/objection", {"reason": "该地块属于集体林地,不属于我局职权范围。"}
    )
    sender = await city.organ_by_id(dispatch["sender"]["organ_id"])

    upheld = await sender.post(
        f"/v1/objections/{objection['id']}/decision", {"upheld": True, "reason": "属实。"}
    )

    assert upheld.is_success, upheld.text
    assert clock(await city.petition(dispatch["petition_id"]), "own")["state"] == "ceased"


async def test_petitioner_sees_the_statutory_periods_alone(city: City) -> None:
    registered = (await ordered(city)).json()
    asked = {"number": registered["number"], "query_code": registered["query_code"]}

    told = (await (await city.portal()).post("/v1/public/progress", asked)).json()

    assert {each["rule"] for each in told["deadlines"]} == {"D1"}


async def test_only_the_organ_in_hand_sets_a_limit_and_only_ahead(city: City) -> None:
    dispatch, _, organ = await limited(city)
    path = f"/v1/dispatches/{dispatch['id']}/own-limit"
    stranger = await city.organ("南县农业农村局")

    past = await put(organ, path, {"due_at": "2026-11-01T00:00:00Z"})

    assert past.status_code == 422
    assert past.json()["errors"][0]["pointer"] == "/due_at"
    assert (await put(stranger, path, {"due_at": LATE})).status_code == 404
    assert (await put(organ, path, {"due_at": "2026-12-01"})).status_code == 422


async def test_midnight_ends_the_day_before(city: City) -> None:
    _, answer, _ = await limited(city, "2026-12-01T16:00:00Z")

    assert clock(answer, "own")["due_on"] == "2026-12-01"
