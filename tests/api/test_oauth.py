from __future__ import annotations

import asyncio
from typing import Any

import jwt
import pytest

from intake_api.auth import ALGORITHM, AUDIENCE, ISSUER, KNOWN_FOR_SECONDS
from services.bootstrap import Deployment
from services.domain.access import ClientRole
from tests.api.callers import SECRET, Login, Stranger, add_client

FORM = {"grant_type": "client_credentials"}


async def test_client_gets_a_bearer_token_with_its_scopes(anyone: Stranger, world: Deployment) -> None:
    answer = await anyone.post("/oauth/token", data=FORM, auth=("hotline", SECRET))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    token = answer.json()
    assert (token["token_type"], token["expires_in"]) == ("Bearer", 900)
    assert token["scope"] == "petitions:submit hotline"
    claims = jwt.decode(token["access_token"], world.keys.token_key, [ALGORITHM], audience=AUDIENCE)
    assert claims["iss"] == ISSUER
    assert claims["sub"] == "hotline"


async def test_narrower_scope_is_granted_and_a_foreign_one_refused(anyone: Stranger) -> None:
    narrow = await anyone.post("/oauth/token", data={**FORM, "scope": "hotline"}, auth=("hotline", SECRET))
    assert narrow.json()["scope"] == "hotline"
    foreign = await anyone.post("/oauth/token", data={**FORM, "scope": "admin"}, auth=("hotline", SECRET))
    assert (foreign.status_code, foreign.json()["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize(
    ("auth", "data", "status", "error"),
    [
        (("hotline", "wrong"), FORM, 401, "invalid_client"),
        (("nobody", SECRET), FORM, 401, "invalid_client"),
        (("a\0b", SECRET), FORM, 401, "invalid_client"),
        (("", ""), FORM, 401, "invalid_client"),
        (("hotline", SECRET), {"grant_type": "password"}, 400, "unsupported_grant_type"),
        (("hotline", SECRET), {"scope": "hotline"}, 400, "invalid_request"),
    ],
)
async def test_bad_token_request_is_refused(
    anyone: Stranger, auth: tuple[str, str], data: dict[str, str], status: int, error: str
) -> None:
    answer = await anyone.post("/oauth/token", data=data, auth=auth)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.headers["content-type"] == "application/problem+json"
    assert ("www-authenticate" in answer.headers) == (status == 401)


async def test_secret_in_the_body_is_not_accepted(anyone: Stranger) -> None:
    form = {**FORM, "client_id": "hotline", "client_secret": SECRET}
    answer = await anyone.post("/oauth/token", data=form)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.json()["code"] == "client_not_named"
    assert "HTTP Basic" in answer.json()["detail"]


async def test_token_request_must_be_a_form(anyone: Stranger) -> None:
    answer = await anyone.post("/oauth/token", json=FORM, auth=("hotline", SECRET))
    assert answer.status_code == 415


async def test_many_wrong_secrets_are_slowed_down(anyone: Stranger) -> None:
    tries = [await anyone.post("/oauth/token", data=FORM, auth=("hotline", f"no{n}")) for n in range(31)]
    assert [each.status_code for each in tries[:30]] == [401] * 30
    assert tries[30].status_code == 429
    assert int(tries[30].headers["retry-after"]) > 0


def faulty(claims: dict[str, Any], key: bytes) -> dict[str, str]:
    """Tokens with one thing wrong each."""
    signed = {
        "expired": claims | {"exp": claims["iat"] - 31},
        "not yet": claims | {"nbf": claims["iat"] + 3600},
        "wrong audience": claims | {"aud": "someone"},
        "wrong issuer": claims | {"iss": "someone"},
        "no expiry": {name: value for name, value in claims.items() if name != "exp"},
        "no scope": {name: value for name, value in claims.items() if name != "scope"},
        "scope list": claims | {"scope": ["petitions:submit"]},
        "unknown client": claims | {"sub": "nobody"},
        "sub a number": claims | {"sub": 5},
    }
    made = {name: jwt.encode(each, key, ALGORITHM) for name, each in signed.items()}
    made["other key"] = jwt.encode(claims, b"k" * 32, ALGORITHM)
    made["other algorithm"] = jwt.encode(claims, key + key, "HS512")
    made["unsigned"] = jwt.encode(claims, "", "none")
    good = jwt.encode(claims, key, ALGORITHM)
    made |= {"cut": good[:-4], "huge": good + "A" * 100_000, "no token": "", "words": "let me in"}
    return made


async def test_every_faulty_token_is_refused(portal: Stranger, anyone: Stranger, world: Deployment) -> None:
    token = portal.headers["authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, options={"verify_signature": False})
    for name, bad in faulty(claims, world.keys.token_key).items():
        answer = await anyone.get("/v1/petitions", headers={"Authorization": f"Bearer {bad}"})
        assert answer.status_code == 401, name
        assert answer.headers["www-authenticate"].startswith("Bearer"), name
        assert answer.json()["code"] == "unauthenticated", name


async def test_clock_of_the_caller_may_be_a_little_off(portal: Stranger, world: Deployment) -> None:
    token = portal.headers["authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, options={"verify_signature": False})
    late = jwt.encode(claims | {"exp": claims["iat"] - 5}, world.keys.token_key, ALGORITHM)
    assert (await portal.get("/v1/petitions", headers={"Authorization": f"Bearer {late}"})).status_code == 200


async def test_missing_scope_is_forbidden_and_named(login: Login) -> None:
    admin = await login("admin")
    answer = await admin.get("/v1/petitions")
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    assert "petitions:submit" in answer.headers["www-authenticate"]


async def test_client_put_out_of_use_is_refused_within_a_second(world: Deployment, login: Login) -> None:
    await add_client(world, "leaving", ClientRole.PORTAL)
    caller = await login("leaving")
    assert (await caller.get("/v1/petitions")).status_code == 200
    async with world.begin() as work:
        client = (await work.clients.find(id="leaving"))[0]
        client.active = False
        await work.clients.save(client)
    assert KNOWN_FOR_SECONDS <= 1
    await asyncio.sleep(KNOWN_FOR_SECONDS + 0.05)
    assert (await caller.get("/v1/petitions")).status_code == 401
