"""A request that is cut off at any moment is written whole or not at all, and holds up nobody after it."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress

from services.application.lists import PetitionFilter
from services.application.registration import register
from services.bootstrap import Deployment
from services.domain.access import Call, Client, ClientRole
from services.domain.petition import Channel
from services.domain.registration import PetitionerDraft, Registration
from tests.integration.petitions import CITY

TIMES = 120
TITLE, CONTENT = "路灯损坏", "小区路灯损坏一个月无人维修。"


async def test_cancelled_registrations_are_whole_or_absent(world: Deployment) -> None:
    portal = Client("portal", b"", "门户", ClientRole.PORTAL, CITY, None, (), world.clock.now())
    today = world.clock.today()
    at = random.Random(7)

    async def one(name: str) -> None:
        people = (PetitionerDraft(name),)
        brought = Registration(Channel.ONLINE, today, TITLE, CONTENT, petitioners=people)
        await register(world, brought, call=Call(portal))

    await one("第一")  # what is loaded once is loaded now
    for number in range(TIMES):
        task = asyncio.create_task(one(f"第{number}"))
        await asyncio.sleep(at.random() * 0.03)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async with asyncio.timeout(10):  # no connection was lost, no transaction left open
        await asyncio.gather(*(one("最后") for _ in range(12)))
    stored = await world.lists.petitions(PetitionFilter(), after=None, limit=1000)
    waiting = await world.queue.waiting()
    async with world.read() as work:
        people = await work.petitioners.find()
        events = await work.events.find()
    assert 13 <= len(stored) <= TIMES + 13
    assert len({petition.number for petition in stored}) == len(stored)
    assert len(people) == len(events) == waiting["pending"] == len(stored)
