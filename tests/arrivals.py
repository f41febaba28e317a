"""Petitions on their way into the store, for tests of the store."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from services.application.arrival import Arrival, StoredAnswer
from services.domain.access import Call, Client, ClientRole
from services.domain.petition import Channel, Petition, Petitioner, State

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def arrival(
    *,
    ref: str | None = None,
    key: str | None = None,
    document: str | None = None,
    number: str | None = None,
) -> Arrival:
    """One petition of one person through the portal."""
    new_id: UUID = uuid7()
    petition = Petition(
        id=new_id,
        number=number or f"430900-20261120-{new_id.int % 10**9}",
        query_code_hash=b"hash",
        client_id="portal",
        external_ref=ref,
        channel=Channel.ONLINE,
        state=State.REGISTERED,
        office_region="430900000000",
        received_on=date(2026, 11, 20),
        registered_at=NOON,
        title="路灯不亮",
        content="𠮷祥路的路灯坏了三个月",
    )
    person = Petitioner(
        id=uuid7(), petition_id=petition.id, position=1, name="张三", document_number=document
    )
    client = Client("portal", b"", "门户", ClientRole.PORTAL, "430900000000", None, (), NOON)
    made = Arrival(petition, [person], [], Call(client, "request-1"), uuid7, NOON, key=key)
    made.answer = StoredAnswer("h", 201, b"answer") if key else None
    made.record(petition, "registered", actor="test")
    made.chain()
    return made
