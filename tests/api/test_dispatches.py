"""The organ's acts on a case in its hands, by the law and over HTTP; each is sent twice by ``done``."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.city import LAND, City, clocks


async def test_dispatch_shows_the_petition_without_personal_data(city: City) -> None:
    dispatch, organ = await city.dispatched()
    answer = await organ.get(f"/v1/dispatches/{dispatch['id']}")
    body = answer.json()
    assert body["petition"]["content"] == LAND
    assert answer.headers["ETag"] == f'"{body["petition"]["version"]}"'
    assert [each["name"] for each in body["petition"]["petitioners"]] == ["张*"]
    assert "张三" not in answer.text
    assert "13900000001" not in answer.text
    assert "3组" not in answer.text


async def test_dispatch_of_another_organ_does_not_exist(city: City) -> None:
    dispatch, _ = await city.dispatched()
    stranger = await city.organ("沅江市自然资源局")
    theirs = await stranger.get(f"/v1/dispatches/{dispatch['id']}")
    nobodys = await stranger.get("/v1/dispatches/0193499e-2c4b-7d6f-9e3b-5b0f3a1c2d4e")
    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    assert theirs.json()["detail"] == nobodys.json()["detail"]
    act = await stranger.post(f"/v1/dispatches/{dispatch['id']}/acceptance", {})
    assert act.status_code == 404


async def test_receipt_moves_no_clock(city: City) -> None:
    dispatch, organ = await city.dispatched()
    before = clocks((await organ.get(f"/v1/dispatches/{dispatch['id']}")).json()["petition"])
    await city.advance(1)
    received = await organ.done(f"/v1/dispatches/{dispatch['id']}/receipt")
    assert received["state"] == "received"
    assert received["received_on"] == "2026-11-21"
    assert clocks(received).items() <= before.items()
    assert set(clocks(received)) == {"D3", "D4"}


async def test_acceptance_starts_the_sixty_days_and_ends_the_notice(city: City) -> None:
    accepted, _ = await city.accepted()
    assert accepted["state"] == "accepted"
    assert accepted["petition"]["state"] == "accepted"
    assert clocks(accepted, "running") == {"D5": "2027-01-19"}
    assert clocks(accepted, "met") == {"D3": "2026-12-07"}
    assert clocks(accepted, "ceased") == {"D4": "2026-11-27"}


async def test_acceptance_on_another_path_starts_no_sixty_days(city: City) -> None:
    dispatch, organ = await city.dispatched()
    accepted = await organ.done(f"/v1/dispatches/{dispatch['id']}/acceptance", {"path": "arbitration"})
    assert accepted["petition"]["path"] == "arbitration"
    assert "D5" not in clocks(accepted)


async def test_suggestion_has_no_sixty_days_and_no_path(city: City) -> None:
    dispatch, organ = await city.dispatched(purpose="suggestion")
    act = f"/v1/dispatches/{dispatch['id']}/acceptance"
    corrected = await organ.post(act, {"path": "petition_procedure"})
    assert corrected.status_code == 422
    assert corrected.json()["errors"][0]["pointer"] == "/path"
    accepted = await organ.done(act, {})
    assert "D5" not in clocks(accepted)


async def test_petitioner_without_a_name_is_owed_no_notice(city: City) -> None:
    dispatch, organ = await city.dispatched(anonymous=True, petitioners=[])
    shown = (await organ.get(f"/v1/dispatches/{dispatch['id']}")).json()["petition"]
    assert "D3" not in clocks(shown)
    assert "D4" in clocks(shown)


async def test_refusal_is_reasoned_and_ends_the_case(city: City) -> None:
    dispatch, organ = await city.dispatched()
    body = {"ground": "A4", "explanation": "该事项已由人民法院受理。", "directed_to": "南县人民法院"}
    refused = await organ.done(f"/v1/dispatches/{dispatch['id']}/refusal", body)
    assert (refused["state"], refused["petition"]["state"]) == ("declined", "declined")
    assert not clocks(refused, "running")


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({"ground": "A4", "explanation": "已由法院受理。"}, 422, "/directed_to"),
        ({"ground": "A9", "explanation": "没有这条理由。"}, 422, "/ground"),
        ({"ground": "Z9", "explanation": "没有这条理由。"}, 422, "/ground"),
        ({"ground": "A7", "explanation": "代表超过五人,照常登记。"}, 422, "/ground"),
        ({"ground": "A1"}, 422, "/explanation"),
        ({"ground": "A1", "explanation": "   "}, 422, "/explanation"),
    ],
)
async def test_refusal_without_its_parts_is_invalid(
    city: City, body: dict[str, Any], status: int, pointer: str
) -> None:
    dispatch, organ = await city.dispatched()
    answer = await organ.post(f"/v1/dispatches/{dispatch['id']}/refusal", body)
    assert answer.status_code == status
    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]


async def test_outside_ones_powers_is_objected_to_not_refused(city: City) -> None:
    dispatch, organ = await city.dispatched()
    body = {"ground": "A5", "explanation": "不属于我局职权。", "directed_to": "南县林业局"}
    answer = await organ.post(f"/v1/dispatches/{dispatch['id']}/refusal", body)
    assert answer.status_code == 409
    assert answer.json()["code"] == "outside_powers_is_objection"


async def test_extension_adds_up_to_thirty_days(city: City) -> None:
    accepted, organ = await city.accepted()
    act = f"/v1/dispatches/{accepted['id']}/extension"
    reason = {"approved_by": "王局长", "reason": "需要委托第三方测绘。"}
    extended = await organ.done(act, {"days": 20, **reason})
    assert clocks(extended, "running")["D5"] == "2027-02-09"  # 02-08 is a day of the Spring Festival
    too_long = await organ.post(act, {"days": 11, **reason})
    assert too_long.status_code == 409
    assert too_long.json()["code"] == "extension_too_long"
    assert "10" in too_long.json()["detail"]
    extended = await organ.done(act, {"days": 10, **reason})
    assert clocks(extended, "running")["D5"] == "2027-02-18"
    events = (await organ.get(f"/v1/petitions/{accepted['petition_id']}/events")).json()["items"]
    moved = [each["data"] for each in events if each["kind"] == "deadline_moved"]
    assert [each["days"] for each in moved] == [20, 10]
    async with city.world.read() as work:
        notices = await work.notices.find(kind="extension")
    assert ["王局长" in each.text and "第三方测绘" in each.text for each in notices] == [True, True]


async def test_extension_after_the_due_date_is_refused(city: City) -> None:
    accepted, organ = await city.accepted()
    await city.advance(61)
    answer = await organ.post(
        f"/v1/dispatches/{accepted['id']}/extension",
        {"days": 10, "approved_by": "王局长", "reason": "需要委托第三方测绘。"},
    )
    assert answer.status_code == 409
    assert answer.json()["code"] == "extension_too_late"
    assert "2027-01-19" in answer.json()["detail"]


async def test_extension_without_a_handling_period_is_refused(city: City) -> None:
    dispatch, organ = await city.dispatched(purpose="suggestion")
    await organ.done(f"/v1/dispatches/{dispatch['id']}/acceptance", {})
    answer = await organ.post(
        f"/v1/dispatches/{dispatch['id']}/extension",
        {"days": 10, "approved_by": "王局长", "reason": "需要论证。"},
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "extension_not_allowed")


@pytest.mark.parametrize(("days", "code"), [(0, 422), (-3, 422), (400, 422), ("x", 422)])
async def test_extension_by_nonsense_is_invalid(city: City, days: object, code: int) -> None:
    accepted, organ = await city.accepted()
    body = {"days": days, "approved_by": "王局长", "reason": "复杂。"}
    answer = await organ.post(f"/v1/dispatches/{accepted['id']}/extension", body)
    assert answer.status_code == code
    assert answer.json()["errors"][0]["pointer"] == "/days"


async def test_a_case_is_referred_to_a_subordinate_only(city: City) -> None:
    dispatch, organ = await city.dispatched()
    stranger = await city.organ("沅江市自然资源局")
    answer = await organ.post(f"/v1/dispatches/{dispatch['id']}/referral", {"organ_id": stranger.organ_id})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_subordinate")
    unknown = {"organ_id": "0193499e-2c4b-7d6f-9e3b-5b0f3a1c2d4e"}
    answer = await organ.post(f"/v1/dispatches/{dispatch['id']}/referral", unknown)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/organ_id"


async def test_a_case_referred_down_begins_anew_there(city: City) -> None:
    land, government = await city.triaged(to="南县人民政府", report_due="2026-12-31")
    below = await city.organ("南县自然资源局")
    before = clocks((await government.get(f"/v1/dispatches/{land['id']}")).json()["petition"], "running")
    assert before["D11"] == "2026-12-31"
    await city.advance(3)
    onward = await government.done(f"/v1/dispatches/{land['id']}/referral", {"organ_id": below.organ_id})
    assert onward["organ"]["name"] == "南县自然资源局"
    assert onward["sender"]["name"] == "南县人民政府"
    assert (onward["mode"], onward["report_due"]) == ("assign", "2026-12-31")
    assert clocks(onward, "running")["D11"] == "2026-12-31"
    assert clocks(onward, "running")["D3"] == "2026-12-08"
    assert (await below.newest_dispatch())["id"] == onward["id"]
    assert (await government.get(f"/v1/dispatches/{land['id']}")).status_code == 200


async def test_an_assigned_case_is_reported_back(city: City) -> None:
    dispatch, organ = await city.triaged(report_due="2026-12-31")
    act = f"/v1/dispatches/{dispatch['id']}/report"
    early = await organ.post(act, {"content": "尚在办理。"})
    assert (early.status_code, early.json()["code"]) == (409, "step_not_allowed")
    await organ.done(f"/v1/dispatches/{dispatch['id']}/acceptance", {})
    reported = await organ.done(act, {"content": "补偿款已于今日足额发放到户。"})
    assert reported["reported_on"] == "2026-11-20"
    assert clocks(reported, "met")["D11"] == "2026-12-31"


async def test_who_was_assigned_reports_though_another_handles(city: City) -> None:
    land, government = await city.triaged(to="南县人民政府", report_due="2026-12-31")
    below = await city.organ("南县自然资源局")
    onward = await government.done(f"/v1/dispatches/{land['id']}/referral", {"organ_id": below.organ_id})
    await below.done(f"/v1/dispatches/{onward['id']}/acceptance", {})
    reported = await below.done(f"/v1/dispatches/{onward['id']}/report", {"content": "已发放到户。"})
    assert clocks(reported, "met")["D11"] == "2026-12-31"
    left = (await government.get(f"/v1/dispatches/{land['id']}")).json()["petition"]["deadlines"]
    assert [each["state"] for each in left if each["rule"] == "D11"] == ["running", "met"]
    assert [each["state"] for each in left if each["rule"] == "D3"] == ["met", "met"]
    await city.advance(42)
    told = [each for each in await government.inbox() if each["type"] == "deadline.missed"]
    assert [each["data"]["rule"] for each in told] == ["D11"]
    late = await government.done(f"/v1/dispatches/{land['id']}/report", {"content": "补偿款已发放到户。"})
    assert clocks(late, "met_late")["D11"] == "2026-12-31"


async def test_who_passed_a_case_on_does_not_act_on_it(city: City) -> None:
    land, government = await city.triaged(to="南县人民政府")
    below = await city.organ("南县自然资源局")
    await government.done(f"/v1/dispatches/{land['id']}/referral", {"organ_id": below.organ_id})
    for act in ("receipt", "acceptance"):
        answer = await government.post(f"/v1/dispatches/{land['id']}/{act}", {})
        assert (answer.status_code, answer.json()["code"]) == (409, "handed_on")
    assert (await below.newest_dispatch())["state"] == "sent"


async def test_report_is_still_owed_when_the_case_is_redirected_below(city: City) -> None:
    land, government = await city.triaged(to="南县人民政府", report_due="2026-12-31")
    below, forestry = await city.organ("南县自然资源局"), await city.organ("南县林业局")
    onward = await government.done(f"/v1/dispatches/{land['id']}/referral", {"organ_id": below.organ_id})
    reason = {"reason": "该地块属于集体林地,由林业主管部门管理。"}
    objection = await below.done(f"/v1/dispatches/{onward['id']}/objection", reason)
    path = f"/v1/objections/{objection['id']}/decision"
    await government.done(path, {"upheld": True, "organ_id": forestry.organ_id, "reason": "由林业局办理。"})
    left = (await government.get(f"/v1/dispatches/{land['id']}")).json()["petition"]["deadlines"]
    assert [each["state"] for each in left if each["rule"] == "D11"] == ["running", "ceased", "running"]


async def test_a_referred_case_owes_no_report(city: City) -> None:
    accepted, organ = await city.accepted()
    answer = await organ.post(f"/v1/dispatches/{accepted['id']}/report", {"content": "已办结。"})
    assert (answer.status_code, answer.json()["code"]) == (409, "report_not_due")


async def test_co_handler_receives_but_does_not_accept(city: City) -> None:
    wages = "赫山区某工地老板拖欠农民工工资三个月,共二十人。"
    _, lead = await city.dispatched(wages, to="赫山区人力资源和社会保障局")
    co = await city.organ("益阳市公安局赫山分局")
    dispatch = await co.newest_dispatch()
    assert dispatch["role"] == "co"
    received = await co.done(f"/v1/dispatches/{dispatch['id']}/receipt")
    assert received["state"] == "received"
    answer = await co.post(f"/v1/dispatches/{dispatch['id']}/acceptance", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "lead_only")
    assert (await lead.newest_dispatch())["role"] == "lead"


async def test_stale_version_is_refused_and_repetition_is_not(city: City) -> None:
    dispatch, organ = await city.dispatched()
    path = f"/v1/dispatches/{dispatch['id']}"
    etag = (await organ.get(path)).headers["ETag"]
    await organ.done(f"{path}/receipt")
    stale = await organ.post(f"{path}/acceptance", {}, headers={"If-Match": etag})
    assert stale.status_code == 412
    current = (await organ.get(path)).headers["ETag"]
    assert stale.json()["current_version"] == int(current.strip('"'))
    fresh = await organ.post(f"{path}/acceptance", {}, headers={"If-Match": current})
    again = await organ.post(f"{path}/acceptance", {}, headers={"If-Match": current})
    assert (fresh.status_code, again.status_code) == (200, 200)
    assert again.json() == fresh.json()


async def test_an_act_repeated_in_other_words_is_judged_by_the_table(city: City) -> None:
    accepted, organ = await city.accepted()
    answer = await organ.post(f"/v1/dispatches/{accepted['id']}/acceptance", {"note": "另一段话。"})
    assert (answer.status_code, answer.json()["code"]) == (409, "step_not_allowed")
    assert "办理中" in answer.json()["detail"]


async def test_list_shows_own_cases_by_state_and_page(city: City) -> None:
    for _ in range(3):
        await city.dispatched()
    organ = await city.organ("南县自然资源局")
    path = f"/v1/organs/{organ.organ_id}/dispatches"
    first = (await organ.get(path, limit=2)).json()
    second = (await organ.get(path, limit=2, after=first["next"])).json()
    assert (first["has_more"], second["has_more"], second["next"]) == (True, False, None)
    ids = [each["id"] for each in first["items"] + second["items"]]
    assert ids == sorted(set(ids), reverse=True)
    assert len((await organ.get(path, state="sent")).json()["items"]) == 3
    assert (await organ.get(path, state="accepted")).json()["items"] == []
    assert (await organ.get(path, state="lost")).status_code == 422
    altered = await organ.get(path, limit=2, after=first["next"][:-2] + "AA")
    assert (altered.status_code, altered.json()["code"]) == (400, "cursor_invalid")
    stranger = await city.organ("沅江市自然资源局")
    assert (await stranger.get(path)).status_code == 404


async def test_list_says_which_case_and_when_it_is_due(city: City) -> None:
    """The notice by the 15th day; after acceptance the answer. That one may object is no duty."""
    dispatch, organ = await city.dispatched()
    listed = await organ.newest_dispatch()
    folder = (await organ.get(f"/v1/dispatches/{dispatch['id']}")).json()["petition"]
    assert [listed[name] for name in ("number", "title")] == [folder["number"], folder["title"]]
    assert (listed["urgent"], listed["due_on"]) == (False, "2026-12-07")
    await organ.done(f"/v1/dispatches/{dispatch['id']}/acceptance", {})
    assert (await organ.newest_dispatch())["due_on"] == "2027-01-19"


async def test_acts_need_their_scope(city: City) -> None:
    dispatch, _ = await city.dispatched()
    portal = await city.portal()
    assert (await portal.get(f"/v1/dispatches/{dispatch['id']}")).status_code == 403
    assert (await portal.post(f"/v1/dispatches/{dispatch['id']}/receipt")).status_code == 403


async def test_acceptance_and_objection_at_once_have_one_winner(city: City) -> None:
    dispatch, organ = await city.dispatched()
    path = f"/v1/dispatches/{dispatch['id']}"
    objection = {"reason": "该地块属于集体林地,不属于我局职权范围。"}
    answers = await asyncio.gather(
        organ.post(f"{path}/acceptance", {}), organ.post(f"{path}/objection", objection)
    )
    assert sorted(each.status_code for each in answers)[-1] == 409
    assert sum(each.is_success for each in answers) == 1


async def test_one_act_sent_five_times_at_once_is_done_once(city: City) -> None:
    dispatch, organ = await city.dispatched()
    path = f"/v1/dispatches/{dispatch['id']}/acceptance"
    answers = await asyncio.gather(*(organ.post(path, {}) for _ in range(5)))
    assert [each.status_code for each in answers] == [200] * 5
    assert len({each.text for each in answers}) == 1
    events = (await organ.get(f"/v1/petitions/{dispatch['petition_id']}/events")).json()["items"]
    assert [each["kind"] for each in events].count("accepted") == 1


async def test_office_that_sent_a_case_may_read_it(city: City) -> None:
    dispatch, _ = await city.dispatched()
    shown = await (await city.office()).get(f"/v1/dispatches/{dispatch['id']}")
    assert shown.json()["organ"]["name"] == "南县自然资源局"


async def test_organ_and_source_read_what_was_added(city: City) -> None:
    dispatch, organ = await city.dispatched()
    path = f"/v1/petitions/{dispatch['petition_id']}"
    portal = await city.portal()
    for content in ("补充一:征地协议编号。", "补充二:银行流水。"):
        assert (await portal.post(f"{path}/supplements", {"content": content})).status_code == 201
    folder = (await organ.get(f"/v1/dispatches/{dispatch['id']}")).json()
    said = ["补充一:征地协议编号。", "补充二:银行流水。"]
    assert [each["content"] for each in folder["petition"]["supplements"]] == said
    assert [each["content"] for each in (await portal.get(path)).json()["supplements"]] == said


async def test_organ_never_reads_a_confidential_addition_that_accuses_it(city: City) -> None:
    dispatch, organ = await city.dispatched(confidential=True)
    path = f"/v1/petitions/{dispatch['petition_id']}"
    portal = await city.portal()
    accusing = {"content": "补充:南县自然资源局的人扣下了这笔钱。"}
    assert (await portal.post(f"{path}/supplements", accusing)).status_code == 201
    unscreened = await organ.get(f"/v1/dispatches/{dispatch['id']}")
    assert unscreened.json()["petition"]["supplements"] == []
    await city.route()
    assert (await organ.get(f"/v1/dispatches/{dispatch['id']}")).status_code == 404
    assert len((await portal.get(path)).json()["supplements"]) == 1


async def test_same_act_with_or_without_an_empty_body_is_one_act(city: City) -> None:
    dispatch, organ = await city.dispatched()
    act = f"/v1/dispatches/{dispatch['id']}/acceptance"
    bare = await organ.post(act)
    empty = await organ.post(act, {})
    assert (bare.status_code, empty.status_code) == (200, 200)
    assert bare.json() == empty.json()


async def test_refused_step_is_named_in_words(city: City) -> None:
    accepted, organ = await city.accepted()
    late = await organ.post(
        f"/v1/dispatches/{accepted['id']}/objection", {"reason": "经核实,该事项不属于我局职权范围。"}
    )
    assert late.json()["detail"] == "信访件当前为“办理中”，不能提出异议。"
