"""撤回: the petitioner takes a petition back; no organ ends one in the petitioner's place (条例 17)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.application import release
from services.application.acts import hold_visible, notify, take
from services.application.ports import Work, World
from services.domain.access import Call, Client, ClientRole, NotCompetent
from services.domain.petition import Petition, State, Supplement
from services.domain.refusal import InvalidField
from services.domain.steps import Act, not_allowed


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """``written_request_on`` is the day of the petitioner's written request, which an organ must have."""

    reason: str | None = None
    written_request_on: date | None = None


async def withdraw(world: World, petition_id: UUID, wanted: Withdrawal, *, call: Call) -> Petition:
    """Every clock stops, the organ that holds it is told, a reason is kept.

    The source passes on what the petitioner says. A petition office, or an organ that the petitioner came to,
    says when the petitioner asked for it in writing, and the petitioner is told.
    """
    async with world.begin(call) as work:
        petition, repeated = await hold_visible(world, work, petition_id, call)
        if repeated:
            return petition
        by_organ = call.client.organ_id is not None
        if by_organ:
            _check_request(petition, wanted, call.client, today=world.clock.today())
        asked = wanted.written_request_on.isoformat() if wanted.written_request_on else None
        data = {"reason_given": bool(wanted.reason), "written_request_on": asked}
        take(work, petition, Act.WITHDRAW, actor=call.actor, data=data)
        await release.release(work, petition)
        if wanted.reason:
            await _keep(world, work, petition, wanted.reason, call.client)
        if by_organ:
            text = f"根据您{asked}提出的书面申请,该信访事项已登记撤回。并非您本人申请的,请向信访部门提出。"
            await notify(world, work, petition, "withdrawal", text, organ_id=call.client.organ_id)
        return petition


def _check_request(petition: Petition, wanted: Withdrawal, client: Client, *, today: date) -> None:
    """An organ withdraws only what was brought to it, after it was screened, on a written request."""
    if client.role is ClientRole.ORGAN and client.id != petition.client_id:
        raise NotCompetent()
    if petition.state is State.REGISTERED:  # it may accuse this very organ (30)
        raise not_allowed(petition.state, Act.WITHDRAW)
    asked = wanted.written_request_on
    if asked is None or not petition.received_on <= asked <= today:
        raise InvalidField(
            code="written_request_needed",
            zh=f"由机关、单位登记撤回的,应当有信访人的书面申请:请填写申请日期,"
            f"在收到信访件({petition.received_on})之后、不晚于今天。",
            en="An organ withdraws a petition on the petitioner's written request alone: give its day, from "
            f"{petition.received_on} to today.",
            pointer="/written_request_on",
        )


async def _keep(world: World, work: Work, petition: Petition, reason: str, client: Client) -> None:
    said = Supplement(world.codes.new_id(), petition.id, f"撤回:{reason}", client.id, world.clock.now())
    await work.supplements.add(said)
