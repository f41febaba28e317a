"""Values of the domain for unit tests: a petition and an opinion with everything plausible filled in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from services.domain.opinion import Opinion, Outcome
from services.domain.petition import Channel, Path, Petition, Purpose, State, Tier

DAY = date(2026, 11, 20)
_PETITION = Petition(
    id=UUID(int=1),
    number="430900-20261120-000001-2",
    query_code_hash=b"",
    client_id="portal",
    external_ref=None,
    channel=Channel.ONLINE,
    state=State.ACCEPTED,
    office_region="430900000000",
    received_on=DAY,
    registered_at=datetime(2026, 11, 20, 2, tzinfo=UTC),
    title="征地补偿款未发放",
    content="南县茅草街镇征地补偿款至今没有发放。",
    purpose=Purpose.REDRESS,
    path=Path.PETITION_PROCEDURE,
)
_OPINION = Opinion(
    id=UUID(int=2),
    petition_id=_PETITION.id,
    tier=Tier.HANDLING,
    organ_id=UUID(int=3),
    outcome=Outcome.NOT_SUPPORTED,
    facts="经查,补偿款已经发放。",
    reasons="请求没有事实根据。",
    legal_basis="土地管理法第四十八条",
    decision="不予支持。",
    remedy="",
    issued_on=DAY,
)


def petition(**changes: Any) -> Petition:
    return replace(_PETITION, **changes)


def opinion(**changes: Any) -> Opinion:
    return replace(_OPINION, **changes)
