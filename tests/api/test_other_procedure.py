"""Redress of another procedure (31.1–4), and suggestions (29): told where, followed to the end."""

from __future__ import annotations

from tests.city import City, Json, clocks, writ

LAWSUIT = "不服南县人民法院作出的民事判决,法院判决不公,请求再审,判决书已经生效。"
VISIT = {"channel": "visit", "visit": {"visited_at": "2026-11-20T01:30:00Z"}}
COMMITTEE = "益阳市劳动人事争议仲裁委员会"


async def progress(city: City, registered: Json) -> Json:
    proof = {name: registered[name] for name in ("number", "query_code")}
    answer = await city.http.post("/v1/public/progress", json=proof)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_r7_petitioner_is_told_the_procedure_and_where(city: City) -> None:
    registered = await city.register()
    await city.route()
    organ = await city.organ("南县自然资源局")
    dispatch = await organ.newest_dispatch()
    waiting = clocks(await city.petition(registered["id"]), "running")
    assert waiting.keys() == {"D3", "D4"}  # until the petitioner is told, the clock of the notice runs
    body = {"path": "arbitration", "directed_to": COMMITTEE}
    accepted = await organ.done(f"/v1/dispatches/{dispatch['id']}/acceptance", body)
    assert clocks(accepted, "running") == {}
    assert clocks(accepted, "met").keys() == {"D3"}
    shown = await progress(city, registered)
    assert shown["path"] == "arbitration"
    [notice] = [each for each in shown["notices"] if each["kind"] == "acceptance"]
    assert notice["directed_to"] == COMMITTEE
    assert "仲裁程序" in notice["text"]
    assert "第三十一条" in notice["text"]
    opinion = await organ.done(f"/v1/dispatches/{dispatch['id']}/opinion", writ("led_to_other_procedure"))
    await city.served(opinion, organ)
    shown = await progress(city, registered)
    assert (shown["state"], shown["may_request"], shown["final_on"]) == ("concluded", None, None)
    assert "其他法定程序" in shown["opinions"][0]["remedy"]


async def test_r7_organ_that_leads_it_there_itself_is_named(city: City) -> None:
    registered = await city.register()
    await city.route()
    organ = await city.organ("南县自然资源局")
    dispatch = await organ.newest_dispatch()
    await organ.done(f"/v1/dispatches/{dispatch['id']}/acceptance", {"path": "administrative_procedure"})
    [notice] = [
        each for each in (await progress(city, registered))["notices"] if each["kind"] == "acceptance"
    ]
    assert notice["directed_to"] == "南县自然资源局"


async def test_r7_duty_of_the_organ_itself_is_answered_there(city: City) -> None:
    registered = await city.register()
    await city.route()
    organ = await city.organ("南县自然资源局")
    dispatch = await organ.newest_dispatch()
    accepted = await organ.done(f"/v1/dispatches/{dispatch['id']}/acceptance", {"path": "statutory_duty"})
    assert "D5" not in clocks(accepted)
    [notice] = [
        each for each in (await progress(city, registered))["notices"] if each["kind"] == "acceptance"
    ]
    assert notice["directed_to"] is None


async def test_a4_refused_matter_is_told_where_it_belongs(city: City) -> None:
    registered = await city.register()
    await city.route()
    organ = await city.organ("南县自然资源局")
    dispatch = await organ.newest_dispatch()
    why = {"ground": "A4", "explanation": "该事项应当申请劳动仲裁。", "directed_to": COMMITTEE}
    refused = await organ.done(f"/v1/dispatches/{dispatch['id']}/refusal", why)
    assert (refused["petition"]["state"], clocks(refused, "running")) == ("declined", {})
    [notice] = [each for each in (await progress(city, registered))["notices"] if each["directed_to"]]
    assert (notice["kind"], notice["directed_to"]) == ("non_acceptance", COMMITTEE)


async def test_r4_letter_on_a_judgment_goes_to_the_political_legal_organ(city: City) -> None:
    registered = await city.register(LAWSUIT)
    await city.route()
    petition = await city.petition(registered["id"])
    assert (petition["path"], petition["holder"]["name"]) == ("litigation", "中共益阳市委员会政法委员会")
    assert "D3" not in clocks(petition)  # it tells the petitioner by rules of its own (23.4)
    assert clocks(petition, "met").keys() == {"D1"}


async def test_r4_visitor_on_a_judgment_is_guided_by_a_person(city: City) -> None:
    registered = await city.register(LAWSUIT, by=await city.window(), **VISIT)
    await city.route()
    assert (await city.petition(registered["id"]))["state"] == "triage"
    [desk] = (await (await city.office()).get("/v1/triage")).json()["items"]
    where = desk["decision"]["suggestions"][0]["name"]
    assert "释法明理" in desk["decision"]["reasons"][-1]["text"]
    why = {"ground": "A4", "explanation": "请依照审判监督程序申请再审。", "directed_to": where}
    await (await city.office()).done(f"/v1/triage/{registered['id']}/refusal", why)
    shown = await progress(city, registered)
    assert (shown["state"], shown["notices"][-1]["directed_to"]) == ("declined", where)
    assert clocks(await city.petition(registered["id"]), "met").keys() == {"D1"}


async def test_d5_binds_no_suggestion_from_dispatch_to_its_end(city: City) -> None:
    registered = await city.register("建议在南县茅草街镇八百弓村增设公交站。", purpose="suggestion")
    await city.route()
    petition = await city.petition(registered["id"])
    organ = await city.organ_by_id(petition["holder"]["organ_id"])
    dispatch = await organ.newest_dispatch()
    accepted = await organ.done(f"/v1/dispatches/{dispatch['id']}/acceptance", {})
    assert (clocks(accepted, "running"), accepted["petition"]["path"]) == ({}, None)
    opinion = await organ.done(f"/v1/dispatches/{dispatch['id']}/opinion", writ("suggestion_partly_adopted"))
    await city.served(opinion, organ)
    shown = await progress(city, registered)
    assert (shown["state"], shown["opinions"][0]["outcome"]) == ("concluded", "suggestion_partly_adopted")
    assert (shown["executions"][0]["state"], shown["may_request"]) == ("open", None)
    assert {each["rule"] for each in shown["deadlines"]} == {"D1", "D3", "D4"}
