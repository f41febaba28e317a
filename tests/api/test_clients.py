"""Calling systems, administered; and the demo's clock, which only a demo has."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from intake_api.auth import KNOWN_FOR_SECONDS
from tests.city import CITY, LAND_BUREAU, City


async def token(city: City, client_id: str, secret: str) -> httpx.Response:
    form = {"grant_type": "client_credentials"}
    return await city.http.post("/oauth/token", auth=(client_id, secret), data=form)


async def created(city: City, **body: Any) -> dict[str, Any]:
    admin = await city.admin()
    answer = await admin.post(
        "/v1/clients", {"name": "新系统", "role": "portal", "region_code": CITY, **body}
    )
    assert answer.status_code == 201, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    return dict(answer.json())


async def test_secret_is_shown_once_and_works(city: City) -> None:
    client = await created(city)
    answer = await token(city, client["id"], client["client_secret"])
    assert answer.status_code == 200
    assert answer.json()["scope"] == "petitions:submit"
    listing = await (await city.admin()).get("/v1/clients")
    assert client["id"] in [each["id"] for each in listing.json()["items"]]
    assert client["client_secret"] not in listing.text


async def test_secret_is_not_stored(city: City) -> None:
    client = await created(city)
    async with city.world.read() as work:
        [stored] = await work.clients.find(id=client["id"])
    assert client["client_secret"].encode() not in stored.secret_hash


async def test_organs_client_is_of_the_organs_region(city: City) -> None:
    organ = await city.organ(LAND_BUREAU)
    client = await created(
        city, role="organ", region_code=None, organ_id=organ.organ_id, scopes=["dispatches"]
    )
    assert (client["region_code"], client["scopes"]) == ("430921000000", ["dispatches"])


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"role": "organ"}, "/organ_id"),
        ({"role": "organ", "organ_id": "0193499e-2c4b-7d6f-9e3b-5b0f3a1c2d4e"}, "/organ_id"),
        ({"role": "king"}, "/role"),
        ({"region_code": None}, "/region_code"),
        ({"region_code": "999999"}, "/region_code"),
        ({"scopes": ["admin"]}, "/scopes/0"),
        ({"scopes": ["petitions:submit", "dispatches"]}, "/scopes/1"),
        ({"scopes": ["everything"]}, "/scopes/0"),
        ({"scopes": []}, "/scopes"),
        ({"name": " "}, "/name"),
        ({"secret": "mine"}, "/secret"),
    ],
)
async def test_wrong_client_is_invalid(city: City, wrong: dict[str, Any], pointer: str) -> None:
    admin = await city.admin()
    body = {"name": "新系统", "role": "portal", "region_code": CITY, **wrong}
    answer = await admin.post("/v1/clients", body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_only_a_petition_office_is_a_petition_offices_client(city: City) -> None:
    organ = await city.organ(LAND_BUREAU)
    body = {"name": "冒名", "role": "petition_office", "organ_id": organ.organ_id}
    answer = await (await city.admin()).post("/v1/clients", body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "organ_not_fitting"


async def test_new_secret_voids_the_old_one(city: City) -> None:
    client = await created(city)
    admin = await city.admin()
    rotated = (await admin.post(f"/v1/clients/{client['id']}/secret")).json()
    assert (await token(city, client["id"], rotated["client_secret"])).status_code == 200
    assert (await token(city, client["id"], client["client_secret"])).status_code == 401


async def test_revoked_client_is_out_with_all_its_tokens(city: City) -> None:
    client = await created(city)
    granted = (await token(city, client["id"], client["client_secret"])).json()["access_token"]
    admin = await city.admin()
    revoked = await admin.done(f"/v1/clients/{client['id']}/revocation")
    assert revoked["active"] is False
    await asyncio.sleep(KNOWN_FOR_SECONDS + 0.1)
    headers = {"Authorization": f"Bearer {granted}"}
    assert (await city.http.get("/v1/petitions", headers=headers)).status_code == 401
    assert (await token(city, client["id"], client["client_secret"])).status_code == 401


async def test_unknown_client_is_not_found(city: City) -> None:
    admin = await city.admin()
    for act in ("secret", "revocation"):
        assert (await admin.post(f"/v1/clients/nobody/{act}")).status_code == 404


async def test_clients_are_listed_page_by_page(city: City) -> None:
    made = {(await created(city))["id"] for _ in range(3)}
    admin = await city.admin()
    first = (await admin.get("/v1/clients", limit=2)).json()
    second = (await admin.get("/v1/clients", limit=2, after=first["next"])).json()
    ids = [each["id"] for each in first["items"] + second["items"]]
    assert len(ids) == 4
    assert made < set(ids)


@pytest.mark.parametrize("path", ["/v1/clients", "/v1/demo/clock"])
async def test_only_the_administrator_may(city: City, path: str) -> None:
    for caller in (await city.portal(), await city.office(), await city.organ(LAND_BUREAU)):
        assert (await caller.get(path)).status_code == 403


async def test_demo_clock_goes_forward_and_runs_the_timers(city: City) -> None:
    await city.answered()
    admin = await city.admin()
    assert (await admin.get("/v1/demo/clock")).json()["today"] == "2026-11-20"
    moved = (await admin.post("/v1/demo/clock", {"advance_days": 32})).json()
    assert moved["today"] == "2026-12-22"
    assert moved["acted"] > 0
    back = await admin.post("/v1/demo/clock", {"advance_days": -1})
    assert back.status_code == 422
    assert back.json()["errors"][0]["pointer"] == "/advance_days"


async def test_demo_moved_towards_an_unannounced_year_rehearses_its_notice(city: City) -> None:
    dispatch, _ = await city.accepted()
    admin = await city.admin()

    async def handling() -> dict[str, object]:
        clocks = (await city.petition(dispatch["petition_id"]))["deadlines"]
        return next(clock for clock in clocks if clock["rule"] == "D5")

    before = await handling()
    assert (before["due_on"], before["provisional"]) == ("2027-01-19", True)
    await admin.post("/v1/demo/clock", {"advance_days": 5})
    assert (await handling())["provisional"]
    for _ in range(2):
        await admin.post("/v1/demo/clock", {"advance_days": 14})
    after = await handling()
    assert (after["due_on"], after["provisional"]) == ("2027-01-19", False)
    year = (await admin.get("/v1/statutes/calendar", year=2027)).json()
    assert not year["provisional"]
    assert [load["source"] for load in year["loads"]] == ["演示:仅法定节日,不含调休"]


async def test_without_a_demo_there_is_no_clock(city: City) -> None:
    admin = await city.admin()
    city.world.settings = city.world.settings.model_copy(update={"demo": False})
    assert (await admin.get("/v1/demo/clock")).status_code == 404
    assert (await admin.post("/v1/demo/clock", {"advance_days": 1})).status_code == 404
