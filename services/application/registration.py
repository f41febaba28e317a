"""Register a petition (信访工作条例 22, 23): one transaction, whatever channel it came by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from services.application import clocks, direct, own_limit
from services.application.ports import StoredAnswer, Work, World
from services.application.same_matter import SameMatter, told_to_source
from services.domain.access import Call
from services.domain.deadline import Deadline
from services.domain.number import normalise_query_code
from services.domain.outbox import Topic
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
    petition, code = await _petition(world, registration, call)
    async with world.begin(call) as work:
        return await _write(world, work, registration, petition, code, call)


async def register_once(
    world: World, registration: Registration, once: Once, *, call: Call
) -> tuple[StoredAnswer, bool]:
    """Register under an idempotency key. True with the answer: it is the stored one of an earlier call.

    A refusal stores nothing and leaves the key free. Raises :class:`IdempotencyKeyReused` besides.
    """
    petition, code = await _petition(world, registration, call)
    async with world.begin(call) as work:
        stored = await work.claim_key(call.client.id, once.key, once.body_hash)
        if stored is not None:
            if stored.body_hash != once.body_hash:
                raise IdempotencyKeyReused()
            return stored, True
        registered = await _write(world, work, registration, petition, code, call)
        await work.flush()
        answer = once.render(registered)
        await work.keep_answer(call.client.id, once.key, status=201, answer=answer)
    return StoredAnswer(once.body_hash, 201, answer), False


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


async def _write(
    world: World, work: Work, registration: Registration, petition: Petition, code: str, call: Call
) -> Registered:
    await _ensure_new_reference(work, petition)
    same = await told_to_source(work, registration, petition, call.client)
    await work.petitions.add(petition)
    await _add_people(world, work, registration, petition)
    received_by = direct.receiver(call.client, await world.directory())
    clock = await _registration_clock(world, work, petition, received_by)
    data = {
        "number": petition.number,
        "channel": petition.channel.value,
        "received_on": petition.received_on.isoformat(),
        "people": petition.people_count,
        "clocks": clocks.told(clock),
    }
    work.record(
        petition,
        "registered",
        actor=call.actor,
        data={**data, "organ_id": str(received_by)} if received_by else data,
    )
    await work.enqueue(Topic.ROUTE, petition.id)
    limit = await own_limit.of_work_order(world, work, petition, registration.own_limit, actor=call.actor)
    return Registered(petition, code, [each for each in (clock, limit) if each], same)


async def _ensure_new_reference(work: Work, petition: Petition) -> None:
    if petition.external_ref is None:
        return
    earlier = await work.petitions.find(client_id=petition.client_id, external_ref=petition.external_ref)
    if earlier:
        raise ExternalRefExists(
            external_ref=petition.external_ref, number=earlier[0].number, petition_id=earlier[0].id
        )


async def _add_people(world: World, work: Work, registration: Registration, petition: Petition) -> None:
    people = [
        Petitioner(
            id=world.codes.new_id(),
            petition_id=petition.id,
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
    accused = [
        Respondent(
            id=world.codes.new_id(),
            petition_id=petition.id,
            kind=draft.kind,
            name=draft.name,
            organ_id=draft.organ_id,
            position=draft.position,
        )
        for draft in registration.respondents
    ]
    await work.petitioners.add(*people)
    await work.respondents.add(*accused)


async def _registration_clock(
    world: World, work: Work, petition: Petition, received_by: UUID | None
) -> Deadline | None:
    """15 days to refer it, for a petition office; to tell the petitioner, for another organ (22, 23)."""
    if received_by is not None:
        return await direct.start_clock(world, work, petition, received_by)
    office = (await world.directory()).petition_office(petition.office_region)
    owner_id = office.id if office else None
    return await clocks.start(world, work, petition, "D1", on=petition.received_on, owner_id=owner_id)
