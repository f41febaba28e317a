"""A denunciation never reaches those it names, nor anyone beneath, by any way (信访工作条例 30, 46)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from services.domain.access import ClientRole
from tests.city import COUNTY, LAND, LAND_BUREAU, Caller, City, Json, clocks, writ

BRIBES = "举报南县自然资源局局长张某收受贿赂,违规审批,贪污征地款。"
AGAINST_COUNTY = "举报南县人民政府县长受贿贪污,包庇下属。"
KNOWN = {"name": "张三", "id_document": {"type": "resident_id", "number": "11010519491231002X"}}
REASON = "被反映人的干部管理权限不在我委,建议由上级纪检监察机关办理。"


async def sees_nothing(accused: Caller, registered: dict[str, Any], dispatch_id: str | None) -> None:
    """Every way in: inbox, lists, the petition itself and everything that hangs on it."""
    petition = f"/v1/petitions/{registered['id']}"
    for path in (petition, f"{petition}/events", f"{petition}/routing"):
        assert (await accused.get(path)).status_code == 404, path
    for page in ("inbox", "dispatches", "reviews"):
        answer = await accused.get(f"/v1/organs/{accused.organ_id}/{page}")
        assert answer.json()["items"] == [], page
    listing = await accused.get("/v1/petitions", number=registered["number"])
    assert listing.json()["items"] == []
    if dispatch_id is not None:
        assert (await accused.get(f"/v1/dispatches/{dispatch_id}")).status_code == 404
        assert (await accused.post(f"/v1/dispatches/{dispatch_id}/receipt")).status_code == 404


ANY_VERSION: dict[str, str] = {}
STALE = {"If-Match": '"99"'}
DAY = {"served_on": "2026-11-20", "method": "post"}
REFUSAL = {"ground": "A4", "explanation": "请依照诉讼程序提出。", "directed_to": "人民法院"}
# Every route that takes the id of something of a petition: method, path, body.
WAYS_TO_A_PETITION: list[tuple[str, str, Json | None]] = [
    ("GET", "/v1/petitions/{id}", None),
    ("GET", "/v1/petitions/{id}/events", None),
    ("GET", "/v1/petitions/{id}/routing", None),
    ("GET", "/v1/petitions/{id}/papers", None),
    ("GET", "/v1/petitions/{id}/handbook", None),
    ("POST", "/v1/petitions/{id}/supplements", {"content": "补充。"}),
    ("POST", "/v1/petitions/{id}/attachments", None),
    ("POST", "/v1/petitions/{id}/withdrawal", {"reason": "不办了。"}),
    ("POST", "/v1/petitions/{id}/unmask", {"reason": "核对。"}),
    ("POST", "/v1/petitions/{id}/reviews", {"reason": "不服。"}),
    ("POST", "/v1/petitions/{id}/ordinary-procedure", None),
    ("POST", "/v1/petitions/{id}/written-answer", None),
    (
        "POST",
        "/v1/petitions/{id}/closure",
        {"ground": "no_successor", "on": "2026-11-20", "reason": "已故。"},
    ),
    ("POST", "/v1/petitions/{id}/care", {"kind": "relief", "given_on": "2026-11-20", "text": "慰问。"}),
    ("POST", "/v1/triage/{id}/decision", {"organ_id": str(uuid4()), "reason": "请承办。"}),
    ("POST", "/v1/triage/{id}/refusal", REFUSAL),
]
WAYS_TO_A_DISPATCH: list[tuple[str, str, Json | None]] = [
    ("GET", "/v1/dispatches/{id}", None),
    ("POST", "/v1/dispatches/{id}/receipt", None),
    ("POST", "/v1/dispatches/{id}/acceptance", {}),
    ("POST", "/v1/dispatches/{id}/refusal", REFUSAL),
    (
        "POST",
        "/v1/dispatches/{id}/on-the-spot-answer",
        {"answer": "已说明。", "told_to": "张三", "agreed": True},
    ),
    ("POST", "/v1/dispatches/{id}/objection", {"reason": "不属于本单位职权范围,请改派。"}),
    ("POST", "/v1/dispatches/{id}/extension", {"days": 5, "approved_by": "王", "reason": "复杂。"}),
    ("POST", "/v1/dispatches/{id}/referral", {"organ_id": str(uuid4())}),
    ("POST", "/v1/dispatches/{id}/opinion", writ()),
    ("POST", "/v1/dispatches/{id}/report", {"content": "已办结。"}),
]
WAYS_TO_AN_OPINION: list[tuple[str, str, Json | None]] = [
    ("GET", "/v1/opinions/{id}", None),
    ("POST", "/v1/opinions/{id}/service", DAY),
    ("POST", "/v1/opinions/{id}/execution", {"carried_out_on": "2026-11-20", "report": "已执行。"}),
]
WAYS_TO_AN_OBJECTION: list[tuple[str, str, Json | None]] = [
    ("GET", "/v1/objections/{id}", None),
    ("POST", "/v1/objections/{id}/decision", {"upheld": True, "reason": "同意。"}),
]


async def told(caller: Caller, method: str, path: str, body: Json | None, headers: dict[str, str]) -> Json:
    answer = await (caller.get(path) if method == "GET" else caller.post(path, body, headers=headers))
    said = answer.json()
    assert answer.is_error, (caller.client.name, path, said)
    return {name: said[name] for name in said.keys() - {"instance", "request_id"}}


async def as_if_missing(caller: Caller, ways: list[tuple[str, str, Json | None]], true_id: str) -> None:
    """What must not be seen answers word for word as what was never there, also to a stale ``If-Match``."""
    for method, path, body in ways:
        for headers in (ANY_VERSION, STALE):
            there = await told(caller, method, path.format(id=true_id), body, headers)
            nowhere = await told(caller, method, path.format(id=uuid4()), body, headers)
            assert there == nowhere, (caller.client.name, method, path, headers)


async def strangers(city: City) -> list[Caller]:
    """The accused and whoever else has no business with what accuses it."""
    return [
        await city.organ(LAND_BUREAU),
        await city.organ("沅江市自然资源局"),
        await city.organ("益阳市自然资源局"),
        await city.office("沅江市信访局"),
        await city.window(),
        await city.caller(ClientRole.HOTLINE),
        await city.admin(),
    ]


async def counted(city: City, caller: Caller) -> Json:
    """All that an organ can count, list, export or prove."""
    here = f"/v1/organs/{caller.organ_id}"
    paths = (
        *(f"{here}/{page}" for page in ("inbox", "dispatches", "reviews", "executions")),
        "/v1/petitions",
    )
    lists = {path: (await caller.get(path)).json() for path in paths}
    lists["digest"] = (await caller.get(f"{here}/inbox/digest", date=city.today.isoformat())).json()
    for query in ({"purpose": "denunciation"}, {"person": "张三"}, {"category": "03"}, {"region": "430921"}):
        lists[str(query)] = (await caller.get("/v1/petitions", **query)).json()
    assert not any("code" in each for each in lists.values())
    return lists | {"export": (await caller.get("/v1/petitions/export")).text}


async def test_nobody_without_business_can_tell_it_from_nothing(city: City) -> None:
    accused = await city.organ(LAND_BUREAU)
    before = await counted(city, accused)
    registered = await city.register(BRIBES)
    callers = await strangers(city)
    for caller in callers:
        await as_if_missing(caller, WAYS_TO_A_PETITION, registered["id"])  # before it is screened
    await city.route()
    discipline = await city.organ("中共南县纪律检查委员会")
    dispatch = await discipline.newest_dispatch()
    reason = {"reason": REASON}
    objection = await discipline.done(f"/v1/dispatches/{dispatch['id']}/objection", reason)
    ruling = {"upheld": False, "reason": "属于贵委管理权限。"}
    await (await city.office()).done(f"/v1/objections/{objection['id']}/decision", ruling)
    await discipline.done(f"/v1/dispatches/{dispatch['id']}/acceptance", {})
    opinion = await discipline.done(f"/v1/dispatches/{dispatch['id']}/opinion", writ("supported"))
    for caller in callers:
        await as_if_missing(caller, WAYS_TO_A_PETITION, registered["id"])
        await as_if_missing(caller, WAYS_TO_A_DISPATCH, dispatch["id"])
        await as_if_missing(caller, WAYS_TO_AN_OBJECTION, objection["id"])
        await as_if_missing(caller, WAYS_TO_AN_OPINION, opinion["id"])
    assert await counted(city, accused) == before


async def test_an_earlier_denunciation_is_not_told_by_a_later_complaint(city: City) -> None:
    # The same person, in like words: first against the bureau, then to it.
    earlier = await city.register(f"举报南县自然资源局局长受贿贪污。{LAND}", petitioners=[KNOWN])
    later = await city.register(LAND, petitioners=[KNOWN])
    assert [each["id"] for each in later["same_matter"]] == [earlier["id"]]  # its own source is told
    await city.route()
    bureau = await city.organ(LAND_BUREAU)
    assert (await bureau.newest_dispatch())["petition_id"] == later["id"]
    seen = [
        (await bureau.get(f"/v1/petitions/{later['id']}{part}")).text for part in ("", "/events", "/routing")
    ]
    assert not any(earlier["id"] in text or earlier["number"] in text for text in seen)


async def test_denunciation_goes_to_discipline_and_never_to_the_accused(city: City) -> None:
    registered = await city.register(BRIBES)
    await city.route()
    discipline, accused = await city.organ("中共南县纪律检查委员会"), await city.organ(LAND_BUREAU)
    dispatch = await discipline.newest_dispatch()
    folder = (await discipline.get(f"/v1/dispatches/{dispatch['id']}")).json()
    assert folder["petition"]["content"] == BRIBES
    assert folder["petition"]["purpose"] == "denunciation"
    assert folder["petition"]["petitioners"][0]["name"] is None  # not even the surname
    assert "D3" not in clocks(folder["petition"])  # discipline organs tell the petitioner by their own rules
    await sees_nothing(accused, registered, dispatch["id"])

    # Nor in the course of handling: warnings, a supplement, the answer and its service.
    await discipline.done(f"/v1/dispatches/{dispatch['id']}/acceptance", {})
    portal = await city.portal()
    added = {"content": "补充:张某另在县城有三套房产。"}
    assert (await portal.post(f"/v1/petitions/{registered['id']}/supplements", added)).is_success
    await city.route()
    await city.advance(90)
    await sees_nothing(accused, registered, dispatch["id"])


async def test_no_hand_can_send_it_to_the_accused(city: City) -> None:
    await city.register(BRIBES)
    await city.route()
    discipline, accused = await city.organ("中共南县纪律检查委员会"), await city.organ(LAND_BUREAU)
    office = await city.office()
    dispatch = await discipline.newest_dispatch()
    path = f"/v1/dispatches/{dispatch['id']}"

    # By an objection that suggests the accused, upheld in its favour.
    body = {"reason": REASON, "suggested_organ_id": accused.organ_id}
    objection = await discipline.done(f"{path}/objection", body)
    ruling = {"upheld": True, "organ_id": accused.organ_id, "reason": "由该局自查。"}
    answer = await office.post(f"/v1/objections/{objection['id']}/decision", ruling)
    assert (answer.status_code, answer.json()["code"]) == (409, "organ_shielded")

    # By the triage desk, after the objection sent it back there.
    ruling = {"upheld": True, "reason": "退回重新分流。"}
    await office.done(f"/v1/objections/{objection['id']}/decision", ruling)
    choice = {"organ_id": accused.organ_id, "reason": "由该局自查。"}
    answer = await office.post(f"/v1/triage/{dispatch['petition_id']}/decision", choice)
    assert (answer.status_code, answer.json()["code"]) == (409, "organ_shielded")
    assert await accused.inbox() == []

    # By a referral from above, when its superior has it: that superior is not accused, its bureau is.
    government = await city.organ("益阳市人民政府")
    choice = {"organ_id": government.organ_id, "reason": "由市政府督办。"}
    sent = await office.done(f"/v1/triage/{dispatch['petition_id']}/decision", choice)
    onward = {"organ_id": accused.organ_id}
    answer = await government.post(f"/v1/dispatches/{sent['id']}/referral", onward)
    assert (answer.status_code, answer.json()["code"]) == (409, "organ_shielded")
    assert await accused.inbox() == []


@pytest.mark.parametrize("beneath", ["南县信访局", "南县自然资源局", "南县茅草街镇人民政府"])
async def test_what_accuses_a_county_is_unseen_by_all_beneath_it(city: City, beneath: str) -> None:
    county = await city.caller((await city.portal()).client.role, region=COUNTY)
    registered = await city.register(AGAINST_COUNTY, by=county)
    await city.route()
    above = await city.organ("中共益阳市纪律检查委员会")
    dispatch = await above.newest_dispatch()
    assert dispatch["petition_id"] == registered["id"]
    assert dispatch["sender"]["name"] == "益阳市信访局"  # the county's own office is beneath the accused
    await city.advance(30)
    caller = await (city.office(beneath) if beneath.endswith("信访局") else city.organ(beneath))
    await sees_nothing(caller, registered, dispatch["id"])


async def test_a_supplement_that_names_the_holder_takes_it_out_of_its_hands(city: City) -> None:
    registered = await city.register("南县茅草街镇征地补偿款没有发放,请保密。", confidential=True)
    await city.route()
    holder = await city.organ(LAND_BUREAU)
    dispatch = await holder.newest_dispatch()
    portal = await city.portal()
    added = {"content": "就是南县自然资源局的人截留了款项。"}
    assert (await portal.post(f"/v1/petitions/{registered['id']}/supplements", added)).is_success
    await city.route()
    assert (await holder.get(f"/v1/dispatches/{dispatch['id']}")).status_code == 404
    assert (await holder.get(f"/v1/petitions/{registered['id']}")).status_code == 404
    assert (await holder.get(f"/v1/organs/{holder.organ_id}/dispatches")).json()["items"] == []
    [item] = (await (await city.office()).get("/v1/triage")).json()["items"]
    assert item["petition"]["id"] == registered["id"]
    assert [each["type"] for each in await holder.inbox()] == ["dispatch.created", "dispatch.withdrawn"]


async def test_an_office_does_not_follow_what_it_took_in_against_its_county(city: City) -> None:
    office = await city.office("南县信访局")
    letter = {"received_on": city.today.isoformat(), "registered_mail_no": "XA12345678943"}
    registered = await city.register(AGAINST_COUNTY, by=office, channel="letter", letter=letter)
    await city.route()
    await sees_nothing(office, registered, None)
    await as_if_missing(office, WAYS_TO_A_PETITION, registered["id"])
    above = await city.organ("中共益阳市纪律检查委员会")
    petition = (await above.get(f"/v1/petitions/{registered['id']}")).json()
    assert petition["form"]["registered_mail_no"] is None  # by it the post office finds the sender


async def test_a_caller_is_not_known_to_the_handler_by_the_number_called_from(city: City) -> None:
    hotline = {"called_at": "2026-11-20T09:00:00+08:00", "caller_number": "13900000001"}
    portal = await city.portal()
    registered = await city.register(BRIBES, by=portal, channel="hotline", hotline=hotline)
    await city.route()
    discipline = await city.organ("中共南县纪律检查委员会")
    seen = (await discipline.get(f"/v1/petitions/{registered['id']}")).json()
    assert seen["form"]["caller_number"] is None
    seen = (await portal.get(f"/v1/petitions/{registered['id']}")).json()
    assert seen["form"]["caller_number"] == "139****0001"


async def confidential(city: City) -> tuple[Json, Caller, Json]:
    """In the land bureau's hands, in confidence: what was registered, the bureau, its dispatch."""
    registered = await city.register("南县茅草街镇征地补偿款没有发放,请保密。", confidential=True)
    await city.route()
    holder = await city.organ(LAND_BUREAU)
    return registered, holder, await holder.newest_dispatch()


