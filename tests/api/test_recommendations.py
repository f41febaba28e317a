"""D12: an organ answers what a petition office recommends to it, in writing and in time (信访工作条例 40)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.city import LAND_BUREAU, City, clocks

GOVERNMENT = "南县人民政府"


async def recommended(city: City, petition_id: str, *, to: str = GOVERNMENT, **more: Any) -> dict[str, Any]:
    body = {
        "organ_id": (await city.organ(to)).organ_id,
        "kind": "improve_policy",
        "text": "建议完善补偿款发放的办法。",
        "answer_by": (city.today + timedelta(days=30)).isoformat(),
        **more,
    }
    return await (await city.office()).done(f"/v1/petitions/{petition_id}/recommendations", body)


async def test_d12_recommendation_is_answered_by_the_date_set(city: City) -> None:
    dispatch, handler = await city.accepted()
    petition_id = dispatch["petition_id"]
    made = await recommended(city, petition_id)
    government, office = await city.organ(GOVERNMENT), await city.office()
    entry = (await government.inbox())[-1]
    assert entry["type"] == "recommendation.given"
    found = (await government.get(entry["data"]["links"]["recommendation"])).json()
    assert (found["text"], found["answer_due"]) == (made["text"], "2026-12-20")  # as it was set
    seen = (await office.get(f"/v1/petitions/{petition_id}")).json()
    assert clocks(seen, "running")["D12"] == made["answer_due"]

    answer = {"adoption": "not_adopted", "text": "现行办法已有规定,理由如下。"}
    assert (await handler.post(f"/v1/recommendations/{made['id']}/answer", answer)).status_code == 404
    answered = await government.done(f"/v1/recommendations/{made['id']}/answer", answer)
    assert (answered["adoption"], answered["answered_on"]) == ("not_adopted", city.today.isoformat())
    again = await government.post(
        f"/v1/recommendations/{made['id']}/answer", {**answer, "adoption": "adopted"}
    )
    assert (again.status_code, again.json()["code"]) == (409, "recommendation_answered")
    assert (await office.inbox())[-1]["type"] == "recommendation.answered"
    [listed] = (await office.get(f"/v1/petitions/{petition_id}/recommendations")).json()["items"]
    assert listed["adoption"] == "not_adopted"
    assert "D12" in clocks((await office.get(f"/v1/petitions/{petition_id}")).json(), "met")


async def test_d12_is_owed_whatever_becomes_of_the_petition(city: City) -> None:
    registered = await city.register()
    await city.route()
    made = await recommended(city, registered["id"], kind="accountability")
    portal, office = await city.portal(), await city.office()
    await portal.done(f"/v1/petitions/{registered['id']}/withdrawal", {})
    assert clocks((await office.get(f"/v1/petitions/{registered['id']}")).json(), "running") == {
        "D12": made["answer_due"]
    }
    await city.advance(40)
    assert "deadline.missed" in [each["type"] for each in await (await city.organ(GOVERNMENT)).inbox()]
    answer = {"adoption": "adopted", "text": "已问责。"}
    await (await city.organ(GOVERNMENT)).done(f"/v1/recommendations/{made['id']}/answer", answer)


async def test_recommendation_is_between_the_office_and_the_organ(city: City) -> None:
    registered = await city.register()
    await city.route()
    made = await recommended(city, registered["id"], kind="accountability")
    handler, portal = await city.organ(LAND_BUREAU), await city.portal()
    assert (await handler.get(made["links"]["self"])).status_code == 404
    for reader in (handler, portal):
        petition = (await reader.get(f"/v1/petitions/{registered['id']}")).json()
        assert "D12" not in clocks(petition, "running")
        assert (await reader.get(f"/v1/petitions/{registered['id']}/recommendations")).status_code == 403
    proof = {name: registered[name] for name in ("number", "query_code")}
    public = (await city.http.post("/v1/public/progress", json=proof)).json()
    assert not [each for each in public["deadlines"] if each["rule"] == "D12"]


@pytest.mark.parametrize("answer_by", [None, "2026-11-19"])
async def test_d12_needs_a_date_where_the_law_sets_no_time(city: City, answer_by: str | None) -> None:
    registered = await city.register()
    await city.route()
    body = {"organ_id": (await city.organ(GOVERNMENT)).organ_id, "kind": "improve_work", "text": "请改进。"}
    path = f"/v1/petitions/{registered['id']}/recommendations"
    refused = await (await city.office()).post(path, {**body, "answer_by": answer_by})
    assert (refused.status_code, refused.json()["code"]) == (422, "answer_date_needed")


async def test_recommendation_never_reaches_the_accused(city: City) -> None:
    registered = await city.register("举报南县自然资源局局长张某收受贿赂,违规审批,贪污征地款。")
    await city.route()
    office = await city.office()
    body = {
        "organ_id": (await city.organ(LAND_BUREAU)).organ_id, "kind": "improve_work", "text": "请改进。",
        "answer_by": city.today.isoformat(),
    }  # fmt: skip
    refused = await office.post(f"/v1/petitions/{registered['id']}/recommendations", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "organ_shielded")
