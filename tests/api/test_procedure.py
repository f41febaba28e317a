"""The simple procedure: its own periods beside the statutory ones (practice, 国信发〔2016〕8号)."""

from __future__ import annotations

from tests.city import City, clocks, writ

SIMPLE = {"procedure": "simple"}


async def test_simple_procedure_runs_beside_the_sixty_days(city: City) -> None:
    dispatch, organ = await city.dispatched()
    accepted = await organ.done(f"/v1/dispatches/{dispatch['id']}/acceptance", SIMPLE)
    assert accepted["procedure"] == "simple"
    assert clocks(accepted, "running") == {"D5": "2027-01-19", "D13.3": "2026-12-04"}
    assert clocks(accepted, "met")["D13.2"] == "2026-11-25"
    opinion = await organ.done(f"/v1/dispatches/{dispatch['id']}/opinion", writ())
    met = clocks(await city.petition(opinion["petition_id"]), "met")
    assert {"D5", "D13.3"} <= met.keys()


async def test_petitioner_may_ask_for_the_ordinary_way(city: City) -> None:
    dispatch, organ = await city.dispatched()
    await organ.done(f"/v1/dispatches/{dispatch['id']}/acceptance", SIMPLE)
    await city.advance(3)
    await (await city.portal()).done(f"/v1/petitions/{dispatch['petition_id']}/ordinary-procedure")
    petition = await city.petition(dispatch["petition_id"])
    assert clocks(petition, "running") == {"D5": "2027-01-19"}
    assert clocks(petition, "ceased")["D13.3"] == "2026-12-04"
    assert (await organ.get(f"/v1/dispatches/{dispatch['id']}")).json()["procedure"] == "ordinary"


async def test_what_is_assigned_is_not_handled_simply(city: City) -> None:
    dispatch, organ = await city.triaged(report_due="2026-12-31", purpose="redress")
    answer = await organ.post(f"/v1/dispatches/{dispatch['id']}/acceptance", SIMPLE)
    assert (answer.status_code, answer.json()["code"]) == (409, "simple_not_fitting")
    assert "交办" in answer.json()["detail"]


async def test_what_belongs_elsewhere_is_not_handled_simply(city: City) -> None:
    dispatch, organ = await city.dispatched()
    body = {**SIMPLE, "path": "arbitration"}
    answer = await organ.post(f"/v1/dispatches/{dispatch['id']}/acceptance", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "simple_not_fitting")
