"""Who may see a petition, and what each kind of caller may be allowed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.domain.access import ROLE_SCOPES, Call, Client, ClientRole, Scope, may_see

OURS, OTHERS = UUID(int=1), UUID(int=2)
STRANGER: dict[str, Any] = {
    "source_id": "portal",
    "screened": True,
    "denunciation": False,
    "in_office_region": False,
    "party_organs": [],
    "shielded": [],
}


def caller(role: ClientRole, organ_id: UUID | None = None, name: str = "them") -> Client:
    return Client(name, b"", "来件方", role, "430900000000", organ_id, (), datetime(2026, 1, 5, tzinfo=UTC))


BUREAU = caller(ClientRole.ORGAN, OURS)
OFFICE = caller(ClientRole.PETITION_OFFICE, OURS)
PORTAL = caller(ClientRole.PORTAL, None, "portal")
ADMIN = caller(ClientRole.ADMIN)
EARLIER, LATER = caller(ClientRole.HOTLINE, None, "aaa"), caller(ClientRole.WINDOW, None, "zzz")


@pytest.mark.parametrize("client", [BUREAU, OFFICE, ADMIN, caller(ClientRole.PORTAL), EARLIER, LATER])
def test_whom_it_does_not_concern_sees_nothing(client: Client) -> None:
    assert not may_see(client, **STRANGER)


@pytest.mark.parametrize(
    ("screened", "denunciation"), [(False, False), (False, True), (True, False), (True, True)]
)
def test_a_source_sees_what_it_brought(screened: bool, denunciation: bool) -> None:
    facts = STRANGER | {"screened": screened, "denunciation": denunciation}
    assert may_see(PORTAL, **facts)


@pytest.mark.parametrize(
    ("screened", "denunciation", "sees"),
    [(False, False, True), (False, True, True), (True, False, True), (True, True, False)],
)
def test_an_organ_keeps_sight_of_what_it_was_brought_unless_it_proves_a_denunciation(
    screened: bool, denunciation: bool, sees: bool
) -> None:
    """信访工作条例 23, 30."""
    facts = STRANGER | {"source_id": "them", "screened": screened, "denunciation": denunciation}
    assert may_see(BUREAU, **facts) is sees


def test_an_organ_with_the_case_sees_it_once_it_was_screened() -> None:
    with_us = STRANGER | {"party_organs": [OTHERS, OURS]}
    assert may_see(BUREAU, **with_us)
    assert not may_see(BUREAU, **with_us | {"screened": False})
    assert not may_see(BUREAU, **STRANGER | {"party_organs": [OTHERS]})


def test_the_office_of_the_region_sees_it_once_it_was_screened() -> None:
    here = STRANGER | {"in_office_region": True}
    assert may_see(OFFICE, **here)
    assert not may_see(OFFICE, **here | {"screened": False})
    for role in set(ClientRole) - {ClientRole.PETITION_OFFICE}:
        assert not may_see(caller(role, OURS), **here), f"{role} is no petition office"


@pytest.mark.parametrize("client", [BUREAU, OFFICE])
@pytest.mark.parametrize("source_id", ["portal", "them"])
def test_the_accused_never_sees_it(client: Client, source_id: str) -> None:
    """信访工作条例 30: whatever else would let them in."""
    everything = {"source_id": source_id, "in_office_region": True, "party_organs": [OURS]}
    assert may_see(client, **STRANGER | everything | {"shielded": [OTHERS]})
    assert not may_see(client, **STRANGER | everything | {"shielded": [OTHERS, OURS]})


def test_a_call_is_the_acts_of_its_client() -> None:
    assert (BUREAU.active, BUREAU.actor, Call(BUREAU).actor) == (True, "client:them", "client:them")


def test_nobody_has_more_rights_than_the_part_needs() -> None:
    may = {role: set(scopes) for role, scopes in ROLE_SCOPES.items()}
    assert may.keys() == set(ClientRole)
    sources = {ClientRole.PORTAL, ClientRole.HOTLINE, ClientRole.WINDOW}
    assert {role for role in may if Scope.ADMIN in may[role]} == {ClientRole.ADMIN}
    assert {role for role in may if Scope.AUDIT in may[role]} == {ClientRole.ADMIN}
    assert {role for role in may if Scope.TRIAGE in may[role]} == {ClientRole.PETITION_OFFICE}
    assert {role for role in may if Scope.DISPATCHES in may[role]} == {
        ClientRole.PETITION_OFFICE,
        ClientRole.ORGAN,
    }
    assert all(may[role] <= {Scope.SUBMIT, Scope.REGISTER, Scope.HOTLINE} for role in sources)
