"""The working calendar over HTTP, and a notice that one process loads and another counts by."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

from services.application import calendar
from services.bootstrap import REFRESH_SECONDS, Deployment
from services.domain.holiday_notice import HolidayNotice
from tests.city import KEYS, City, Json, clocks

PATH = "/v1/statutes/calendar"


def off(*days: str) -> HolidayNotice:
    return HolidayNotice(2027, frozenset({date(2027, 1, 1), *map(date.fromisoformat, days)}), frozenset())


def another(city: City) -> Deployment:
    """Another process over the same database, at the same hour."""
    made = Deployment(city.world.settings, KEYS)
    made.clock.shift = city.world.clock.shift
    return made


async def load(world: Deployment, notice: HolidayNotice) -> None:
    """What the command does, in a process of its own."""
    await calendar.load(world, [notice], by="test", source="notice-2027.toml")
    while await calendar.recount(world):
        pass


async def handling(city: City, petition_id: str) -> Json:
    found = await city.petition(petition_id)
    return next(each for each in found["deadlines"] if each["rule"] == "D5")


async def test_every_caller_reads_the_calendar_of_a_year(city: City) -> None:
    portal = await city.portal()

    this = (await portal.get(PATH)).json()
    following = (await portal.get(PATH, year=2027)).json()

    assert (this["year"], this["provisional"], this["loads"]) == (2026, False, [])
    assert "2026-10-01" in this["days_off"]
    assert "2026-02-28" in this["makeup"]
    assert (following["year"], following["provisional"], following["makeup"]) == (2027, True, [])
    assert "2027-01-01" in following["days_off"]
    assert (await portal.get(PATH, year=1999)).status_code == 422
    assert (await city.http.get(PATH)).status_code == 401


async def test_another_process_loads_and_this_one_counts_by_it(city: City) -> None:
    dispatch, organ = await city.accepted()
    assert clocks(dispatch)["D5"] == "2027-01-19"
    other = another(city)

    await load(other, off("2027-01-19"))
    await other.close()
    await asyncio.sleep(REFRESH_SECONDS)

    moved = await handling(city, dispatch["petition_id"])
    assert (moved["due_on"], moved["provisional"]) == ("2027-01-20", False)
    [entry] = [each for each in await organ.inbox() if each["type"] == "deadline.moved"]
    assert (entry["data"]["from"], entry["data"]["to"]) == ("2027-01-19", "2027-01-20")
    told = (await organ.get(PATH, year=2027)).json()
    assert (told["provisional"], len(told["loads"])) == (False, 1)
    later, _ = await city.accepted("南县茅草街镇八百弓村三组去年征地,征地补偿款没有发放。")
    assert clocks(later)["D5"] == "2027-01-20", "a clock that starts now starts with the loaded calendar"


async def test_petitioner_sees_the_new_date_no_longer_provisional(city: City) -> None:
    registered = await city.register()
    await city.route()
    organ = await city.organ("南县自然资源局")
    dispatch = await organ.newest_dispatch()
    await organ.done(f"/v1/dispatches/{dispatch['id']}/acceptance", {})
    asked = {"number": registered["number"], "query_code": registered["query_code"]}
    portal = await city.portal()

    before = (await portal.post("/v1/public/progress", asked)).json()
    await load(city.world, off("2027-01-19"))
    after = (await portal.post("/v1/public/progress", asked)).json()

    told = [
        next((each["due_on"], each["provisional"]) for each in body["deadlines"] if each["rule"] == "D5")
        for body in (before, after)
    ]
    assert told == [("2027-01-19", True), ("2027-01-20", False)]


async def test_two_processes_recount_at_once_and_tell_each_move_once(city: City) -> None:
    dispatch, organ = await city.accepted()
    other = another(city)
    await calendar.load(other, [off("2027-01-19")], by="test", source="notice-2027.toml")

    await asyncio.gather(*(calendar.recount(world) for world in (city.world, other)))
    await other.close()

    moved = await handling(city, dispatch["petition_id"])
    assert moved["due_on"] == "2027-01-20"
    assert [each["type"] for each in await organ.inbox()].count("deadline.moved") == 1


async def test_demo_goes_on_into_a_year_without_a_notice(city: City) -> None:
    await city.accepted()
    await city.advance(45)
    assert city.today.year == 2027

    dispatch, _ = await city.accepted("南县茅草街镇八百弓村三组去年征地,征地补偿款没有发放。")

    assert next(each["provisional"] for each in dispatch["deadlines"] if each["rule"] == "D5")
    await city.move((date(2028, 2, 1) - city.today) // timedelta(days=1))
    await city.advance(0)
    assert (await (await city.portal()).get(PATH)).json()["year"] == 2028
