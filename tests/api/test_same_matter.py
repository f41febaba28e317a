"""Brought again on the same facts and reasons: recognised, proposed, and decided by a person (19, 36)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.domain.access import ClientRole
from tests.city import LAND, LAND_BUREAU, City, Json, writ

DOCUMENT = {"type": "resident_id", "number": "11010519491231002X"}
ZHANG = {"name": "张三", "id_document": DOCUMENT, "phone": "13911112222"}
ANEW = "我是南县茅草街镇八百弓村村民,去年村里征地,征地补偿款到现在没有发放,问了多次都没有答复,请求尽快发放。"
NEW_FACTS = f"{LAND}现又发现征地补偿面积少算两亩,测量时无人在场,请求重新测量。"


async def again(city: City, content: str = LAND, **more: Any) -> Json:
    registered = await city.register(content, **{"petitioners": [ZHANG], **more})
    await city.route()
    return registered


async def desk(city: City) -> list[Json]:
    page = (await (await city.office()).get("/v1/triage")).json()
    return list(page["items"])


async def through_all_tiers(city: City) -> Json:
    """A petition of 张三 that ended with the service of its re-review."""
    opinion, _ = await city.answered(petitioners=[ZHANG])
    for _ in range(2):
        review, organ = await city.under_review(opinion)
        await organ.done(f"/v1/reviews/{review['id']}/acceptance", {})
        decided = await organ.done(f"/v1/reviews/{review['id']}/decision", writ("upheld"))
        opinion = await city.served(decided["opinion"], organ)
    return await city.petition(opinion["petition_id"])


async def test_after_re_review_it_is_no_longer_accepted(city: City) -> None:
    earlier = await through_all_tiers(city)
    assert earlier["state"] == "final"
    window = await city.window()
    letter = {"channel": "letter", "letter": {"received_on": city.today.isoformat()}}
    later = await again(city, ANEW, by=window, **letter)
    assert later["same_matter"] == []  # the window learns nothing of the portal's

    [item] = await desk(city)

    office = await city.office()
    routing = (await office.get(f"/v1/petitions/{later['id']}/routing")).json()
    assert routing["needs_triage"] is True  # sure of the organ, and yet held for a person
    proposal = item["proposal"]
    assert (proposal["ground"], proposal["article"]) == ("A2", "信访工作条例第三十六条第三款")
    assert proposal["earlier"]["number"] == earlier["number"]
    assert proposal["earlier"]["final_on"] == earlier["final_on"]
    assert proposal["score"] >= 0.65
    assert {"document", "text", "standing"} <= {each["what"] for each in proposal["grounds"]}

    office = await city.office()
    refusal = {"ground": "A2", "explanation": "该事项已经复核终结,本次来信没有新的事实和理由。"}
    refused = await office.done(f"/v1/triage/{later['id']}/refusal", refusal)
    assert refused["state"] == "declined"
    assert await desk(city) == []
    papers = (await office.get(f"/v1/petitions/{later['id']}/papers")).json()["items"]
    [told] = [each for each in papers if each["kind"] == "no_longer_accepted"]
    shown = (await office.get(f"/v1/papers/{told['id']}")).text
    assert earlier["number"] in shown
    events = (await office.get(f"/v1/petitions/{later['id']}/events")).json()["items"]
    [declined] = [each["data"] for each in events if each["kind"] == "declined"]
    assert declined["score"] == proposal["score"]
    assert {each["what"] for each in declined["seen"]} >= {"document", "text"}
    assert earlier["number"] not in str(events)


async def test_a_new_relation_is_sent_though_the_version_is_the_same(city: City) -> None:
    dispatch, _ = await city.accepted(petitioners=[ZHANG])
    here, office = f"/v1/petitions/{dispatch['petition_id']}", await city.office()
    before = await office.get(here)
    later = await again(city)
    known = {"If-None-Match": before.headers["ETag"]}
    after = await office._sent("GET", here, more=known)
    assert after.status_code == 200
    assert [each["id"] for each in after.json()["related"]] == [later["id"]]
    tag = after.headers["ETag"]
    assert after.json()["version"] == before.json()["version"] == int(tag.strip('"').partition(".")[0])
    held = {"Authorization": f"Bearer {office._token}", "If-None-Match": f'"1", W/{tag}'}
    same = await city.http.get(here, headers=held)
    assert (same.status_code, same.content) == (304, b"")
    call = {"content": "补充一份材料。"}
    assert (await office.post(f"{here}/supplements", call, headers={"If-Match": tag})).status_code == 201


async def test_relation_shows_both_ways_to_the_office_and_to_no_source(city: City) -> None:
    dispatch, bureau = await city.accepted(petitioners=[ZHANG])
    later = await again(city)
    earlier_id = dispatch["petition_id"]

    mine, theirs = await city.petition(later["id"]), await city.petition(earlier_id)

    [back], [forth] = mine["related"], theirs["related"]
    assert (back["relation"], back["id"], back["link"]) == ("earlier", earlier_id, "proposed")
    assert (forth["relation"], forth["id"], forth["ground"]) == ("later", later["id"], "A1")
    assert mine["repeat_of"] == earlier_id
    for source in (await city.portal(), bureau):
        seen = (await source.get(f"/v1/petitions/{earlier_id}")).json()
        assert (seen["related"], seen["repeat_of"]) == ([], None)


async def test_what_is_said_again_goes_to_the_organ_that_handles_it(city: City) -> None:
    dispatch, bureau = await city.accepted(petitioners=[ZHANG])
    later = await again(city, NEW_FACTS)
    office = await city.office()
    refusal = {"ground": "A1", "explanation": "同一事项正在办理,请等待答复。"}

    await office.done(f"/v1/triage/{later['id']}/refusal", refusal)

    assert (await bureau.inbox())[-1]["type"] == "petition.supplemented"
    seen = (await bureau.get(f"/v1/petitions/{dispatch['petition_id']}")).json()
    [added] = seen["supplements"]
    assert later["number"] in added["content"]
    assert "少算两亩" in added["content"]


async def test_new_facts_open_a_new_chain(city: City) -> None:
    await through_all_tiers(city)
    later = await again(city, NEW_FACTS)
    office, bureau = await city.office(), await city.organ(LAND_BUREAU)
    choice = {"organ_id": bureau.organ_id, "reason": "补偿面积系新的事实。", "difference": "new_facts"}

    dispatch = await office.done(f"/v1/triage/{later['id']}/decision", choice)

    found = await city.petition(later["id"])
    assert (found["state"], found["repeat_of"]) == ("dispatched", None)
    assert [each["link"] for each in found["related"]] == ["rejected"]
    events = (await office.get(f"/v1/petitions/{later['id']}/events")).json()["items"]
    [decided] = [each["data"] for each in events if each["kind"] == "triage_decided"]
    assert decided["difference"] == "new_facts"
    simple = {"procedure": "simple"}
    assert (await bureau.post(f"/v1/dispatches/{dispatch['id']}/acceptance", simple)).status_code == 200


async def test_when_the_window_for_review_is_missed_a3_is_proposed(city: City) -> None:
    await city.answered(petitioners=[ZHANG])
    await city.advance(45)
    await again(city)
    [item] = await desk(city)
    assert item["proposal"]["ground"] == "A3"
    await city.advance(1)


async def test_an_organ_that_is_late_gives_no_ground_to_refuse(city: City) -> None:
    await city.accepted(petitioners=[ZHANG])
    await city.advance(100)
    later = await again(city)
    found = await city.petition(later["id"])
    assert found["state"] == "dispatched"
    assert [(each["link"], each["ground"]) for each in found["related"]] == [("noted", None)]


async def test_neighbours_with_the_same_letter_are_heard_each(city: City) -> None:
    await city.accepted(petitioners=[ZHANG])
    neighbour = {"name": "李四", "phone": "13911113333"}
    household = {"name": "王五", "phone": ZHANG["phone"]}
    for person in (neighbour, household):
        other = await again(city, petitioners=[person])
        assert (await city.petition(other["id"]))["state"] == "dispatched"
    assert await desk(city) == []


async def test_another_matter_of_the_same_person_is_routed(city: City) -> None:
    await city.accepted(petitioners=[ZHANG])
    other = await again(city, "南县南洲镇兴盛大道的路灯坏了半年,没有人来修,请派人维修。")
    assert (await city.petition(other["id"]))["related"] == []


async def test_a_quoted_number_and_the_name_tell_the_same_person(city: City) -> None:
    dispatch, _ = await city.accepted(petitioners=[ZHANG])
    number = (await city.petition(dispatch["petition_id"]))["number"]
    nameless = {"name": "张三", "phone": "13900009999"}
    await again(city, f"我的信访件{number}:{ANEW}", petitioners=[nameless])
    [item] = await desk(city)
    assert "quoted_number" in {each["what"] for each in item["proposal"]["grounds"]}


async def test_denunciations_are_never_held_as_repetitions(city: City) -> None:
    bribes = "举报南县自然资源局局长张某收受贿赂,违规审批,贪污征地款。"
    first, second = await again(city, bribes), await again(city, bribes)
    assert await desk(city) == []
    found = await city.petition(second["id"])
    assert (found["state"], found["repeat_of"]) == ("dispatched", None)
    assert [(each["id"], each["link"]) for each in found["related"]] == [(first["id"], "noted")]
    discipline = await city.organ("中共南县纪律检查委员会")
    dispatch = await discipline.newest_dispatch()
    refusal = {"ground": "A1", "explanation": "重复。", "earlier_number": first["number"]}
    answer = await discipline.post(f"/v1/dispatches/{dispatch['id']}/refusal", refusal)
    assert (answer.status_code, answer.json()["code"]) == (409, "denunciation_no_repeat")


async def test_a_later_complaint_says_nothing_of_an_earlier_denunciation(city: City) -> None:
    await again(city, f"举报南县自然资源局局长受贿贪污。{LAND}")
    later = await again(city)
    bureau = await city.organ(LAND_BUREAU)
    dispatch = await bureau.newest_dispatch()
    assert dispatch["petition_id"] == later["id"]
    seen = (await bureau.get(f"/v1/petitions/{later['id']}")).json()
    assert (seen["related"], seen["repeat_of"]) == ([], None)
    # Nor by what the accused is not allowed to do with it.
    simple = {"procedure": "simple"}
    assert (await bureau.post(f"/v1/dispatches/{dispatch['id']}/acceptance", simple)).status_code == 200


@pytest.mark.parametrize("ground", ["A1", "A2", "A3"])
async def test_refused_as_a_repetition_it_names_the_earlier_one(city: City, ground: str) -> None:
    dispatch, bureau = await city.dispatched()
    path = f"/v1/dispatches/{dispatch['id']}/refusal"
    body = {"ground": ground, "explanation": "同一事项。"}
    answer = await bureau.post(path, body)
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["pointer"], error["code"]) == (422, "/earlier_number", "earlier_needed")
    assert "条" in error["message"]
    own = (await city.petition(dispatch["petition_id"]))["number"]
    for number in ("430900-20200101-000001-1", own):
        answer = await bureau.post(path, {**body, "earlier_number": number})
        assert answer.json()["errors"][0]["pointer"] == "/earlier_number"


async def test_ground_fits_what_became_of_the_earlier_one(city: City) -> None:
    earlier, bureau = await city.accepted()
    dispatch, _ = await city.dispatched()
    path = f"/v1/dispatches/{dispatch['id']}/refusal"
    body = {"explanation": "同一事项。", "earlier_number": earlier["petition"]["number"]}
    answer = await bureau.post(path, {**body, "ground": "A2"})
    assert (answer.status_code, answer.json()["code"]) == (409, "repeat_not_barred")
    refused = await bureau.done(path, {**body, "ground": "A1"})
    assert refused["petition"]["state"] == "declined"


async def test_only_visits_are_guided_to_the_right_reception(city: City) -> None:
    registered = await city.register("请领导帮帮我们,谢谢。")
    await city.route()
    body = {"ground": "A6", "explanation": "请到有权处理的接待场所提出。", "directed_to": "南县信访局"}
    answer = await (await city.office()).post(f"/v1/triage/{registered['id']}/refusal", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "only_for_visits")


async def test_county_desks_are_their_own(city: City) -> None:
    window = await city.caller(ClientRole.WINDOW, region="430921000000")
    received = (city.today - timedelta(days=1)).isoformat()
    letter = {"channel": "letter", "letter": {"received_on": received}}
    registered = await city.register("请领导帮帮我们,谢谢。", by=window, **letter)
    await city.route()
    county = await city.office("南县信访局")
    items = (await county.get("/v1/triage")).json()["items"]
    assert [each["petition"]["id"] for each in items] == [registered["id"]]
    assert await desk(city) == []
