"""What the database itself refuses about dispatches."""

from __future__ import annotations

from uuid import UUID

import pytest

from services.application.ports import Conflict
from services.bootstrap import Deployment
from services.domain.dispatch import Dispatch, DispatchState, Mode, Role
from tests.integration.petitions import register


def dispatch(world: Deployment, petition_id: UUID, role: Role) -> Dispatch:
    return Dispatch(
        id=world.codes.new_id(),
        petition_id=petition_id,
        organ_id=world.codes.new_id(),
        sender_id=None,
        mode=Mode.REFER,
        role=role,
        state=DispatchState.SENT,
        sent_at=world.clock.now(),
        sent_on=world.clock.today(),
    )


async def send(world: Deployment, *dispatches: Dispatch) -> None:
    async with world.begin() as work:
        await work.dispatches.add(*dispatches)


async def test_a_second_open_lead_is_refused(world: Deployment) -> None:
    [petition_id] = await register(world, 1)
    await send(world, dispatch(world, petition_id, Role.LEAD), dispatch(world, petition_id, Role.CO))
    with pytest.raises(Conflict):
        await send(world, dispatch(world, petition_id, Role.LEAD))
    await send(world, dispatch(world, petition_id, Role.CO))


async def test_a_new_lead_follows_a_closed_one(world: Deployment) -> None:
    [petition_id] = await register(world, 1)
    returned = dispatch(world, petition_id, Role.LEAD)
    returned.move(DispatchState.RETURNED)
    await send(world, returned, dispatch(world, petition_id, Role.LEAD))
