"""A dossier shows what is stored of a petition, wherever it stands now."""

from __future__ import annotations

from services.application import care, petition, review, timers, transfer
from services.application.petition import Dossier
from services.application.review_request import Late
from services.domain.opinion import Outcome
from services.domain.petition import CareKind, State
from tests.fakes import FakeWorld
from tests.unit.lives import answered, asked, organ_call, read, served, world_under, writ
from tests.unit.test_recusal import BUREAU, ORGANS, office


async def shown(world: FakeWorld) -> Dossier:
    [kept] = world.store.rows["petitions"].values()
    return await petition.read(world, kept.id, client=office().client)


async def test_what_is_carried_out_is_shown_after_a_transfer() -> None:
    world = world_under("national-2022")
    before = await asked(world, (await answered(world, Outcome.SUPPORTED)).id)
    _, revoked = await review.decide(
        world, before.id, writ(Outcome.REVOKED), call=organ_call(before.organ_id)
    )
    await served(world, revoked)
    await transfer.transfer(
        world, before.petition_id, transfer.Transfer(ORGANS[BUREAU], "有新的事实。"), call=office()
    )
    assert (await read(world, before.petition_id)).state is State.DISPATCHED
    assert len((await shown(world)).executions) == 1


async def test_care_after_the_end_is_shown_when_a_late_request_opens_it_again() -> None:
    world = world_under("national-2022")
    kept = await answered(world)
    world.clock.pass_days(40)
    await timers.catch_up(world)
    given = care.Given(CareKind.RELIEF, world.clock.today(), "救助。")
    await care.record(world, kept.id, given, call=office())
    await asked(world, kept.id, late=Late("住院。", "周科长"))
    assert len((await shown(world)).cares) == 1
