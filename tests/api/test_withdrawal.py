"""Who may withdraw a petition: who passes on the petitioner's word, and an organ only on a written one."""

from __future__ import annotations

import pytest

from tests.city import LAND_BUREAU, Caller, City, Json

OFFICE = "南县信访局"
WRITTEN = {"reason": "问题已经解决。", "written_request_on": "2026-11-20"}


def path(petition: Json) -> str:
    return f"/v1/petitions/{petition['id']}/withdrawal"


async def refused(caller: Caller, petition: Json, body: Json) -> tuple[int, str]:
    answer = await caller.post(path(petition), body)
    told = answer.json()
    return answer.status_code, told.get("errors", [told])[0]["code"]


async def test_the_source_passes_on_what_the_petitioner_says(city: City) -> None:
    registered = await city.register()
    withdrawn = await (await city.portal()).done(path(registered), {"reason": "问题已经解决。"})
    assert withdrawn["state"] == "withdrawn"


@pytest.mark.parametrize("day", [None, "2026-11-19", "2026-11-21"])
async def test_an_office_needs_a_written_request_of_a_day_that_can_be(city: City, day: str | None) -> None:
    registered = await city.register()
    await city.route()
    body = {"reason": "不再反映。", "written_request_on": day}
    office = await city.office()
    assert await refused(office, registered, body) == (422, "written_request_needed")
    assert (await city.petition(registered["id"]))["state"] == "dispatched"


async def test_an_office_withdraws_on_a_written_request_and_the_petitioner_is_told(city: City) -> None:
    registered = await city.register()
    await city.route()
    office = await city.office()
    assert (await office.done(path(registered), WRITTEN))["state"] == "withdrawn"
    events = (await office.get(f"/v1/petitions/{registered['id']}/events")).json()["items"]
    [event] = [each for each in events if each["kind"] == "withdrawn"]
    assert event["data"]["written_request_on"] == "2026-11-20"
    proof = {"number": registered["number"], "query_code": registered["query_code"]}
    told = (await city.http.post("/v1/public/progress", json=proof)).json()["notices"][-1]
    assert (told["kind"], "2026-11-20" in told["text"]) == ("withdrawal", True)


async def test_an_office_needs_it_for_what_it_took_in_itself_too(city: City) -> None:
    office = await city.office(OFFICE)
    letter = {"received_on": city.today.isoformat()}
    registered = await city.register(by=office, channel="letter", letter=letter)
    assert await refused(office, registered, WRITTEN) == (409, "step_not_allowed")  # not before screening
    await city.route()
    assert await refused(office, registered, {}) == (422, "written_request_needed")


async def test_the_organ_that_handles_it_withdraws_nothing(city: City) -> None:
    dispatch, bureau = await city.dispatched()
    assert await refused(bureau, {"id": dispatch["petition_id"]}, WRITTEN) == (403, "not_competent")


async def test_the_organ_that_it_was_brought_to_needs_a_written_request(city: City) -> None:
    bureau = await city.organ(LAND_BUREAU)
    letter = {"received_on": city.today.isoformat()}
    registered = await city.register(by=bureau, channel="letter", letter=letter)
    assert await refused(bureau, registered, WRITTEN) == (409, "step_not_allowed")  # it may accuse the bureau
    await city.route()
    assert await refused(bureau, registered, {"reason": "算了。"}) == (422, "written_request_needed")
    assert (await bureau.done(path(registered), WRITTEN))["state"] == "withdrawn"
