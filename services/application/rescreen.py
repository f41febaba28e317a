"""Screen a confidential petition again after something was added to it (信访工作条例 28, 30).

What was added may name an organ that has it, or is above one that has it: it is taken out of their hands.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.application import clocks, direct
from services.application.acts import take, take_back
from services.application.ports import Work, World
from services.application.release import take_all_back
from services.application.review_move import move_from_accused
from services.application.routing import desk
from services.domain import deadline as rules
from services.domain.access import Shield
from services.domain.deadline import DeadlineState
from services.domain.directory import Directory
from services.domain.inbox import EntryType
from services.domain.outbox import Job
from services.domain.petition import Petition, Purpose, State
from services.domain.refusal import Refusal
from services.domain.router import Router
from services.domain.routing import Matter
from services.domain.steps import STEPS, Act

SYSTEM = "system:screen"
OF_A_DISPATCH = ("D3", "D4", "D11", "D13.2", "D13.3")  # what an organ owes, not the petition: see OF_THE_CASE


class NotRoutedYet(Refusal):
    """信访件尚未分流,稍后再作回避审查。"""

    english = "The petition is not routed yet; it is screened again after that."


async def rescreen(world: World, jobs: Sequence[Job]) -> None:
    """Screen the petitions of these jobs again, in one transaction that ends the jobs, or not at all."""
    router, directory = await world.router(), await world.directory()
    async with world.begin() as work:
        for job in jobs:
            petition = await work.lock(job.petition_id)
            if petition.state is State.REGISTERED:
                raise NotRoutedYet()
            if not petition.state.ended:
                await _rescreen_one(world, work, router, directory, petition)
        await work.finish(*jobs)


async def _rescreen_one(
    world: World, work: Work, router: Router, directory: Directory, petition: Petition
) -> None:
    known = {shield.organ_id for shield in await work.shields.find(petition_id=petition.id)}
    newly = directory.shielded_from(await accused_in_words(world, work, router, petition)) - known
    hidden = newly | known
    await work.shields.add(*(Shield(petition.id, organ_id) for organ_id in sorted(newly)))
    if newly:
        work.record(petition, "rescreened", actor=SYSTEM, data={"shielded": len(newly)})
        await direct.cut_off(world, work, petition, hidden, holder_id=petition.holder_id)
    if await move_from_accused(world, work, petition, hidden, actor=SYSTEM):
        await _withdraw(work, petition, hidden)
        return
    holder_accused = petition.holder_id in hidden
    if holder_accused and (petition.state, Act.RECALL) in STEPS:
        if petition.state is State.OPINION_ISSUED:
            await _runs_on(world, work, petition)
        await take_all_back(work, petition)
        take(work, petition, Act.RECALL, actor=SYSTEM)
        await clocks.cease(work, petition, *OF_A_DISPATCH)
    else:
        await _withdraw(work, petition, hidden)
    told = desk(directory, petition, hidden, on=world.clock.today()) if holder_accused else petition.holder_id
    if petition.state is State.TRIAGE:
        petition.holder_id = told
        await clocks.hand_over(work, petition, owner_id=told)
        await _hand_over_clocks(work, petition, hidden)
    if told is not None:
        work.post(told, EntryType.PETITION_SUPPLEMENTED, petition, {"holder_accused": holder_accused})


async def _runs_on(world: World, work: Work, petition: Petition) -> None:
    """An opinion that nobody was served binds nobody and is made anew; the time for it was not met by it."""
    pack, calendar = world.law.pack(petition.office_region), world.law.calendar
    held = {dispatch.id for dispatch in await work.dispatches.find(petition_id=petition.id, open=True)}
    met = [
        clock
        for clock in await work.deadlines.find(petition_id=petition.id, rule=clocks.OF_THE_CASE)
        if clock.subject_id in held and clock.state in (DeadlineState.MET, DeadlineState.MET_LATE)
    ]
    for clock in met[-1:]:
        rules.resume(clock, pack.period(clock.rule, on=clock.starts_on), calendar=calendar)
        await work.deadlines.save(clock)


async def _hand_over_clocks(work: Work, petition: Petition, hidden: frozenset[UUID]) -> None:
    """No warning of a clock may reach the accused."""
    theirs = [clock for clock in await clocks.running(work, petition) if clock.owner_id in hidden]
    for clock in theirs:
        clock.owner_id = petition.holder_id
    await work.deadlines.save(*theirs)


async def accused_in_words(world: World, work: Work, router: Router, petition: Petition) -> frozenset[UUID]:
    """The organs that a confidential petition and what was added to it accuse, by name."""
    if petition.purpose is not Purpose.DENUNCIATION and not petition.confidential:
        return frozenset()
    respondents = await work.respondents.find(petition_id=petition.id)
    supplements = await work.supplements.find(petition_id=petition.id)
    more = "\n".join(added.content for added in supplements)
    return router.accused(Matter.of(petition, respondents, more=more), on=world.clock.today())


async def _withdraw(work: Work, petition: Petition, hidden: frozenset[UUID]) -> None:
    """Take it from those beside the holder who must not see it.

    An accused holder whose opinion is served already keeps its dispatch, which answers it no more.
    """
    for dispatch in await work.dispatches.find(petition_id=petition.id, open=True):
        if dispatch.organ_id in hidden and dispatch.organ_id != petition.holder_id:
            await take_back(work, petition, dispatch)