async def accuse_the_bureau(city: City, petition_id: str) -> None:
    added = {"content": "就是南县自然资源局的人截留了款项。"}
    await (await city.portal()).done(f"/v1/petitions/{petition_id}/supplements", added)
    await city.route()


async def test_a_recall_looks_to_the_accused_like_a_withdrawal(city: City) -> None:
    entries = []
    for accused in (True, False):
        registered, holder, dispatch = await confidential(city)
        if accused:
            await accuse_the_bureau(city, registered["id"])
        else:
            portal = await city.portal()
            await portal.done(f"/v1/petitions/{registered['id']}/withdrawal", {"reason": "已经解决。"})
        entry = (await holder.inbox())[-1]
        assert entry["type"] == "dispatch.withdrawn"
        entries.append(entry["data"].keys())
        await as_if_missing(holder, WAYS_TO_A_PETITION, registered["id"])
        await as_if_missing(holder, WAYS_TO_A_DISPATCH, dispatch["id"])
    assert entries[0] == entries[1]
    assert "etag" not in entries[0]


async def test_an_accused_organ_cannot_serve_the_opinion_it_had_ready(city: City) -> None:
    registered, holder, dispatch = await confidential(city)
    await holder.done(f"/v1/dispatches/{dispatch['id']}/acceptance", {})
    opinion = await holder.done(f"/v1/dispatches/{dispatch['id']}/opinion", writ())
    await accuse_the_bureau(city, registered["id"])
    await as_if_missing(holder, WAYS_TO_AN_OPINION, opinion["id"])
    petition = await city.petition(registered["id"])
    assert (petition["state"], petition["holder"]["name"]) == ("triage", "益阳市信访局")


