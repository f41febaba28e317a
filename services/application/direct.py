"""A petition that its petitioner brought to an organ directly, not to a petition office (信访工作条例 23).

That organ registers it and owes the petitioner a written word within D2: that it is accepted, or whose matter
it is. What is not its matter goes on to the competent organ all the same, and the petitioner is told where.
"""

from __future__ import annotations

from uuid import UUID

from services.application import clocks
from services.application.acts import notify
from services.application.ports import Recording, Work, World
from services.domain.access import Client, ClientRole
from services.domain.deadline import Deadline
from services.domain.directory import Directory
from services.domain.dispatch import Dispatch
from services.domain.number import normalise_query_code
from services.domain.organ import OrganKind
from services.domain.petition import Petition, Purpose

SYSTEM = "system:screen"
CODE_ENDED = "query_code_ended"


def receiver(client: Client, directory: Directory) -> UUID | None:
    """The organ that receives what this client registers; None for a source and for a petition office."""
    if client.role is not ClientRole.ORGAN or client.organ_id is None:
        return None
    office = directory.organ(client.organ_id).kind is OrganKind.PETITION_OFFICE
    return None if office else client.organ_id


async def start_clock(world: World, work: Recording, petition: Petition, organ_id: UUID) -> Deadline | None:
    """D2 of the organ that received it; none where no notice is owed (23.2), or by its own rules (23.4)."""
    kind = (await world.directory()).organ(organ_id).kind
    if not petition.reachable or kind.tells_by_own_rules(petition):
        return None
    return await clocks.start(world, work, petition, "D2", on=petition.received_on, owner_id=organ_id)


async def dispatched(
    world: World, work: Work, petition: Petition, dispatch: Dispatch, *, shielded: frozenset[UUID]
) -> bool:
    """Whether a dispatch leaves it with the organ that received it: D2 runs on, until that organ answers.

    In other hands, the petitioner is told in writing whose: that is what D2 asks for, and it is met.
    """
    source = await _source(work, petition)
    if source is None or source.organ_id is None:
        return False
    received_by = receiver(source, await world.directory())
    await _close_to(world, work, petition, source, shielded=shielded, holder_id=dispatch.organ_id)
    if received_by is None:
        return False
    if received_by == dispatch.organ_id:
        return await _kept(world, work, petition, dispatch)
    if await clocks.running(work, petition, "D2"):
        await _tell_whose(world, work, petition, dispatch, received_by, shielded)
    return False


async def still_to_tell(world: World, work: Work, petition: Petition, organ_id: UUID) -> bool:
    """Whether this organ received it directly and has yet to tell the petitioner whose matter it is."""
    source = await _source(work, petition)
    if source is None or receiver(source, await world.directory()) != organ_id:
        return False
    notices = await work.deadlines.find(petition_id=petition.id, rule="D2")
    return all(clock.state.open for clock in notices)


async def cut_off(
    world: World, work: Work, petition: Petition, shielded: frozenset[UUID], *, holder_id: UUID | None
) -> frozenset[UUID]:
    """The organs that learn no more of it: the shielded, and who received a denunciation of which it may be
    the object (30). What such a source holds in its hands, the query code, opens nothing any more.
    """
    source = await _source(work, petition)
    if source is None or source.organ_id is None:
        return shielded
    closed = await _close_to(world, work, petition, source, shielded=shielded, holder_id=holder_id)
    return shielded | {source.organ_id} if closed else shielded


async def _source(work: Work, petition: Petition) -> Client | None:
    found = await work.clients.find(id=petition.client_id)
    return found[0] if found else None


async def _kept(world: World, work: Work, petition: Petition, dispatch: Dispatch) -> bool:
    """Of a dispatch to its receiver. Once another organ was named to the petitioner, it is any referral."""
    if not await still_to_tell(world, work, petition, dispatch.organ_id):
        return False
    if (await world.directory()).organ(dispatch.organ_id).kind.tells_by_own_rules(petition):
        await clocks.cease(work, petition, "D2")
    for clock in await clocks.running(work, petition, "D2"):
        clock.subject_id, clock.owner_id = dispatch.id, dispatch.organ_id
        await work.deadlines.save(clock)
    return True


async def _tell_whose(
    world: World,
    work: Work,
    petition: Petition,
    dispatch: Dispatch,
    received_by: UUID,
    shielded: frozenset[UUID],
) -> None:
    """告知转送去向 (23.1), in the name of the organ asked, or of the office where that one is accused."""
    directory = await world.directory()
    asked, competent = directory.organ(received_by).name, directory.organ(dispatch.organ_id).name
    teller = dispatch.sender_id if received_by in shielded else received_by
    text = f"您向{asked}提出的信访事项,依照职权由{competent}处理,已转送该单位。"
    await notify(world, work, petition, "referral", text, organ_id=teller, directed_to=competent)
    await clocks.meet(work, petition, "D2", on=world.clock.today())


async def _close_to(
    world: World,
    work: Work,
    petition: Petition,
    source: Client,
    *,
    shielded: frozenset[UUID],
    holder_id: UUID | None,
) -> bool:
    """Whether the source sees no more of it; then the query code that it was given is void (30)."""
    received = receiver(source, await world.directory())
    denounced = petition.purpose is Purpose.DENUNCIATION and received is not None and received != holder_id
    if not denounced and source.organ_id not in shielded:
        return False
    if not await work.events.find(petition_id=petition.id, kind=CODE_ENDED):
        unknown = normalise_query_code(world.codes.query_code())
        petition.query_code_hash = world.codes.code_hash(unknown)
        work.record(petition, CODE_ENDED, actor=SYSTEM)
    return True
