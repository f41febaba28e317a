"""回避 over HTTP: recorded by the organ, asked for by the petitioner, read by few (信访工作条例 28.3)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from tests.city import LAND_BUREAU, Caller, City, clocks

GOVERNMENT = "南县人民政府"
NAME = "王建国"
EXTENSION = {"days": 20, "approved_by": "王副局长", "reason": "需要委托第三方测绘。"}


def recusal(city: City, **more: Any) -> dict[str, Any]:
    return {
        "officer": {"name": NAME, "post": "副局长"},
        "ground": "petitioner",
        "reason": "系信访人的近亲属。",
        "decided_by": "周局长",
        "decided_on": city.today.isoformat(),
        **more,
    }


async def of_head(city: City) -> dict[str, Any]:
    superior = await city.organ(GOVERNMENT)
    officer = {"name": "周正", "post": "局长", "is_head": True}
    return recusal(city, officer=officer, decided_by="郭县长", deciding_organ_id=superior.organ_id)


async def seen(caller: Caller, petition_id: str) -> list[dict[str, Any]]:
    answer = await caller.get(f"/v1/petitions/{petition_id}/recusals")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_r11_recused_officer_approves_no_extension(city: City) -> None:
    dispatch, organ = await city.accepted()
    path = f"/v1/petitions/{dispatch['petition_id']}/recusals"
    kept = await organ.done(path, recusal(city))
    assert (kept["state"], kept["organ"]["name"], kept["decided_by"]) == ("granted", LAND_BUREAU, "周局长")
    assert (await organ.get(kept["links"]["self"])).json()["officer"]["name"] == NAME

    refused = await organ.post(f"/v1/dispatches/{dispatch['id']}/extension", EXTENSION)
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (409, "officer_recused")
    assert "信访工作条例第二十八条第三款" in problem["detail"]
    assert problem["errors"][0]["pointer"] == "/approved_by"
    extended = await organ.done(
        f"/v1/dispatches/{dispatch['id']}/extension", {**EXTENSION, "approved_by": "周正"}
    )
    assert "D5" in clocks(extended, "running")
    again = await organ.post(path, recusal(city, reason="另有原因。"))
    assert (again.status_code, again.json()["code"]) == (409, "already_recused")


async def test_recusal_is_read_by_the_organ_and_the_petition_office_alone(city: City) -> None:
    registered = await city.register()
    await city.route()
    organ, office, portal = await city.organ(LAND_BUREAU), await city.office(), await city.portal()
    kept = await organ.done(f"/v1/petitions/{registered['id']}/recusals", recusal(city))
    assert [each["id"] for each in await seen(office, registered["id"])] == [kept["id"]]
    assert [each["id"] for each in await seen(organ, registered["id"])] == [kept["id"]]
    assert (await portal.get(f"/v1/petitions/{registered['id']}/recusals")).status_code == 403
    stranger = await city.organ("沅江市自然资源局")
    assert (await stranger.get(kept["links"]["self"])).status_code == 404

    proof = {name: registered[name] for name in ("number", "query_code")}
    public = (await city.http.post("/v1/public/progress", json=proof)).json()
    assert (public["steps"][-1]["what"], public["steps"][-1]["organ"]) == ("有关人员回避", LAND_BUREAU)
    events = (await portal.get(f"/v1/petitions/{registered['id']}/events")).text
    for told in (str(public), events):
        assert not [word for word in (NAME, "近亲属", "周局长") if word in told]


async def test_names_and_reasons_of_recusals_are_sealed(city: City) -> None:
    dispatch, organ = await city.accepted()
    await organ.done(f"/v1/petitions/{dispatch['petition_id']}/recusals", recusal(city))
    async with city.world.database.reading() as connection:
        [row] = (await connection.execute(text("SELECT * FROM recusals"))).mappings().all()
    stored = b"".join(value for value in row.values() if isinstance(value, bytes))
    assert stored
    assert not [word for word in (NAME, "副局长", "近亲属", "周局长") if word.encode() in stored]


async def test_r11_petitioner_asks_for_a_recusal_and_is_told_the_decision(city: City) -> None:
    registered = await city.register()
    await city.route()
    organ, portal, office = await city.organ(LAND_BUREAU), await city.portal(), await city.office()
    body = {"officer": {"name": "王副局长"}, "reason": "其亲属承包了该工程。"}
    asked = await portal.done(f"/v1/petitions/{registered['id']}/recusal-requests", body)
    assert (asked["state"], asked["organ"]["name"]) == ("requested", LAND_BUREAU)
    entry = (await organ.inbox())[-1]
    assert entry["type"] == "recusal.requested"
    found = (await organ.get(entry["data"]["links"]["recusal"])).json()
    assert (found["officer"]["name"], found["reason"]) == ("王副局长", "其亲属承包了该工程。")

    ruling = {
        "granted": True, "reason": "经核实属实。", "ground": "matter",
        "officer": {"name": NAME, "post": "副局长"},
        "decided_by": "周局长", "decided_on": city.today.isoformat(),
    }  # fmt: skip
    path = f"/v1/recusals/{asked['id']}/decision"
    assert (await office.post(path, ruling)).status_code == 404
    decided = await organ.done(path, ruling)
    assert (decided["state"], decided["decision_reason"]) == ("granted", "经核实属实。")
    again = await organ.post(path, {**ruling, "reason": "再次决定。"})
    assert (again.status_code, again.json()["code"]) == (409, "recusal_decided")

    proof = {name: registered[name] for name in ("number", "query_code")}
    public = (await city.http.post("/v1/public/progress", json=proof)).json()
    assert [each["what"] for each in public["steps"]][-2:] == ["申请回避", "有关人员回避"]
    assert public["notices"][-1]["text"] == "您提出的回避申请已经决定:有关人员回避。"
    assert NAME not in str(public)


async def test_r11_of_a_recused_head_the_superior_approves_and_may_get_the_case(city: City) -> None:
    dispatch, organ = await city.accepted()
    path = f"/v1/petitions/{dispatch['petition_id']}/recusals"
    alone = {name: value for name, value in (await of_head(city)).items() if name != "deciding_organ_id"}
    refused = await organ.post(path, alone)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/deciding_organ_id")
    kept = await organ.done(path, await of_head(city))

    extension = f"/v1/dispatches/{dispatch['id']}/extension"
    refused = await organ.post(extension, EXTENSION)
    assert (refused.status_code, refused.json()["code"]) == (409, "head_recused")
    assert refused.json()["errors"][0]["pointer"] == "/approving_organ_id"
    superior = await city.organ(GOVERNMENT)
    above = {**EXTENSION, "approved_by": "郭县长", "approving_organ_id": superior.organ_id}
    await organ.done(extension, above)

    move = {"reason": "主要负责人回避,无法作出处理意见。"}
    assert (await organ.post(f"/v1/recusals/{kept['id']}/transfer", move)).status_code == 403
    office = await city.office()
    moved = await office.done(f"/v1/recusals/{kept['id']}/transfer", move)
    assert moved["petition"]["state"] == "dispatched"
    assert (await city.petition(dispatch["petition_id"]))["holder"]["name"] == GOVERNMENT
    routing = (await office.get(f"/v1/petitions/{dispatch['petition_id']}/routing")).json()
    assert (routing["lead"]["name"], routing["reasons"][0]["rule"]) == (GOVERNMENT, "R11")
    assert routing["reasons"][1]["text"] == move["reason"]
    portal = await city.portal()
    seen_by_source = (await portal.get(f"/v1/petitions/{dispatch['petition_id']}/routing")).text
    assert "因负责人回避移交上级" in seen_by_source
    assert move["reason"] not in seen_by_source
    assert (await organ.get(kept["links"]["self"])).status_code == 404  # the case is not its any more
