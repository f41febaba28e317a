"""R9: a review under way follows the successor of an organ that is abolished meanwhile (信访工作条例 24)."""

from __future__ import annotations

from dataclasses import replace

from services.application.review_move import follow_successors
from tests.city import City, clocks

BUREAU, HEIR = "益阳市自然资源局", "益阳市住房和城乡建设局"


async def abolished(city: City, *, successor: str | None) -> None:
    directory = await city.world.directory()
    named = {each.name: each for each in directory.organs}
    heir = named[successor].id if successor else None
    gone = replace(named[BUREAU], valid_to=city.today, successor_id=heir)
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
