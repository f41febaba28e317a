"""Register a petition (信访工作条例 22, 23): one transaction, whatever channel it came by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from services.application import clocks, direct, own_limit
from services.application.arrival import Arrival, StoredAnswer
from services.application.ports import Conflict, Work, World
from services.application.same_matter import SameMatter, told_to_source
from services.domain.access import Call
from services.domain.deadline import Deadline
from services.domain.number import normalise_query_code
from services.domain.petition import Petition, Petitioner, Respondent, State
from services.domain.refusal import Refusal
from services.domain.registration import Registration, check


class IdempotencyKeyReused(Refusal):
    """同一 Idempotency-Key 已用于内容不同的请求;新的请求请换用新的键。"""

    english = "This Idempotency-Key was used for another request; take a new key for a new request."


class ExternalRefExists(Refusal):
    """外部编号 {external_ref} 已登记为信访件 {number}。"""

    english = "External reference {external_ref} is registered as petition {number} already."


@dataclass(frozen=True, slots=True)
class Registered:
    """What the source is answered. The query code exists in clear nowhere else."""

    petition: Petition
    query_code: str
    deadlines: list[Deadline]
    same_matter: list[SameMatter]


@dataclass(frozen=True, slots=True)
class Once:
    """An idempotent call: its key, the hash of its body, and how its answer is rendered to bytes."""

    key: str
    body_hash: str
    render: Callable[[Registered], bytes]


async def register(world: World, registration: Registration, *, call: Call) -> Registered:
    """Register a petition. Raises refusals of ``domain.registration`` and :class:`ExternalRefExists`."""
    with world.intake.room:
        arrival, code = await _arrival(world, registration, call)
        registered = Registered(arrival.petition, code, arrival.deadlines.values, [])
        while not await world.intake.store(arrival):
            registered = replace(registered, same_matter=await _same_matter(world, registration, arrival))
        return registered


async def register_once(
    world: World, registration: Registration, once: Once, *, call: Call
) -> tuple[StoredAnswer, Registered | None]:
    """Register under an idempotency key. None with the answer: it is the stored one of an earlier call.

    A refusal stores nothing and leaves the key free. Raises :class:`IdempotencyKeyReused` besides.
    """
    with world.intake.room:
        arrival, code = await _arrival(world, registration, call)
        registered = Registered(arrival.petition, code, arrival.deadlines.values, [])
        arrival.key = once.key
        while True:
            arrival.answer = StoredAnswer(once.body_hash, 201, once.render(registered))
            if await world.intake.store(arrival):
                return arrival.answer, registered
            if (stored := await _kept(world, once, call)) is not None:
                return stored, None
            registered = replace(registered, same_matter=await _same_matter(world, registration, arrival))


async def _kept(world: World, once: Once, call: Call) -> StoredAnswer | None:
    async with world.read() as work:
        stored = await work.kept_answer(call.client.id, once.key)
    if stored is not None and stored.body_hash != once.body_hash:
        raise IdempotencyKeyReused()
    return stored


async def _same_matter(world: World, registration: Registration, arrival: Arrival) -> list[SameMatter]:
    """Look at what kept it from being stored. Raises :class:`ExternalRefExists`."""
    if arrival.acquainted:  # a reference or key taken this very moment, by a call that may yet fail
        raise Conflict(constraint="arrived_twice")
    async with world.read() as work:
        await _ensure_new_reference(work, arrival.petition)
        same = await told_to_source(work, registration, arrival.petition, arrival.call.client)
    arrival.acquainted = True
    return same


async def _arrival(world: World, registration: Registration, call: Call) -> tuple[Arrival, str]:
    petition, code = await _petition(world, registration, call)
    arrival = Arrival(
        petition=petition,
        petitioners=_petitioners(world, registration, petition.id),
        respondents=_respondents(world, registration, petition.id),
        call=call,
        new_id=world.codes.new_id,
        now=petition.registered_at,
    )
    received_by = direct.receiver(call.client, await world.directory())
    clock = await _registration_clock(world, arrival, received_by)
    data = {
        "number": petition.number,
        "channel": petition.channel.value,
        "received_on": petition.received_on.isoformat(),
        "people": petition.people_count,
        "clocks": clocks.told(clock),
    }
    arrival.record(
        petition,
        "registered",
        actor=call.actor,
        data={**data, "organ_id": str(received_by)} if received_by else data,
    )
    await own_limit.of_work_order(world, arrival, petition, registration.own_limit, actor=call.actor)
    arrival.chain()
    return arrival, code


async def _petition(world: World, registration: Registration, call: Call) -> tuple[Petition, str]:
    today, office = world.clock.today(), call.client.region_code
    check(registration, joint_visit=world.law.pack(office).on(today).joint_visit(), today=today)
    code = world.codes.query_code()
    petition = Petition(
        id=world.codes.new_id(),
        number=await world.numbers.next(office, today),
        query_code_hash=world.codes.code_hash(normalise_query_code(code)),
        client_id=call.client.id,
        external_ref=registration.external_ref,
        channel=registration.channel,
        state=State.REGISTERED,
        office_region=office,
        received_on=registration.received_on,
        registered_at=world.clock.now(),
        title=registration.title,
        content=registration.content,
        requests=registration.requests,
        form=registration.form,
        particulars=registration.particulars,
        purpose=registration.purpose,
        category_code=registration.category_code,
        region_code=registration.region_code,
        address=registration.address,
        anonymous=registration.anonymous,
        confidential=registration.confidential,
        urgent=registration.urgent,
        people_count=registration.people,
    )
    return petition, code


async def _ensure_new_reference(work: Work, petition: Petition) -> None:
    if petition.external_ref is None:
        return
    earlier = await work.petitions.find(client_id=petition.client_id, external_ref=petition.external_ref)
    if earlier:
        raise ExternalRefExists(
            external_ref=petition.external_ref, number=earlier[0].number, petition_id=earlier[0].id
        )


def _petitioners(world: World, registration: Registration, petition_id: UUID) -> list[Petitioner]:
    return [
        Petitioner(
            id=world.codes.new_id(),
            petition_id=petition_id,
            position=position,
            name=draft.name,
            representative=draft.representative,
            document_type=draft.document_type,
            document_number=draft.document_number,
            phone=draft.phone,
            address=draft.address,
            particulars=draft.particulars,
        )
        for position, draft in enumerate(registration.petitioners, start=1)
    ]


def _respondents(world: World, registration: Registration, petition_id: UUID) -> list[Respondent]:
    return [
        Respondent(
            id=world.codes.new_id(),
            petition_id=petition_id,
            kind=draft.kind,
            name=draft.name,
            organ_id=draft.organ_id,
            position=draft.position,
        )
        for draft in registration.respondents
    ]


async def _registration_clock(world: World, arrival: Arrival, received_by: UUID | None) -> Deadline | None:
    """15 days to refer it, for a petition office; to tell the petitioner, for another organ (22, 23)."""
    petition = arrival.petition
    if received_by is not None:
        return await direct.start_clock(world, arrival, petition, received_by)
    office = (await world.directory()).petition_office(petition.office_region, on=world.clock.today())
    owner_id = office.id if office else None
    return await clocks.start(world, arrival, petition, "D1", on=petition.received_on, owner_id=owner_id)
