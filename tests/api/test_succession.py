"""R9: what an organ had in hand when it was abolished is its successor's (信访工作条例 24)."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from services.application.succession import follow_successors
from tests.city import LAND_BUREAU, City, clocks

BUREAU, HEIR = "益阳市自然资源局", "益阳市住房和城乡建设局"


COUNTY_HEIR, GOVERNMENT = "南县住房和城乡建设局", "南县人民政府"


async def abolished(city: City, *, successor: str | None, name: str = BUREAU) -> None:
    directory = await city.world.directory()
    named = {each.name: each for each in directory.organs}
    heir = named[successor].id if successor else None
    gone = replace(named[name], valid_to=city.today, successor_id=heir)
    await city.world.organs.apply(changed=[gone], by="test", note="机构改革", at=city.world.clock.now())


async def test_r9_review_follows_the_successor_with_its_clock(city: City) -> None:
    opinion, _ = await city.answered()
    review, organ = await city.under_review(opinion)
    assert review["organ"]["name"] == BUREAU
    before = clocks(review, "running")
    assert await follow_successors(city.world) == 0  # while it exists
    await abolished(city, successor=HEIR)
    assert await follow_successors(city.world) == 1
    assert await follow_successors(city.world) == 0  # once

    heir = await city.organ(HEIR)
    assert [each["type"] for each in await heir.inbox()] == ["review.requested"]
    moved = (await heir.get(f"/v1/reviews/{review['id']}")).json()
    assert (moved["organ"]["name"], clocks(moved, "running")) == (HEIR, before)
    assert (await organ.post(f"/v1/reviews/{review['id']}/acceptance")).status_code == 404
    events = (await heir.get(f"/v1/petitions/{opinion['petition_id']}/events")).json()["items"]
    assert (events[-1]["kind"], events[-1]["data"]["article"]) == ("review_moved", "信访工作条例 24")
    await heir.done(f"/v1/reviews/{review['id']}/acceptance", {})


async def test_r9_without_a_successor_the_next_reviewer_has_it(city: City) -> None:
    opinion, _ = await city.answered()
    review, _ = await city.under_review(opinion)
    await abolished(city, successor=None)
    assert await follow_successors(city.world) == 1
    government = await city.organ("南县人民政府")
    moved = (await government.get(f"/v1/reviews/{review['id']}")).json()
    assert moved["organ"]["name"] == "南县人民政府"


async def test_r9_case_follows_the_successor_and_its_sixty_days_go_on(city: City) -> None:
    dispatch, organ = await city.accepted()
    petition_id = dispatch["petition_id"]
    before = clocks(dispatch, "running")["D5"]
    assert await follow_successors(city.world) == 0  # while it exists
    await abolished(city, successor=COUNTY_HEIR, name=LAND_BUREAU)
    assert await follow_successors(city.world) == 1
    assert await follow_successors(city.world) == 0  # once

    heir = await city.organ(COUNTY_HEIR)
    onward = await heir.newest_dispatch()
    assert (onward["petition_id"], onward["role"], onward["state"]) == (petition_id, "lead", "sent")
    assert (await organ.get(f"/v1/petitions/{petition_id}")).status_code == 404
    events = (await heir.get(f"/v1/petitions/{petition_id}/events")).json()["items"]
    moved = next(each for each in events if each["kind"] == "transferred")
    assert moved["data"]["article"] == "信访工作条例 24"
    async with city.world.read() as work:
        [told] = await work.notices.find(petition_id=UUID(petition_id), kind="transfer")
    assert told.text == f"因原承办机关撤并,您反映的信访事项改由{COUNTY_HEIR}办理:该单位继续行使其职权。"
    accepted = await heir.done(f"/v1/dispatches/{onward['id']}/acceptance", {})
    assert clocks(accepted, "running")["D5"] == before


async def test_r9_case_without_a_successor_is_the_governments(city: City) -> None:
    dispatch, _ = await city.dispatched()
    await abolished(city, successor=None, name=LAND_BUREAU)
    assert await follow_successors(city.world) == 1
    onward = await (await city.organ(GOVERNMENT)).newest_dispatch()
    assert onward["petition_id"] == dispatch["petition_id"]


async def test_r9_case_goes_above_a_successor_that_it_accuses(city: City) -> None:
    accused = {"kind": "organ", "name": COUNTY_HEIR}
    dispatch, _ = await city.dispatched(respondents=[accused], confidential=True)
    await abolished(city, successor=COUNTY_HEIR, name=LAND_BUREAU)
    assert await follow_successors(city.world) == 1
    heir = await city.organ(COUNTY_HEIR)
    assert await heir.inbox() == []
    onward = await (await city.organ(GOVERNMENT)).newest_dispatch()
    assert onward["petition_id"] == dispatch["petition_id"]


async def test_r9_answered_case_stays_where_it_was_answered(city: City) -> None:
    await city.answered()
    await abolished(city, successor=COUNTY_HEIR, name=LAND_BUREAU)
    assert await follow_successors(city.world) == 0


async def test_r5_denunciation_of_a_commission_that_ended_goes_to_the_one_above(city: City) -> None:
    """Never to the government, which nobody cleared (30)."""
    registered = await city.register("实名举报南县自然资源局局长张三贪污受贿,以权谋私。")
    await city.route()
    async with city.world.read() as work:
        [first] = await work.dispatches.find(petition_id=UUID(registered["id"]))
    directory = await city.world.directory()
    commission = directory.organ(first.organ_id)
    await abolished(city, successor=None, name=commission.name)
    assert await follow_successors(city.world) == 1
    async with city.world.read() as work:
        *_, onward = await work.dispatches.find(petition_id=UUID(registered["id"]))
    heir = directory.organ(onward.organ_id)
    assert "discipline" in heir.functions
    assert heir.region_code != commission.region_code