async def test_what_is_to_be_decided_anew_does_not_go_back_to_an_organ_accused_since(city: City) -> None:
    registered, holder, dispatch = await confidential(city)
    await holder.done(f"/v1/dispatches/{dispatch['id']}/acceptance", {})
    opinion = await holder.done(f"/v1/dispatches/{dispatch['id']}/opinion", writ())
    await city.served(opinion, holder)
    await accuse_the_bureau(city, registered["id"])
    before = await counted(city, holder)
    review, above = await city.under_review(opinion)
    decided = await above.done(f"/v1/reviews/{review['id']}/decision", writ("revoked"))
    await city.served(decided["opinion"], above)
    assert await counted(city, holder) == before
    petition = await city.petition(registered["id"])
    assert (petition["state"], petition["holder"]["name"]) == ("triage", "益阳市信访局")
    assert clocks(petition, "running") == {}


@pytest.mark.parametrize(
    ("accused", "said"),
    [
        ("南县茅草街镇人民政府", {"content": "我实名检举南县茅草街镇书记贪污,村级财务不公开。"}),
        ("中共南县纪律检查委员会", {"content": "南縣紀委張書記收受賄賂,包庇村支書。"}),
        (LAND_BUREAU, {"content": LAND, "confidential": True, "respondents": [
            {"kind": "person", "name": "张三", "position": "南县自然资源局局长"}]}),
        (LAND_BUREAU, {"content": f"{LAND}南縣自然資源局不作為,一直壓著。", "confidential": True}),
    ],
)  # fmt: skip
async def test_the_accused_see_nothing_however_they_are_named(city: City, accused: str, said: Json) -> None:
    registered = await city.register(**said)
    await city.route()
    petition = await city.petition(registered["id"])
    assert petition["state"] == "dispatched"
    await sees_nothing(await city.organ(accused), registered, None)


async def test_whom_nobody_can_name_a_person_looks_for(city: City) -> None:
    said = {"kind": "person", "name": "张三", "position": "南县某某局局长"}
    registered = await city.register(LAND, confidential=True, respondents=[said])
    await city.route()
    assert await (await city.organ(LAND_BUREAU)).inbox() == []
    [item] = (await (await city.office()).get("/v1/triage")).json()["items"]
    assert item["petition"]["id"] == registered["id"]
    told = [each["text"] for each in item["decision"]["reasons"] if "被反映人不明" in each["text"]]
    assert "南县某某局局长" in told[0]
